"""How long a network of rheostats takes to settle."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.sparse import diags_array
from scipy.sparse.linalg import eigsh

from ....network.graph import Network
from ....plant import Floats
from ....solvers.linear import NodalSolver
from ..board import Board

KEPT = 8  # latest results: other runs in this process have the same network and board


@lru_cache(KEPT)
def slowest_time_constant(network: Network, board: Board) -> float:
    """Return the slowest time constant of the free network with every rheostat at its maximum, s.

    The node voltages v obey C dv/dt = -G v with the inputs held: the time constant is the inverse
    of the smallest eigenvalue of G v = lambda C v. G only grows when a resistance falls or an
    averager loads a node, so this bounds every state of a network of nominal rheostats. In the
    clamped network more nodes are held, so it is faster.
    """
    solver = NodalSolver(network)
    rows = solver.rows
    if len(rows) == 0:
        return 0.0
    farads = capacitances(network, board)[rows]
    conductance = 1 / float(board.resistance(np.array(board.positions - 1.0)))
    matrix = solver.matrix(np.full(len(network.edges), conductance)) / conductance
    if len(rows) == 1:
        return float(farads[0] / (matrix.toarray()[0, 0] * conductance))
    weights = farads / farads.max()  # of order one, as the matrix is: good conditioning for eigsh
    (smallest,) = eigsh(
        matrix,
        k=1,
        M=diags_array(weights, offsets=0).tocsc(),
        sigma=0,
        v0=np.ones(len(rows)),
        return_eigenvectors=False,
    )
    return float(farads.max() / (conductance * smallest))


def capacitances(network: Network, board: Board) -> Floats:
    """Return each node's capacitance to ground, F, shape (N,).

    The first node of an edge has its terminals W and A, the second its terminal B.
    """
    total = np.zeros(network.nodes)
    first, second = network.ends.T
    np.add.at(total, first, board.terminal_wiper_F + board.terminal_end_F)
    np.add.at(total, second, board.terminal_end_F)
    return total
