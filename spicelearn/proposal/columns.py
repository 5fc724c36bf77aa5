"""The columns of a table: which are numbers, and which of them a task takes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..formats.csv_table import DECIMAL_COMMA, Table, read_table
from ..plant import Floats
from ..tasks.dataset import FEWEST_ROWS

LARGEST_SPAN = 1e300  # of a column that can be scaled
ROWS_TRIED = 5000  # rows, at most, with which choices of nodes are tried


@dataclass(frozen=True)
class Column:
    """Hold a column; ``numbers``, shape (rows,), is None where not every cell is a finite number.

    ``empty`` is the number of its empty cells, ``different`` that of its different texts, ``comma``
    its first cell if that is a number with a decimal comma.
    """

    name: str
    numbers: Floats | None
    empty: int
    different: int
    comma: str = ""

    @property
    def varies(self) -> bool:
        """Return whether these are numbers that are not all the same."""
        return self.numbers is not None and bool(self.numbers.min() < self.numbers.max())

    def __str__(self) -> str:
        """Say what is in the column."""
        if self.empty:
            return f"{self.empty} empty cells"
        if self.comma:
            return f"numbers with decimal commas, like {self.comma!r}, not points"
        if self.numbers is None:
            return f"text, {self.different} different"
        if not self.varies:
            return f"the number {self.numbers[0]:g} in every row"
        return f"numbers, {self.numbers.min():g} to {self.numbers.max():g}"


@dataclass(frozen=True)
class Columns:
    """Hold the columns of a file by their names."""

    path: Path
    rows: int
    table: Table
    by_name: dict[str, Column]

    @classmethod
    def read(cls, path: Path) -> Columns:
        """Read a CSV file; raise UsageError if it is none, or has no line of column names."""
        table = read_table(path)
        names = list(table.columns)
        if all(is_number(name) for name in names):
            raise UsageError(
                f"{path} begins with the numbers {', '.join(names)[:60]}, expected a line of "
                "column names"
            )
        found = {name: described(name, cells) for name, cells in table.columns.items()}
        return cls(path, len(table.lines), table, found)

    def varying(self, names: Sequence[str]) -> list[Column]:
        """Return columns of numbers that vary; raise UsageError for any other."""
        found = []
        for name in names:
            column = self.named(name)
            if column.numbers is None:
                self.table.numbers(name)  # raises, naming line and cell
            if column.numbers is None or not column.varies:
                raise UsageError(f"{self.path}, column {name!r} is {column}, expected a change")
            least, most = float(column.numbers.min()), float(column.numbers.max())
            if most - least > LARGEST_SPAN:
                raise UsageError(
                    f"{self.path}, column {name!r} goes from {least:g} to {most:g}, "
                    "expected a span that can be scaled"
                )
            found.append(column)
        return found

    def named(self, name: str) -> Column:
        """Return a column; raise UsageError if there is none."""
        if name not in self.by_name:
            missing = self.table.missing(name)
            if any("," in known for known in self.by_name):
                raise UsageError(f"{missing}; a name with a comma needs double quotes around it")
            raise missing
        return self.by_name[name]

    def spoilt(self) -> list[str]:
        """Say which columns hold mostly numbers, and where the first cell is that is none."""
        told = []
        for name, column in self.by_name.items():
            cells = self.table.columns[name]
            odd = [place for place, cell in enumerate(cells) if not is_number(cell)]
            if column.numbers is None and len(odd) < len(cells) / 2:
                line, cell = self.table.lines[odd[0]], cells[odd[0]]
                told.append(
                    f"Column {name!r} is taken for text: line {line} has {cell[:40]!r}, and it has "
                    f"{len(cells) - len(odd)} numbers. Correct or remove the line to use it."
                )
        return told

    def sample(self, folder: Path, names: Sequence[str], label: str | None) -> Path:
        """Return the table, or of a long one a file in ``folder`` with `ROWS_TRIED` rows at random.

        These columns have the same extremes there, and ``label`` has two rows of every class.
        """
        if self.rows <= ROWS_TRIED:
            return self.path
        chosen = {*np.random.default_rng(0).choice(self.rows, ROWS_TRIED, replace=False).tolist()}
        for name in names:
            numbers = self.by_name[name].numbers
            if numbers is not None:
                chosen |= {int(numbers.argmin()), int(numbers.argmax())}
        if label is not None:
            cells = np.array(self.table.columns[label])
            for each in np.unique(cells):
                chosen |= {*np.flatnonzero(cells == each)[:FEWEST_ROWS].tolist()}
        path = folder / self.path.name
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(names)
            rows.writerows(
                [self.table.columns[name][row] for name in names] for row in sorted(chosen)
            )
        return path

    def left(self, taken: Sequence[str]) -> list[str]:
        """Return the names of the other columns of numbers that vary."""
        return [name for name, each in self.by_name.items() if each.varies and name not in taken]


def described(name: str, cells: list[str]) -> Column:
    """Return what is in a column."""
    numbers = None
    if all(is_number(cell) for cell in cells):
        numbers = np.array([float(cell) for cell in cells])
    comma = cells[0] if DECIMAL_COMMA.fullmatch(cells[0]) else ""
    return Column(name, numbers, sum(not cell for cell in cells), len(set(cells)), comma)


def is_number(cell: str) -> bool:
    """Return whether a cell is a finite number."""
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
