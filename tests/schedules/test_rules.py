"""What is applied to a machine, given its error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.plant import Drive
from spicelearn.schedules.rules import teaching

LABELS = np.array([[-0.02], [0.02]])


def drive(target: float, eta: float = 0.5) -> Drive:
    return Drive.to_all(np.zeros(2), np.array([target]), eta, 3)


@pytest.mark.parametrize(
    ("rule", "output", "learns"),
    [
        ("hinge", 0.001, False),
        ("hinge", -0.001, True),
        ("hinge:0.5", 0.009, True),
        ("hinge:0.5", 0.011, False),
        ("hinge:1", 0.019, True),
        ("hinge:1", 0.03, False),
    ],
)
def test_a_hinge_learns_from_what_is_not_right_by_its_margin(
    rule: str, output: float, learns: bool
) -> None:
    """The label is 20 mV; the other one is as far on the other side of 0."""
    plain = drive(0.02)
    made = teaching(rule).shaped(plain, np.array([[output]]), LABELS)
    assert made.learning.tolist() == [learns] * 3
    assert (made.targets, made.duration, made.eta) == (plain.targets, 1.0, 0.5)


def test_a_hinge_in_two_dimensions_asks_for_the_nearest_label() -> None:
    labels = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    plain = Drive.to_all(np.zeros(2), np.array([1.0, 0.0]), 0.5, 3)
    for output, right in (([0.6, 0.5], True), ([0.6, 0.7], False), ([0.4, 0.0], False)):
        made = teaching("hinge").shaped(plain, np.array([output]), labels)
        assert made.learning.any() != right


@pytest.mark.parametrize("sign", [1, -1])
def test_overclamping_carries_the_error_by_the_duration(sign: int) -> None:
    """20 mV of error, half of it nudged, are 200 mV for a twentieth of the window."""
    made = teaching("overclamp:0.2").shaped(drive(0.02, sign * 0.5), np.array([[0.0]]), None)
    nudge = made.eta * (made.targets[0, 0] - 0.0)
    assert nudge == pytest.approx(sign * 0.2)
    assert made.duration == pytest.approx(0.05)
    assert nudge * made.duration == pytest.approx(sign * 0.5 * 0.02)


def test_overclamping_ends_with_the_window_and_with_the_error() -> None:
    """An error that asks for more is nudged no further; without an error nothing learns."""
    wide = teaching("overclamp:0.2").shaped(drive(-1.0), np.array([[0.0]]), None)
    assert (wide.duration, wide.eta * wide.targets[0, 0]) == (1.0, pytest.approx(-0.2))
    none = teaching("overclamp:0.2").shaped(drive(0.3), np.array([[0.3]]), None)
    assert not none.learning.any()


def test_outputs_are_nudged_in_proportion_to_their_errors() -> None:
    plain = Drive.to_all(np.zeros(2), np.array([0.1, -0.05]), 1.0, 3)
    made = teaching("overclamp:0.2").shaped(plain, np.zeros((1, 2)), None)
    assert made.targets[0] == pytest.approx([0.2, -0.1])


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"task": "xor", "rule": "pinch"}, "rule = 'pinch', expected ordinary, hinge:MARGIN or"),
        ({"task": "xor", "rule": "hinge:x"}, "rule = 'hinge:x', expected ordinary, hinge:MARGIN"),
        ({"task": "xor", "rule": "hinge:2"}, "rule = 'hinge:2', expected a margin from 0 to 1"),
        ({"task": "xor", "rule": "overclamp:0"}, "rule = 'overclamp:0', expected more than 0"),
        ({"task": "and", "rule": "hinge"}, "rule = 'hinge' on machine homodyne, expected ordinary"),
        (
            {"task": "parabola", "rule": "hinge"},
            "rule = 'hinge' with task parabola, expected a task of which each target is a label",
        ),
        (
            {"task": "allostery", "rule": "overclamp:1"},
            "rule = 'overclamp' with update = 'counter', expected continuous: a code",
        ),
        (
            {"task": "xor", "detail": "parts", "nudge": "centred"},
            "nudge = 'centred' with detail parts, expected detail behavioural",
        ),
        (
            {"task": "xor", "detail": "parts", "rule": "overclamp"},
            "rule = 'overclamp' with detail parts, expected detail behavioural",
        ),
        (
            {"task": "xor", "detail": "parts", "board": TransistorBoard(imbalance_sigma=0.01)},
            "imbalance_sigma = 0.01 with detail parts, expected detail behavioural",
        ),
        (
            {"task": "xor", "detail": "parts", "board": TransistorBoard(clamped_bias=0.01)},
            "clamped_bias = 0.01 with detail parts, expected detail behavioural",
        ),
    ],
)
def test_a_rule_without_meaning_is_refused_by_name(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Experiment(**choices)


def test_parts_learn_by_a_hinge_and_need_no_reversal() -> None:
    assert Experiment("xor", detail="parts", rule="hinge:0.5").teaching.kind == "hinge"
    board = TransistorBoard(reversal="output")
    (told,) = Experiment("xor", detail="parts", board=board).remarks()
    assert told == "board: reversal has no effect in detail parts, only in detail behavioural"


def test_a_task_has_labels_if_examples_share_them() -> None:
    found = {
        name: Experiment(name, plant="ideal").lesson.task.labels(None)
        for name in ("xor", "parabola", "regression", "iris-transistor", "nonlinear-regression")
    }
    known = {name: None if each is None else each[:, 0].tolist() for name, each in found.items()}
    assert known == {
        "xor": [-0.02, 0.02],
        "parabola": None,
        "regression": None,
        "iris-transistor": [-0.04, 0.0, 0.04],
        "nonlinear-regression": None,
    }


def test_a_board_that_learns_continuously_can_be_overclamped() -> None:
    board = Board(update="continuous")
    assert Experiment("allostery", board=board, rule="overclamp:1").teaching.kind == "overclamp"
