"""The frequency plan: nothing that the device mixes falls on what is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.machines.homodyne.plan import (
    PUBLISHED,
    collisions,
    fewest_samples,
    folded,
    free_plan,
)

plans = st.sets(st.integers(1, 40), min_size=1, max_size=5).map(lambda some: tuple(sorted(some)))


def mixed(periods: tuple[int, ...], samples: int | None) -> set[int]:
    """Return the lines of every product of up to three sines, by signs of every factor."""
    found = set()
    signed = [sign * value for value in periods for sign in (1, -1)]
    for a in signed:
        for b in signed:
            found |= {abs(a + b)} if a != -b else set()
            for c in signed:
                if -a not in (b, c) and b != -c:
                    found.add(abs(a + b + c))
    return {folded(value, samples) for value in found} if samples else found


@given(plans)
def test_collisions_are_those_of_all_products_one_by_one(periods: tuple[int, ...]) -> None:
    assert bool(collisions(periods)) == bool(mixed(periods, None) & {*periods})


@given(plans, st.integers(3, 200))
def test_so_are_those_that_fold(periods: tuple[int, ...], samples: int) -> None:
    assert bool(collisions(periods, samples)) == bool(
        (mixed(periods, samples) | mixed(periods, None)) & {*periods}
    )


@pytest.mark.parametrize("count", [1, 2, 5, 7])
def test_the_plan_is_free_and_so_are_its_samples(count: int) -> None:
    periods = free_plan(count)
    assert len({*periods}) == count
    assert not mixed(periods, None) & {*periods}
    assert not mixed(periods, fewest_samples(periods)) & {*periods}
    assert fewest_samples(periods) > 2 * max(periods)


def test_the_published_frequencies_collide_and_it_is_said_how() -> None:
    """2 x 45 - 65 = 25 Hz, in units of 5 Hz."""
    assert "5 - 2 x 9 = 13" in collisions(PUBLISHED)
    assert not collisions((7, 11, 16, 17, 19))
    assert "3 x 19 = 57, which folds onto 7" in collisions((7, 11, 16, 17, 19), 64)
