"""Which way the clamped state is nudged, from cycle to cycle."""

from __future__ import annotations

from dataclasses import dataclass

POSITIVE, NEGATIVE, CENTRED = "positive", "negative", "centred"
SIGNS = {POSITIVE: (1,), NEGATIVE: (-1,), CENTRED: (1, -1)}  # of the nudge, cycle after cycle


@dataclass(frozen=True)
class Nudge:
    """Give the sign of the nudge in every cycle: towards the target, away from it, or in turn.

    ``kind`` is one of `SIGNS`. A machine that is nudged away learns with the opposite sign. A
    centred nudge gives every example twice on end, first towards its target, then away from it.
    """

    kind: str = POSITIVE

    @property
    def cycles(self) -> int:
        """Return the number of cycles that an example takes."""
        return len(SIGNS[self.kind])

    def sign(self, cycle: int) -> int:
        """Return 1 if the nudge is towards the target in this cycle of a lesson, else -1."""
        return SIGNS[self.kind][cycle % self.cycles]
