"""A circuit of any machine as a Plant, run cycle by cycle in this process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from ..errors import ConvergenceError, EngineError, SpicelearnError
from ..formats import files
from ..plant import Bools, Drive, Floats, Reading, State
from .beside import Beside
from .deck import Deck, without_values
from .fine import fine_clocks, in_fine_steps, remembered
from .loaded import Loaded
from .points import at_rest
from .scope import Scope
from .session import LONGEST_TRANSIENT, Session


@dataclass(frozen=True)
class Probed:
    """Hold what was probed in one cycle.

    ``volts`` are the deck's probes at the instant of sensing, V, in their order; ``bits`` its
    digital nodes at the end of the cycle; ``left_V`` is the largest distance of a probe from its
    final value, V.
    """

    session: Session
    volts: Floats
    bits: Bools
    left_V: float

    def window(self, vectors: Sequence[str]) -> tuple[Floats, Floats]:
        """Return every time point of the cycle: times, s, shape (P,), and vectors, shape (P, V).

        The vectors are probes or other saved vectors, by their names in the deck.
        """
        return self.session.window(vectors)


class Circuit(Protocol):
    """What a machine provides so that its circuit can be run."""

    @property
    def deck(self) -> Deck:
        """Return the deck."""
        ...

    @property
    def gentle_deck(self) -> Deck:
        """Return the same circuit with wider tolerances, for a cycle that does not converge."""
        ...

    @property
    def gentleness(self) -> str:
        """Return how the gentle deck differs, for a message."""
        ...

    def check(self, drive: Drive) -> None:
        """Raise SpicelearnError for a drive that this circuit cannot carry out."""
        ...

    def read(self, probed: Probed, drive: Drive) -> Reading:
        """Return the Reading from what was probed."""
        ...

    def outputs(self, volts: Floats, drive: Drive) -> Floats:
        """Return the free state's outputs, shape (B, outputs), from the deck's probes, V."""
        ...


def keep_deck(deck: Deck, file: Path) -> None:
    """Write a deck, or see that it is there; raise SpicelearnError if another one is."""
    if not file.exists():
        files.replace(file, deck.text.encode())
    elif files.content(file, str(file)) != deck.text.encode():
        raise SpicelearnError(f"{file} holds another circuit, expected that of this run")


class BlockPlant(ABC):
    """A deck that ngspice holds, whose transient begins anew in every block of cycles.

    A process holds one circuit at a time: close a plant before the next. The deck is written to
    ``deck_file``, if given, before it runs. A transient begins every ``block`` cycles from cycle
    ``first`` on: that bounds memory, and a run can be resumed there. Raises SpicelearnError if
    ``deck_file`` holds another deck already.
    """

    def __init__(self, deck: Deck, deck_file: Path | None, block: int, first: int) -> None:
        self.retried: list[dict[str, Any]] = []  # cycles that converged only in a gentle circuit
        self.deck = deck
        self._block = block
        self._first = first
        self._begun = -1  # the block that the transient is in
        if deck_file:
            keep_deck(deck, deck_file)

    @property
    @abstractmethod
    def _loaded(self) -> Loaded:
        """Return the deck as ngspice holds it."""

    @cached_property
    def engine(self) -> str:
        """Return the name and version of ngspice."""
        return self._loaded.engine

    def begins(self, cycle: int) -> bool:
        """Return whether a transient begins with this cycle."""
        return (cycle - self._first) % self._block == 0

    def _enters(self, cycle: int) -> bool:
        """Return whether the transient is not that of this cycle's block, and note the block."""
        block = (cycle - self._first) // self._block
        if block == self._begun:
            return False
        self._begun = block
        return True

    def close(self) -> None:
        """Unload the circuit."""
        self._loaded.close()


