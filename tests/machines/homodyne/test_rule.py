"""How controls follow the gradient; restarts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spicelearn.errors import SpicelearnError, UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.board import OPTIMISERS, HomodyneBoard
from spicelearn.machines.homodyne.rule import GradientDescent, Optimiser
from spicelearn.plant import Floats, Reading, State

AND = np.array([[0.0], [0], [0], [1]])


def reading(outputs: Floats, by_control: Floats) -> Reading:
    """Return a reading whose derivatives are the same for every example but the last."""
    signal = np.zeros((4, 1, 5))
    signal[3, 0] = by_control
    return Reading(outputs, signal, True, {})


def rule_of(**choices: Any) -> tuple[GradientDescent, State, Experiment]:
    experiment = Experiment("and", plant="ideal", **choices)
    rule = GradientDescent(experiment.setup(experiment.lesson))
    return rule, experiment.start(), experiment


def test_all_optimisers_are_files() -> None:
    assert OPTIMISERS == ("adam", "descent", "momentum")


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("descent", [3.0, -4.0], [3.0, -4.0]),
        ("momentum", [0.06, -0.08], [0.114, -0.152]),
        ("adam", [1.0, -1.0], [1.0, -1.0]),
    ],
)
def test_steps_of_a_constant_gradient(name: str, first: list[float], second: list[float]) -> None:
    optimiser, gradient = Optimiser.named(name), np.array([3.0, -4.0])
    step, mean, square = optimiser.step(gradient, np.zeros(2), np.zeros(2), 1)
    assert step == pytest.approx(first)
    step, *_ = optimiser.step(gradient, mean, square, 2)
    assert step == pytest.approx(second)


def test_controls_move_to_where_the_one_is_higher_and_stop_at_their_limits() -> None:
    rule, state, experiment = rule_of()
    drive = experiment.lesson.first_drive()
    outputs = np.array([[0.0], [0.02], [0.01], [0.0]])
    moved = rule.advance(state, reading(outputs, np.array([1.0, -1, 0, 0, 0])), drive)
    change = moved.weights - state.weights
    assert change[0] == pytest.approx(-change[1])
    assert change[0] > 0
    assert change[2:] == pytest.approx([0, 0, 0])
    for _ in range(100):
        moved = rule.advance(moved, reading(outputs, np.array([1.0, -1, 0, 0, 0])), drive)
    assert moved.weights[:2].tolist() == [1.5, -1.5]


def test_attempts_share_the_cycles_until_one_solves_the_task() -> None:
    rule, state, experiment = rule_of(restarts=3, cycles=40)
    drive = experiment.lesson.first_drive()
    counted = experiment.apparatus.attempt
    assert counted is not None
    solved, not_solved = 0.4 * AND, -0.4 * AND
    restarted, states = [], [state]
    for cycle in range(40):
        outputs = solved if cycle == 25 else not_solved
        states.append(rule.advance(states[-1], reading(outputs, np.ones(5)), drive))
        restarted.append(counted(states[-1]))
    assert [each.restarts for each in restarted] == [0] * 9 + [1] * 10 + [2] * 21
    assert [each.begun for each in restarted] == [0] * 9 + [10] * 10 + [20] * 21
    begun = [states[0], states[10], states[20]]
    assert len({tuple(each.weights) for each in begun}) == 3
    assert all(np.abs(each.weights).max() <= 1.5 for each in begun)


def test_without_a_gradient_it_says_in_which_cycle() -> None:
    rule, state, experiment = rule_of(board=HomodyneBoard(loss="correlation"))
    later = replace(state, cycle=7)
    drive = experiment.lesson.first_drive()
    with pytest.raises(SpicelearnError, match=r"cycle 7: all outputs are 0\.3 V"):
        rule.advance(later, reading(np.full((4, 1), 0.3), np.ones(5)), drive)


def test_an_attempt_without_a_gradient_is_followed_by_the_next() -> None:
    board = HomodyneBoard(loss="correlation")
    rule, state, experiment = rule_of(board=board, restarts=1)
    drive, equal = experiment.lesson.first_drive(), reading(np.full((4, 1), 0.3), np.ones(5))
    begun = rule.advance(state, equal, drive)
    assert begun.memory[0] == 1
    assert not np.isclose(begun.weights, state.weights).any()
    with pytest.raises(SpicelearnError, match="the loss has no gradient"):
        rule.advance(begun, equal, drive)


def test_every_lesson_of_all_gates_begins_with_controls_of_its_own() -> None:
    experiment = Experiment("gates", plant="ideal")
    begin = experiment.apparatus.begin
    assert begin is not None
    ended = replace(experiment.start(), memory=np.ones(13))
    begun = [begin(experiment.setup(lesson), ended) for lesson in experiment.lessons[1:]]
    assert len({tuple(each.weights) for each in begun}) == 5
    attempts = [
        experiment.apparatus.attempt(each) for each in begun if experiment.apparatus.attempt
    ]
    assert [each.begun for each in attempts] == [200, 400, 600, 800, 1000]
    assert not any(each.restarts for each in attempts)
    assert not np.concatenate([each.memory[2:] for each in begun]).any()


def test_other_tasks_roles_cuts_and_restarts_are_refused() -> None:
    for choices, message in (
        ({"task": "xor", "machine": "homodyne", "network": "mosfets"}, "not about two classes"),
        ({"task": "and", "network": "mosfets-3i4c"}, "expected inputs .0, 1, 2. and output .7."),
        ({"task": "and", "cuts": ["3@5"]}, "cut of edge 3: a device is one piece"),
        ({"task": "xor", "restarts": 2}, "restarts = 2 on machine transistor, expected none"),
    ):
        with pytest.raises(UsageError, match=message):
            Experiment(**choices)


def test_the_board_chooses_loss_and_optimiser() -> None:
    """Plain descent moves in proportion to the gradient."""
    board = HomodyneBoard(optimiser="descent")
    rule, state, experiment = rule_of(board=board, eta=0.001)
    state = replace(state, weights=np.zeros(5))
    drive = experiment.lesson.first_drive()
    some = [
        rule.advance(state, reading(0.1 * AND, scale * np.ones(5)), drive).weights
        for scale in (1.0, 2.0)
    ]
    assert some[1] == pytest.approx(2 * some[0])
