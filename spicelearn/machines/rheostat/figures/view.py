"""What the recorded wiper codes of a run mean: conductances, voltages, power."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ....errors import UsageError
from ....network.graph import Network, Output
from ....plant import Floats
from ....solvers.linear import NodalSolver
from ....tasks.taught import TaughtLesson, TaughtRun
from ..board import Board

SCALE_LIMIT = 1e3  # of a rheostat's R_AB over its nominal value
CUT_SHARE = 1e-9  # of its conductance is left of a cut edge, so that every node has a voltage
TaughtNodes = tuple[tuple[int, ...], tuple[Output, ...]]  # inputs and outputs


def view_of(run: TaughtRun) -> RheostatView:
    """Return the view of a run.

    Raises KeyError, TypeError, ValueError, OverflowError or UsageError if its board or its parts
    are damaged.
    """
    shape = (len(run.network.edges), 2)
    scale = np.array(run.parts["scale"], dtype=np.float64)
    if scale.shape != shape or not ((scale > 0) & (scale < SCALE_LIMIT)).all():
        raise UsageError(
            f"parts: scale, expected numbers above 0 and below {SCALE_LIMIT:g}, "
            f"{shape[0]} times {shape[1]}"
        )
    board = Board().with_values(run.experiment["board"])
    return RheostatView(run, board, scale[:, 0])


@dataclass(frozen=True)
class RheostatView:
    """Hold a run, its board, and R_AB of the free rheostats over its nominal value, shape (E,)."""

    run: TaughtRun
    board: Board
    scale: Floats

    @property
    def remark(self) -> str:
        """Say how the voltages are computed and what they leave out, a clause."""
        board, clauses = self.board, ["computed by Kirchhoff's laws from the recorded wiper codes"]
        if board.sense == "averager":
            clauses.append("with the load of the averagers")
        if board.bias_A or board.offset_current_sigma_A:
            clauses.append("without the input currents of the comparators")
        return ", ".join(clauses)

    @property
    def span(self) -> tuple[float, float]:
        """Return the nominal conductances at the last code and at code 1, S."""
        last = self.board.positions - 1
        low, high = 1 / self.board.resistance(np.array([last, min(1, last - 1)]))
        return float(low), float(high)

    @property
    def pace(self) -> None:
        """Return None: its clock is set from outside."""

    def conductances(self, weights: Floats, cycle: int) -> Floats:
        """Return the conductance of every edge, cut or not, at these wiper codes, S, shape (E,)."""
        del cycle
        return np.asarray(1 / self.board.resistance(weights, self.scale))

    @cached_property
    def _solvers(self) -> dict[TaughtNodes, tuple[Network, NodalSolver]]:
        """Return the network and what solves it, by inputs and outputs."""
        found = {}
        for lesson in self.run.lessons:
            network = self.run.network.with_roles(lesson.inputs, lesson.outputs)
            found[nodes_of(lesson)] = network, NodalSolver(network)
        return found

    @property
    def _averagers(self) -> float:
        """Return what an edge's averagers add to its conductance, S, where both twins are alike.

        From each of its ends one leg leads to the other end in the other twin, by way of another.
        """
        board = self.board
        if board.sense != "averager":
            return 0.0
        return 1 / (board.averager_leg_ohm * (1 + 1 / (1 + board.up_bias)))

    def voltages(self, weights: Floats, cycle: int) -> Floats:
        """Return the free state's node voltages in a cycle, V, shape (examples, N).

        Nothing is nudged, so that both twins are alike.
        """
        lesson = self.run.lesson_at(cycle)
        _, solver = self._solvers[nodes_of(lesson)]
        left = np.where(self.run.intact(cycle), 1.0, CUT_SHARE)
        siemens = (self.conductances(weights, cycle) + self._averagers) * left
        return np.array([solver.solve(siemens, row).voltages for row in lesson.inputs_at(cycle)])

    def power(self, weights: Floats, cycle: int) -> float:
        """Return what the free rheostats dissipate, W, the mean over the inputs of a cycle."""
        drops = self.run.network.drops(self.voltages(weights, cycle))
        siemens = self.conductances(weights, cycle) * self.run.intact(cycle)
        return float((drops**2 @ siemens).mean())

    def floor(self, weights: Floats, cycle: int, share: float) -> float | None:
        """Return the error that one random step of a share of the edges makes, V^2.

        Every edge moves the outputs by its own sensitivity, up or down at random. None where
        rheostats do not step.
        """
        if self.board.update != "counter":
            return None
        here, total = self._outputs(weights, cycle), 0.0
        for edge in np.flatnonzero(self.run.intact(cycle)):
            moved = weights.copy()
            moved[edge] += 1 if moved[edge] < self.board.positions - 1 else -1
            total += float(((self._outputs(moved, cycle) - here) ** 2).mean())
        return share * total

    def _outputs(self, weights: Floats, cycle: int) -> Floats:
        """Return the free state's outputs in a cycle, V, shape (examples, outputs)."""
        network, _ = self._solvers[nodes_of(self.run.lesson_at(cycle))]
        return network.read_out(self.voltages(weights, cycle))


def nodes_of(lesson: TaughtLesson) -> TaughtNodes:
    """Return the inputs and outputs of a lesson."""
    return lesson.inputs, lesson.outputs
