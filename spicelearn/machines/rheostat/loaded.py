"""The idealised model of the loaded networks: with averagers, input currents and the bias."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import splu

from ...network.graph import Network, terminals
from ...plant import Drive, Floats, State
from .board import Board
from .ideal import IdealModel
from .parts import Parts


class LoadedModel(IdealModel):
    """Solve both networks at once, with all that loads them and joins one to the other.

    The averagers of an edge are two stars of two legs: one joins a clamped node with a free one
    across the edge, the other the remaining two; the comparator draws its input currents from their
    middles, which are eliminated. The second comparator draws its own from the edge's free nodes. A
    clamped output is held at what Eq. 1 makes of the free voltages. All of it is linear, and solved
    exactly. Comparators decide as in `IdealModel`, with their offsets as averagers scale them: the
    sum is 2 V_os - I_os R_leg without a bias towards up.
    """

    def __init__(self, network: Network, board: Board, parts: Parts) -> None:
        own = parts
        if board.sense == "averager":
            offset = parts.offset_V.copy()
            offset[:, 0] *= 2 + board.up_bias
            offset[:, 0] -= parts.offset_current_A[:, 0] * board.averager_leg_ohm
            own = replace(parts, offset_V=offset)
        super().__init__(network, replace(board, **Board.circuit_only()), own)
        self._whole, self._drawn = board, parts.offset_current_A
        nodes, (a, b) = network.nodes, network.ends.T
        self._free, self._clamped = (a, b), (a + nodes, b + nodes)  # the free nodes come first
        held = np.array([*network.inputs, *(node + nodes for node in network.inputs)])
        self._outputs = np.array(terminals(network.outputs)) + nodes
        self._held = held
        self._found = np.setdiff1d(np.arange(2 * nodes), [*held, *self._outputs])
        self._place = np.full(2 * nodes, -1)
        self._place[self._found] = np.arange(len(self._found))

    def _solve(self, state: State, drive: Drive) -> tuple[Floats, Floats]:
        """Return the settled voltages of both networks, V, each of shape (N,)."""
        board, network, intact = self._whole, self._network, drive.intact
        free_ohm, clamped_ohm = self._parts.resistances(self._board, state.weights)
        (fa, fb), (ca, cb) = self._free, self._clamped
        pairs = [(fa, fb, intact / free_ohm), (ca, cb, intact / clamped_ohm)]
        bias, offset = board.bias_A, self._drawn / 2
        drawn = [(fb, bias + offset[:, 1]), (fa, bias - offset[:, 1])]
        if board.sense == "averager":
            clamped, free = (1 + board.up_bias) / board.averager_leg_ohm, 1 / board.averager_leg_ohm
            share = clamped / (clamped + free)
            star = np.full(len(fa), share * free)
            plus, minus = bias + offset[:, 0], bias - offset[:, 0]
            pairs += [(ca, fb, intact * star), (fa, cb, intact * star)]
            drawn += [(ca, share * plus), (fb, (1 - share) * plus)]
            drawn += [(cb, share * minus), (fa, (1 - share) * minus)]
        size = 2 * network.nodes
        current = np.zeros(size)
        for nodes, amperes in drawn:
            np.add.at(current, nodes, intact * amperes)
        rows = np.concatenate([np.concatenate([one, two, one, two]) for one, two, _ in pairs])
        columns = np.concatenate([np.concatenate([one, two, two, one]) for one, two, _ in pairs])
        siemens = np.concatenate([np.concatenate([g, g, -g, -g]) for _, _, g in pairs])
        matrix = coo_array((siemens, (rows, columns)), shape=(size, size)).tocsr()
        return self._voltages(matrix, current, drive)

    def _voltages(self, matrix: csr_array, current: Floats, drive: Drive) -> tuple[Floats, Floats]:
        """Return both networks' voltages for a conductance matrix, S, and currents into nodes, A.

        Held voltages are sums of those that are found, and constants: ``all = T found + constant``.
        """
        network, size = self._network, len(current)
        constant = np.zeros(size)
        constant[self._held] = np.tile(drive.inputs[0], 2)
        nothing, targets = np.zeros(network.nodes), drive.targets[0]
        constant[self._outputs] = network.nudged(nothing, targets, drive.eta)
        found, place = self._found, self._place
        rows, columns, parts = [found], [place[found]], [np.ones(len(found))]
        for node in self._outputs - network.nodes:
            one = nothing.copy()
            one[node] = 1.0
            follow = network.nudged(one, 0 * targets, drive.eta)
            rows.append(self._outputs)
            columns.append(np.full(len(follow), place[node]))
            parts.append(follow)
        shape = (size, len(found))
        spread = coo_array(
            (np.concatenate(parts), (np.concatenate(rows), np.concatenate(columns))), shape=shape
        ).tocsr()
        laws = matrix[found]
        solution = splu((laws @ spread).tocsc()).solve(current[found] - laws @ constant)
        volts = spread @ solution + constant
        return volts[: network.nodes], volts[network.nodes :]
