from __future__ import annotations

import numpy as np
import pytest

from spicelearn import tasks
from spicelearn.clocks import synchronous
from spicelearn.errors import UsageError
from spicelearn.plant import Drive, Reading


def test_the_dividers_target_changes_every_hundred_cycles() -> None:
    divider = tasks.named("divider")
    targets = [divider.example(cycle).targets[0] for cycle in range(600)]
    assert len(set(targets[:500])) == 5
    assert targets[99] != targets[100]
    assert targets[500] == targets[0]
    assert [(stage.first, stage.end) for stage in divider.stages(250)] == [
        (0, 100),
        (100, 200),
        (200, 250),
    ]


def test_the_error_is_the_mean_square_over_the_outputs() -> None:
    allostery = tasks.named("allostery")
    free = np.zeros(9)
    free[[8, 7, 5]] = 3.0, 3.5, 2.0
    reading = Reading(free, free, np.ones(16, bool), settled=True)
    drive = Drive(np.zeros(3), np.array([3.0, 3, 3]), 0.5, synchronous(16))
    assert allostery.score(reading, drive) == pytest.approx((0.25 + 1) / 3)


def test_an_unknown_task_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="no task 'xor', expected one of divider, allostery"):
        tasks.named("xor")
