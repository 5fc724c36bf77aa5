"""Quantities as texts: numbers with the prefix that suits them."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

E12 = (1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2)  # IEC 60063
E24 = (*E12, 1.1, 1.3, 1.6, 2.0, 2.4, 3.0, 3.6, 4.3, 5.1, 6.2, 7.5, 9.1)
E96 = tuple(round(10 ** (place / 96), 2) for place in range(96))
PREFIXES = ("p", "n", "µ", "m", "", "k", "M", "G")


def scaled(value: float, unit: str, digits: int = 4) -> str:
    """Return a quantity with the prefix that suits it: ``0.5 mV``, ``100 kΩ``."""
    if not 0 < abs(value) <= sys.float_info.max:
        return f"{number(value)} {unit}"
    factor, prefix = prefix_of(value)
    return f"{number(value / factor, digits)} {prefix}{unit}"


def prefix_of(value: float) -> tuple[float, str]:
    """Return the factor and the prefix that suit a value, finite and not 0: 1e-3 and m of 0.5."""
    none = PREFIXES.index("")
    thousands = math.floor(math.log10(abs(value)) / 3 + 1e-9)
    place = min(max(thousands + none, 0), len(PREFIXES) - 1)
    return 1000.0 ** (place - none), PREFIXES[place]


def preferred(value: float, series: Sequence[float]) -> float:
    """Return the number of a series of a decade, such as `E12`, nearest to a value more than 0."""
    decade = 10.0 ** math.floor(math.log10(value))
    return min((each * decade for each in (*series, 10.0)), key=lambda each: abs(each - value))


def number(value: float, digits: int = 4) -> str:
    """Return a number to so many digits."""
    try:
        return f"{value:.{digits}g}" if math.isfinite(value) else str(value)
    except OverflowError:  # of a huge whole number
        return "a huge number"


def counted(count: int, what: str) -> str:
    """Say how many there are: ``1 edge``, ``16 edges``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
