"""Lessons: what one plant is taught, and what the manifest keeps of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import Any

import numpy as np

from ..network.graph import Network
from ..plant import Drive, Floats
from ..schedules.clocks import Clock
from ..schedules.nudges import Nudge
from ..schedules.rules import Ordinary, Teaching
from .base import Task

TEST_ROWS = 20  # input rows in the manifest, of a test set
STRETCHES = 200  # at most, in the manifest
MOST_CYCLES = 10**9  # of a run


@dataclass(frozen=True)
class Lesson:
    """Hold what one plant is taught: a task on its network, from cycle ``first`` to ``end``.

    The ``clock`` determines which weights learn in a cycle. The test set, if there is one, is
    measured every ``evaluate_every`` cycles; the table of cycles has a row wherever that happens,
    every ``record_every`` cycles, and of the last cycle. ``nudge`` gives the sign of the nudge,
    ``rule`` makes the drive of a cycle of its example.
    """

    task: Task
    network: Network
    eta: float
    evaluate_every: int
    first: int
    end: int
    clock: Clock
    record_every: int = 1
    nudge: Nudge = field(default_factory=Nudge)
    rule: Teaching = field(default_factory=Ordinary)

    def number(self, cycle: int) -> int:
        """Return the number of the example, for the task, of a cycle of the lesson."""
        return cycle // self.nudge.cycles

    def changes(self) -> list[int]:
        """Return the cycles of the run at which the desired outputs change."""
        each, length = self.nudge.cycles, self.end - self.first
        return [self.first + each * at for at in self.task.changes(-(-length // each))]

    def first_drive(self) -> Drive:
        """Return the drive at power-on."""
        example = self.task.begin()
        edges, weights = len(self.network.edges), self.clock.weights
        eta = self.nudge.sign(0) * self.eta
        return Drive.to_all(example.inputs, example.targets, eta, edges, weights)

    def records(self, cycle: int) -> bool:
        """Return whether the table has a row of this cycle even if no test set is measured."""
        return (cycle - self.first) % self.record_every == 0 or cycle == self.end - 1

    def rows(self, before: int) -> Iterator[int]:
        """Yield the cycles below ``before`` of which the table has a row, in their order."""
        stop = min(before, self.end)
        grids = [range(self.first, stop, self.record_every)]
        if self.task.tests() is not None:
            grids.append(range(self.first, stop, self.evaluate_every))
        if stop == self.end:
            grids.append(range(stop - 1, stop))
        yield from (cycle for cycle, _ in groupby(merge(*grids)))

    @property
    def batch(self) -> int:
        """Return the number of examples per cycle."""
        return len(self.task.begin().inputs)

    def as_dict(self) -> dict[str, Any]:
        """Return what is taught in the types of JSON, with some of the inputs, V.

        The inputs are rows of the test set, evenly spread; without a test set, the examples at each
        cycle at which they change.
        """
        return {
            "task": self.task.name,
            "summary": self.task.summary,
            "first": self.first,
            "end": self.end,
            "eta": self.eta,
            "inputs": list(self.network.inputs),
            "outputs": list(self.network.outputs),
            "targets_move": self.task.targets_move,
            "examples": self._examples(),
            **self._classes(),
        }

    def _classes(self) -> dict[str, Any]:
        """Return the classes of the representative inputs, where there are classes."""
        tests, classes = self.task.tests(), self.task.test_classes()
        if tests is None or not classes:
            return {}
        return {"classes": [classes[place] for place in self._shown(len(tests))]}

    @staticmethod
    def _shown(tests: int) -> list[int]:
        """Return the places of the rows of a test set that represent it, evenly spread."""
        places = np.unique(np.linspace(0, tests - 1, TEST_ROWS).round().astype(int))
        return [int(place) for place in places]

    def _examples(self) -> list[dict[str, Any]]:
        """Return stretches of cycles, each with its representative inputs."""
        tests = self.task.tests()
        if tests is not None:
            shown = self._shown(len(tests))
            wanted = self.task.test_targets()
            return [stretch(self.first, tests[shown], None if wanted is None else wanted[shown])]
        changes = [self.first, *self.changes()]
        some = changes[:: -(-len(changes) // STRETCHES)]
        examples = [(at, self.task.example(self.number(at - self.first), None)) for at in some]
        return [stretch(at, example.inputs, example.targets) for at, example in examples]


def stretch(cycle: int, inputs: Floats, targets: Floats | None) -> dict[str, Any]:
    """Return the representative inputs, V, shape (n, inputs), of the cycles from this one on.

    Their targets, V, shape (n, outputs), are there where they are given: None of an output that is
    not taught.
    """
    wanted = {}
    if targets is not None:
        told = ((None if math.isnan(volts) else volts for volts in row) for row in targets.tolist())
        wanted["targets_V"] = [list(row) for row in told]
    return {"from": cycle, "inputs_V": inputs.tolist(), **wanted}
