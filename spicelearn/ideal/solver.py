"""Kirchhoff's laws for a network of resistors: one banded factorisation, both twins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpbtrf, dpbtrs, dposv
from scipy.sparse import coo_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from ..errors import SpicelearnError
from ..network import Network
from ..plant import Floats, Ints


@dataclass(frozen=True)
class Solution:
    """Hold node voltages with the inputs applied, V, shape (N,), and how outputs move them.

    ``rows`` are the network nodes in the solver's order, ``response`` the voltage of each for a
    current of 1 A into each output, ohm, shape (rows, outputs).
    """

    voltages: Floats
    rows: Ints
    outputs: Ints
    places: Ints
    response: Floats

    def clamp(self, output_V: Floats) -> Floats:
        """Return the node voltages with the outputs held at these voltages as well.

        The currents that hold them superpose: no second factorisation.
        """
        needed = output_V - self.voltages[self.outputs]
        _, currents, _ = dposv(self.response[self.places], needed)
        voltages = self.voltages.copy()
        voltages[self.rows] += self.response @ currents
        return voltages


class Grounded:
    """Solve a network with its inputs held, for any conductances.

    The nodes that are not inputs are ordered to a narrow band, once.
    """

    def __init__(self, network: Network) -> None:
        self._nodes = network.nodes
        self._inputs = np.array(network.inputs, dtype=np.int64)
        self._outputs = np.array(network.outputs, dtype=np.int64)
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
        """Return the nodes that are not inputs, ordered to a narrow band."""
        free = np.setdiff1d(np.arange(self._nodes), self._inputs)
        shape = (self._nodes, self._nodes)
        graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=shape)
        links = (graph + graph.T).tocsr()[free][:, free]
        return np.asarray(free[reverse_cuthill_mckee(links, symmetric_mode=True)])

    def solve(self, conductance: Floats, input_V: Floats) -> Solution:
        """Return the settled voltages for one conductance an edge, S, and the input voltages."""
        size = len(self._rows)
        columns = np.zeros(size * self._width)  # of the lower band, one after another
        columns[:: self._width] = np.bincount(self._diagonal, conductance[self._meeting], size)
        columns[self._below] = -conductance[self._inner]
        matrix = columns.reshape(size, self._width).T
        right = self._probe.copy(order="F")
        current = conductance[self._feeding] * input_V[self._source]
        right[:, 0] = np.bincount(self._fed, current, size)
        factor, failed = dpbtrf(matrix, lower=1, overwrite_ab=1)
        if failed:
            raise SpicelearnError("the network's equations cannot be solved: a node is cut off")
        answer, _ = dpbtrs(factor, right, lower=1, overwrite_b=1)
        voltages = np.empty(self._nodes)
        voltages[self._rows] = answer[:, 0]
        voltages[self._inputs] = input_V
        return Solution(voltages, self._rows, self._outputs, self._places, answer[:, 1:])
