"""Quantities as texts: numbers with the prefix that suits them."""

from __future__ import annotations

import math
import sys

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


def number(value: float, digits: int = 4) -> str:
    """Return a number to so many digits."""
    try:
        return f"{value:.{digits}g}" if math.isfinite(value) else str(value)
    except OverflowError:  # of a huge whole number
        return "a huge number"


def counted(count: int, what: str) -> str:
    """Say how many there are: ``1 edge``, ``16 edges``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
