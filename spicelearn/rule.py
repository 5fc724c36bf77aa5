"""From a State and what the machine showed to the next State."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .board import Board
from .network import Network
from .parts import Parts
from .plant import Drive, Reading, State


class Rule(Protocol):
    """What happens to the learned numbers at the second clock edge."""

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Return the State after the step, its clock count one higher."""
        ...


@dataclass(frozen=True)
class Counter:
    """Step wiper codes as the AD5220's up/down counter does (Eq. 3: no zero state).

    ``positions`` is the number of codes; the counter saturates at 0 and positions - 1.
    """

    positions: int

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Step every clocked edge by one code, up where its latched bit is set, else down."""
        codes = state.codes + (2 * reading.up - 1) * drive.clocked
        return State(np.minimum(np.maximum(codes, 0), self.positions - 1), state.cycle + 1)


class CoupledLearning:
    """Move resistances by continuous coupled learning, Eq. 2, one Euler step a clock cycle.

    ``dR = learning_rate / R^2 (dV_C^2 - dV_F^2)``, by the drops that the machine shows; codes are
    then not whole, and stay within those of the counter.
    """

    def __init__(self, network: Network, board: Board, parts: Parts) -> None:
        self._first, self._second = np.array(network.edges).T
        self._board = board
        self._parts = parts

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Step every clocked edge."""
        board = self._board
        resistance, _ = self._parts.resistances(board, state.codes)
        free = reading.free[self._first] - reading.free[self._second]
        clamped = reading.clamped[self._first] - reading.clamped[self._second]
        change = board.learning_rate / resistance**2 * (clamped**2 - free**2) * drive.clocked
        codes = state.codes + change * (board.positions / board.rheostat_ohm)
        return State(np.clip(codes, 0, board.positions - 1), state.cycle + 1)


def for_board(network: Network, board: Board, parts: Parts) -> Rule:
    """Return the rule that the board's ``update`` names."""
    if board.update == "continuous":
        return CoupledLearning(network, board, parts)
    return Counter(board.positions)
