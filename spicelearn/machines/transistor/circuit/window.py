"""Learning windows in fine steps, for the waveforms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

import numpy as np

from ....machine import Setup
from ....plant import Drive, Reading, State
from ....spice.beside import Beside
from ....spice.charged import ChargedPlant
from ....spice.scope import Scope, Trace
from ....spice.stepped_session import SteppedSession
from ....spice.twins import target_node
from .deck import Transistors
from .plant import TransistorCircuit

FINE_STEPS = 100  # of a window
ASIDE = 0.25  # of a window, at most, that is kept before it and after it


class Fine(Transistors):
    """Take a window in `FINE_STEPS` steps, however fast gates move."""

    @property
    def steps(self) -> int:
        """Return in how many steps a window is taken."""
        return max(FINE_STEPS, super().steps)

    @property
    def aside(self) -> int:
        """Return how many steps are kept before the window, and after it: learning is off there."""
        spare = (self.board.example_s - self.board.window_s) / 2
        return round(min(spare, ASIDE * self.board.window_s) / self.step)


def traced(
    session: SteppedSession, circuit: TransistorCircuit, machine: Fine, state: State, drive: Drive
) -> Trace:
    """Return the window of a cycle, from the State's gates on, settled at its inputs.

    Labels and learning signals are kept as they were set: ngspice saves the probes only.
    """
    held, moving = circuit.settings(state, drive)
    probes = list(dict.fromkeys(session.deck.probes))
    before, count = machine.aside, 2 * machine.aside + machine.steps
    session.begin(state.weights.astype(np.float64), held)
    for knobs, steps in ((held, before), (moving, machine.steps), (held, before)):
        if steps:
            session.run(knobs, steps)
    saved = [session.library.tail(probe.encode(), count) for probe in probes]
    labels = np.tile(drive.targets[0], (count, 1))
    learning = np.zeros((count, len(machine.learning)))
    learning[before : before + machine.steps] = moving[-len(machine.learning) :]
    nodes = [*probes, *map(target_node, machine.network.outputs), *machine.learning]
    return Trace(
        names=[f"v({node})" for node in nodes],
        times=machine.step * np.arange(1.0, count + 1),
        rows=np.column_stack([*saved, labels, learning]),
    )


@contextmanager
def windows(machine: Fine) -> Iterator[Callable[[State, Drive], Trace]]:
    """Load the circuit; give a function of State and Drive that returns a window (`traced`)."""
    circuit = TransistorCircuit(machine)
    with closing(SteppedSession(circuit.deck, circuit.charges)) as session:
        yield partial(traced, session, circuit, machine)


class WavedPlant(ChargedPlant):
    """Keep the learning windows of some cycles on a scope beside the circuit that learns."""

    def __init__(self, circuit: TransistorCircuit, setup: Setup, scope: Scope, block: int) -> None:
        super().__init__(circuit, setup.deck_file, block, setup.lesson.first)
        self._scope = scope
        self._beside = Beside("waveforms", partial(windows, Fine.of(setup)))

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Run a cycle; keep its window if it is wanted and is no measurement."""
        reading = super().cycle(state, drive)
        if drive.eta and self._scope.wants(state.cycle):
            self._scope.keep(state.cycle, self._beside.ask(state.cycle, state, drive))
        return reading

    def close(self) -> None:
        """Unload the circuit and end the process beside it."""
        self._beside.close()
        super().close()
