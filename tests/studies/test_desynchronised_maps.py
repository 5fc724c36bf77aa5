"""What the maps of learning without a global clock are made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from desynchronised import cycling
from desynchronised_maps import agreed, decades


@pytest.mark.parametrize("first", [(1e-3, 1e-6), (1e-6, 1e-3)])
def test_a_limit_cycle_of_two_cycles_has_one_late_error_whichever_comes_first(
    first: tuple[float, float],
) -> None:
    errors = pd.Series([1.0, *[*first] * 500])
    found = decades(errors, 1.0)
    assert found["end"] == pytest.approx(-np.log10((1e-3 + 1e-6) / 2))
    assert found["quarter"] == pytest.approx(found["end"])
    assert found["best"] == pytest.approx(6)


def test_the_best_error_is_one_of_as_many_as_the_synchronous_machine_has() -> None:
    errors = pd.Series(np.full(4001, 1e-3))
    errors[0], errors[2001] = 1.0, 1e-7
    assert decades(errors, 0.25)["best"] == pytest.approx(3)
    assert decades(errors, 1.0)["best"] == pytest.approx(7)


def test_a_rare_large_error_counts_in_the_mean_and_not_in_the_median() -> None:
    errors = pd.Series(np.full(1001, 1e-4))
    errors[0], errors[950] = 1.0, 1.0
    found = decades(errors, 1.0)
    assert found["end"] == pytest.approx(4)
    assert found["mean"] == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    ("gained", "word"),
    [
        ([1, 1, 1, 1, 1, 1, 1, -9], "better"),
        ([-1, -1, -1, -1, -1, -1, -1, 9], "worse"),
        ([1, 1, 1, 1, 1, 1, -1, -1], ""),
        ([0, 0, 0, 0, 0, 0, 0, 0], ""),
    ],
)
def test_seeds_agree_on_better_or_worse_or_not(gained: list[float], word: str) -> None:
    assert agreed(pd.Series(gained, dtype=float)) == word


def test_codes_that_come_back_are_in_a_limit_cycle_and_others_are_not() -> None:
    cycle = np.arange(200)
    rising, resting = cycle, 0 * cycle
    codes = np.stack([cycle % 2, cycle // 2 % 4, rising, resting], axis=1)
    assert cycling(codes) == 0.5
