"""The device as a circuit: a transient per gradient, operating points where nothing learns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ....errors import ConvergenceError, EngineError
from ....machine import Setup
from ....plant import Drive, Floats, Reading, State
from ....spice.plant import BlockPlant
from ....spice.scope import Trace
from ....spice.transients import TransientSession
from ..lockin import demodulated, derivatives
from .deck import Lockin, deck_of

EVEN = 1e-6  # of a step, by which one may differ in length


class LockinPlant(BlockPlant):
    """Measure outputs and derivatives of all examples in one transient per cycle.

    Where no control learns, the outputs are those of operating points, one per row of inputs: no
    sine is applied. Every cycle begins from nothing.
    """

    def __init__(self, setup: Setup) -> None:
        self._machine = Lockin.of(setup)
        super().__init__(deck_of(setup), setup.deck_file, 1, setup.lesson.first)
        self._scope = setup.scope
        self._session = TransientSession(self.deck)

    @property
    def _loaded(self) -> TransientSession:
        return self._session

    @property
    def details(self) -> dict[str, Any]:
        """Return the deck's hash, the frequencies, Hz, and the time points per window."""
        return {
            "deck_sha256": self.deck.sha256,
            "frequencies_Hz": self._machine.hertz.tolist(),
            "points_per_window": self._machine.points,
            "step_s": self._machine.step,
        }

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Return the outputs and, where controls learn, the derivatives by all controls.

        Raises EngineError, with the cycle, if ngspice finds no solution.
        """
        try:
            if not drive.learning.any():
                return self._at_rest(state, drive)
            return self._with_sines(state, drive)
        except ConvergenceError as failure:
            raise EngineError(f"in cycle {state.cycle} {failure}") from None

    def _at_rest(self, state: State, drive: Drive) -> Reading:
        """Return the outputs of operating points; no derivative."""
        machine, rows = self._machine, len(drive.inputs)
        outputs = np.empty((rows, 1))
        for place, row in enumerate(drive.inputs):
            repeated = replace(drive, inputs=np.tile(row, (machine.examples, 1)))
            volts = self._session.solve(self.deck.settings(state, repeated))
            machine.device.check(volts[len(volts) - len(machine.device.watched) :])
            outputs[place] = volts[0]
        slopes = np.zeros((rows, 1, machine.controls))
        return Reading(outputs, slopes, True, {"outputs": outputs[:, 0]})

    def _with_sines(self, state: State, drive: Drive) -> Reading:
        """Return the mean outputs and the derivatives, all from one transient."""
        machine = self._machine
        since, samples, replica = self.sampled(state, drive)
        found = demodulated(samples, since, machine.hertz) / machine.amplitudes
        response = demodulated(replica, since, machine.hertz) / machine.amplitudes
        slopes = derivatives(found, response, machine.board.phase)
        outputs = samples.mean(axis=1)
        return Reading(outputs[:, None], slopes[:, None], True, {"outputs": outputs})

    def sampled(self, state: State, drive: Drive) -> tuple[Floats, ...]:
        """Return times since an example began, s, output and replica, V, in every window.

        All have shape (examples, points).
        """
        machine = self._machine
        end = self.deck.timing.period + machine.step  # ngspice shortens the last step
        times, volts = self._session.run(self.deck.settings(state, drive), end)
        if self._scope and self._scope.wants(state.cycle):
            names = [f"v({name})" for name in self.deck.probes]
            self._scope.keep(state.cycle, Trace(names, times, volts))
        machine.device.check(volts[:, volts.shape[1] - len(machine.device.watched) :])
        return self.windows(times, volts[:, 0], volts[:, 1])

    def windows(self, times: Floats, *vectors: Floats) -> tuple[Floats, ...]:
        """Return the points of every window: times since its example began, s, and vectors, V.

        All have shape (examples, points). Raises EngineError if points are not evenly spaced.
        """
        machine = self._machine
        examples, points, step = machine.examples, machine.points, machine.step
        ends = (np.arange(examples) + 1) * machine.example_s
        last = np.searchsorted(times, ends - EVEN * step) - 1
        chosen = last[:, None] + np.arange(1 - points, 1)
        since = times[chosen] - (ends - machine.example_s)[:, None]
        uneven = np.abs(np.diff(since, axis=1) - step).max()
        if uneven > EVEN * step:
            raise EngineError(
                f"ngspice took shorter steps than {step:g} s: a gradient needs even ones"
            )
        return since, *(vector[chosen] for vector in vectors)
