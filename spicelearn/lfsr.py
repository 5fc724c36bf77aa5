"""A linear-feedback shift register: the pseudo-random source by which an edge clocks itself."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from .plant import Bools, Ints

STAGES, TAP = 17, 14  # x^17 + x^14 + 1 is primitive
PERIOD = 2**STAGES - 1  # bits; a prime, so any number of places a cycle goes through all of them
MOST_BITS = 12  # of a probability, below TAP: that many new bits are sums of old ones


@cache
def sequence() -> npt.NDArray[np.uint8]:
    """Return the bits of one period: each is the sum, modulo 2, of those 17 and 14 before."""
    bits = [1] * STAGES
    while len(bits) < PERIOD:
        bits.append(bits[-STAGES] ^ bits[-TAP])
    return np.array(bits, dtype=np.uint8)


def threshold(probability: float) -> str:
    """Return the nearest binary fraction, its bits after the point, the last of them 1.

    At most `MOST_BITS` bits, neither 0 nor 1: 0.25 is ``01``.
    """
    steps = min(max(round(probability * 2**MOST_BITS), 1), 2**MOST_BITS - 1)
    return f"{steps:0{MOST_BITS}b}".rstrip("0")


def seeds(phases: Ints) -> list[int]:
    """Return what registers at these places of the sequence hold: stage k is bit k."""
    places = (phases[:, None] + np.arange(STAGES)) % PERIOD
    return [int(row @ (1 << np.arange(STAGES))) for row in sequence()[places].astype(np.int64)]


def below(phases: Ints, bits: str, cycle: int) -> Bools:
    """Return which registers show less than the threshold in this cycle, shape as ``phases``.

    A register moves as many places a cycle as the threshold has bits, and shows its first ones.
    """
    places = (phases[:, None] + len(bits) * (cycle + 1) + np.arange(len(bits))) % PERIOD
    shown = sequence()[places] @ (1 << np.arange(len(bits))[::-1])
    return np.asarray(shown < int(bits, 2))
