"""Kirchhoff's laws for a network of nonlinear two-terminal edges: Newton's method."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.linalg.lapack import dgesv

from ..errors import ConvergenceError
from ..network.graph import Network
from ..plant import Floats, Ints

STEPS_LIMIT = 100  # of Newton's method
STEP_LIMIT_V = 0.3  # by which no node moves further in a step
VOLTS_LIMIT_V = 1e-11
Law = Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]


class NewtonSolver:
    """Solve a network with some nodes held, for any law of its edges.

    A law returns, for the voltages of the first and the second node of every edge, V, shape (E,),
    the current from the first to the second, A, and its derivatives by both voltages, S. Raises
    ConvergenceError from `solve` if there is no solution to be found.
    """

    def __init__(self, network: Network, held: Sequence[int] | Ints) -> None:
        self._held = np.array(held, dtype=np.int64)
        self._free = np.setdiff1d(np.arange(network.nodes), self._held)
        self._first, self._second = network.ends.T.copy()
        size = len(self._free)
        place = np.full(network.nodes, size)  # held nodes: one row more, left out
        place[self._free] = np.arange(size)
        first, second = place[self._first], place[self._second]
        self._rows = np.concatenate([first, second])
        wide = size + 1
        pairs = ((first, first), (first, second), (second, first), (second, second))
        self._cells = np.concatenate([row * wide + column for row, column in pairs])
        self._size = size

    def solve(self, law: Law, held_V: Floats, start: Floats) -> Floats:
        """Return all node voltages, V, shape (N,), with the held ones at ``held_V``.

        It begins from ``start``, shape (N,): the same start gives the same answer to the last bit.
        """
        volts = start.copy()
        volts[self._held] = held_V
        size, wide = self._size, self._size + 1
        if not size:
            return volts
        for _ in range(STEPS_LIMIT):
            current, first, second = law(volts[self._first], volts[self._second])
            flows = np.concatenate([current, -current])
            excess = np.bincount(self._rows, flows, wide)[:size]
            slopes = np.concatenate([first, second, -first, -second])
            matrix = np.bincount(self._cells, slopes, wide * wide).reshape(wide, wide)
            _, _, step, failed = dgesv(matrix[:size, :size], excess)
            if failed:
                break
            largest = float(np.abs(step).max(initial=0.0))
            if largest > STEP_LIMIT_V:
                step *= STEP_LIMIT_V / largest
            volts[self._free] -= step
            if largest < VOLTS_LIMIT_V:
                return volts
        raise ConvergenceError(
            f"Newton's method finds no voltages within {STEPS_LIMIT} steps: an output may hang in "
            "the air, every edge to it cut off"
        )
