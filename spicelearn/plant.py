"""The seam: what a learning machine is given each clock cycle and what it answers.

A plant is any machine that learns: a circuit (`spicelearn.spice`) or its idealised twin. The
trainer, the tasks and the records know only what stands in this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class State:
    """Hold what the machine has learned: a wiper code an edge, shape (E,), and the clock count.

    Codes are whole numbers, or not where the update is continuous (Eq. 2).
    """

    codes: Ints | Floats
    cycle: int = 0


@dataclass(frozen=True)
class Drive:
    """Hold what is applied during one clock cycle.

    ``inputs`` V, in the order of the network's inputs; ``targets`` V, in the order of its outputs;
    ``eta`` the nudge of Eq. 1, 0 where the outputs are let go; ``clocked`` shape (E,), which edges
    get the clock; ``intact`` shape (E,), which edges are there and not cut out.
    """

    inputs: Floats
    targets: Floats
    eta: float
    clocked: Bools
    intact: Bools

    @classmethod
    def to_all(cls, inputs: Floats, targets: Floats, eta: float, edges: int) -> Drive:
        """Return the drive that clocks every one of so many edges, all intact."""
        every = np.ones(edges, dtype=np.bool_)
        return cls(inputs, targets, eta, every, every)


@dataclass(frozen=True)
class Reading:
    """Hold what the machine shows at the latching clock edge.

    ``free`` and ``clamped`` node voltages, V, shape (N,); ``up`` the latched bit of every edge,
    shape (E,), true where the resistance is to rise, false for an edge that is cut out;
    ``settled`` false where the clock came before the network had settled.
    """

    free: Floats
    clamped: Floats
    up: Bools
    settled: bool


class Plant(Protocol):
    """A machine that answers one clock cycle at a time and keeps no memory that matters.

    The same State and Drive give the same Reading, whatever went before.
    """

    @property
    def engine(self) -> str:
        """Name what computes: program and version."""
        ...

    @property
    def details(self) -> dict[str, Any]:
        """Return what is worth keeping of how the plant was built, as JSON can hold it."""
        ...

    def begins(self, cycle: int) -> bool:
        """Say whether answers from this cycle on depend, to the last bit, on nothing before.

        A run that is taken up at such a cycle goes on exactly as it would have.
        """
        ...

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Answer one clock cycle."""
        ...

    def close(self) -> None:
        """Let go of whatever the plant holds."""
        ...
