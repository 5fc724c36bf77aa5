"""TOML files; an error names file and key."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UsageError, nearest
from . import files

LARGEST_FILE = 16 * 2**20  # bytes that are read
LISTED_KEYS = 20  # at most, in a message


@dataclass(frozen=True)
class Settings:
    """Hold a table of a TOML file; ``what`` is the kind of file, ``inside`` the table's name.

    Every method raises UsageError, which names file and key, quotes the value and says what was
    expected.
    """

    what: str
    path: Path
    table: dict[str, Any]
    inside: str = ""

    @classmethod
    def read(cls, what: str, path: Path) -> Settings:
        """Return the outermost table of a file."""
        text = files.text(path, f"{what} {path}", largest=LARGEST_FILE)
        try:
            return cls(what, path, tomllib.loads(text))
        except (ValueError, RecursionError) as failure:  # also from huge numbers and deep nesting
            raise UsageError(f"{what} {path}: expected TOML: {failure}") from None

    def only(self, keys: Collection[str], kind: str = "key") -> None:
        """Raise UsageError for a key that is not among ``keys``; the message names the nearest."""
        listed = ", ".join(keys) if len(keys) <= LISTED_KEYS else "one that spicelearn keys lists"
        for key in self.table:
            if key not in keys:
                raise UsageError(
                    f"{self._file}: no {kind} {key[:60]!r}{nearest(key, keys)}, expected {listed}"
                )

    def wrong(self, key: str, value: Any, expected: str) -> UsageError:
        """Return the error for a key's value, None if it is missing."""
        said = "is missing" if value is None else f"= {shortened(value)}"
        return UsageError(f"{self._file}: {self.inside}{key} {said}, expected {expected}")

    @property
    def _file(self) -> str:
        return f"{self.what} {self.path}"

    def sub(self, key: str, expected: str) -> Settings:
        """Return the table of this key; raise UsageError if there is none or it is empty."""
        table = self.table.get(key)
        if not isinstance(table, dict) or not table:
            raise self.wrong(key, table, expected)
        return Settings(self.what, self.path, table, f"{self.inside}{key}.")

    def listed(self, key: str, expected: str) -> list[Any]:
        """Return the list of this key; raise UsageError if there is none or it is empty."""
        value = self.table.get(key)
        if not isinstance(value, list):
            raise self.wrong(key, value, expected)
        if not value:
            raise self.wrong(key, value, "at least one in the list")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return the finite number of this key, or the default."""
        return self.finite(key, self.table.get(key, default))

    def finite(self, key: str, value: Any) -> float:
        """Return a value of this key as a number; raise UsageError unless it is within +-1e12."""
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not math.isfinite(value if isinstance(value, float) else 0):
            raise self.wrong(key, value, "a number")
        if abs(value) > 1e12:
            raise self.wrong(key, value, "a number from -1e12 to 1e12")
        return float(value)

    def whole(self, key: str, default: int, least: int = 1, most: int = 10**9) -> int:
        """Return the whole number of this key, from ``least`` to ``most``, or the default."""
        value = self.table.get(key, default)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(key, value, f"a whole number from {least} to {most}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return the text of this key, not empty, or the default."""
        value = self.table.get(key, default)
        if not isinstance(value, str) or not value or "\0" in value:
            raise self.wrong(key, value, "a text")
        return value


def quoted(text: str) -> str:
    """Return a text as TOML writes it, in one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def literal(value: Any) -> str:
    """Return a text, a number, a truth value or a list of them as TOML writes it, exactly."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return f"[{', '.join(literal(each) for each in value)}]"


def shortened(value: Any) -> str:
    """Return a value for a message, cut to 60 characters."""
    try:
        text = repr(value)
    except ValueError:  # a whole number with too many digits
        return "a huge number"
    return text if len(text) <= 60 else f"{text[:60]}..."
