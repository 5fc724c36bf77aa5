"""Lessons: what one plant is taught, and what the manifest keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..network.graph import Network
from ..plant import Drive, Floats
from ..schedules.clocks import Clock
from .base import Task

TEST_ROWS = 20  # input rows in the manifest, of a test set
STRETCHES = 200  # at most, in the manifest


@dataclass(frozen=True)
class Lesson:
    """Hold what one plant is taught: a task on its network, from cycle ``first`` to ``end``.

    The ``clock`` determines which weights learn in a cycle.
    """

    task: Task
    network: Network
    eta: float
    evaluate_every: int
    first: int
    end: int
    clock: Clock

    def first_drive(self) -> Drive:
        """Return the drive at power-on."""
        example = self.task.begin()
        edges, weights = len(self.network.edges), self.clock.weights
        return Drive.to_all(example.inputs, example.targets, self.eta, edges, weights)

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
            "examples": self._examples(),
        }

    def _examples(self) -> list[dict[str, Any]]:
        """Return stretches of cycles, each with its representative inputs."""
        tests = self.task.tests()
        if tests is not None:
            places = np.unique(np.linspace(0, len(tests) - 1, TEST_ROWS).round().astype(int))
            return [stretch(self.first, tests[places])]
        changes = [0, *self.task.changes(self.end - self.first)]
        some = changes[:: -(-len(changes) // STRETCHES)]
        return [stretch(self.first + at, self.task.example(at, None).inputs) for at in some]


def stretch(cycle: int, inputs: Floats) -> dict[str, Any]:
    """Return the representative inputs, V, shape (n, inputs), of the cycles from this one on."""
    return {"from": cycle, "inputs_V": inputs.tolist()}
