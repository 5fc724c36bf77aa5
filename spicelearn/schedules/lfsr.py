"""A linear-feedback shift register: the pseudo-random source by which an edge clocks itself."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from ..plant import Bools, Ints

STAGES, TAP = 17, 14  # x^17 + x^14 + 1 is primitive
PERIOD = 2**STAGES - 1  # bits; a prime, so that any number of places per cycle visits all of them
BITS_LIMIT = 12  # of a probability; below TAP, so that all new bits of a cycle are sums of old bits


@cache
def sequence() -> npt.NDArray[np.uint8]:
    """Return the bits of one period: bit k is the sum of bits k - 17 and k - 14, modulo 2."""
    from scipy.signal import max_len_seq  # noqa: PLC0415 - slow to import, and rarely needed

    bits, _ = max_len_seq(STAGES, state=[1] * STAGES, taps=[STAGES - TAP])
    return np.asarray(bits, dtype=np.uint8)


def threshold(probability: float) -> str:
    """Return the bits after the point of the nearest binary fraction; the last bit is 1.

    The fraction has at most `BITS_LIMIT` bits and is neither 0 nor 1: 0.25 is ``01``.
    """
    steps = min(max(round(probability * 2**BITS_LIMIT), 1), 2**BITS_LIMIT - 1)
    return f"{steps:0{BITS_LIMIT}b}".rstrip("0")


def made(bits: str) -> float:
    """Return the probability that a register shows less than the threshold ``bits``.

    Over a period it shows every fraction equally often, but for 0 once less: it is never empty.
    """
    below_it = int(bits, 2) << (STAGES - len(bits))  # of the 2^17 contents, the empty one too
    return float((below_it - 1) / PERIOD)


def seeds(phases: Ints) -> list[int]:
    """Return the contents of registers at these places of the sequence: stage k in bit k."""
    places = (phases[:, None] + np.arange(STAGES)) % PERIOD
    return [int(row @ (1 << np.arange(STAGES))) for row in sequence()[places].astype(np.int64)]


def below(phases: Ints, bits: str, cycle: int) -> Bools:
    """Return which registers show less than the threshold ``bits``, the shape of ``phases``.

    A register moves as many places per cycle as the threshold has bits, and shows as many of its
    first stages as a binary fraction.
    """
    places = (phases[:, None] + len(bits) * (cycle + 1) + np.arange(len(bits))) % PERIOD
    shown = sequence()[places] @ (1 << np.arange(len(bits))[::-1])
    return np.asarray(shown < int(bits, 2))
