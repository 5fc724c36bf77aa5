"""Values drawn at random, in the unit of their field."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ..formats.toml import Settings
from .quantity import valued

LARGEST_NUMBER = 1e100  # of a distribution's parameters

DISTRIBUTIONS = {  # with the meaning of their numbers
    "uniform": "[lowest, highest]",
    "loguniform": "[lowest, highest], more than 0",
    "normal": "[mean, standard deviation]",
    "integers": "[first, last], whole",
    "choice": "a list of values",
}


def in_unit(file: Settings, field: str, value: Any) -> Any:
    """Return a value in the field's unit; raise UsageError if it has another unit."""
    try:
        return valued(field, value)
    except ValueError as failure:
        raise file.wrong(field, value, str(failure)) from None


def draw_values(file: Settings, draw: dict[str, Any], seed: int, number: int) -> dict[str, Any]:
    """Return draw ``number`` of every field; each field has its own stream of random numbers.

    Raises UsageError, naming file and key, for a wrong distribution.
    """
    found = {}
    for field, distribution in draw.items():
        ((kind, numbers),) = distribution.items()
        own = int.from_bytes(hashlib.sha256(field.encode()).digest()[:8], "big")
        rng = np.random.default_rng([seed, own, number])
        found[field] = _value(file, field, kind, numbers, rng)
    return found


def _value(file: Settings, field: str, kind: str, numbers: Any, rng: np.random.Generator) -> Any:
    """Draw one value."""
    inside = Settings(file.what, file.path, file.table, f"draw.{field}.")
    if not isinstance(numbers, list) or not numbers:
        raise inside.wrong(kind, numbers, DISTRIBUTIONS[kind])
    if kind == "choice":
        values = [in_unit(file, field, one) for one in numbers]
        return values[int(rng.integers(len(values)))]
    pair = [in_unit(file, field, one) for one in numbers]
    if not all(type(one) in (int, float) and abs(one) < LARGEST_NUMBER for one in pair):
        raise inside.wrong(kind, numbers, DISTRIBUTIONS[kind])
    one, other = pair if len(pair) == 2 else (1.0, 0.0)
    least = {"loguniform": one > 0, "normal": other >= 0}.get(kind, True)
    if not least or (kind != "normal" and one > other) or len(pair) != 2:
        raise inside.wrong(kind, numbers, DISTRIBUTIONS[kind])
    if kind == "integers":
        if one % 1 or other % 1:
            raise inside.wrong(kind, numbers, DISTRIBUTIONS[kind])
        return int(rng.integers(int(one), int(other), endpoint=True))
    if kind == "normal":
        return float(rng.normal(one, other))
    if kind == "loguniform":
        return float(np.exp(rng.uniform(np.log(one), np.log(other))))
    return float(rng.uniform(one, other))
