"""What is said of a run that goes on."""

from __future__ import annotations

from typing import Any

import pytest

from spicelearn.report.sentence import duration, share_told

RUN = {"experiment": {"cycles": 1000}}


@pytest.mark.parametrize(
    ("manifest", "cycle", "passed", "said"),
    [
        (RUN, 250, 10.0, "Training: cycle 250 of 1,000, 25 % done, about 30 s left."),
        (RUN, 0, 10.0, "Training: cycle 0 of 1,000, 0 % done."),
        (
            RUN | {"resumed": [100, 200]},
            250,
            12.0,
            "Training: cycle 250 of 1,000, 25 % done, about 3 min left.",
        ),
        (RUN | {"resumed": ["x"]}, 250, 10.0, "Training: cycle 250 of 1,000, 25 % done."),
        ({}, 250, 10.0, "Training, cycle 250."),
    ],
)
def test_the_share_done_and_the_time_left_are_said(
    manifest: dict[str, Any], cycle: int, passed: float, said: str
) -> None:
    assert share_told(manifest, cycle, passed) == said


def test_a_time_is_told_in_a_unit_that_suits_it() -> None:
    told = {0.2: "1 s", 99.0: "99 s", 150.0: "2 min", 5400.0: "90 min", 7200.0: "2.0 h"}
    assert {passed: duration(passed) for passed in told} == told
