"""What the recorded gate voltages of a run mean: conductances, voltages, power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....errors import UsageError
from ....plant import Floats
from ....solvers.newton import Law, NewtonSolver
from ....tasks.taught import TaughtRun
from ..board import TransistorBoard
from ..channel import channel, conductances
from ..ideal import CUT_V

THRESHOLD_LIMIT_V = 100.0


def view_of(run: TaughtRun) -> TransistorView:
    """Return the view of a run.

    Raises KeyError, TypeError, ValueError or UsageError if its board or its parts are damaged.
    """
    shape = (len(run.network.edges), 2)
    thresholds = np.array(run.parts["threshold_V"], dtype=np.float64)
    if thresholds.shape != shape or not (np.abs(thresholds) < THRESHOLD_LIMIT_V).all():
        raise UsageError(f"parts: threshold_V, expected {shape[0]} times {shape[1]} voltages")
    board = TransistorBoard().with_values(run.experiment["board"])
    return TransistorView(run, board, thresholds[:, 0])


@dataclass(frozen=True)
class TransistorView:
    """Hold a run, its board, and V_T of the free transistors, V, shape (E,)."""

    run: TaughtRun
    board: TransistorBoard
    threshold_V: Floats

    @property
    def remark(self) -> str:
        """Say how the voltages are computed, a clause."""
        without = ", without the body effect that the circuit has" if self.board.body_sqrtV else ""
        return f"computed by Kirchhoff's laws and the channel law from the recorded gates{without}"

    @property
    def span(self) -> tuple[float, float]:
        """Return the conductances, S, of gates a tenth of a volt and 5 V above threshold."""
        return 0.1 * self.board.factor_A_V2, 5 * self.board.factor_A_V2

    @property
    def pace(self) -> tuple[float, float]:
        """Return how long an example is applied, and its learning window, s."""
        return self.board.example_s, self.board.window_s

    def _overdrive(self, gates: Floats, cycle: int) -> Floats:
        """Return V_G - V_T of every edge, V; of one that is cut out far below threshold."""
        return np.asarray(gates - self.threshold_V - CUT_V * ~self.run.intact(cycle))

    def _law(self, gates: Floats, cycle: int) -> Law:
        """Return the law of all edges."""
        return channel(self.board.factor_A_V2, self.board.thermal_V, self._overdrive(gates, cycle))

    def conductances(self, weights: Floats, cycle: int) -> Floats:
        """Return the ohmic conductance of every edge at the first example, S, shape (E,)."""
        volts = self.voltages(weights, cycle)[0]
        mean_V = volts[self.run.network.ends].mean(axis=1)
        overdrive = weights - self.threshold_V - mean_V
        return conductances(self.board.factor_A_V2, self.board.thermal_V, overdrive)

    def voltages(self, weights: Floats, cycle: int) -> Floats:
        """Return the free state's node voltages in a cycle, V, shape (examples, N)."""
        lesson, law = self.run.lesson_at(cycle), self._law(weights, cycle)
        solver = NewtonSolver(self.run.network, lesson.inputs)
        nodes = self.run.network.nodes
        rows = lesson.inputs_at(cycle)
        return np.array([solver.solve(law, row, np.full(nodes, row.mean())) for row in rows])

    def power(self, weights: Floats, cycle: int) -> float:
        """Return what the free network dissipates, W, the mean over the inputs of a cycle."""
        first, second = self.run.network.ends.T
        law, total = self._law(weights, cycle), 0.0
        rows, resistors = self.voltages(weights, cycle), self.run.network.resistors
        for volts in rows:
            current, _, _ = law(volts[first], volts[second])
            total += float(current @ self.run.network.drops(volts))
            total += sum((volts[a] - volts[b]) ** 2 / ohm for a, b, ohm in resistors)
        return total / len(rows)

    def floor(self, weights: Floats, cycle: int, share: float) -> float | None:
        """Return None: gates do not step."""
        del weights, cycle, share
        return None
