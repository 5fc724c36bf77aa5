"""Kirchhoff's laws for a network of resistors: one banded factorisation for both states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpbtrf, dpbtrs, dposv
from scipy.sparse import coo_array, csc_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from ..errors import SpicelearnError
from ..network.graph import Network, terminals
from ..plant import Floats, Ints


@dataclass(frozen=True)
class Solution:
    """Hold the node voltages, V, shape (N,), and their response to currents into the outputs.

    ``rows`` are the network nodes that are not inputs, in the solver's order, ``outputs`` the
    output nodes and ``places`` these nodes' places in ``rows``; ``response`` is the voltage of each
    row for a current of 1 A into each output, ohm, shape (rows, outputs).
    """

    voltages: Floats
    rows: Ints
    outputs: Ints
    places: Ints
    response: Floats

    def clamp(self, output_V: Floats) -> Floats:
        """Return the node voltages with the outputs held at these voltages as well.

        The currents that hold them superpose, so that no second factorisation is needed.
        """
        needed = output_V - self.voltages[self.outputs]
        _, currents, _ = dposv(self.response[self.places], needed)
        voltages = self.voltages.copy()
        voltages[self.rows] += self.response @ currents
        return voltages


class NodalSolver:
    """Solve a network with its inputs held, for any conductances (nodal analysis).

    The nodes that are not inputs are ordered once so that the matrix has a narrow band.
    """

    def __init__(self, network: Network) -> None:
        self._nodes = network.nodes
        self._inputs = np.array(network.inputs, dtype=np.int64)
        self._outputs = np.array(terminals(network.outputs), dtype=np.int64)
        edges = np.array(network.edges, dtype=np.int64)
        self._rows = self._narrow(edges)
        place = np.full(network.nodes, -1)
        place[self._rows] = np.arange(len(self._rows))
        source = np.full(network.nodes, -1)
        source[self._inputs] = np.arange(len(self._inputs))
        ends = place[edges]
        inner = (ends >= 0).all(axis=1)
        self._inner = np.flatnonzero(inner)
        low, high = np.sort(ends[inner], axis=1).T
        self._width = int((high - low).max(initial=0)) + 1
        self._below = low * self._width + high - low
        both = np.arange(len(edges)).repeat(2)
        here, there = ends.ravel(), source[edges[:, ::-1]].ravel()
        self._diagonal, self._meeting = here[here >= 0], both[here >= 0]
        fed = (here >= 0) & (there >= 0)
        self._fed, self._feeding, self._source = here[fed], both[fed], there[fed]
        self._places = place[self._outputs]
        self._probe = np.zeros((len(self._rows), 1 + len(self._outputs)), order="F")
        self._probe[self._places, 1 + np.arange(len(self._outputs))] = 1

    def _narrow(self, edges: Ints) -> Ints:
        """Return the nodes that are not inputs, ordered so that the matrix has a narrow band."""
        free = np.setdiff1d(np.arange(self._nodes), self._inputs)
        if not len(free):
            return free
        shape = (self._nodes, self._nodes)
        graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=shape)
        links = (graph + graph.T).tocsr()[free][:, free]
        return np.asarray(free[reverse_cuthill_mckee(links, symmetric_mode=True)])

    @property
    def rows(self) -> Ints:
        """Return the nodes that are not inputs, in the solver's order."""
        return self._rows

    def _band(self, conductance: Floats) -> Floats:
        """Return the lower band of the conductance matrix (LAPACK), S, shape (width, rows)."""
        size = len(self._rows)
        columns = np.zeros(size * self._width)  # of the matrix, one after another
        columns[:: self._width] = np.bincount(self._diagonal, conductance[self._meeting], size)
        columns[self._below] = -conductance[self._inner]
        return columns.reshape(size, self._width).T

    def matrix(self, conductance: Floats) -> csc_array:
        """Return the conductance matrix over `rows` for one conductance per edge, S, sparse."""
        size = len(self._rows)
        low, offset = np.divmod(self._below, self._width)
        own = np.bincount(self._diagonal, conductance[self._meeting], size)
        values = [own, -conductance[self._inner], -conductance[self._inner]]
        rows = [np.arange(size), low + offset, low]
        columns = [np.arange(size), low, low + offset]
        places = (np.concatenate(rows), np.concatenate(columns))
        return coo_array((np.concatenate(values), places), shape=(size, size)).tocsc()

    def solve(self, conductance: Floats, input_V: Floats) -> Solution:
        """Return the settled voltages for one conductance per edge, S, and the input voltages, V.

        Raises SpicelearnError if a node is cut off from every input.
        """
        size, matrix = len(self._rows), self._band(conductance)
        right = self._probe.copy(order="F")
        current = conductance[self._feeding] * input_V[self._source]
        right[:, 0] = np.bincount(self._fed, current, size)
        factor, failed = dpbtrf(matrix, lower=1, overwrite_ab=1)
        if failed:
            raise SpicelearnError("the network's equations cannot be solved: a node is cut off")
        solution, _ = dpbtrs(factor, right, lower=1, overwrite_b=1)
        voltages = np.empty(self._nodes)
        voltages[self._rows] = solution[:, 0]
        voltages[self._inputs] = input_V
        return Solution(voltages, self._rows, self._outputs, self._places, solution[:, 1:])
