"""Packages of the parts: which pin of a model is on which pin of its package."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from ..errors import SpicelearnError


@dataclass(frozen=True)
class Package:
    """Hold a package: its numbers by the pins of the model, unit by unit.

    ``value`` is what is ordered, ``what`` says what it is, ``footprint`` is KiCad's name.
    ``supplies`` are pins that all units share, ``unused`` those supplies to which the pins of a
    unit without use are tied, ``more`` pins that no unit has.
    """

    value: str
    what: str
    footprint: str
    supplies: Mapping[str, int]
    units: tuple[Mapping[str, int], ...]
    unused: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, int] = field(default_factory=dict)

    def numbers(self) -> dict[int, str]:
        """Return the name of every pin by its number; those of several units begin with theirs."""
        many = len(self.units) > 1
        shared = {number: pin for pin, number in {**self.supplies, **self.more}.items()}
        return shared | {
            number: f"{place}{pin}" if many else pin
            for place, unit in enumerate(self.units, 1)
            for pin, number in unit.items()
        }


@cache
def packages() -> dict[str, Package]:
    """Return the packages by the names of their models, from ``models/packages.toml``."""
    source = files("spicelearn.models").joinpath("packages.toml")
    read = tomllib.loads(source.read_text(encoding="utf-8"))
    return {
        part: Package(**{**table, "units": tuple(table["units"])}) for part, table in read.items()
    }


def package(model: str) -> tuple[str, Package]:
    """Return the part of a model, and its package: that of the name before an underscore.

    Raises SpicelearnError if there is none.
    """
    part = model.partition("_")[0]
    if part not in packages():
        raise SpicelearnError(f"no package of {model!r} in spicelearn.models")
    return part, packages()[part]
