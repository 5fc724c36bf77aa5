"""Two classes and one threshold: when they are apart, and which example is of which."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.tasks.file import from_toml
from spicelearn.tasks.separation import Separation

LABELS = np.array([0, 1, 1, 0])
INPUTS = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
volts = st.floats(-2, 2).map(lambda some: round(some, 3))


def task(margin: float = 0.5, least_V: float = 0.05, held_back: bool = False) -> Separation:
    rows = INPUTS, LABELS
    return Separation(
        name="some",
        summary="",
        network="mosfets",
        cycles=1,
        inputs=(0, 1),
        outputs=(7,),
        eta=0.1,
        classes=("no", "yes"),
        training=rows,
        test=(INPUTS[:2], LABELS[:2]) if held_back else rows,
        margin=margin,
        least_V=least_V,
    )


@given(st.lists(volts, min_size=4, max_size=4))
def test_all_are_right_exactly_where_it_is_solved(outputs: list[float]) -> None:
    seen, some = np.array(outputs), task()
    found = some.evaluate(seen[:, None], None)
    gap = seen[LABELS == 1].min() - seen[LABELS == 0].max()
    asked = max(0.5 * (seen.max() - seen.min()), 0.05)
    if abs(gap - asked) > 1e-9:
        assert (
            (found.measurement.accuracy == 1) == (gap > asked) == some.is_solved(seen, LABELS == 1)
        )


def test_rounding_decides_nothing() -> None:
    """The range sets the margin, so that edges of two outputs can coincide."""
    seen = np.array([-1.269, -4.437, -3.147, -5.696])
    noise = np.random.default_rng(0).normal(0, 1e-6, (200, 4))
    found = {task().evaluate((seen + row)[:, None], None).measurement.accuracy for row in noise}
    assert len(found) == 1


def test_an_output_within_the_margin_is_of_no_class() -> None:
    found = task().evaluate(np.array([[0.0], [1.0], [0.8], [0.1]]), None)
    assert found.found is not None
    assert [found.classes[place] for place in found.found].count("between") == 0
    found = task().evaluate(np.array([[0.0], [1.0], [0.4], [0.1]]), None)
    assert found.found is not None
    assert "between" in [found.classes[place] for place in found.found]
    assert found.measurement.accuracy == 0.75


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([0.0, 1.0, 1.0, 0.0], 0.0),  # two levels
        ([3.0, 3.4, 3.4, 3.0], 0.0),  # at any height
        ([0.0, 0.01, 0.01, 0.0], 0.02**2),  # 50 mV are asked: all are 20 mV off
        ([0.2, 0.0, 0.0, 0.2], (0.15) ** 2),  # inverted, 100 mV are asked: half of 300
        ([0.0, 1.0, 0.8, 0.0], 0.1**2 / 2),  # 0.9 for both ones
    ],
)
def test_the_error_is_the_distance_from_the_nearest_two_levels(
    outputs: list[float], expected: float
) -> None:
    found = task().evaluate(np.array(outputs)[:, None], None)
    assert found.measurement.error == pytest.approx(expected)


def test_what_is_held_back_is_judged_by_the_threshold_of_the_training_outputs() -> None:
    some = task(margin=0.0, least_V=0.01, held_back=True)
    assert some.queries(3) is not None
    training = np.array([[0.0], [1.0], [1.0], [0.1]])
    good = some.evaluate(np.array([[0.2], [0.9]]), training)
    bad = some.evaluate(np.array([[0.8], [0.9]]), training)
    assert (good.measurement.accuracy, bad.measurement.accuracy) == (1.0, 0.5)
    assert task().queries(3) is None


def test_a_table_of_two_classes_is_trained_and_tested_on_all_its_rows(tmp_path: Path) -> None:
    (tmp_path / "gate.csv").write_text("x,y,c\n0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n")
    file = tmp_path / "gate.toml"
    head = 'network = "mosfets"\noutputs = [7]\n[inputs]\n0 = "x"\n1 = "y"\n[data]\n'
    head += 'file = "gate.csv"\nlabel = "c"\n'
    file.write_text(f"{head}separate = true\n")
    task = from_toml(file, 0)
    assert isinstance(task, Separation)
    assert task.classes == ("no", "yes")
    assert task.example(3, None).inputs.tolist() == INPUTS.tolist()
    assert (task.example(3, None).targets[:, 0] > 0).tolist() == [False, True, True, False]
    assert task.queries(0) is None
    for more, message in (
        ("separate = 1", "data.separate = 1, expected true or false"),
        ("margin = 0.2", "data.margin = 0.2, expected data.separate beside it"),
        ("separate = true\nmargin = 1.0", "data.margin = 1.0, expected a share of the outputs'"),
    ):
        file.write_text(f"{head}{more}\n")
        with pytest.raises(UsageError, match=re.escape(message)):
            from_toml(file, 0)


def test_three_classes_or_two_outputs_have_no_one_threshold(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("x,c\n0,a\n1,b\n2,c\n")
    (tmp_path / "two.csv").write_text("x,c\n0,a\n1,b\n")
    file = tmp_path / "task.toml"
    for table, outputs, message in (
        ("some.csv", "[7]", "two classes, not 3"),
        ("two.csv", "[7, 6]", "one output, not 2"),
    ):
        file.write_text(
            f'network = "mosfets"\noutputs = {outputs}\n[inputs]\n0 = "x"\n[data]\n'
            f'file = "{table}"\nlabel = "c"\nseparate = true\n'
        )
        with pytest.raises(UsageError, match=message):
            from_toml(file, 0)


@pytest.mark.parametrize(
    ("outputs", "gap", "right"),
    [([0.0, 0.5, 0.6, 0.1], 0.4, 1.0), ([0.3, 0.2, 0.9, 0.0], -0.1, 0.5)],
)
def test_the_merit_is_the_gap_between_the_classes(
    outputs: list[float], gap: float, right: float
) -> None:
    """XOR: of the second outputs the lowest one lies below the highest zero."""
    found = task().evaluate(np.array(outputs)[:, None], None).measurement
    assert found.merit is not None
    assert found.merit.value == pytest.approx(gap)
    asked = max(0.5 * np.ptp(outputs), 0.05)
    assert found.merit.asked == pytest.approx(asked)
    assert found.merit.ratio == pytest.approx(gap / asked)
    assert (found.merit.ratio >= 1) == (right == 1)
    assert (found.accuracy == 1) == (right == 1)
    assert str(found.merit) == f"gap {gap:.3g} V of {asked:.3g} V asked"
