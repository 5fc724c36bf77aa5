"""Allostery: fixed inputs, fixed desired outputs (2022 paper, Results)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..plant import Floats
from .base import Example, Task


@dataclass(frozen=True, kw_only=True)
class Allostery(Task):
    """Apply the same voltages in every cycle: ``input_V`` in, ``target_V`` wanted."""

    input_V: tuple[float, ...]
    target_V: tuple[float, ...]

    @cached_property
    def _only(self) -> Example:
        return Example(np.array(self.input_V), np.array(self.target_V))

    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return the one example."""
        return self._only


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
        input_V=(5.0, 1.0, 0.0),
        target_V=(3.0, 3.0, 3.0),
    )
