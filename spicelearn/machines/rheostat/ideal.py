"""The idealised model: Kirchhoff's laws, exact, and the decision as a formula."""

from __future__ import annotations

import numpy as np
import scipy

from ...errors import UsageError
from ...network.graph import Network
from ...plant import Bools, Drive, Floats, Model, Reading, State
from ...solvers.linear import NodalSolver
from .board import Board
from .parts import Parts


class IdealModel(Model):
    """Compute a clock cycle from the settled voltages of both networks.

    It has those imperfections of a board that can be written as a formula: wiper resistance,
    rheostat tolerance and mismatch, comparator offsets, node noise, a bias towards up, and the
    choice between Eq. 5 (``decision = "absolute"``) and Eq. 6 (``"signed"``). A tie counts as up.
    Raises UsageError, naming the constant, for imperfections that only the circuit has.
    """

    def __init__(self, network: Network, board: Board, parts: Parts) -> None:
        for name, only in board.circuit_only().items():
            if getattr(board, name) != only:
                raise UsageError(
                    f"board: {name} = {getattr(board, name)!r} exists only in the circuit, "
                    f"expected {only!r} for the idealised model"
                )
        if board.decision == "absolute" and board.offset_sigma_V:
            raise UsageError(
                f"board: offset_sigma_V = {board.offset_sigma_V!r} with decision = 'absolute' "
                "(Eq. 5, without comparators), expected 0, or decision = 'signed'"
            )
        self._network = network
        self._board = board
        self._parts = parts
        self._solver = NodalSolver(network)

    @property
    def engine(self) -> str:
        """Return the versions of numpy and scipy."""
        return f"numpy-{np.__version__} scipy-{scipy.__version__}"

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Solve both networks at these wiper codes and voltages; evaluate every decision."""
        free_V, clamped_V = self._solve(state, drive)
        up = self._decide(free_V, clamped_V, state.cycle) & drive.intact
        probes = {"free": free_V, "clamped": clamped_V}
        return Reading(self._network.read_out(free_V)[None], up, True, probes)

    def _solve(self, state: State, drive: Drive) -> tuple[Floats, Floats]:
        """Return the settled voltages of both networks, V, each of shape (N,)."""
        free_ohm, clamped_ohm = self._parts.resistances(self._board, state.weights)
        free = self._solver.solve(drive.intact / free_ohm, drive.inputs[0])
        clamped = free
        if self._board.mismatch_sigma:
            clamped = self._solver.solve(drive.intact / clamped_ohm, drive.inputs[0])
        free_V = free.voltages
        nudged = self._network.nudged(free_V, drive.targets[0], drive.eta)
        return free_V, clamped.clamp(nudged)

    def _decide(self, free_V: Floats, clamped_V: Floats, cycle: int) -> Bools:
        """Evaluate Eq. 5 or Eq. 6 on the drops that the comparators see, shape (E,): up or not."""
        board = self._board
        up: Bools
        if board.noise_V:
            noise = self._parts.node_noise(board, self._network, cycle)
            free_V, clamped_V = free_V + noise[0], clamped_V + noise[1]
        free, clamped = self._network.drops(free_V), self._network.drops(clamped_V)
        weight = 1 + board.up_bias
        if board.decision == "absolute":
            up = np.abs(weight * clamped) >= np.abs(free)
            return up
        negative = -free > self._parts.offset_V[:, 1]
        excess = weight * clamped - free - self._parts.offset_V[:, 0]
        up = np.where(negative, excess <= 0, excess >= 0)
        return up
