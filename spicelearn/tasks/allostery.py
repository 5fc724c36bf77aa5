"""Allostery: inputs and desired outputs, constant or by a schedule (2022 paper, Results)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..damage import Cut
from ..plant import Floats
from .base import Example, Task

DAMAGE = ((100, 10), (200, 11), (300, 8), (400, 13), (500, 14))  # cycle and edge of each cut (A)
Schedule = tuple[float, ...]  # V, one after another; of one: constant


@dataclass(frozen=True, kw_only=True)
class Allostery(Task):
    """Apply ``input_V`` and want ``target_V``, a schedule a node: ``hold`` cycles each, then again.

    Schedules have one voltage or as many as every other that has more than one.
    """

    input_V: tuple[Schedule, ...]
    target_V: tuple[Schedule, ...]
    hold: int = 100

    @cached_property
    def _round(self) -> list[Example]:
        """Return the examples of one round of the schedules."""
        schedules = [*self.input_V, *self.target_V]
        steps = max(len(schedule) for schedule in schedules)
        volts = np.array([np.resize(schedule, steps) for schedule in schedules]).T
        inputs = len(self.input_V)
        return [Example(row[:inputs], row[inputs:]) for row in volts]

    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return the voltages in force in this cycle."""
        return self._round[cycle // self.hold % len(self._round)]

    def volts(self) -> tuple[float, float]:
        """Return the extremes of the schedules."""
        every = [volts for schedule in (*self.input_V, *self.target_V) for volts in schedule]
        return min(every), max(every)

    def changes(self, cycles: int) -> list[int]:
        """Return where the schedules step."""
        return list(range(self.hold, cycles, self.hold)) if len(self._round) > 1 else []


def constant(*volts: float) -> tuple[Schedule, ...]:
    """Return schedules that never change."""
    return tuple((volt,) for volt in volts)


def allostery(seed: int) -> Allostery:
    """Return the task; nothing in it is random."""
    del seed
    return Allostery(
        name="allostery",
        summary="three outputs at 3 V from inputs at 5, 1 and 0 V",
        network="wheel9",
        inputs=(2, 0, 6),
        outputs=(8, 7, 5),
        eta=0.5,
        cycles=1000,
        input_V=constant(5, 1, 0),
        target_V=constant(3, 3, 3),
    )


def divider(seed: int) -> Allostery:
    """Return the voltage divider whose target changes (2022 paper, Fig. 2)."""
    del seed
    return Allostery(
        name="divider",
        summary="the middle of two edges follows a target that changes every 100 cycles",
        network="divider",
        inputs=(0, 2),
        outputs=(1,),
        eta=0.5,
        cycles=500,
        input_V=constant(5, 0),
        target_V=((2.0, 3.5, 1.5, 3.0, 2.2),),
    )


def damage(seed: int) -> Allostery:
    """Return the task that loses five edges on the way (2022 paper, Fig. 5)."""
    del seed
    return Allostery(
        name="damage",
        summary="two outputs at 3 and 2 V; an edge is cut every 100 cycles, five in all",
        network="wheel9",
        inputs=(0, 2, 1),
        outputs=(7, 4),
        eta=0.5,
        cycles=600,
        cuts=tuple(Cut(cycle, edge) for cycle, edge in DAMAGE),
        input_V=constant(5, 1, 0),
        target_V=constant(3, 2),
    )
