"""The learning rules: from a State and a Reading to the next State."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...machine import Setup
from ...network.graph import Network
from ...plant import Bools, Drive, Floats, Ints, Reading, Rule, State, nothing
from .board import Board
from .parts import Parts


@dataclass(frozen=True)
class Counter:
    """Step wiper codes as the AD5220's up/down counter does (Eq. 3: no zero state).

    ``positions`` is the number of codes; the counter saturates at 0 and positions - 1.
    """

    positions: int

    @property
    def memory(self) -> Floats:
        """Return an empty array: a counter holds nothing but its code."""
        return nothing()

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Step every clocked edge by one code: up if its latched bit is set, else down.

        The other way where outputs are nudged away from their targets.
        """
        there = drive.learning & drive.intact
        codes = stepped(state.weights, reading.signal ^ (drive.sign < 0), there, self.positions)
        return State(codes, state.cycle + 1, state.memory)


def stepped(codes: Ints | Floats, up: Bools, learning: Bools, positions: int) -> Ints | Floats:
    """Return the codes after one step, up or down, of those that are ``learning``."""
    return np.minimum(np.maximum(codes + (2 * up - 1) * learning, 0), positions - 1)


@dataclass(frozen=True)
class CoupledLearning:
    """Move resistances by continuous coupled learning, Eq. 2, one Euler step per clock cycle.

    ``dR = learning_rate / R^2 (((1 + up_bias) dV_C)^2 - dV_F^2)``, with the drops that are read
    from the machine and the free rheostat's R. Codes are then not whole numbers; they stay within
    the counter's range.
    """

    network: Network
    board: Board
    parts: Parts

    @property
    def memory(self) -> Floats:
        """Return an empty array."""
        return nothing()

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Change the code of every clocked edge by its dR."""
        board = self.board
        resistance, _ = self.parts.resistances(board, state.weights)
        contrast = squared_contrast(self.network, reading, drive, board.up_bias)
        change = board.learning_rate / resistance**2 * contrast * (drive.learning & drive.intact)
        change *= drive.duration
        codes = state.weights + change * (board.positions / board.rheostat_ohm)
        return State(np.clip(codes, 0, board.positions - 1), state.cycle + 1, state.memory)


def squared_contrast(
    network: Network, reading: Reading, drive: Drive, up_bias: float = 0.0
) -> Floats:
    """Return ((1 + up_bias) dV_C)^2 - dV_F^2 of every edge, V^2, shape (E,).

    The opposite where outputs are nudged away from their targets.
    """
    free = network.drops(reading.probes["free"])
    clamped = network.drops(reading.probes["clamped"])
    return np.asarray(drive.sign * (((1 + up_bias) * clamped) ** 2 - free**2))


@dataclass(frozen=True)
class MiniBatch:
    """Step every edge by the sign of dV_C^2 - dV_F^2 summed over ``size`` cycles.

    The memory, shape (2E,), holds the sums, V^2, and in how many cycles of the batch each edge was
    clocked. An edge that was not clocked in a cycle adds nothing to its sum; one that was never
    clocked in a batch does not step. Both begin anew after every step.
    """

    network: Network
    positions: int
    size: int

    @property
    def memory(self) -> Floats:
        """Return sums and counts of nothing."""
        return np.zeros(2 * len(self.network.edges))

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Add this cycle; after the last one of a batch step."""
        clocked = drive.learning & drive.intact
        contrast = squared_contrast(self.network, reading, drive)
        now = np.concatenate([contrast * clocked, clocked])
        total = state.memory + now
        if (state.cycle + 1) % self.size:
            return State(state.weights, state.cycle + 1, total)
        sums, counts = np.split(total, 2)
        stepping = (counts > 0) & drive.intact
        codes = stepped(state.weights, sums >= 0, stepping, self.positions)
        return State(codes, state.cycle + 1, self.memory)


def rule_of(setup: Setup) -> Rule:
    """Return the rule that the board's ``update`` names."""
    board: Board = setup.constants
    if board.update == "continuous":
        return CoupledLearning(setup.network, board, setup.parts)
    if board.update == "batch":
        return MiniBatch(setup.network, board.positions, board.batch_cycles)
    return Counter(board.positions)
