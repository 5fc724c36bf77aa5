"""Which edges are clocked in a cycle."""

from __future__ import annotations

import numpy as np

from .plant import Bools


def synchronous(edges: int) -> Bools:
    """Clock every edge, as the global clock of the 2022 machine does."""
    return np.ones(edges, dtype=np.bool_)


def held(edges: int) -> Bools:
    """Clock no edge: the circuit is read, nothing is learned."""
    return np.zeros(edges, dtype=np.bool_)
