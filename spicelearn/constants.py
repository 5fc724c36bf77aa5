"""Tables of a machine's constants: declared with range and meaning, read from TOML, checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

from .errors import UsageError, nearest
from .formats.toml import Settings

HUGE = 10**15  # the digits of larger numbers are not shown


def quantity(default: Any, low: float, high: float, doc: str) -> Any:
    """Declare a number with its default and its range; the unit ends the field's name."""
    return field(default=default, metadata={"low": low, "high": high, "doc": doc})


def series(default: tuple[float, ...], low: float, high: float, doc: str) -> Any:
    """Declare a list of numbers, with its default and the range of each."""
    return field(default=default, metadata={"low": low, "high": high, "doc": doc, "series": True})


def choice(default: str, choices: tuple[str, ...], doc: str) -> Any:
    """Declare a field that takes one of a few words, with its default."""
    return field(default=default, metadata={"choices": choices, "doc": doc})


@dataclass(frozen=True)
class Constants:
    """Hold the constants of a machine, each a field made by `quantity`, `series` or `choice`.

    Raises UsageError for a value out of range, naming the field. Files and messages call such a
    table a board.
    """

    def __post_init__(self) -> None:
        for item in fields(self):
            self._check(item.name, dict(item.metadata), item.default)

    def _check(self, name: str, rules: dict[str, Any], default: Any) -> None:
        value = getattr(self, name)
        if "choices" in rules:
            if value not in rules["choices"]:
                expected = " or ".join(rules["choices"])
                near = nearest(str(value), rules["choices"])
                raise UsageError(f"board: {name} = {value!r}{near}, expected {expected}")
            return
        if "series" in rules:
            if not isinstance(value, list | tuple):
                raise UsageError(f"board: {name} = {value!r:.60}, expected a list of numbers")
            object.__setattr__(self, name, tuple(value))
            for item in value:
                self._check_number(name, item, rules, whole=False)
            return
        self._check_number(name, value, rules, whole=isinstance(default, int))

    def _check_number(self, name: str, value: Any, rules: dict[str, Any], whole: bool) -> None:
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            kind = "a whole number" if whole else "a number"
            raise UsageError(f"board: {name} = {value!r}, expected {kind}")
        if not rules["low"] <= value <= rules["high"]:  # false for nan
            shown = "a huge number" if abs(value) > HUGE else repr(value)
            raise UsageError(
                f"board: {name} = {shown}, expected {rules['low']:g} to {rules['high']:g}"
            )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of all constants."""
        return tuple(item.name for item in fields(cls))

    def with_file(self, path: Path) -> Self:
        """Return these constants with those replaced that a TOML file gives.

        Raises UsageError, naming the file, for a file that cannot be read and for unknown keys.
        """
        file = Settings.read("board", path)
        file.only(self.names(), "constant")
        try:
            return replace(self, **file.table)
        except UsageError as failure:
            raise UsageError(str(failure).replace("board:", f"board {path}:", 1)) from None

    def with_values(self, values: dict[str, Any]) -> Self:
        """Return these constants with ``values`` replaced; raise UsageError for an unknown name."""
        for name in values:
            if name not in self.names():
                raise UsageError(f"board: no constant {name[:60]!r}")
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        """Return every constant by name, in the types of JSON."""
        values = asdict(self)
        return {name: [*item] if type(item) is tuple else item for name, item in values.items()}
