"""What a run came to, in words: each sentence with its opposite."""

from __future__ import annotations

from typing import Any

import pytest

from spicelearn.runs.verdict import restarts_told, right_told, rightness, span_told, unsettled_told


@pytest.mark.parametrize(
    ("accuracies", "first", "lasting", "said"),
    [
        ([0.5, 0.75, 1.0, 1.0], 20, 20, "all right from cycle 20 on"),
        ([0.5, 1.0, 0.75, 1.0], 10, 30, "all right from cycle 30 on, first in cycle 10"),
        ([1.0, 1.0, 1.0, 0.5], 0, None, "all right first in cycle 0, not at the end"),
        ([0.25, 0.75, 0.75, 0.5], None, None, "never all right; best 0.75 in cycle 10"),
        ([1.0, 1.0, 1.0, 1.0], 0, 0, "all right from cycle 0 on"),
    ],
)
def test_when_the_classes_were_right(
    accuracies: list[float], first: int | None, lasting: int | None, said: str
) -> None:
    found = rightness([0, 10, 20, 30], accuracies)
    assert (found["first_right_cycle"], found["right_from_cycle"]) == (first, lasting)
    assert right_told(found) == said


@pytest.mark.parametrize("stages", [[{}], None, "damaged"])
def test_the_span_of_an_error_is_told_of_several_stages_only(stages: object) -> None:
    assert span_told(stages) == ""
    assert span_told([{}, {}]) == " from the start of the first of 2 stages to the end of the last"


def test_without_classes_nothing_is_said() -> None:
    found = rightness([], [])
    assert set(found.values()) == {None}
    assert right_told(found) == ""


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({"restarts": 0, "restarts_allowed": 2, "attempt_cycle": 0}, "0 restarts, of 2 allowed"),
        (
            {"restarts": 1, "restarts_allowed": 2, "attempt_cycle": 40},
            "1 restart, of 2 allowed: errors and accuracies are those of the attempt that began at "
            "cycle 40, the second",
        ),
        (
            {"restarts": 3, "restarts_allowed": 2, "attempt_cycle": None},
            "3 restarts, of 2 allowed in each lesson",
        ),
        (
            {"restarts": 11, "restarts_allowed": 20, "attempt_cycle": 40},
            "11 restarts, of 20 allowed: errors and accuracies are those of the attempt that began "
            "at cycle 40, number 12",
        ),
    ],
)
def test_restarts_are_told(results: dict[str, Any], said: str) -> None:
    assert restarts_told(results) == said


def test_that_a_machine_had_not_settled_is_told() -> None:
    assert unsettled_told(0) == ""
    assert unsettled_told(1).startswith("The machine was sensed before it had settled, in 1 clock ")
    assert unsettled_told(1200, "Run a").startswith("Run a was sensed before")
    assert ", in 1,200 clock cycles: decisions are those of a clock" in unsettled_told(1200)
