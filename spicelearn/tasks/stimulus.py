"""All that is applied in a lesson, in rows: for a deck of a machine that trains itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import UsageError
from ..plant import Floats
from .base import Task
from .lessons import Lesson

CYCLES_LIMIT = 100_000  # at most: every example is in the deck


@dataclass(frozen=True)
class Stimulus:
    """Hold what is applied from cycle to cycle: rows of inputs and targets, V, one per cycle.

    ``tests`` are the inputs and targets of a test set, if there is one. It is applied before and
    after training, while nothing learns.
    """

    examples: tuple[Floats, Floats]
    tests: tuple[Floats, Floats] | None = None

    @property
    def held(self) -> int:
        """Return how many cycles the test set takes."""
        return 0 if self.tests is None else len(self.tests[0])

    @property
    def rows(self) -> tuple[Floats, Floats]:
        """Return what is applied from cycle to cycle: tests, examples, tests."""
        if self.tests is None:
            return self.examples
        inputs, targets = zip(self.tests, self.examples, self.tests, strict=True)
        return np.concatenate(inputs), np.concatenate(targets)


def stimulus_of(lesson: Lesson, removable: tuple[int, ...]) -> Stimulus:
    """Return the rows of a lesson; raise UsageError if they cannot all be in a deck.

    ``removable`` are the edges that will be cut out.
    """
    task, length = lesson.task, lesson.end
    if removable:
        raise UsageError(
            f"cut of edge {removable[0]}, expected no cuts in a machine that trains itself: "
            "edges are cut from outside"
        )
    if task.queries(0) is not None:
        if task.given() is not None:
            raise UsageError(
                f"task {task.name} leaves outputs untaught, expected targets for all of them in "
                "every cycle: a machine that trains itself has targets as sources"
            )
        raise UsageError(
            f"task {task.name} measures the targets of its classes while it trains, expected volts "
            "or a column of numbers as outputs: a machine that trains itself has targets as sources"
        )
    if length > CYCLES_LIMIT:
        raise UsageError(
            f"cycles = {length}, expected at most {CYCLES_LIMIT} for a machine that trains itself: "
            "its examples stand in the deck"
        )
    examples = [task.example(number, None) for number in range(length)]
    inputs = np.concatenate([example.inputs for example in examples])
    targets = np.concatenate([example.targets for example in examples])
    return Stimulus((inputs, targets), test_rows(task))


def test_rows(task: Task) -> tuple[Floats, Floats] | None:
    """Return inputs and targets of the task's test set, V, if it has one."""
    inputs = task.tests()
    if inputs is None:
        return None
    nothing = np.zeros((len(inputs), len(task.outputs)))
    return inputs, task.evaluate(nothing, None).desired
