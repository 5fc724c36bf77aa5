"""Learning windows in fine steps, for the waveforms: a second circuit in a process of its own.

ngspice holds one circuit per process. The circuit that learns is not touched, so that a run is the
same with and without waveforms.
"""

from __future__ import annotations

import multiprocessing
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from ....errors import EngineError, SpicelearnError
from ....machine import Setup
from ....plant import Drive, Floats, Reading, State
from ....spice.charged import ChargedPlant
from ....spice.scope import Scope
from ....spice.stepped_session import SteppedSession
from ....spice.twins import target_node
from .deck import Transistors
from .plant import TransistorCircuit

FINE_STEPS = 100  # of a window
ASIDE = 0.25  # of a window, at most, that is kept before it and after it
PATIENCE = 300.0  # s


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


@dataclass(frozen=True)
class Trace:
    """Hold what was kept of a cycle: names of vectors, times from its beginning, s, and rows."""

    names: list[str]
    times: Floats
    rows: Floats


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


def serve(pipe: Connection, machine: Fine) -> None:
    """Answer every State and Drive with its Trace, or an error, until the pipe is closed."""
    circuit = TransistorCircuit(machine)
    try:
        with closing(SteppedSession(circuit.deck, circuit.charges)) as session:
            while True:
                pipe.send(traced(session, circuit, machine, *pipe.recv()))
    except SpicelearnError as failure:
        pipe.send(failure)
    except EOFError:
        pass


class WavedPlant(ChargedPlant):
    """Keep the learning windows of some cycles on a scope beside the circuit that learns."""

    def __init__(self, circuit: TransistorCircuit, setup: Setup, scope: Scope, block: int) -> None:
        super().__init__(circuit, setup.deck_file, block, setup.lesson.first)
        self._scope, self._fine = scope, Fine.of(setup)
        self._pipe: Connection | None = None

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Run a cycle; keep its window if it is wanted and is no measurement."""
        reading = super().cycle(state, drive)
        if drive.eta and self._scope.wants(state.cycle):
            trace = self._ask(state, drive)
            self._scope.keep(state.cycle, trace.names, trace.times, trace.rows)
        return reading

    def _ask(self, state: State, drive: Drive) -> Trace:
        """Return a window from the process that computes them; raise EngineError if it fails."""
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            context.Process(target=serve, args=(theirs, self._fine), daemon=True).start()
            theirs.close()
        found: Trace | SpicelearnError | str = f"nothing within {PATIENCE:g} s"
        try:
            self._pipe.send((state, drive))
            if self._pipe.poll(PATIENCE):
                found = self._pipe.recv()
        except (EOFError, OSError):
            found = "its process ended"
        if not isinstance(found, Trace):
            raise EngineError(f"no waveforms of cycle {state.cycle}: {found}")
        return found

    def close(self) -> None:
        """Unload the circuit and end the process beside it."""
        if self._pipe is not None:
            self._pipe.close()
        super().close()
