from __future__ import annotations

import numpy as np
import pytest

from spicelearn.proposal.learnable import HARDLY, in_order, node_scale, reach_of, reach_of_classes

RNG = np.random.default_rng(7)
X = RNG.uniform(0, 5, (120, 2))
RISING = X @ [0.5, 2.0] - 3
FALLING = X @ [1.0, -1.0]
CURVE = (X[:, 0] - 2.5) ** 2
CHANCE = RNG.normal(size=120)


def test_a_mean_explains_what_rises_and_a_difference_what_falls() -> None:
    rising, falling = reach_of("y", X, RISING), reach_of("y", X, FALLING)
    assert not rising.falls
    assert rising.mean == pytest.approx(1)
    assert falling.falls
    assert falling.line == pytest.approx(1)
    assert falling.mean < 0.7
    assert not rising.bends
    assert not falling.bends


def test_a_curve_and_chance_are_told_from_a_line() -> None:
    curve, chance = reach_of("y", X, CURVE), reach_of("y", X, CHANCE)
    assert curve.bends
    assert curve.curve > 0.9
    assert curve.line < HARDLY
    assert not chance.bends
    assert max(chance.mean, chance.line, chance.curve) < HARDLY


def test_classes_are_measured_by_what_the_most_frequent_one_leaves() -> None:
    apart = reach_of_classes("k", X, ["a" if x + y > 5 else "b" for x, y in X])
    ring = reach_of_classes("k", X, ["in" if value < 1.5 else "out" for value in CURVE])
    chance = reach_of_classes("k", X, ["a" if value > 0 else "b" for value in CHANCE])
    assert apart.line > 0.9
    assert not apart.bends
    assert ring.bends
    assert ring.line < 0.3
    assert max(chance.line, chance.curve) < 0.3


@pytest.mark.parametrize("columns", [[RISING], [RISING, X @ [3.0, 0.1]], [CHANCE], [RISING, CURVE]])
def test_desired_voltages_are_means_of_what_is_applied(columns: list[np.ndarray]) -> None:
    """With weights from 0, those of the ends of the supply included, that sum to 1."""
    low, high = node_scale(X, columns, 5.0)
    assert 0 < low < high < 5
    for column in columns:
        volts = low + (high - low) * (column - column.min()) / np.ptp(column)
        known = np.column_stack([X, np.ones(len(X))])
        weights, *_ = np.linalg.lstsq(known, volts, rcond=None)
        if (weights[:2] >= 0).all():
            assert weights[:2].sum() <= 0.6 + 1e-9
            assert -0.01 <= weights[2] <= 5 * (1 - weights[:2].sum()) + 0.01


def test_classes_are_ordered_along_the_line_that_parts_them() -> None:
    """Silt lies between clay and sand, whatever the letters say."""
    rng, middle = np.random.default_rng(5), {"clay": 1.0, "silt": 2.0, "sand": 3.0}
    labels = [name for name in ("clay", "sand", "silt") for _ in range(30)]
    grain = np.array([middle[name] for name in labels]) + rng.normal(0, 0.3, 90)
    inputs = np.column_stack([grain, rng.normal(0, 1, 90)])
    assert in_order(inputs, labels) in (["clay", "silt", "sand"], ["sand", "silt", "clay"])
