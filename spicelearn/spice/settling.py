"""How long a network of rheostats takes to settle."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.linalg import splu

from ..board import Board
from ..network import Network
from ..plant import Floats


def slowest_time_constant(network: Network, board: Board) -> float:
    """Return the slowest time constant of the free network with every rheostat at its maximum, s.

    The node voltages v obey C dv/dt = -G v with the inputs held. G only grows when a resistance
    falls or an averager loads a node, so no state of a network of nominal rheostats is slower: a
    bound, not a guess. The clamped network has more nodes held and is faster. Found by inverse
    iteration, which converges to the slowest mode because that mode is positive on every node.
    """
    free = np.setdiff1d(np.arange(network.nodes), network.inputs)
    if len(free) == 0:
        return 0.0
    row = np.full(network.nodes, -1)
    row[free] = np.arange(len(free))
    solve = splu(_laplacian(network, board, row, len(free)).tocsc()).solve
    capacitance = _capacitances(network, board)[free]
    mode = np.ones(len(free))
    tau = 0.0
    for _ in range(500):
        image = solve(capacitance * mode)
        previous, tau = tau, float(image @ (capacitance * mode) / (mode @ (capacitance * mode)))
        mode = image / np.linalg.norm(image)
        if abs(tau - previous) <= 1e-9 * tau:
            break
    return tau


def _laplacian(network: Network, board: Board, row: Floats, size: int) -> coo_array:
    """Return the conductance matrix over the nodes that are not inputs, S."""
    conductance = 1 / float(board.resistance(np.array(board.positions - 1.0)))
    edges = row[np.array(network.edges)].astype(int)
    rows, columns, values = [], [], []
    for a, b in ((0, 1), (1, 0)):
        inner = edges[:, a] >= 0
        rows.append(edges[inner, a])
        columns.append(edges[inner, a])
        values.append(np.full(inner.sum(), conductance))
        both = inner & (edges[:, b] >= 0)
        rows.append(edges[both, a])
        columns.append(edges[both, b])
        values.append(np.full(both.sum(), -conductance))
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return coo_array(entries, shape=(size, size))


def _capacitances(network: Network, board: Board) -> Floats:
    """Return each node's capacitance to ground, F: a wiper (and A) here, a terminal B there."""
    total = np.zeros(network.nodes)
    first, second = np.array(network.edges).T
    np.add.at(total, first, board.terminal_wiper_F + board.terminal_end_F)
    np.add.at(total, second, board.terminal_end_F)
    return total
