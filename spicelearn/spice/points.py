"""Operating points of a circuit that is kept loaded, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from ..plant import Floats
from .deck import Deck
from .loaded import Loaded


class PointSession(Loaded):
    """A deck of which operating points are found, each from nothing.

    Raises EngineError if ngspice refuses the deck.
    """

    def solve(self, knobs: Floats) -> Floats:
        """Apply the knobs, find the operating point and return the probes, V.

        Raises ConvergenceError if there is none, EngineError if ngspice fails otherwise.
        """
        self._apply(knobs)
        volts = self.library.operating_point(self.deck.probes)
        self._check(len(volts) > 0, "found no operating point")
        return volts

    def response(self, knobs: Floats, hertz: float) -> complex:
        """Apply the knobs; return the first probe's small-signal response at a frequency, V.

        It is that to the sources whose ``acmag`` is not zero. Raises as `solve` does.
        """
        self._apply(knobs)
        found = self.library.small_signal(self.deck.probes[0], hertz)
        self._check(found is not None, "found no small-signal response")
        assert found is not None
        return found


@contextmanager
def at_rest(deck: Deck) -> Iterator[Callable[[Floats], Floats]]:
    """Load a deck; give a function of knobs that returns its probes, settled (`PointSession`)."""
    with closing(PointSession(deck)) as session:
        yield session.solve
