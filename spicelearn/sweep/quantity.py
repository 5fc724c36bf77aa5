"""Values with units: numbers in a field's own unit, or texts such as "2 mV"."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

SYMBOLS = {"V": "V", "A": "A", "s": "s", "F": "F", "ohm": "ohm"}  # suffixes of fields
TEXT = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d{1,3})?\s*[A-Za-zµΩ]{1,10}")


def unit_of(field: str) -> str | None:
    """Return the unit of a field, from the end of its name or its table; None if it has none."""
    table, *inner = field.split(".")
    if table == "task" and inner[0] in ("inputs", "outputs"):
        return "V"
    return SYMBOLS.get(field.rpartition("_")[2])


def valued(field: str, value: Any) -> Any:
    """Return a value in the field's unit; a value that is no text is returned unchanged.

    Raises ValueError, saying what was expected, for a text that is no quantity of that unit.
    """
    unit = unit_of(field)
    if not isinstance(value, str) or unit is None:
        return value
    expected = f"a number, or one with a unit like '1.5 m{unit}'"
    if TEXT.fullmatch(value.strip()) is None:
        raise ValueError(expected)
    number = _converted(value.replace("Ω", "ohm"), unit)
    if not math.isfinite(number):
        raise ValueError(expected)
    return number


@cache
def _converted(text: str, unit: str) -> float:
    """Return a quantity in this unit; infinity if it has another dimension."""
    import pint  # noqa: PLC0415 - its table of units is slow to load

    try:
        return float(pint.application_registry.Quantity(text).to(unit).magnitude)
    except (pint.PintError, OverflowError):
        return math.inf
