"""The shift register by which an edge clocks itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.schedules import lfsr


def test_it_goes_through_every_state_but_zero() -> None:
    bits = np.concatenate([lfsr.sequence(), lfsr.sequence()[: lfsr.STAGES]]).astype(np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(bits, lfsr.STAGES)[: lfsr.PERIOD]
    states = windows @ (1 << np.arange(lfsr.STAGES))
    assert sorted(states) == list(range(1, 2**lfsr.STAGES))


@given(st.floats(1e-6, 1, exclude_max=True))
def test_a_threshold_is_the_nearest_fraction_in_fewest_bits(probability: float) -> None:
    bits = lfsr.threshold(probability)
    assert bits.endswith("1")
    assert len(bits) <= lfsr.BITS_LIMIT
    most = 1 - 2.0**-lfsr.BITS_LIMIT
    expected = min(max(probability, 2.0**-lfsr.BITS_LIMIT), most)
    assert int(bits, 2) / 2 ** len(bits) == pytest.approx(expected, abs=2.0**-13)


@pytest.mark.parametrize("probability", [1e-9, 0.3, 0.5])
def test_the_probability_that_is_made_is_the_mean_over_a_period(probability: float) -> None:
    bits = lfsr.threshold(probability)
    shown = [lfsr.below(np.arange(cycle, cycle + 1), bits, 0).item() for cycle in range(2**11)]
    every = lfsr.below(np.arange(lfsr.PERIOD), bits, 0)
    assert every[: 2**11].tolist() == shown
    assert lfsr.made(bits) == every.mean()


def test_thresholds_of_powers_of_two() -> None:
    assert [lfsr.threshold(p) for p in (0.5, 0.25, 0.75)] == ["1", "01", "11"]


@given(st.integers(0, lfsr.PERIOD - 1), st.sampled_from([0.5, 0.25, 0.3, 0.05]))
def test_it_shows_what_a_register_shows_that_is_clocked_step_by_step(
    phase: int, probability: float
) -> None:
    bits = lfsr.threshold(probability)
    (seed,) = lfsr.seeds(np.array([phase]))
    state = [seed >> stage & 1 for stage in range(lfsr.STAGES)]
    for cycle in range(40):
        for _ in bits:
            state = [*state[1:], state[0] ^ state[lfsr.STAGES - lfsr.TAP]]
        word = int("".join(map(str, state[: len(bits)])), 2)
        assert lfsr.below(np.array([phase]), bits, cycle) == [word < int(bits, 2)]


@pytest.mark.parametrize("probability", [0.1])
def test_a_period_holds_the_share_and_no_memory(probability: float) -> None:
    """Over a whole period: the share to a ten-thousandth, and cycles that know of none before."""
    bits = lfsr.threshold(probability)
    phases = np.array([0, 5000])
    drawn = np.array([lfsr.below(phases, bits, cycle) for cycle in range(lfsr.PERIOD)])
    assert drawn.mean(axis=0) == pytest.approx(probability, abs=2e-4)
    away = drawn[:, 0] - drawn[:, 0].mean()
    for later in (1, 2, 3, 10):
        assert abs(np.mean(away[later:] * away[:-later])) / away.var() < 0.02
