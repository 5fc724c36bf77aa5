"""What tasks apply and how they score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits, load_iris

from spicelearn.errors import UsageError
from spicelearn.machines import curriculum
from spicelearn.plant import Drive, Reading
from spicelearn.tasks.base import Task
from spicelearn.tasks.classification import Classification
from spicelearn.tasks.digits import images
from spicelearn.tasks.flowers import measured
from spicelearn.tasks.regression import Regression


def task(name: str, seed: int = 0) -> Task:
    """Return a built-in task that is one."""
    found = curriculum(name, seed)
    assert isinstance(found, Task)
    return found


def test_the_dividers_target_changes_every_hundred_cycles() -> None:
    divider = task("divider")
    targets = [divider.example(cycle, None).targets.item() for cycle in range(600)]
    assert len(set(targets[:500])) == 5
    assert targets[99] != targets[100]
    assert targets[500] == targets[0]
    assert divider.changes(250) == [100, 200]


def test_the_error_is_the_mean_square_over_the_outputs_and_the_examples() -> None:
    allostery = task("allostery")
    free = np.array([[3.0, 3.5, 2.0]])
    drive = Drive.to_all(np.zeros(3), np.array([3.0, 3, 3]), 0.5, 16)
    reading = Reading(free, np.ones(16, bool), True, {})
    assert allostery.score(reading, drive) == pytest.approx((0.25 + 1) / 3)
    two = Drive.to_all(np.zeros((2, 3)), np.full((2, 3), 3.0), 0.5, 16)
    again = Reading(np.concatenate([free, free + 1]), np.ones(16, bool), True, {})
    assert allostery.score(again, two) == pytest.approx((0.25 + 1 + 1 + 2.25) / 6)


def test_an_unknown_task_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="no task 'nosuch', expected one of and, or, nand,"):
        task("nosuch")


def test_regression_is_linear_and_each_training_example_comes_once_per_epoch() -> None:
    regression = task("regression", 3)
    examples = [regression.example(cycle, None) for cycle in range(400)]
    inputs = np.concatenate([example.inputs for example in examples])
    assert len(np.unique(inputs, axis=0)) == 400
    assert inputs[:, :2].min() >= 1
    assert inputs[:, :2].max() <= 5
    assert not inputs[:, 2].any()
    targets = np.concatenate([example.targets for example in examples])
    np.testing.assert_allclose(targets[:, 0], 0.15 * inputs[:, 0] + 0.20 * inputs[:, 1])
    np.testing.assert_allclose(targets[:, 1], 0.25 * inputs[:, 0] + 0.10 * inputs[:, 1])
    again = np.concatenate([regression.example(cycle, None).inputs for cycle in range(400, 800)])
    assert (again != inputs).any()
    np.testing.assert_array_equal(np.sort(again, axis=0), np.sort(inputs, axis=0))


def batches(examples: int, batch: int, seed: int) -> Regression:
    """Return a regression whose example k has the input k and the target -k."""
    numbers = np.arange(examples, dtype=float)[:, None]
    return Regression(
        name="counted",
        summary="",
        network="divider",
        cycles=1,
        inputs=(0,),
        outputs=(1,),
        eta=0.5,
        seed=seed,
        training=(numbers, -numbers),
        test=(numbers, -numbers),
        batch=batch,
    )


@given(st.integers(1, 8), st.integers(1, 6), st.integers(0, 2**32))
def test_a_batch_has_its_rows_and_an_epoch_every_example_once(
    batch: int, steps: int, seed: int
) -> None:
    count = batch * steps
    regression = batches(count, batch, seed)
    for epoch in range(2):
        cycles = range(epoch * steps, (epoch + 1) * steps)
        examples = [regression.example(cycle, None) for cycle in cycles]
        assert {example.inputs.shape for example in examples} == {(batch, 1)}
        inputs = np.concatenate([example.inputs for example in examples])
        np.testing.assert_array_equal(np.sort(inputs[:, 0]), np.arange(count))
        targets = np.concatenate([example.targets for example in examples])
        np.testing.assert_array_equal(targets, -inputs)


def test_a_batch_is_the_next_examples_of_single_ones() -> None:
    one, three = batches(7, 1, 5), batches(7, 3, 5)
    singly = np.concatenate([one.example(cycle, None).inputs for cycle in range(30)])
    together = np.concatenate([three.example(cycle, None).inputs for cycle in range(10)])
    np.testing.assert_array_equal(singly, together)


def test_regression_tests_on_examples_of_its_own() -> None:
    regression = task("regression", 3)
    tests = regression.tests()
    assert tests is not None
    assert tests.shape == (20, 3)
    training = np.concatenate([regression.example(cycle, None).inputs for cycle in range(400)])
    assert not (tests[:, None] == training[None]).all(axis=2).any()
    desired = np.column_stack([tests[:, :2] @ [0.15, 0.20], tests[:, :2] @ [0.25, 0.10]])
    assert regression.evaluate(desired, None).measurement.error == pytest.approx(0, abs=1e-12)
    shifted = regression.evaluate(desired + np.array([0.1, 0]), None)
    assert shifted.measurement.error == pytest.approx(0.005)


def test_iris_asks_for_its_targets_and_takes_the_nearest() -> None:
    iris = task("iris", 1)
    means = iris.queries(30)
    assert means is not None
    assert means.shape == (3, 5)
    assert iris.queries(31) is None
    assert not means[:, 4].any()
    responses = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    flowers = [iris.example(cycle, responses) for cycle in range(30)]
    assert np.sum([flower.targets for flower in flowers], axis=0).tolist() == [[10, 10, 10]]
    assert max(flower.inputs.max() for flower in flowers) <= 5
    tests = iris.tests()
    assert tests is not None
    assert tests.shape == (120, 5)
    right = np.repeat(responses, 40, axis=0)  # the rest keep their order: 40 of each class
    assert iris.evaluate(right, responses).measurement.accuracy == 1
    assert iris.evaluate(right, responses).measurement.error == 0
    assert iris.evaluate(np.roll(right, 40, axis=0), responses).measurement.accuracy == 0
    assert iris.evaluate(right + 0.3, responses).measurement.accuracy == 1


def test_the_table_of_flowers_is_the_well_known_one() -> None:
    """As scikit-learn has it; reading that takes seconds, which a list of tasks has not."""
    known = load_iris()
    measures, labels, classes = measured()
    assert (measures == known.data).all()
    assert (labels == known.target).all()
    assert classes == ("setosa", "versicolor", "virginica") == tuple(known.target_names)


def test_the_digits_are_those_of_scikit_learn_and_a_fifth_of_each_is_held_back() -> None:
    known = load_digits()
    pixels, labels = images()
    np.testing.assert_array_equal(pixels, known.data)
    np.testing.assert_array_equal(labels, known.target)
    first, other = task("digits", 0), task("digits", 1)
    assert isinstance(first, Classification)
    assert isinstance(other, Classification)
    (trained, _), (tested, classes) = first.training, first.test
    together = np.concatenate([trained, tested])
    assert len(np.unique(together, axis=0)) == len(np.unique(known.data, axis=0))
    assert len(together) == 1797
    assert (trained.min(), trained.max()) == (0, 0.45)
    share = np.bincount(classes) / np.bincount(known.target)
    np.testing.assert_allclose(share, 0.2, atol=0.003)
    assert not np.array_equal(tested, other.test[0])


TARGETS = ((-1.0, 0.0), (0.0, 2.0), (1.0, 2.0))


def hinged(hinge: bool, targets: tuple[tuple[float, ...], ...] = TARGETS) -> Classification:
    """Return a task of three classes, two outputs, whose targets are -1, 0 or 1 V and 0 or 2 V."""
    examples = np.array([[0.1], [0.2], [0.3]]), np.arange(3)
    return Classification(
        name="classes",
        summary="",
        network="dense-1x2",
        cycles=3,
        inputs=(0,),
        outputs=(1, 2),
        eta=0.5,
        seed=0,
        classes=("a", "b", "c"),
        training=examples,
        test=examples,
        targets=np.array(targets),
        hinge=hinge,
    )


def test_with_a_hinge_what_lies_beyond_an_outermost_target_is_left() -> None:
    """Of the class in the middle an output is taught from both sides."""
    taught, usual = hinged(True), hinged(False)
    seen = {}
    for cycle in range(3):
        asked = taught.queries(cycle)
        assert asked is not None
        beyond = np.array([[1.5, -0.25]])
        example = taught.example(cycle, beyond)
        assert example.inputs.tolist() == asked.tolist()
        seen[round(float(asked.item()), 1)] = example.targets.tolist()[0]
        assert usual.queries(cycle) is None
        assert usual.example(cycle, beyond).targets.tolist() != example.targets.tolist() or (
            asked.item() == 0.2
        )
    assert seen == {0.1: [-1.0, -0.25], 0.2: [0.0, 2.0], 0.3: [1.5, 2.0]}


def test_what_lies_beyond_its_target_is_no_error_with_a_hinge() -> None:
    outputs = np.array([[-1.5, 0.0], [0.0, 2.0], [1.0, 3.0]])
    assert hinged(True).evaluate(outputs, None).measurement.error == 0
    assert hinged(False).evaluate(outputs, None).measurement.error == pytest.approx(1.25 / 6)
    short = np.array([[-0.5, 0.0], [0.0, 2.0], [1.0, 3.0]])
    assert hinged(True).evaluate(short, None).measurement.error == pytest.approx(0.25 / 6)


@pytest.mark.parametrize("hinge", [False, True])
def test_an_output_without_a_target_is_left_and_has_no_part_in_the_answer(hinge: bool) -> None:
    """Outputs tell a from b, and b from c."""
    pairs = hinged(hinge, ((-1.0, np.nan), (1.0, -1.0), (np.nan, 1.0)))
    left = {}
    for cycle in range(3):
        asked = pairs.queries(cycle)
        assert asked is not None
        example = pairs.example(cycle, np.array([[0.3, 0.4]]))
        left[round(float(asked.item()), 1)] = example.targets.tolist()[0]
        assert np.isfinite(pairs.example(cycle, None).targets).all()
    assert left == {0.1: [-1.0, 0.4], 0.2: [1.0, -1.0], 0.3: [0.3, 1.0]}
    assert np.isfinite(pairs.begin().targets).all()
    assert pairs.desired() == [(-1.0, 1.0), (-1.0, 1.0)]
    assert pairs.labels(None) is None
    seen = pairs.evaluate(np.array([[-0.9, 0.2], [0.8, -0.7], [7.0, 0.9]]), None)
    assert seen.found is not None
    assert seen.found.tolist() == [0, 1, 2]
    assert seen.measurement.error == pytest.approx((0.01 + 0.04 + 0.09 + 0.01) / 6)
    wrong = pairs.evaluate(np.array([[0.9, -0.9], [-0.8, 0.7], [0.8, -0.7]]), None)
    assert wrong.found is not None
    assert wrong.found.tolist()[0] == 1
    assert wrong.measurement.accuracy == 0


def test_every_pair_of_digits_has_an_output_that_its_two_digits_teach() -> None:
    digits = task("digits-pairs")
    assert isinstance(digits, Classification)
    assert digits.targets is not None
    taught = ~np.isnan(digits.targets)
    assert taught.sum(axis=0).tolist() == [2] * 45
    assert taught.sum(axis=1).tolist() == [9] * 10
    assert len(np.unique(taught, axis=1).T) == 45
    assert np.nansum(digits.targets, axis=0).tolist() == [0] * 45
    nodes = [node for output in digits.outputs for node in output]  # type: ignore[union-attr]
    assert sorted(nodes) == list(range(64, 154))
