"""Several tasks one after another, the machine never reset (2022 paper, Fig. 4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import cycle as round_and_round

import numpy as np

from .allostery import Allostery, constant
from .base import Course, Task
from .iris import iris
from .regression import WEIGHTS, linear


@dataclass(frozen=True, kw_only=True)
class Sequence(Course):
    """Teach ``tasks`` in their order, each for its own number of cycles, then from the first."""

    tasks: tuple[Task, ...]

    def plan(self, cycles: int) -> list[tuple[Task, int, int]]:
        """Return the tasks in turn; the last ends with the run."""
        taught, first = [], 0
        for task in round_and_round(self.tasks):
            if first >= cycles:
                break
            taught.append((task, first, min(first + task.cycles, cycles)))
            first += task.cycles
        return taught


def seven(seed: int) -> Sequence:
    """Return the paper's sequence: its task ii three times, nine lessons in all.

    The paper's text gives the kinds of tasks and the numbers of outputs; nodes and voltages are
    ours (A).
    """
    one = allosteric("ii", {0: 5.0, 4: 0.0}, {2: 3.5})
    tasks = (
        replace(iris(seed), name="i"),
        one,
        allosteric("iii", {2: 5.0, 0: 1.0, 6: 0.0}, {8: 3.0, 7: 3.0}),
        one,
        allosteric("iv", {1: 5.0, 5: 0.0}, {8: 2.0, 3: 3.0, 7: 2.5}),
        allosteric("v", {0: 5.0, 3: 1.0, 6: 0.0}, {1: 3.5, 8: 2.2, 5: 1.0, 7: 2.5}),
        one,
        linear("vi", (7, 5, 2, 4, 0), WEIGHTS, seed),
        linear("vii", (1, 4, 6, 8, 2), np.array([[0.20, 0.20], [0.30, 0.15]]), seed),
    )
    return Sequence(
        name="seven",
        summary="a classification, four allosteries and two regressions in a row, without reset",
        network="wheel9",
        cycles=sum(task.cycles for task in tasks),
        tasks=tasks,
    )


def allosteric(name: str, inputs: dict[int, float], outputs: dict[int, float]) -> Allostery:
    """Return an allostery of the sequence: voltages by node."""
    return Allostery(
        name=name,
        summary=f"{len(outputs)} constant outputs",
        network="wheel9",
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        eta=0.5,
        cycles=300,
        input_V=constant(*inputs.values()),
        target_V=constant(*outputs.values()),
    )
