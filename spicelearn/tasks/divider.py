"""Voltage divider: one output that follows a target which changes (2022 paper, Fig. 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plant import Floats
from .base import Example, Stage, Task


@dataclass(frozen=True, kw_only=True)
class Divider(Task):
    """Ask for each voltage of ``schedule_V`` in turn, ``hold`` cycles each, then again."""

    input_V: tuple[float, ...]
    schedule_V: tuple[float, ...]
    hold: int

    def _target(self, cycle: int) -> float:
        return self.schedule_V[cycle // self.hold % len(self.schedule_V)]

    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return the rails and the target in force in this cycle."""
        return Example(np.array(self.input_V), np.array([self._target(cycle)]))

    def stages(self, cycles: int) -> list[Stage]:
        """Return one stage a target."""
        return [
            Stage(first, min(first + self.hold, cycles), (self._target(first),))
            for first in range(0, cycles, self.hold)
        ]


def divider(seed: int) -> Divider:
    """Return the task; nothing in it is random."""
    del seed
    return Divider(
        name="divider",
        summary="the middle of two edges follows a target that changes every 100 cycles",
        network="divider",
        inputs=(0, 2),
        outputs=(1,),
        eta=0.5,
        cycles=500,
        input_V=(5.0, 0.0),
        schedule_V=(2.0, 3.5, 1.5, 3.0, 2.2),
        hold=100,
    )
