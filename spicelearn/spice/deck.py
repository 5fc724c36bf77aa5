"""A deck: SPICE text with models inline, and the names by which the engine drives and reads it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

MERGED = 5e-5  # of the longest step: ngspice joins what is nearer to a breakpoint


@dataclass(frozen=True)
class Timing:
    """Hold the times of a clock cycle in seconds, counted from the start of a transient.

    Cycle k of a transient is sensed at ``first_sense + k * period`` (the last instant whose
    voltages the comparators can still bring to the latch) and stepped at
    ``first_step + k * period``. ``tau`` is the network's slowest time constant, ``max_step`` the
    longest time step allowed. ``ample`` where the network has settled long before it is sensed,
    ``striding`` where it does so in a few long steps.
    The clock is released at ``start``; ``delay`` is that of either of its debounced sections, after
    which it latches and steps.
    """

    period: float
    first_sense: float
    first_step: float
    tau: float
    max_step: float
    ample: bool = False
    striding: bool = False
    start: float = 0.0
    delay: float = 0.0

    @property
    def near(self) -> float:
        """Return how near to a breakpoint ngspice joins a point with it, s."""
        return MERGED * self.max_step

    @property
    def hold(self) -> float:
        """Return the time from sensing to stepping, s."""
        return self.first_step - self.first_sense


@dataclass(frozen=True)
class Deck:
    """Hold a circuit as text and the plan by which it is run.

    ``knobs`` name what is altered between cycles, as the engine's ``device[parameter]``;
    ``probes`` the analog nodes that are read, and ``bits`` the digital ones: event nodes, or
    analog nodes that are high above ``high_V`` where that is given.
    """

    text: str
    knobs: tuple[str, ...]
    probes: tuple[str, ...]
    bits: tuple[str, ...]
    timing: Timing
    high_V: float | None = None

    @property
    def sha256(self) -> str:
        """Return the hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()
