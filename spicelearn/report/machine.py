"""The machine of a run, from what its manifest tells and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..board import Board
from ..damage import Cut, Damage
from ..errors import UsageError
from ..ideal.solver import Grounded
from ..network import Network
from ..plant import Bools, Floats
from ..record import MANIFEST

MOST_SCALE = 1e3  # of a rheostat over its nominal value
LOST = 1e-9  # of a conductance is left where an edge is cut


@dataclass(frozen=True)
class Taught:
    """Hold what one lesson taught: roles of nodes, and inputs that stand for it, V, by cycle."""

    task: str
    first: int
    end: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    examples: tuple[tuple[int, Floats], ...]

    def inputs_at(self, cycle: int) -> Floats:
        """Return the rows of inputs that stand for a cycle, V."""
        found = self.examples[0][1]
        for begun, rows in self.examples:
            if begun <= cycle:
                found = rows
        return found


@dataclass(frozen=True)
class Machine:
    """Hold a network of rheostats and what it was taught; solve its free network.

    ``scale`` is R_AB of the free rheostats over its nominal value.
    """

    network: Network
    board: Board
    scale: Floats
    lessons: tuple[Taught, ...]
    damage: Damage

    @classmethod
    def of(cls, folder: Path, manifest: dict[str, Any]) -> Machine:
        """Read it from a manifest; raise UsageError naming what is missing or wrong."""
        try:
            edges = tuple((_whole(a), _whole(b)) for a, b in manifest["edges"])
            experiment = manifest["experiment"]
            name, cuts = str(experiment["network"]), experiment["cuts"]
            graph = Network(name, 1 + max(max(ends) for ends in edges), edges)
            lessons = tuple(_taught(lesson) for lesson in manifest["lessons"])
            scale = np.array(manifest["parts"]["scale"], dtype=float)
            board = Board.from_dict(experiment["board"])
            if scale.shape != (len(edges), 2) or not lessons:
                raise ValueError
            if not ((scale > 0) & (scale < MOST_SCALE)).all():
                raise ValueError
            for lesson in lessons:
                graph.with_roles(lesson.inputs, lesson.outputs)
            damage = Damage(
                graph.with_roles(lessons[0].inputs, lessons[0].outputs),
                [Cut.parse(str(cut)) for cut in cuts],
            )
        except (KeyError, TypeError, ValueError, OverflowError, UsageError) as failure:
            what = f": {failure}" if isinstance(failure, UsageError) else ""
            raise UsageError(
                f"{folder / MANIFEST} is damaged, expected edges, lessons, parts and experiment as "
                f"a run writes them{what}"
            ) from None
        return cls(graph, board, scale[:, 0], lessons, damage)

    def lesson_at(self, cycle: int) -> Taught:
        """Return the lesson that a cycle belongs to, or the last one."""
        return next((lesson for lesson in self.lessons if cycle < lesson.end), self.lessons[-1])

    @cached_property
    def _solvers(self) -> dict[tuple[int, ...], Grounded]:
        """Return what solves the network, by its inputs."""
        return {
            lesson.inputs: Grounded(self.network.with_roles(lesson.inputs, lesson.outputs))
            for lesson in self.lessons
        }

    def conductances(self, codes: Floats) -> Floats:
        """Return the conductance of every edge at these wiper codes, S, shape (E,)."""
        board = self.board
        ohm = codes * (board.rheostat_ohm / board.positions) * self.scale + board.wiper_ohm
        return np.asarray(1 / ohm)

    @property
    def _sensed(self) -> float:
        """Return what an edge's averagers add to its conductance, S, where both twins are alike.

        From each of its ends a leg leads to the other end in the other twin, by way of another leg.
        """
        board = self.board
        if board.sense != "averager":
            return 0.0
        return 1 / (board.averager_leg_ohm * (1 + 1 / (1 + board.up_bias)))

    def voltages(self, codes: Floats, cycle: int) -> Floats:
        """Return the free network's voltages in a cycle, V, a row an example, a column a node.

        Nothing is nudged, so that both twins are alike; averagers load them.
        """
        lesson = self.lesson_at(cycle)
        solver = self._solvers[lesson.inputs]
        siemens = (self.conductances(codes) + self._sensed) * np.where(
            self.intact(cycle), 1.0, LOST
        )
        return np.array([solver.solve(siemens, row).voltages for row in lesson.inputs_at(cycle)])

    def intact(self, cycle: int) -> Bools:
        """Return which edges are there in a cycle."""
        return self.damage.intact(cycle)

    def power(self, codes: Floats, cycle: int) -> float:
        """Return what the free network dissipates, W, the mean over the inputs of a cycle."""
        first, second = np.array(self.network.edges).T
        volts = self.voltages(codes, cycle)
        drops = volts[:, first] - volts[:, second]
        siemens = self.conductances(codes) * self.intact(cycle)
        return float((drops**2 @ siemens).mean())

    def floor(self, codes: Floats, cycle: int, share: float) -> float:
        """Return the mean squared error that one step of the edges clocked at once makes, V^2.

        Every edge moves the outputs by its own sensitivity, up or down at random; a ``share`` of
        them steps in a cycle.
        """
        outputs = list(self.lesson_at(cycle).outputs)
        here = self.voltages(codes, cycle)[:, outputs]
        total = 0.0
        for edge in np.flatnonzero(self.intact(cycle)):
            moved = codes.copy()
            moved[edge] += 1 if moved[edge] < self.board.positions - 1 else -1
            total += float(((self.voltages(moved, cycle)[:, outputs] - here) ** 2).mean())
        return share * total


def _taught(lesson: dict[str, Any]) -> Taught:
    """Return one lesson of a manifest."""
    inputs = tuple(_whole(node) for node in lesson["inputs"])
    stretches = []
    for each in lesson["examples"]:
        rows = np.array(each["inputs_V"], dtype=float)
        if rows.ndim != 2 or rows.shape[1] != len(inputs) or not np.isfinite(rows).all():
            raise ValueError
        stretches.append((_whole(each["from"]), rows))
    if not stretches:
        raise ValueError
    return Taught(
        task=str(lesson["task"]),
        first=_whole(lesson["first"]),
        end=_whole(lesson["end"]),
        inputs=inputs,
        outputs=tuple(_whole(node) for node in lesson["outputs"]),
        examples=tuple(stretches),
    )


def _whole(value: Any) -> int:
    """Return a whole number from 0 on."""
    if type(value) is not int or not 0 <= value <= 10**9:
        raise ValueError
    return value
