"""The element as a circuit: one adder per example of the batch, gradients as averaged currents."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from spicelearn.machine import Setup
from spicelearn.plant import Drive, Floats, Reading, State
from spicelearn.spice.deck import Deck, Knobs, Timing
from spicelearn.spice.plant import CircuitPlant, Probed

BLOCK = 20  # cycles of a transient
SETTLED_V = 1e-4
TIMING = Timing(
    period=40e-6, first_sense=40e-6, first_step=41e-6, tau=1e-6, max_step=1e-6
)  # adders of 1 kohm and 1 nF
MEASURED = 20e-6  # s, the end of a cycle over which gradients are averaged


class Adder:
    """Give the deck, and make a Reading of a window."""

    def __init__(self, setup: Setup) -> None:
        self._offset = float(setup.parts.offset_V.sum())
        self._first = setup.lesson.first_drive()
        self._weights = setup.state.weights
        self._batch, self._inputs = self._first.inputs.shape
        self.gentleness = "the same"

    @property
    def gentle_deck(self) -> Deck:
        """Return the same: it is linear in time."""
        return self.deck

    @cached_property
    def deck(self) -> Deck:
        """Return the deck: weights, inputs and targets are sources, sums and gradients nodes."""
        batch, inputs = range(self._batch), range(self._inputs)
        knobs = (
            Knobs(
                tuple(f"vw{k}[dc]" for k in inputs),
                lambda state, drive: np.asarray(state.weights, np.float64),
            ),
            Knobs(
                tuple(f"vx{b}_{k}[dc]" for b in batch for k in inputs),
                lambda state, drive: self._rows(drive.inputs).ravel(),
            ),
            Knobs(
                tuple(f"vt{b}[dc]" for b in batch),
                lambda state, drive: self._rows(drive.targets).ravel(),
            ),
        )
        values = np.concatenate([each.values(self._state, self._first) for each in knobs])
        names = [name.partition("[")[0] for each in knobs for name in each.names]
        lines = [
            f"{name} {name[1:]} 0 {value!r}"
            for name, value in zip(names, values.tolist(), strict=True)
        ]
        for b in batch:
            total = "+".join(f"v(w{k})*v(x{b}_{k})" for k in inputs)
            lines += [f"b{b} s{b} 0 v={total}+({self._offset!r})", f"r{b} s{b} o{b} 1k"]
            lines += [f"c{b} o{b} 0 1n"]
        for k in inputs:
            mean = "+".join(f"(v(t{b})-v(o{b}))*v(x{b}_{k})" for b in batch)
            lines += [f"bg{k} g{k} 0 v=({mean})/{self._batch}"]
        probes = (*(f"o{b}" for b in batch), *(f"g{k}" for k in inputs))
        saved = " ".join(f"v({probe})" for probe in probes)
        step, end = TIMING.max_step, TIMING.first_step
        tail = [".options method=gear", f".save {saved}", f".print tran {saved}"]
        tail += [f".tran {step!r} {end!r} 0 {step!r}", ".end"]
        text = "\n".join([".title adaline", *lines, *tail]) + "\n"
        return Deck(text, knobs, probes, (), TIMING)

    @property
    def _state(self) -> State:
        return State(self._weights)

    def _rows(self, given: Floats) -> Floats:
        """Return so many examples as the circuit has: a single one is applied to all."""
        return np.broadcast_to(given, (self._batch, given.shape[1]))

    def check(self, drive: Drive) -> None:
        """Take any drive."""

    def read(self, probed: Probed, drive: Drive) -> Reading:
        """Return the sums at the end, and the gradients averaged over the end of the window."""
        names = [f"g{k}" for k in range(self._inputs)]
        times, gradients = probed.window(names)
        kept = times >= times[-1] - MEASURED
        span = times[kept][-1] - times[kept][0]
        mean = np.trapezoid(gradients[kept], times[kept], axis=0) / span
        sums = self.outputs(probed.volts, drive)
        return Reading(
            outputs=sums,
            signal=drive.eta * mean,
            settled=bool(probed.left_V <= SETTLED_V),
            probes={"sum": sums[:, 0]},
        )

    def outputs(self, volts: Floats, drive: Drive) -> Floats:
        """Return the sum of every example, V."""
        return volts[: len(drive.inputs), None]


def circuit_plant(setup: Setup) -> CircuitPlant:
    """Return the circuit of a lesson."""
    return CircuitPlant(Adder(setup), setup.deck_file, BLOCK, setup.lesson.first, setup.scope)
