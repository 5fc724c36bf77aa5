"""Clock cycles in fine steps, for the waveforms.

A run takes the longest steps with which every decision is right: they show when the solver looked,
not when the circuit moved. Here the same deck is solved in steps that are short against the time
since the stepping edge, at which voltages begin to move, and against the slowest time constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial

from ..plant import Bools, Floats
from .deck import Deck, Timing, without_values
from .scope import Trace
from .session import Session

OPTIONS = ".options method=gear reltol=1e-4"  # of second order; it does not ring where inputs jump
FIRST = 1 / 2000  # of the slowest time constant: the first step of a clock
GROWTH = 1 / 100  # of the time since the stepping edge: by so much steps are longer then
LONGEST = 1 / 8  # of the slowest time constant
SCALE = 1 / 100  # of the period: what stands for the time constant of a circuit that has none
FORGOTTEN = 16  # time constants after which 1e-7 of an earlier voltage is left


def in_fine_steps(deck: Deck) -> Deck:
    """Return the same circuit, to be solved in fine steps by another process."""
    timing = deck.timing
    longest = min(timing.max_step, LONGEST * scale(timing))
    head, end, rest = deck.text.rpartition(".end")
    return replace(
        without_values(deck),
        text=f"{head}{OPTIONS}\n{end}{rest}",  # the last options of a deck hold
        timing=replace(timing, max_step=longest, striding=False),
    )


def scale(timing: Timing) -> float:
    """Return the time, s, against which steps are short."""
    return timing.tau or SCALE * timing.period


class FineSession(Session):
    """A deck in fine steps, every node of it kept.

    Steps grow with the time since the stepping edge, whatever the solver finds, so that none is
    rejected where it controls no error: a comparator that crosses its threshold in a step that is
    rejected may keep its output for ever. Raises EngineError if ngspice refuses the deck.
    """

    def __init__(self, deck: Deck) -> None:
        self._edge = 0.0  # s, the latest stepping edge
        super().__init__(deck, whole=True)
        self.library.limit_steps(self._longest)

    def _longest(self, time: float) -> float:
        """Return how long a step that begins at a time may be, s."""
        return FIRST * scale(self.deck.timing) + GROWTH * abs(time - self._edge)

    def cycle(self, knobs: Floats) -> tuple[Floats, float, Bools]:
        """Run a cycle as `Session.cycle` does."""
        self._edge = self.begin_of(0 if self.ends else self.clock + 1)
        return super().cycle(knobs)

    def close(self) -> None:
        """Unload the circuit."""
        self.library.limit_steps(None)
        super().close()


def remembered(timing: Timing) -> int:
    """Return how many clocks it takes a network to forget where it was."""
    return 1 + int(FORGOTTEN * timing.tau / timing.period)


@contextmanager
def fine_clocks(deck: Deck) -> Iterator[Callable[[Sequence[Floats], bool], Trace]]:
    """Load a deck; give a function of knobs that returns the waveforms of a clock (`traced`)."""
    with closing(FineSession(deck)) as session:
        yield partial(traced, session)


def traced(session: FineSession, knobs: Sequence[Floats], goes_on: bool) -> Trace:
    """Return the waveforms of a clock that has the last of these settings of the knobs.

    The earlier ones are those of the clocks before it, run unseen from an operating point on,
    unless the session ``goes_on`` from the clock that was traced last. The first point of a clock
    is the last one of such a clock.
    """
    if not goes_on or session.ends:
        session.restart()
    else:
        knobs = knobs[-1:]
    for settings in knobs:
        _, _, bits = session.cycle(settings)
    begun, names = session.begin_of(session.clock), session.vectors()
    times, rows = session.points(names, begun, inclusive=not goes_on)
    changes = {
        node: [(max(time - begun, 0.0), value) for time, value in found]
        for node, found in session.events(begun).items()
    }
    return Trace(names, (times - begun).clip(0), rows, changes, bits)