class CircuitPlant(BlockPlant):
    """Run a circuit cycle by cycle, in this process, one transient per block.

    A transient (see `spicelearn.spice.session.Session`) begins settled. A ``scope`` keeps
    waveforms, which the same circuit makes in fine steps beside this one
    (`spicelearn.spice.fine`); the outputs at rest of a cycle that had not settled are those of its
    operating point, found beside it too. No more than ``longest`` cycles, of queries and of
    measurements too, are run in one transient. Raises EngineError if ngspice fails.
    """

    def __init__(
        self,
        circuit: Circuit,
        deck_file: Path | None = None,
        block: int = LONGEST_TRANSIENT,
        first: int = 0,
        scope: Scope | None = None,
        longest: int = LONGEST_TRANSIENT,
    ) -> None:
        super().__init__(circuit.deck, deck_file, block, first)
        self._longest = longest
        self.circuit = circuit
        self._scope = scope
        self._fine = Beside("waveforms", partial(fine_clocks, in_fine_steps(self.deck)))
        self._rest = Beside("settled voltages", partial(at_rest, without_values(self.deck)))
        self._applied = deque[Floats](maxlen=1 + remembered(self.deck.timing))  # in the transient
        self._kept = False  # whether the waveforms of the latest clock are
        self._otherwise: list[int] = []  # cycles in which bits differ in fine steps
        self._session = Session(self.deck, longest)

    @property
    def _loaded(self) -> Session:
        return self._session

    @property
    def details(self) -> dict[str, Any]:
        """Return the deck's hash, its times, s, and the cycles that were retried.

        With a scope also the cycles whose waveforms end with other bits than the run.
        """
        timing = self.deck.timing
        waved = {} if self._scope is None else {"waves_with_other_bits": self._otherwise}
        return {
            **waved,
            "deck_sha256": self.deck.sha256,
            "clock_period_s": timing.period,
            "slowest_time_constant_s": timing.tau,
            "cycles_of_a_transient": self._block,
            "cycles_of_a_load": self._block * self._session.most_transients,
            "retried": self.retried,
        }

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Apply weights and inputs, run one cycle, and read.

        Raises EngineError if ngspice finds no solution, in the gentle circuit either.
        """
        if self._enters(state.cycle):
            self._session.restart()
        self.circuit.check(drive)
        knobs = self.deck.settings(state, drive)
        try:
            probed = self._probe(self._session, knobs)
        except ConvergenceError as failure:
            return self._gently(knobs, state.cycle, drive, failure)
        if self._scope is not None:
            self._keep(self._scope, state.cycle, knobs, probed)
        reading = self.circuit.read(probed, drive)
        if reading.settled:
            return reading
        return replace(reading, at_rest=lambda: self._at_rest(state.cycle, knobs, drive))

    def _at_rest(self, cycle: int, knobs: Floats, drive: Drive) -> Floats:
        """Return the outputs once all has settled at these values of the knobs."""
        return self.circuit.outputs(self._rest.ask(cycle, knobs), drive)

    def _keep(self, scope: Scope, cycle: int, knobs: Floats, probed: Probed) -> None:
        """Keep the waveforms of the clock that has just run, if they are wanted."""
        if self._session.clock == 0:
            self._applied.clear()
            self._kept = False
        self._applied.append(knobs)
        if wanted := scope.wants(cycle):
            trace = self._fine.ask(cycle, list(self._applied), self._kept)
            scope.keep(cycle, trace)
            if (trace.bits != probed.bits).any():
                self._otherwise.append(cycle)
        self._kept = wanted

    @staticmethod
    def _probe(session: Session, knobs: Floats) -> Probed:
        """Run one cycle with these values of the knobs."""
        volts, left_V, bits = session.cycle(knobs)
        return Probed(session, volts, bits, left_V)

    def _gently(
        self, knobs: Floats, cycle: int, drive: Drive, failure: ConvergenceError
    ) -> Reading:
        """Run a cycle again, from its operating point, in the gentle circuit, and note it.

        The next cycle begins a new transient of the normal circuit.
        """
        gentle = Session(self.circuit.gentle_deck)
        try:
            found = self.circuit.read(self._probe(gentle, knobs), drive)
        except EngineError as again:
            raise EngineError(
                f"in cycle {cycle} {failure}; once more with gentler settings "
                f"({self.circuit.gentleness}): {again}"
            ) from None
        finally:
            gentle.close()
        self.retried.append({"cycle": cycle, "reason": str(failure)})
        self._session = Session(self.deck, self._longest)
        self._begun = -1
        return found

    def close(self) -> None:
        """Unload the circuit and end the processes beside it."""
        self._fine.close()
        self._rest.close()
        super().close()
