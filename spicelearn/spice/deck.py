"""A deck: SPICE text with models inline, and the names by which the engine drives and reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..plant import Drive, Floats, State

SPARSE = "klu"  # a solver of ngspice 42 and newer; older versions ignore the option
SPARSE_FROM = 300  # edges from which that solver is faster
MERGED = 5e-5  # of the longest step: ngspice joins a time point that is nearer to a breakpoint


def solver(edges: int) -> str:
    """Return the option that chooses the solver for a twin network of so many edges, or nothing."""
    return SPARSE if edges >= SPARSE_FROM else ""


@dataclass(frozen=True)
class Timing:
    """Hold the times of a clock cycle in seconds, counted from the start of a transient.

    Cycle k of a transient is sensed at ``first_sense + k * period`` (the last instant whose
    voltages can still reach the latch through the comparators) and stepped at
    ``first_step + k * period``. ``tau`` is the network's slowest time constant, ``max_step`` the
    longest time step allowed. ``ample`` is true if the network has settled long before it is
    sensed, ``striding`` if it is simulated in a few long steps. The clock is released at ``start``;
    ``delay`` is that of each of the two debouncer sections, which make the latching and the
    stepping edge.
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
        """Return the distance, s, within which ngspice joins a time point with a breakpoint."""
        return MERGED * self.max_step

    @property
    def hold(self) -> float:
        """Return the time from sensing to stepping, s."""
        return self.first_step - self.first_sense


@dataclass(frozen=True)
class Knobs:
    """Hold what is altered between cycles: names ``device[parameter]`` and their values.

    ``values`` returns one value per name, in the parameter's unit, for a State and a Drive.
    """

    names: tuple[str, ...]
    values: Callable[[State, Drive], Floats]


@dataclass(frozen=True)
class Deck:
    """Hold a circuit as text, and the names and times by which it is run.

    ``probes`` name the analog nodes that are read, and ``bits`` the digital ones: event nodes, or
    analog nodes that are high above ``high_V`` where that is given.
    """

    text: str
    knobs: tuple[Knobs, ...]
    probes: tuple[str, ...]
    bits: tuple[str, ...]
    timing: Timing
    high_V: float | None = None

    @property
    def sha256(self) -> str:
        """Return the hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def settings(self, state: State, drive: Drive) -> Floats:
        """Return the values of all knobs in their order."""
        return np.concatenate([knobs.values(state, drive) for knobs in self.knobs])


def without_values(deck: Deck) -> Deck:
    """Return a deck whose knobs have names only, so that another process can be sent it."""
    return replace(deck, knobs=tuple(replace(knobs, values=_unknown) for knobs in deck.knobs))


def _unknown(state: State, drive: Drive) -> Floats:
    """Refuse to give values of knobs: they come with every request."""
    raise NotImplementedError
