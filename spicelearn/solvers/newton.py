"""Kirchhoff's laws for a network of nonlinear edges, with amplifiers: Newton's method."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.linalg.lapack import dgesv

from ..errors import ConvergenceError
from ..network.graph import Amplifier, Network, terminals
from ..plant import Floats, Ints

STEPS_LIMIT = 100  # of Newton's method
STEP_LIMIT_V = 0.3  # by which no node moves further in a step
VOLTS_LIMIT_V = 1e-11
Law = Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]


class NewtonSolver:
    """Solve a network with some nodes held, for any law of its edges, with all that is fixed in it.

    Fixed are its resistors, and those amplifiers whose target is not held: what they supply is
    unknown, as the voltages are (modified nodal analysis).

    A law returns, for the voltages of the first and the second node of every edge, V, shape (E,),
    the current from the first to the second, A, and its derivatives by both voltages, S. Raises
    ConvergenceError from `solve` if there is no solution to be found.
    """

    def __init__(self, network: Network, held: Sequence[int] | Ints) -> None:
        self._held = np.array(held, dtype=np.int64)
        self._free = np.setdiff1d(np.arange(network.nodes), self._held)
        fixed = np.array([(a, b) for a, b, _ in network.resistors], np.int64).reshape(-1, 2)
        self._siemens = np.array([1 / ohm for _, _, ohm in network.resistors])
        self._edges = len(network.edges)
        self._first, self._second = np.concatenate([network.ends, fixed]).T.copy()
        amplifiers = [each for each in network.amplifiers if each.target not in {*held}]
        self._size, self._nodes = len(self._free), network.nodes
        size = len(self._free) + len(amplifiers)
        supplied = np.arange(len(amplifiers))
        self._unknown = np.concatenate([self._free, network.nodes + supplied])
        place = np.full(network.nodes + len(amplifiers) + 1, size)  # what is known: one row more
        place[self._unknown] = np.arange(size)
        first, second = place[self._first], place[self._second]
        rows, columns, self._factors = linear(amplifiers, network.nodes)
        self._columns = columns
        self._rows = np.concatenate([first, second, place[rows]])
        pairs = [(first, first), (first, second), (second, first), (second, second)]
        pairs.append((place[rows], place[columns]))
        row, column = (np.concatenate(each) for each in zip(*pairs, strict=True))
        self._inner = np.flatnonzero((row < size) & (column < size))
        self._cells = (row * size + column)[self._inner]

    def _laws(self, law: Law, volts: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the currents of edges, then resistors, and their derivatives by both voltages."""
        first, second = volts[self._first], volts[self._second]
        if not len(self._siemens):
            return law(first, second)
        edges = self._edges
        ohmic = self._siemens * (first - second)[edges:]
        found = law(first[:edges], second[:edges])
        fixed = (ohmic, self._siemens, -self._siemens)
        current, by_first, by_second = map(np.concatenate, zip(found, fixed, strict=True))
        return current, by_first, by_second

    def solve(self, law: Law, held_V: Floats, start: Floats) -> Floats:
        """Return all node voltages, V, shape (N,), with the held ones at ``held_V``.

        It begins from ``start``, shape (N,): the same start gives the same answer to the last bit.
        """
        size = len(self._unknown)
        found = np.zeros(self._nodes + size - self._size + 1)  # voltages; currents, A; one
        volts = found[: self._nodes]
        found[-1], volts[:] = 1.0, start
        volts[self._held] = held_V
        if not size:
            return volts
        for _ in range(STEPS_LIMIT):
            current, first, second = self._laws(law, volts)
            flows = np.concatenate([current, -current, self._factors * found[self._columns]])
            excess = np.bincount(self._rows, flows, size + 1)[:size]
            slopes = np.concatenate([first, second, -first, -second, self._factors])
            matrix = np.bincount(self._cells, slopes[self._inner], size * size)
            _, _, step, failed = dgesv(matrix.reshape(size, size), excess)
            if failed:
                break
            largest = float(np.abs(step[: self._size]).max(initial=0.0))
            if largest > STEP_LIMIT_V:
                step *= STEP_LIMIT_V / largest
            found[self._unknown] -= step
            if largest < VOLTS_LIMIT_V:
                return volts
        raise ConvergenceError(
            f"Newton's method finds no voltages within {STEPS_LIMIT} steps: an output may hang in "
            "the air, every edge to it cut off"
        )


def linear(amplifiers: Sequence[Amplifier], nodes: int) -> tuple[Ints, Ints, Floats]:
    """Return the equations of amplifiers as rows, columns and factors of a matrix.

    The columns are the nodes' voltages, what the amplifiers supply, A, and 1. A node's row is the
    sum of the currents out of it; an amplifier's, numbered as its current, is how far its target is
    from where it holds it.
    """
    found: list[tuple[int, int, float]] = []
    for row, each in enumerate(amplifiers, start=nodes):
        drawn = 1 / each.gain if each.bidirectional else 0.0
        found += [(each.target, row, -1.0), (row, each.target, 1.0)]
        found += [(row, nodes + len(amplifiers), -each.level_V)]
        for node, sign in zip(terminals([each.source]), (1, -1), strict=False):
            found += [(node, row, sign * drawn), (row, node, -sign * each.gain)]
    rows, columns, factors = zip(*found, strict=True) if found else ((), (), ())
    return np.array(rows, np.int64), np.array(columns, np.int64), np.array(factors, np.float64)
