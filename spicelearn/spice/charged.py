"""A circuit that holds its weights itself, as a Plant: presets, windows of learning, answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..errors import ConvergenceError, EngineError
from ..plant import Drive, Floats, Reading, State
from .deck import Deck
from .plant import BlockPlant
from .stepped_session import Charges, SteppedSession

NEAR_V = 1e-7  # by which weights in the circuit may differ from those that are given


class ChargedCircuit(Protocol):
    """What a machine gives to have such a circuit run."""

    @property
    def deck(self) -> Deck:
        """Return the deck."""
        ...

    @property
    def charges(self) -> Charges:
        """Return what presets the weights."""
        ...

    @property
    def rests(self) -> int:
        """Return in how many steps weights rest before they move."""
        ...

    @property
    def steps(self) -> int:
        """Return in how many steps weights move."""
        ...

    @property
    def closes(self) -> int:
        """Return in how many steps learning has ended before weights are read."""
        ...

    @property
    def gentle(self) -> ChargedCircuit:
        """Return the same circuit in shorter steps, for a cycle that fails."""
        ...

    def settings(self, state: State, drive: Drive) -> tuple[Floats, Floats]:
        """Return the settings of the knobs at which no weight moves, and at which weights do."""
        ...

    def weights(self, probes: Floats) -> Floats:
        """Return the weights, from all probes at one time."""
        ...

    def read(self, probes: Floats, weights: Floats) -> Reading:
        """Return what the machine shows, from all probes before weights move."""
        ...


class ChargedPlant(BlockPlant):
    """Run a circuit whose weights are charges, cycle by cycle, in this process.

    A transient begins every ``block`` cycles from cycle ``first`` on, from the State's weights, and
    whenever too many points are kept. In between the weights are preset whenever the State that is
    given is not what the circuit holds.
    """

    def __init__(
        self, circuit: ChargedCircuit, deck_file: Path | None, block: int, first: int = 0
    ) -> None:
        super().__init__(circuit.deck, deck_file, block, first)
        self.circuit = circuit
        self._present: Floats = np.empty(0)  # weights, as the circuit holds them
        self._session = SteppedSession(self.deck, circuit.charges)

    @property
    def _loaded(self) -> SteppedSession:
        return self._session

    @property
    def details(self) -> dict[str, Any]:
        """Return the deck's hash and the times of a cycle."""
        return {
            "deck_sha256": self.deck.sha256,
            "step_s": self.deck.timing.max_step,
            "cycles_of_a_transient": self._block,
            "retried": self.retried,
        }

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Preset the weights if need be, apply the drive, take the steps of a cycle, read."""
        weights, circuit = np.asarray(state.weights, dtype=np.float64), self.circuit
        learning = bool(drive.learning.any())
        held, moving = circuit.settings(state, drive)
        try:
            if self._enters(state.cycle) or self._session.full:
                self._session.begin(weights, held)
            elif (np.abs(weights - self._present) > NEAR_V).any():
                self._session.preset(weights - self._present, held)
            values = steps_of_cycle(self._session, circuit, held, moving if learning else None)
        except ConvergenceError as failure:
            values = self._gently(state, drive, failure)
        self._present = circuit.weights(values[-1])
        return circuit.read(values[0], self._present if learning else weights)

    def _gently(self, state: State, drive: Drive, failure: ConvergenceError) -> Floats:
        """Run a cycle once more, in shorter steps, and note it; return its probes.

        What follows begins a transient of the circuit as it was.
        """
        gentle = self.circuit.gentle
        session = SteppedSession(gentle.deck, gentle.charges)
        try:
            held, moving = gentle.settings(state, drive)
            session.begin(state.weights.astype(np.float64), held)
            values = steps_of_cycle(session, gentle, held, moving if drive.learning.any() else None)
        except EngineError as again:
            raise EngineError(
                f"in cycle {state.cycle} {failure}; once more in {gentle.steps} steps: {again}"
            ) from None
        finally:
            session.close()
        self.retried.append({"cycle": state.cycle, "reason": str(failure)})
        self._session = SteppedSession(self.deck, self.circuit.charges)
        self._begun = -1
        return values


def steps_of_cycle(
    session: SteppedSession, circuit: ChargedCircuit, held: Floats, moving: Floats | None
) -> Floats:
    """Take the steps of a cycle; return the probes before weights move and after it, V.

    ``held`` and ``moving`` are the settings of the knobs, ``moving`` None where nothing learns.
    Without steps of rest the first probes are those of the first step in which weights move.
    """
    before = [session.settle(held)[0] for _ in range(circuit.rests)]
    if moving is None:
        return np.array(before[-1:] or session.settle(held))
    moved = session.run(moving, circuit.steps)
    after = session.run(held, circuit.closes) if circuit.closes else moved
    return np.array([before[-1] if before else moved[0], after[-1]])
