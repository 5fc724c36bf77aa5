"""The idealised model: Newton on the channel law, and the learning window by its equation."""

from __future__ import annotations

import math

import numpy as np
import scipy

from ...machine import Setup
from ...plant import Drive, Floats, Model, Reading, State
from ...solvers.newton import Law, NewtonSolver
from .board import TransistorBoard
from .channel import channel
from .parts import TransistorParts

RATE_STEP = 2.0  # 1/V: a window is taken in steps of at most this rate, each by the midpoint rule
CUT_V = 50.0  # by which the gate of an edge that is cut out is lower


class IdealModel(Model):
    """Solve both networks at these gates; move the gates by the rule.

    ``dV_G/dt = (gain ((dV^F)^2 - weight (dV^C)^2) + offset) / (V0 R C)`` is integrated over the
    window by the midpoint rule. Of a board's imperfections it has offset, gain and noise of the
    multipliers, the weights of the clamped squares, the thresholds of the twins and the charge of
    the switch; no body effect and no clipping.
    """

    def __init__(self, setup: Setup) -> None:
        board: TransistorBoard = setup.constants
        parts: TransistorParts = setup.parts
        network = setup.network
        self._board, self._parts, self._network = board, parts, network
        outputs, _, _ = network.held
        self._common = list(network.common)
        self._free = NewtonSolver(network, network.inputs)
        self._clamped = NewtonSolver(network, [*self._common, *outputs])
        self._latest: tuple[tuple[Floats, ...], Floats] | None = None

    @property
    def engine(self) -> str:
        """Name what computes."""
        return f"numpy-{np.__version__} scipy-{scipy.__version__}"

    def voltages(
        self, gates: Floats, drive: Drive, start: tuple[Floats, Floats] | None = None
    ) -> tuple[Floats, Floats]:
        """Return the free and the clamped node voltages of the first example, V, shape (N,) each.

        They are sought from ``start``, or from the mean of the inputs.
        """
        inputs = drive.inputs[0]
        there = gates - CUT_V * ~drive.intact
        if start is None:
            free_V = self._answer(there, inputs)
        else:
            free_V = self._free.solve(self._law(there, 0), inputs, start[0])
        nudged = self._network.nudged(free_V, drive.targets[0], drive.eta)
        held = np.concatenate([free_V[self._common], nudged])
        second = free_V if start is None else start[1]
        clamped_V = self._clamped.solve(self._law(there, 1), held, second)
        return free_V, clamped_V

    def _answer(self, gates: Floats, inputs: Floats) -> Floats:
        """Return the free node voltages, V, shape (N,), sought from the mean of the inputs.

        The latest ones are kept: a cycle follows the query for its own example.
        """
        asked = gates, inputs
        if self._latest is None or not all(map(np.array_equal, asked, self._latest[0])):
            start = np.full(self._network.nodes, inputs.mean())
            self._latest = asked, self._free.solve(self._law(gates, 0), inputs, start)
        return self._latest[1]

    def _law(self, gates: Floats, twin: int) -> Law:
        """Return the law of all edges of the free, 0, or the clamped network, 1."""
        overdrive = gates - self._parts.threshold_V[:, twin]
        return channel(self._board.factor_A_V2, self._board.thermal_V, overdrive)

    def contrast(self, free_V: Floats, clamped_V: Floats, cycle: int, drive: Drive) -> Floats:
        """Return what moves the gates: the difference of the squared drops as seen, V^2.

        The charge of the switch, left in every cycle, counts as what moves them as much.
        """
        board, parts = self._board, self._parts
        free, clamped = self._network.drops(free_V), self._network.drops(clamped_V)
        product = drive.sign * parts.gain * (free**2 - parts.weight * clamped**2)
        reversed_too = drive.sign if board.reversal == "output" else 1
        error = reversed_too * (parts.offset_V2 + parts.noise(board, cycle, drive.duration))
        error += board.injection_C / (board.gate_F * board.rate * drive.duration)
        return np.asarray(product + error)

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Answer at these gates, then let those that are learning move for a window."""
        board, gates = self._board, state.weights.astype(np.float64)
        solved = self.voltages(gates, drive)
        probes = {"free": solved[0], "clamped": solved[1]}
        outputs = self._network.read_out(solved[0])[None]
        moving = drive.learning & drive.intact
        if moving.any():
            steps = max(1, math.ceil(board.rate / RATE_STEP))
            part = moving * (drive.duration * board.rate / steps)
            near = solved
            for step in range(steps):
                if step:
                    near = self.voltages(gates, drive, near)
                middle = gates + part / 2 * self.contrast(*near, state.cycle, drive)
                near = self.voltages(middle, drive, near)
                gates = gates + part * self.contrast(*near, state.cycle, drive)
        gates = gates.clip(board.gate_low_V, board.gate_high_V)
        return Reading(outputs, gates, True, probes)
