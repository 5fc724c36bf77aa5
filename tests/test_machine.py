"""What a machine learns, as its records and checkpoints check it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.machine import Weights

CODES = Weights("code", "wiper code", "", 0, 127, True, 3)
GATES = Weights("gate", "gate voltage", "V", 0.5, 5.5, False, 2)


def test_columns_and_what_is_expected_are_told() -> None:
    assert CODES.columns == ["code_0", "code_1", "code_2"]
    assert CODES.expected == "3 wiper codes from 0 to 127"
    assert GATES.expected == "2 gate voltages from 0.5 to 5.5 V"


@pytest.mark.parametrize(
    ("weights", "values"),
    [(CODES, [0, 64, 127]), (GATES, [0.5, 5.5]), (GATES, [1, 5])],
)
def test_weights_in_range_are_taken(weights: Weights, values: list[Any]) -> None:
    weights.check(np.array(values), "the table")


@pytest.mark.parametrize(
    ("weights", "values"),
    [
        (CODES, [0, 64]),
        (CODES, [[0, 64, 127]]),
        (CODES, [0, 64, 128]),
        (CODES, [-1, 64, 127]),
        (CODES, [0.0, 64.0, 127.0]),
        (CODES, [True, False, True]),
        (CODES, ["0", "64", "127"]),
        (CODES, []),
        (GATES, [0.4, 1.0]),
        (GATES, [1.0, float("nan")]),
        (GATES, [1.0, float("inf")]),
    ],
)
def test_other_weights_are_refused_with_what_is_expected(
    weights: Weights, values: list[Any]
) -> None:
    with pytest.raises(UsageError) as failure:
        weights.check(np.array(values), "state.json is damaged")
    assert str(failure.value) == f"state.json is damaged, expected {weights.expected}"
