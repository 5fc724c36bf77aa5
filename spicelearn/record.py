"""The run folder: manifest.json, every choice and result; cycles.csv, a row a cycle."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .errors import SpicelearnError, UsageError
from .plant import Drive, Floats, Ints, Reading, State
from .tasks import Measurement

MANIFEST = "manifest.json"
CYCLES = "cycles.csv"
DECK = "deck.cir"
LOG = "engine.log"


def create(folder: Path, claim: str = MANIFEST) -> Path:
    """Make a new folder, claimed by this file; raise UsageError if it holds one already.

    Raises SpicelearnError if it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / claim).touch(exist_ok=False)  # of two runs at once, one gets it
        (folder / LOG).touch()
    except FileExistsError:
        what = "holds a run already" if folder.is_dir() else "is a file"
        raise UsageError(f"{folder} {what}, expected a new folder for --out") from None
    except OSError as failure:
        raise SpicelearnError(f"cannot write the run folder {folder}: {failure.strerror}") from None
    return folder


def discard(folder: Path) -> None:
    """Take back a run folder in which nothing was recorded; leave whatever else is in it."""
    for name in (MANIFEST, LOG, DECK):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # not empty
        folder.rmdir()


def default_folder(task: str, seed: int) -> Path:
    """Make a folder in ``runs/`` named by the task, the seed and the time; no two get the same."""
    stem = f"{task}-{seed}-{datetime.now():%Y%m%d-%H%M%S}"
    for name in chain([stem], (f"{stem}-{number}" for number in count(2))):
        try:
            (Path("runs") / name).mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as failure:
            raise SpicelearnError(f"cannot write the folder runs: {failure.strerror}") from None
        break
    return Path("runs") / name


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Replace the manifest in one step, so that a reader never sees half of it."""
    draft = folder / f"{MANIFEST}.part"
    try:
        draft.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        draft.replace(folder / MANIFEST)
    except OSError as failure:
        raise SpicelearnError(f"cannot write {folder / MANIFEST}: {failure.strerror}") from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest; raise UsageError if this is not a run folder."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as failure:
        raise UsageError(f"{folder} is not a run folder: {path.name}: {failure.strerror}") from None
    except (ValueError, RecursionError) as failure:
        raise UsageError(f"{folder} is not a run folder: {path.name}: {failure}") from None
    tables = [content, *(content.values() if isinstance(content, dict) else ())]
    if not isinstance(content, dict) or any(isinstance(table, list) for table in tables):
        raise UsageError(f"{folder} is not a run folder: {path.name} holds no table")
    return content


def read_cycles(folder: Path) -> pd.DataFrame:
    """Return the table of cycles; raise UsageError if there is none."""
    path = folder / CYCLES
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as failure:
        raise UsageError(f"{path} is not a table of cycles: {failure}") from None
    if not {"cycle", "error"} <= set(table.columns):
        raise UsageError(f"{path} is not a table of cycles: no column cycle or error")
    for name in table.columns:
        bad = pd.to_numeric(table[name], errors="coerce").isna()
        if name in ("error", "accuracy"):  # not measured in every row
            bad &= table[name].notna()
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise UsageError(
                f"{path}, row {row + 1}: {name} is {table[name][row]!r}, expected a number"
            )
    return table


class Recorder:
    """Append a row a cycle to cycles.csv, whole rows only, at most ``hold`` seconds late.

    Row k holds the wiper codes before the step of cycle k. ``measure`` gives a row's error, V^2,
    and accuracy, or None where nothing is measured.
    """

    def __init__(
        self,
        folder: Path,
        edges: int,
        measure: Callable[[State, Drive, Reading], Measurement | None],
        hold: float = 0.0,
    ) -> None:
        self.errors: list[float] = []
        self.accuracies: list[float] = []
        self.unsettled = 0
        self._measure = measure
        self._path = folder / CYCLES
        columns = ["cycle", "error", "accuracy", *(f"code_{edge}" for edge in range(edges))]
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        try:
            self._file = os.open(self._path, flags, 0o644)
        except OSError as failure:
            raise SpicelearnError(f"cannot write {self._path}: {failure.strerror}") from None
        self._hold = hold
        self._words = np.array([b""])
        self._rows = [",".join(columns).encode() + b"\n"]
        self._flush()

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Measure and keep one cycle."""
        self.keep(state, reading, self._measure(state, drive, reading))

    def keep(self, state: State, reading: Reading, measured: Measurement | None) -> None:
        """Keep one cycle with its measurement."""
        error = accuracy = ""
        if measured is not None:
            self.errors.append(measured.error)
            error = f"{measured.error:.9g}"
            if measured.accuracy is not None:
                self.accuracies.append(measured.accuracy)
                accuracy = f"{measured.accuracy:.6g}"
        self.unsettled += not reading.settled
        start = f"{state.cycle},{error},{accuracy}".encode()
        self._rows.append(start + self._codes(state.codes) + b"\n")
        if time.monotonic() - self._written >= self._hold:
            self._flush()

    def _codes(self, codes: Ints | Floats) -> bytes:
        """Return the codes, a comma before each; whole ones by table, many times as fast."""
        if codes.dtype.kind == "f":
            return b"".join(b",%r" % code for code in codes.tolist())
        if codes.max() >= len(self._words):
            self._words = np.array([b",%d" % code for code in range(2 * int(codes.max()) + 1)])
        return self._words[codes].tobytes().replace(b"\0", b"")  # the words are padded with it

    def _flush(self) -> None:
        content = b"".join(self._rows)
        self._rows.clear()
        whole = os.fstat(self._file).st_size
        try:
            while content:
                content = content[os.write(self._file, content) :]
        except OSError as failure:
            os.ftruncate(self._file, whole)  # no half row
            raise SpicelearnError(f"cannot write {self._path}: {failure.strerror}") from None
        self._written = time.monotonic()

    def close(self) -> None:
        """Write what waits and close the table."""
        self._flush()
        os.close(self._file)


def late(values: Sequence[float]) -> float:
    """Return the median over the last tenth of the measurements."""
    return float(np.median(values[-max(1, len(values) // 10) :]))


def summary(errors: Sequence[float]) -> dict[str, float]:
    """Return how far a run got: errors in V^2 and the decades between first and late ones."""
    initial, final = float(errors[0]), late(errors)
    decades = math.log10(initial / final) if initial > 0 and final > 0 else 0.0
    return {
        "error_initial": initial,
        "error_final": final,
        "error_best": float(np.min(errors)),
        "decades": decades,
    }
