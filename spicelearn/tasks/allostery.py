"""Allostery: inputs and desired outputs, constant or by a schedule (2022 paper, Results)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..plant import Floats
from .base import Example, Task, span

Schedule = tuple[float, ...]  # V, one after another; a single one is constant


@dataclass(frozen=True, kw_only=True)
class Allostery(Task):
    """Apply ``input_V`` and teach ``target_V``: one schedule per node, ``hold`` cycles per voltage.

    After its last voltage a schedule begins again. All schedules with more than one voltage have
    the same number of voltages.
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
        return [Example.single(row[:inputs], row[inputs:]) for row in volts]

    def example(self, cycle: int, responses: Floats | None) -> Example:
        """Return the voltages of this cycle."""
        return self._round[cycle // self.hold % len(self._round)]

    def applied(self) -> tuple[float, float]:
        """Return the extremes of the inputs' schedules, V."""
        return span(np.concatenate(self.input_V))

    def desired(self) -> list[tuple[float, float]]:
        """Return the extremes of every output's schedule, V."""
        return [span(np.array(schedule)) for schedule in self.target_V]

    def given(self) -> tuple[Floats, Floats]:
        """Return the voltages of one round of the schedules."""
        inputs, targets = zip(*((each.inputs, each.targets) for each in self._round), strict=True)
        return np.concatenate(inputs), np.concatenate(targets)

    def changes(self, cycles: int) -> list[int]:
        """Return the cycles at which the schedules step."""
        return list(range(self.hold, cycles, self.hold)) if len(self._round) > 1 else []


def constant(*volts: float) -> tuple[Schedule, ...]:
    """Return one constant schedule per voltage."""
    return tuple((volt,) for volt in volts)
