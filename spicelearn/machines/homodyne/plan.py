"""The frequency plan: which whole number of periods each control's sine has in a window.

The device mixes the sines: their sums and differences must not fall on a frequency that is read.
Sampled so many times per window, whatever lies beyond half of that folds back, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations_with_replacement, product

import numpy as np

from ...plant import Ints

PUBLISHED = (5, 9, 13, 19, 23)  # periods of 25, 45, 65, 95, 115 Hz in 0.2 s (authors' code)
ORDERS = (2, 3)  # of the products that count
SAMPLES_PER_PERIOD = 3.2  # of the fastest sine, at least


def products(periods: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Yield the sums and differences that count: how each is made, and its number of periods."""
    for order in ORDERS:
        for chosen in combinations_with_replacement(sorted(periods), order):
            (first, times), *others = Counter(chosen).items()
            for signs in product((1, -1), repeat=len(others)):
                terms = [(n * sign, value) for (value, n), sign in zip(others, signs, strict=True)]
                said = "".join(f" {'-' if n < 0 else '+'} {_times(n, value)}" for n, value in terms)
                total = times * first + sum(n * value for n, value in terms)
                yield _times(times, first) + said, abs(total)


def _times(times: int, value: int) -> str:
    """Return a product in words."""
    return str(value) if abs(times) == 1 else f"{abs(times)} x {value}"


def folded(periods: int, samples: int) -> int:
    """Return where a line of so many periods is seen among so many samples per window."""
    rest = periods % samples
    return min(rest, samples - rest)


def collisions(periods: Sequence[int], samples: int | None = None) -> list[str]:
    """Return what falls on a used frequency, in words; empty for a good plan.

    What folds counts, too, if ``samples`` per window are given.
    """
    found = []
    for said, value in products(periods):
        if value in periods:
            found.append(f"{said} = {value}")
        elif samples and folded(value, samples) in periods:
            found.append(f"{said} = {value}, which folds onto {folded(value, samples)}")
    return found


@cache
def free_plan(count: int) -> tuple[int, ...]:
    """Return so many periods without a collision: of some plans the lowest."""
    found = [_found_from(first, count) for first in range(count, 2 * count + 1, -(-count // 5))]
    return min(found, key=lambda plan: (max(plan), plan))


def _found_from(first: int, count: int) -> tuple[int, ...]:
    """Return a plan whose lowest has ``first`` periods; each that follows is the next possible."""
    chosen: list[int] = []
    taken: set[int] = set()  # by products of those that were chosen
    singles: set[int] = set()  # with either sign
    pairs: set[int] = set()
    value = first
    while len(chosen) < count:
        new = {abs(value + other) for other in singles | pairs}
        new |= {abs(2 * value + other) for other in singles} | {2 * value, 3 * value}
        if value not in taken and not new & {*chosen, value}:
            chosen.append(value)
            taken |= new
            pairs |= {sign * value + other for other in singles for sign in (1, -1)}
            pairs |= {2 * value, -2 * value}
            singles |= {value, -value}
        value += 1
    return tuple(chosen)


@cache
def fewest_samples(periods: tuple[int, ...]) -> int:
    """Return the lowest even number of samples per window at which nothing folds onto a period.

    What collides without folding does not count.
    """
    values: Ints = np.array(sorted({value for _, value in products(periods)} - {*periods}))
    samples = int(np.ceil(SAMPLES_PER_PERIOD * max(periods) / 2)) * 2
    while np.isin(np.minimum(values % samples, -values % samples), periods).any():
        samples += 2
    return samples
