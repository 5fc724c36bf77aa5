"""Remarks on what a passive network cannot reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spicelearn.machines import curriculum
from spicelearn.network.graph import Network, named
from spicelearn.tasks.allostery import Allostery, constant
from spicelearn.tasks.base import Task
from spicelearn.tasks.classification import Classification
from spicelearn.tasks.reach import anchors, remarks
from spicelearn.tasks.regression import Regression

CHOICES: dict[str, Any] = {
    "name": "t",
    "summary": "",
    "network": "wheel9",
    "cycles": 10,
    "eta": 0.5,
}


def wheel(task: Task) -> Network:
    return named("wheel9").with_roles(task.inputs, task.outputs)


def held(*targets: float) -> Allostery:
    """Return nodes 8 and so on at these voltages, with inputs of 1 and 4 V."""
    outputs = (8, 7, 5)[: len(targets)]
    voltages: dict[str, Any] = {"input_V": constant(1, 4), "target_V": constant(*targets)}
    return Allostery(**CHOICES, inputs=(0, 2), outputs=outputs, **voltages)


def fitted(weights: tuple[float, float], constant_V: float, noise_V: float = 0.0) -> Regression:
    """Return an output that is to be ``weights`` times inputs at 1 to 3 V and one held."""
    rng = np.random.default_rng(0)
    varying = rng.uniform(1, 3, 50)
    inputs = np.column_stack([varying, np.full(50, constant_V), np.zeros(50)])
    targets = inputs[:, :2] @ np.array(weights) + rng.normal(0, noise_V, 50)
    rows = inputs, targets[:, None]
    return Regression(**CHOICES, inputs=(0, 2, 6), outputs=(8,), seed=0, training=rows, test=rows)


def test_a_node_reaches_the_inputs_that_no_input_hides() -> None:
    line = Network("line", 6, ((0, 1), (1, 2), (2, 3), (0, 4), (3, 5)), (0, 2, 5), (1, 3))
    assert [anchors(line, node) for node in (1, 3, 4)] == [[0, 1], [1, 2], [0]]


def test_an_output_that_hangs_on_one_input_is_told() -> None:
    line = Network("line", 4, ((0, 1), (1, 2), (0, 3)), (0, 2), (3,))
    task = replace(held(2.5), outputs=(3,))
    (told,) = remarks(task, line, True)
    assert told.startswith("output node 3 reaches no input but node 0: ")
    assert remarks(replace(task, outputs=(1,)), line.with_roles((0, 2), (1,)), True) == []


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ((3.9, 1.1), []),
        ((4.2, 1.1), ["1 of 1 targets of output 8 are out of reach, by up to 0.2 V"]),
        ((3.9, 0.25), ["1 of 1 targets of output 7 are out of reach, by up to 0.75 V"]),
    ],
)
def test_a_target_beyond_the_inputs_is_told(targets: tuple[float, float], said: list[str]) -> None:
    task = held(*targets)
    for linear in (True, False):
        found = remarks(task, wheel(task), linear)
        assert [text.split(":")[0] for text in found] == said


def test_a_difference_may_have_any_sign_up_to_the_inputs_span() -> None:
    task = replace(held(-2.9), outputs=((8, 7),))
    assert remarks(task, wheel(task), True) == []
    (told,) = remarks(replace(task, target_V=constant(-3.5)), wheel(task), True)
    assert told.startswith("1 of 1 targets of output 8-7 are out of reach, by up to 0.5 V")


def test_weights_that_a_linear_network_lacks_are_told() -> None:
    """The best constant for -0.5 x misses it by half the spread of x: 0.29 V for 1 to 3 V."""
    negative = fitted((-0.5, 0.9), 3.0)
    (told,) = remarks(negative, wheel(negative), True)
    said, best = told.split(" V rms, ")[0].rsplit(" ", 1)
    assert said.startswith("targets of output 8 ask for weights below 0 or with a sum above 1")
    assert float(best) == pytest.approx(0.5 * np.std(negative.training[0][:, 0]), rel=0.05)
    assert remarks(negative, wheel(negative), False) == []
    for reached in (fitted((0.5, 0.3), 3.0), fitted((0.5, 0.3), 3.0, noise_V=0.1)):
        assert remarks(reached, wheel(reached), True) == []


def test_a_difference_may_have_weights_below_zero() -> None:
    negative = replace(fitted((-0.5, 0.3), 3.0), outputs=((8, 7),))
    assert remarks(negative, wheel(negative), True) == []


def test_classes_are_only_to_be_nearest_to_their_targets() -> None:
    inputs, labels = np.array([[1.0, 4.0], [2.0, 4.0]]), np.array([0, 1])
    rows = inputs, labels
    task = Classification(
        **CHOICES,
        inputs=(0, 2),
        outputs=(8,),
        seed=0,
        classes=("a", "b"),
        training=rows,
        test=rows,
        targets=np.array([[3.9], [2.1]]),
    )
    assert remarks(task, wheel(task), True) == []
    (told,) = remarks(replace(task, targets=np.array([[3.9], [1.1]])), wheel(task), True)
    assert told.startswith("1 of 2 targets of output 8 are out of reach, by up to 0.9 V")
    assert remarks(replace(task, targets=None), wheel(task), True) == []
    untaught = np.nan
    assert remarks(replace(task, targets=np.array([[3.9], [untaught]])), wheel(task), True) == []
    (told,) = remarks(replace(task, targets=np.array([[untaught], [1.1]])), wheel(task), True)
    assert told.startswith("1 of 1 targets of output 8 are out of reach, by up to 0.9 V")


def test_what_ships_is_within_reach() -> None:
    for name in ("allostery", "regression", "iris"):
        task = curriculum(name)
        assert isinstance(task, Task)
        assert remarks(task, wheel(task), True) == []
