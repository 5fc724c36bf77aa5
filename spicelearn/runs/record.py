"""The table of a run, cycles.csv, a row per cycle that is kept, and the summary of its errors."""

from __future__ import annotations

import math
import os
import time
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import SpicelearnError, UsageError
from ..formats import files
from ..machine import Weights
from ..plant import Bools, Floats, Ints, Reading, State
from ..tasks.base import Measurement
from ..tasks.lessons import MOST_CYCLES
from .folder import CYCLES
from .verdict import rightness

if TYPE_CHECKING:
    import pandas as pd

NOTHING_V2 = 1e-18  # an error below, 1 nV rms, is 0 as far as a solver can tell
MEASURED = ("error", "accuracy")  # columns that are empty where nothing was measured
RATIO = "_ratio"  # ends the column of a figure of merit over what is asked of it: likewise


def read_cycles(folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return the table of cycles, and remarks for its reader.

    An incomplete last row is left out, with a remark. Raises UsageError if there is no table, or if
    a row is damaged.
    """
    path = folder / CYCLES
    table = files.frame(path, _no_table(path), "what a run writes")
    torn = f"The last row of {CYCLES} is torn: it is left out."
    return checked(table, path), [torn] if table.attrs["torn"] else []


def _no_table(path: Path) -> str:
    return f"{path} is not a table of cycles"


def checked(table: pd.DataFrame, path: Path, cycles: Sequence[int] | None = None) -> pd.DataFrame:
    """Return a table of cycles as numbers, those of ``cycles`` or any that count up from 0.

    Raises UsageError, naming the row, if one is damaged.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import, and a run has no need

    if not {"cycle", *MEASURED} <= set(table.columns):
        raise UsageError(f"{_no_table(path)}: no column cycle, error or accuracy")
    for name in table.columns:
        cells = table[name]
        try:
            table[name] = pd.to_numeric(cells, errors="coerce").astype(float)
        except OverflowError:
            raise UsageError(f"{path}: {name} has a number too large, expected floats") from None
        bad = ~np.isfinite(table[name].to_numpy())
        if name in MEASURED or str(name).endswith(RATIO):
            bad &= cells.notna().to_numpy()
        elif name == "cycle":
            bad |= _misplaced(table[name].to_numpy(), cycles)
        if bad.any():
            row = int(bad.argmax())
            expected = _expected(table[name], row, cycles) if name == "cycle" else "a number"
            raise UsageError(
                f"{path}, row {row + 1}: {name} is {cells.tolist()[row]!r}, expected {expected}"
            )
    return table.astype({"cycle": int})


def _misplaced(found: Floats, cycles: Sequence[int] | None) -> Bools:
    """Return which rows are of no cycle that can stand there, shape (rows,)."""
    if cycles is not None:
        return np.not_equal(found, cycles)
    bad: Bools = (np.floor(found) != found) | (found > MOST_CYCLES)
    bad[:1] |= found[:1] != 0
    bad[1:] |= found[1:] <= found[:-1]
    return bad


def _expected(found: pd.Series[float], row: int, cycles: Sequence[int] | None) -> str:
    """Say which cycle the first misplaced row should be of."""
    if cycles is not None or row == 0:
        return str(cycles[row] if cycles else 0)
    return f"a whole number from {found[row - 1] + 1:.0f} to {MOST_CYCLES}"


class Recorder:
    """Append rows to cycles.csv, whole ones only, at most ``hold`` seconds late.

    The row of cycle k holds the weights before its step; ``merits`` name the figures of merit,
    whose ratios to what is asked have columns of their own. A recorder that resumes a run keeps the
    rows of the cycles ``kept``, the table's first ones; with its first new row it drops the rest.
    Raises UsageError if one of them is missing, SpicelearnError if the table cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        weights: Weights,
        hold: float = 0.0,
        kept: Iterable[int] | None = None,
        merits: Sequence[str] = (),
    ) -> None:
        self.errors = array("d")
        self.accuracies = array("d")
        self.measured = array("q")  # the cycles of those errors
        self.classified = array("q")  # the cycles of those accuracies
        self._merits = tuple(merits)
        self.unsettled = 0
        self._path = folder / CYCLES
        self._hold = hold
        words = range(int(weights.high) + 1) if weights.whole else ()
        self._words = np.array([b",%d" % value for value in words])
        self._rows: list[bytes] = []
        self._surplus = True  # there may be rows beyond those that are kept
        ratios = [f"{name}{RATIO}" for name in self._merits]
        columns = ["cycle", *MEASURED, *ratios, *weights.columns]
        try:
            self._end = 0 if kept is None else self._keep(columns, kept)
            self._file = os.open(
                self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644
            )
        except OSError as failure:
            raise SpicelearnError(f"cannot write {self._path}: {failure.strerror}") from None
        self._written = time.monotonic()
        self._head = ",".join(columns).encode() + b"\n"
        if kept is None:
            self._write(self._head)

    def _keep(self, columns: list[str], kept: Iterable[int]) -> int:
        """Read the measurements of the rows that are kept; return where these end, in bytes."""
        waiting = iter(kept)
        first = list(islice(waiting, 1))
        if not first:
            return 0
        held = files.content(self._path, str(self._path), largest=files.LARGEST_TABLE)
        cycles = [*first, *islice(waiting, held.count(b"\n"))]  # at most one more than rows
        end = -1
        for _ in range(len(cycles) + 1):
            if (end := held.find(b"\n", end + 1)) < 0:
                break
        head = held.split(b"\n", 1)[0].decode("utf-8", "replace")
        missing = UsageError(f"{self._path} holds fewer rows than before the checkpoint")
        if end < 0 or head.split(",") != columns:
            raise missing
        whole = held[: end + 1]
        what = (_no_table(self._path), "what a run writes")
        table = files.parsed(whole, *what)
        if len(table) != len(cycles):
            raise missing
        checked(table, self._path, cycles)
        found = files.parsed(whole, *what, dtype=str, usecols=["cycle", *MEASURED])
        measured = found.dropna(subset="error")  # as text: not one digit may change
        self.measured.extend(map(int, measured["cycle"]))
        self.errors.extend(map(float, measured["error"]))
        classified = found.dropna(subset="accuracy")
        self.classified.extend(map(int, classified["cycle"]))
        self.accuracies.extend(map(float, classified["accuracy"]))
        return len(whole)

    def append(
        self, state: State, reading: Reading, measured: Measurement | None, kept: bool = True
    ) -> None:
        """Add the row of a cycle, its measurement None where nothing was measured.

        Of a cycle that is not ``kept`` only whether it had settled.
        """
        self.unsettled += not reading.settled
        if not kept:
            return
        error = accuracy = ""
        if measured is not None:
            error = f"{measured.error:.9g}"
            self.measured.append(state.cycle)
            self.errors.append(float(error))
            if measured.accuracy is not None:
                accuracy = f"{measured.accuracy:.6g}"
                self.classified.append(state.cycle)
                self.accuracies.append(float(accuracy))
        merit = measured.merit if measured else None
        ratios = [
            f"{merit.ratio:.9g}" if merit and merit.name == name else "" for name in self._merits
        ]
        start = ",".join([str(state.cycle), error, accuracy, *ratios]).encode()
        self._rows.append(start + self._cells(state.weights) + b"\n")
        if time.monotonic() - self._written >= self._hold:
            self.flush()

    def _cells(self, weights: Ints | Floats) -> bytes:
        """Return the weights, a comma before each; whole ones from a table of words, for speed."""
        if weights.dtype.kind == "f":
            return ",".join(["", *map(repr, weights.tolist())]).encode()
        if not len(self._words):
            return b"".join(b",%d" % weight for weight in weights.tolist())
        return self._words[weights].tobytes().replace(b"\0", b"")  # numpy pads words with zeros

    def flush(self) -> None:
        """Write the waiting rows after those that are kept; drop what followed these."""
        if self._rows:
            self._write(b"".join([b"" if self._end else self._head, *self._rows]))
            self._rows.clear()

    def _write(self, held: bytes) -> None:
        """Write whole rows after those that are kept."""
        try:
            if self._surplus:
                os.ftruncate(self._file, self._end)
                self._surplus = False
            rest = held
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as failure:
            os.ftruncate(self._file, self._end)  # no incomplete row
            raise SpicelearnError(f"cannot write {self._path}: {failure.strerror}") from None
        self._end += len(held)
        self._written = time.monotonic()

    def results(self, first: int = 0, end: int = MOST_CYCLES + 1) -> dict[str, float | None]:
        """Return the `summary` of what was measured in these cycles, and their accuracies.

        Errors are left out where none was measured; accuracies are None where there are no classes.
        """
        errors = within(self.measured, self.errors, first, end)
        accuracies = within(self.classified, self.accuracies, first, end)
        return {
            **(summary(errors) if errors else {}),
            "accuracy_initial": accuracies[0] if accuracies else None,
            "accuracy_final": final_median(accuracies) if accuracies else None,
        }

    def rightness(self, first: int = 0, end: int = MOST_CYCLES + 1) -> dict[str, float | None]:
        """Return when all examples were right in these cycles: `spicelearn.runs.verdict`."""
        return rightness(
            within(self.classified, self.classified, first, end),
            within(self.classified, self.accuracies, first, end),
        )

    def close(self) -> None:
        """Write the waiting rows and close the table."""
        self.flush()
        os.close(self._file)


def within(cycles: Sequence[int], values: array[Any], first: int, end: int) -> array[Any]:
    """Return the values of the cycles from ``first`` to before ``end``; cycles count up."""
    return values[bisect_left(cycles, first) : bisect_left(cycles, end)]


def last_tenth(count: int) -> int:
    """Return how many of so many measurements are the last tenth: at least one."""
    return max(1, count // 10)


def final_median(values: Sequence[float]) -> float:
    """Return the median over the last tenth of the measurements."""
    return float(np.median(values[-last_tenth(len(values)) :]))


def summary(errors: Sequence[float]) -> dict[str, float]:
    """Return first, final and best error, V^2, and the decades from the first to the final.

    These are 0 if one of the two is 0, or as good as 0: there is no ratio then.
    """
    initial, final = float(errors[0]), final_median(errors)
    decades = math.log10(initial / final) if min(initial, final) > NOTHING_V2 else 0.0
    return {
        "error_initial": initial,
        "error_final": final,
        "error_best": float(np.min(errors)),
        "decades": decades,
    }
