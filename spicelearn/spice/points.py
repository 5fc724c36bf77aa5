"""Operating points of a circuit that is kept loaded, one after another."""

from __future__ import annotations

from ..plant import Floats
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
