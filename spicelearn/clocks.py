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


def independent(edges: int, probability: float, seed: int, cycle: int) -> Bools:
    """Clock each edge with this probability, drawn anew in every cycle (Wycoff et al. 2022).

    It depends on seed and cycle alone: a cycle done again clocks the same edges.
    """
    rng = np.random.default_rng([seed, 0xC10C, cycle])  # apart from other uses of the same seed
    return np.asarray(rng.random(edges) < probability)
