"""Whole transients of a circuit that is kept loaded, and its operating points."""

from __future__ import annotations

import numpy as np

from ..plant import Floats
from .points import PointSession


class TransientSession(PointSession):
    """A deck of which operating points and whole transients are found, each from nothing.

    Raises EngineError if ngspice refuses the deck.
    """

    def run(self, knobs: Floats, end: float) -> tuple[Floats, Floats]:
        """Apply the knobs, run to ``end``, s; return times, shape (T,), and probes, (T, probes).

        The longest step is that of the deck's timing. Raises ConvergenceError if the transient
        breaks off, EngineError if ngspice fails otherwise.
        """
        self._apply(knobs)
        self.library.command("destroy all")  # the former run would be kept for ever
        self.library.begin(self.deck.timing.max_step, end)
        times = self.library.tail(b"time", self.library.length(b"time"))
        reached = float(times[-1]) if len(times) else 0.0
        self._check(
            abs(reached - end) <= self.deck.timing.near,
            f"broke off at {reached:g} s of {end:g} s",
        )
        columns = [self.library.tail(name.encode(), len(times)) for name in self.deck.probes]
        return times, np.column_stack(columns)
