"""CSV tables; an error names file, line and column."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np

from ..errors import UsageError, nearest
from ..plant import Floats
from . import files

LARGEST_FILE = 64 * 2**20  # bytes that are read
SEPARATORS = ";\t|"  # of tables that are no CSV with commas
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Table:
    """Hold a CSV file: its columns by name, and the line in the file of every row."""

    path: Path
    columns: dict[str, list[str]]
    lines: list[int]

    def texts(self, name: str) -> list[str]:
        """Return a column; raise UsageError if there is none or a cell is empty."""
        if name not in self.columns:
            raise self.missing(name)
        column = self.columns[name]
        for line, cell in zip(self.lines, column, strict=True):
            if not cell:
                raise self.wrong(line, name, cell, "a value")
        return column

    def numbers(self, name: str) -> Floats:
        """Return a column as numbers, shape (rows,); raise UsageError for a cell that is none."""
        values = np.empty(len(self.lines))
        for row, (line, cell) in enumerate(zip(self.lines, self.texts(name), strict=True)):
            try:
                values[row] = float(cell)
            except ValueError:
                if DECIMAL_COMMA.fullmatch(cell):
                    raise self.wrong(line, name, cell, "a decimal point") from None
                raise self.wrong(line, name, cell, "a number") from None
            if not math.isfinite(values[row]):
                raise self.wrong(line, name, cell, "a finite number")
        return values

    def missing(self, name: str) -> UsageError:
        """Return the error for a column that there is not."""
        near = nearest(name, self.columns)
        there = ", ".join(repr(column) for column in self.columns)
        return UsageError(f"{self.path} has no column {name!r}{near}, it has {there}")

    def wrong(self, line: int, name: str, cell: str, expected: str) -> UsageError:
        """Return the error for a cell that is not what was expected."""
        shown = repr(cell if len(cell) <= 40 else f"{cell[:40]}...")
        return UsageError(
            f"{self.path}, line {line}, column {name!r}: {shown}, expected {expected}"
        )


def _rows(path: Path) -> tuple[list[list[str]], list[int]]:
    """Return the rows that are not blank, and their lines in the file."""
    rows: list[list[str]] = []
    lines: list[int] = []
    text = files.text(path, str(path), "a CSV file", LARGEST_FILE)
    reader = csv.reader(StringIO(text, newline=""), strict=True, skipinitialspace=True)
    try:
        for row in reader:
            if row:
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error as failure:
        raise UsageError(f"{path}, line {reader.line_num}: {failure}, expected CSV") from None
    return rows, lines


def read_table(path: Path) -> Table:
    """Read a CSV file with a line of column names; blank lines are skipped.

    Raises UsageError if it cannot be read or is not such a table.
    """
    rows, lines = _rows(path)
    if not rows:
        raise UsageError(f"{path} is empty, expected a line of column names")
    names, *rows = rows
    lone = next((mark for mark in SEPARATORS if mark in names[0]), "") if len(names) == 1 else ""
    if lone:
        raise UsageError(f"{path} has {lone!r} between its columns, expected commas")
    for place, name in enumerate(names):
        if not name or name in names[:place]:
            raise UsageError(
                f"{path}, line {lines[0]}: column {place + 1} is called {name!r}, "
                "expected a name of its own"
            )
    if not rows:
        raise UsageError(f"{path} has no rows, only a line of column names")
    for row, line in zip(rows, lines[1:], strict=True):
        if len(row) != len(names):
            raise UsageError(f"{path}, line {line}: {len(row)} cells, expected {len(names)}")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return Table(path, columns, lines[1:])
