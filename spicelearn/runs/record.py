"""The table of a run, cycles.csv, one row per cycle, and the summary of its errors."""

from __future__ import annotations

import math
import os
import time
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SpicelearnError, UsageError
from ..formats import files
from ..machine import Weights
from ..plant import Floats, Ints, Reading, State
from ..tasks.base import Measurement
from .folder import CYCLES

if TYPE_CHECKING:
    import pandas as pd

MEASURED = ("error", "accuracy")  # columns that are empty where nothing was measured


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


def checked(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table of cycles as numbers; raise UsageError, naming the row, if one is damaged."""
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
        if name in MEASURED:
            bad &= cells.notna().to_numpy()
        elif name == "cycle":
            bad |= table[name].to_numpy() != np.arange(len(table))
        if bad.any():
            row = int(bad.argmax())
            expected = str(row) if name == "cycle" else "a number"
            raise UsageError(
                f"{path}, row {row + 1}: {name} is {cells.tolist()[row]!r}, expected {expected}"
            )
    return table.astype({"cycle": int})


class Recorder:
    """Append one row per cycle to cycles.csv, whole rows only, at most ``hold`` seconds late.

    Row k holds the weights before the step of cycle k. A recorder that resumes a run keeps the
    table's first ``kept`` rows; with its first new row it drops the rest. Raises UsageError if
    there are fewer rows, SpicelearnError if the table cannot be written.
    """

    def __init__(
        self, folder: Path, weights: Weights, hold: float = 0.0, kept: int | None = None
    ) -> None:
        self.errors = array("d")
        self.accuracies = array("d")
        self.measured = array("q")  # the cycles of those errors
        self.unsettled = 0
        self._path = folder / CYCLES
        self._hold = hold
        words = range(int(weights.high) + 1) if weights.whole else ()
        self._words = np.array([b",%d" % value for value in words])
        self._rows: list[bytes] = []
        columns = ["cycle", *MEASURED, *weights.columns]
        try:
            self._end = self._keep(columns, kept) if kept else 0
            self._file = os.open(
                self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644
            )
        except OSError as failure:
            raise SpicelearnError(f"cannot write {self._path}: {failure.strerror}") from None
        self._written = time.monotonic()
        self._head = ",".join(columns).encode() + b"\n"
        if kept is None:
            self._write(self._head)

    def _keep(self, columns: list[str], kept: int) -> int:
        """Read the measurements of the rows that are kept; return where these end, in bytes."""
        held = files.content(self._path, str(self._path), largest=files.LARGEST_TABLE)
        end = -1
        for _ in range(kept + 1):
            if (end := held.find(b"\n", end + 1)) < 0:
                break
        head = held.split(b"\n", 1)[0].decode("utf-8", "replace")
        if end < 0 or head.split(",") != columns:
            raise UsageError(f"{self._path} holds fewer than the {kept} rows of the checkpoint")
        whole = held[: end + 1]
        what = (_no_table(self._path), "what a run writes")
        if len(checked(files.parsed(whole, *what), self._path)) != kept:
            raise UsageError(f"{self._path} holds fewer than the {kept} rows of the checkpoint")
        found = files.parsed(whole, *what, dtype=str, usecols=["cycle", *MEASURED])
        measured = found.dropna(subset="error")  # as text: not one digit may change
        self.measured.extend(map(int, measured["cycle"]))
        self.errors.extend(map(float, measured["error"]))
        self.accuracies.extend(map(float, found["accuracy"].dropna()))
        return len(whole)

    def append(self, state: State, reading: Reading, measured: Measurement | None) -> None:
        """Keep one cycle with its measurement, or None where nothing was measured."""
        error = accuracy = ""
        if measured is not None:
            error = f"{measured.error:.9g}"
            self.measured.append(state.cycle)
            self.errors.append(float(error))
            if measured.accuracy is not None:
                accuracy = f"{measured.accuracy:.6g}"
                self.accuracies.append(float(accuracy))
        self.unsettled += not reading.settled
        start = f"{state.cycle},{error},{accuracy}".encode()
        self._rows.append(start + self._cells(state.weights) + b"\n")
        if time.monotonic() - self._written >= self._hold:
            self.flush()

    def _cells(self, weights: Ints | Floats) -> bytes:
        """Return the weights, a comma before each; whole ones from a table of words, for speed."""
        if weights.dtype.kind == "f":
            return b"".join(b",%r" % weight for weight in weights.tolist())
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
            if os.fstat(self._file).st_size > self._end:
                os.ftruncate(self._file, self._end)
            rest = held
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as failure:
            os.ftruncate(self._file, self._end)  # no incomplete row
            raise SpicelearnError(f"cannot write {self._path}: {failure.strerror}") from None
        self._end += len(held)
        self._written = time.monotonic()

    def close(self) -> None:
        """Write the waiting rows and close the table."""
        self.flush()
        os.close(self._file)


def final_median(values: Sequence[float]) -> float:
    """Return the median over the last tenth of the measurements."""
    return float(np.median(values[-max(1, len(values) // 10) :]))


def summary(errors: Sequence[float]) -> dict[str, float]:
    """Return first, final and best error, V^2, and the decades from the first to the final."""
    initial, final = float(errors[0]), final_median(errors)
    decades = math.log10(initial / final) if initial > 0 and final > 0 else 0.0
    return {
        "error_initial": initial,
        "error_final": final,
        "error_best": float(np.min(errors)),
        "decades": decades,
    }
