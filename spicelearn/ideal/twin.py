"""The idealised twin network: Kirchhoff's laws, exact, and the decision as a formula."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from ..board import Board
from ..errors import UsageError
from ..network import Network
from ..parts import Parts
from ..plant import Bools, Drive, Floats, Reading, State
from .solver import Grounded


class IdealTwin:
    """Answer a clock cycle from the settled voltages of both networks.

    Of a board's imperfections it has those that a formula holds: wiper resistance, rheostat
    tolerance and mismatch, comparator offsets, node noise, a bias towards up, and the choice
    between Eq. 5 (``decision = "absolute"``) and Eq. 6 (``"signed"``). Raises UsageError, naming
    the constant, for those that only the circuit has. A tie counts as up.
    """

    def __init__(self, network: Network, board: Board, parts: Parts) -> None:
        for name, only in board.circuit_only().items():
            if getattr(board, name) != only:
                raise UsageError(
                    f"board: {name} = {getattr(board, name)!r} exists only in the circuit, "
                    f"expected {only!r} for the idealised twin"
                )
        if board.decision == "absolute" and board.offset_sigma_V:
            raise UsageError(
                f"board: offset_sigma_V = {board.offset_sigma_V!r} with decision = 'absolute' "
                "(Eq. 5, without comparators), expected 0, or decision = 'signed'"
            )
        self._network = network
        self._board = board
        self._parts = parts
        self._solver = Grounded(network)
        self._first, self._second = np.array(network.edges).T.copy()
        self._outputs = np.array(network.outputs)

    @property
    def engine(self) -> str:
        """Name what computes."""
        return f"numpy-{np.__version__} scipy-{scipy.__version__}"

    @property
    def details(self) -> dict[str, Any]:
        """Return nothing: it was built from the board alone."""
        return {}

    def begins(self, cycle: int) -> bool:
        """Say yes: every answer is computed from nothing."""
        del cycle
        return True

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Solve both networks at these codes and voltages, and decide."""
        free_ohm, clamped_ohm = self._parts.resistances(self._board, state.codes)
        free = self._solver.solve(drive.intact / free_ohm, drive.inputs)
        twin = free
        if self._board.mismatch_sigma:
            twin = self._solver.solve(drive.intact / clamped_ohm, drive.inputs)
        outputs = free.voltages[self._outputs]
        clamped_V = twin.clamp(outputs + drive.eta * (drive.targets - outputs))
        up = self._decide(free.voltages, clamped_V, state.cycle) & drive.intact
        return Reading(free.voltages, clamped_V, up, settled=True)

    def _decide(self, free_V: Floats, clamped_V: Floats, cycle: int) -> Bools:
        """Evaluate Eq. 5 or Eq. 6 on the drops as the comparators see them."""
        board = self._board
        up: Bools
        if board.noise_V:
            noise = self._parts.node_noise(board, self._network, cycle)
            free_V, clamped_V = free_V + noise[0], clamped_V + noise[1]
        free = free_V[self._first] - free_V[self._second]
        clamped = clamped_V[self._first] - clamped_V[self._second]
        weight = 1 + board.up_bias
        if board.decision == "absolute":
            up = np.abs(weight * clamped) >= np.abs(free)
            return up
        negative = -free > self._parts.offset_V[:, 1]
        excess = weight * clamped - free - self._parts.offset_V[:, 0]
        up = np.where(negative, excess <= 0, excess >= 0)
        return up

    def close(self) -> None:
        """Hold nothing."""
