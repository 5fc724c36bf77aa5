from __future__ import annotations

import numpy as np
import pytest

from spicelearn import tasks
from spicelearn.errors import UsageError
from spicelearn.plant import Drive, Reading
from spicelearn.tasks import Task


def task(name: str, seed: int = 0) -> Task:
    """Return a built-in task that is one."""
    found = tasks.chosen(name, seed)
    assert isinstance(found, Task)
    return found


def test_the_dividers_target_changes_every_hundred_cycles() -> None:
    divider = task("divider")
    targets = [divider.example(cycle, None).targets[0] for cycle in range(600)]
    assert len(set(targets[:500])) == 5
    assert targets[99] != targets[100]
    assert targets[500] == targets[0]
    assert divider.changes(250) == [100, 200]


def test_the_error_is_the_mean_square_over_the_outputs() -> None:
    allostery = task("allostery")
    free = np.zeros(9)
    free[[8, 7, 5]] = 3.0, 3.5, 2.0
    reading = Reading(free, free, np.ones(16, bool), settled=True)
    drive = Drive.to_all(np.zeros(3), np.array([3.0, 3, 3]), 0.5, 16)
    assert allostery.score(reading, drive) == pytest.approx((0.25 + 1) / 3)


def test_an_unknown_task_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="no task 'xor', expected one of divider, allostery,"):
        task("xor")


def test_regression_is_linear_and_each_training_example_comes_once_an_epoch() -> None:
    regression = task("regression", 3)
    examples = [regression.example(cycle, None) for cycle in range(400)]
    inputs = np.array([example.inputs for example in examples])
    assert len(np.unique(inputs, axis=0)) == 400
    assert inputs[:, :2].min() >= 1
    assert inputs[:, :2].max() <= 5
    assert not inputs[:, 2].any()
    targets = np.array([example.targets for example in examples])
    np.testing.assert_allclose(targets[:, 0], 0.15 * inputs[:, 0] + 0.20 * inputs[:, 1])
    np.testing.assert_allclose(targets[:, 1], 0.25 * inputs[:, 0] + 0.10 * inputs[:, 1])
    again = [regression.example(cycle, None).inputs for cycle in range(400, 800)]
    assert (np.array(again) != inputs).any()
    np.testing.assert_array_equal(np.sort(np.array(again), axis=0), np.sort(inputs, axis=0))


def test_regression_tests_on_examples_of_its_own() -> None:
    regression = task("regression", 3)
    tests = regression.tests()
    assert tests is not None
    assert tests.shape == (20, 3)
    training = [regression.example(cycle, None).inputs for cycle in range(400)]
    assert not (tests[:, None] == np.array(training)[None]).all(axis=2).any()
    wanted = np.column_stack([tests[:, :2] @ [0.15, 0.20], tests[:, :2] @ [0.25, 0.10]])
    assert regression.mark(wanted, None).measurement.error == pytest.approx(0, abs=1e-12)
    assert regression.mark(wanted + np.array([0.1, 0]), None).measurement.error == pytest.approx(
        0.005
    )


def test_iris_asks_for_its_targets_and_takes_the_nearest() -> None:
    iris = task("iris", 1)
    means = iris.asks(30)
    assert means is not None
    assert means.shape == (3, 5)
    assert iris.asks(31) is None
    assert not means[:, 4].any()
    answers = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    flowers = [iris.example(cycle, answers) for cycle in range(30)]
    assert np.sum([flower.targets for flower in flowers], axis=0).tolist() == [10, 10, 10]
    assert max(flower.inputs.max() for flower in flowers) <= 5
    tests = iris.tests()
    assert tests is not None
    assert tests.shape == (120, 5)
    right = np.repeat(answers, 40, axis=0)  # the rest keep their order: 40 of each class
    assert iris.mark(right, answers).measurement.accuracy == 1
    assert iris.mark(right, answers).measurement.error == 0
    assert iris.mark(np.roll(right, 40, axis=0), answers).measurement.accuracy == 0
    assert iris.mark(right + 0.3, answers).measurement.accuracy == 1
