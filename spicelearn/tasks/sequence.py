"""Several tasks one after another, without a reset of the machine (2022 paper, Fig. 4)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle as round_and_round

from .base import Curriculum, Task


@dataclass(frozen=True, kw_only=True)
class Sequence(Curriculum):
    """Teach ``tasks`` in their order, each for its own number of cycles, then again."""

    tasks: tuple[Task, ...]

    def plan(self, cycles: int) -> list[tuple[Task, int, int]]:
        """Return the tasks in turn; the last one ends with the run."""
        taught, first = [], 0
        for task in round_and_round(self.tasks):
            if first >= cycles:
                break
            taught.append((task, first, min(first + task.cycles, cycles)))
            first += task.cycles
        return taught

    def left_out(self, cycles: int) -> list[str]:
        """Return the names of the tasks that begin later."""
        return [task.name for task in self.tasks[len(self.plan(cycles)) :]]
