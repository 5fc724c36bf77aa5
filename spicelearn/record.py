"""The run folder: manifest.json, every choice and result; cycles.csv, a row a cycle."""

from __future__ import annotations

import fcntl
import json
import math
import os
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import files
from .clocks import MASK
from .errors import SpicelearnError, UsageError
from .plant import Floats, Ints, Reading, State
from .tasks import Measurement

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
CYCLES = "cycles.csv"
DECK = "deck.cir"
LOG = "engine.log"
TABLES = ("experiment", "files", "versions", "parts", "results")  # of the manifest
PATIENCE = 3.0  # s to wait for a process that still writes a table


def create(folder: Path, claim: str = MANIFEST) -> Path:
    """Make a new folder, claimed by this file; raise UsageError if it holds one already.

    Raises SpicelearnError if it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any((folder / name).exists() for name in (CYCLES, LOG, DECK)):
            raise FileExistsError
        (folder / claim).touch(exist_ok=False)  # of two runs at once, one gets it
        (folder / LOG).touch()
    except FileExistsError:
        what = "holds a run already" if folder.is_dir() else "is a file"
        raise UsageError(f"{folder} {what}, expected a new folder for --out") from None
    except OSError as failure:
        raise SpicelearnError(f"cannot write the run folder {folder}: {failure.strerror}") from None
    return folder


def numbered(name: str, number: int | None) -> str:
    """Return a file's name, with the number of a lesson, if any: ``deck.cir``, ``deck-2.cir``."""
    stem, dot, suffix = name.partition(".")
    return name if number is None else f"{stem}-{number + 1}{dot}{suffix}"


@contextmanager
def owned(folder: Path) -> Iterator[int]:
    """Own a run folder while the context lasts; yield the file descriptor that holds the lock.

    A process that gets it too goes on owning the folder if this one is killed. Raises UsageError
    if another process owns it and does not end at once.
    """
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        file = os.open(folder / LOG, flags, 0o644)
    except OSError as failure:
        raise SpicelearnError(f"cannot write {folder / LOG}: {failure.strerror}") from None
    try:
        patience = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > patience:
                    raise UsageError(f"{folder} is being written by another process") from None
                time.sleep(0.05)
        yield file
    finally:
        os.close(file)


def discard(folder: Path) -> None:
    """Take back a run folder in which no cycle was recorded; leave whatever else is in it."""
    table = folder / CYCLES
    if table.exists() and table.read_bytes().count(b"\n") > 1:
        return
    decks = [path.name for path in folder.glob("deck*.cir")]
    for name in (MANIFEST, LOG, CYCLES, MASK, *decks):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # not empty
        folder.rmdir()
        if folder.parent == Path("runs"):
            folder.parent.rmdir()


def default_folder(*words: object) -> Path:
    """Make a folder in ``runs/`` named by these words and the time; no two get the same."""
    stem = "-".join([*map(str, words), f"{datetime.now():%Y%m%d-%H%M%S}"])
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
    replace_json(folder / MANIFEST, content)


def replace_json(path: Path, content: dict[str, Any] | list[dict[str, Any]]) -> None:
    """Replace a JSON file in one step."""
    files.replace(path, (json.dumps(content, indent=1) + "\n").encode())


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest; raise UsageError if this is not a run folder."""
    what = f"{folder} is not a run folder: {MANIFEST}"
    manifest = files.json_table(folder / MANIFEST, what, "what a run writes")
    for name in TABLES:
        if not isinstance(manifest.get(name, {}), dict):
            raise UsageError(f"{what}: {name} is no table")
    return manifest


def read_cycles(folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return the table of cycles, and what a reader has to know of it.

    A last row without its end is left out. Raises UsageError if there is no table, or a row that
    is none.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import, and a run has no need

    path = folder / CYCLES
    table = files.frame(path, f"{path} is not a table of cycles", "what a run writes")
    torn = f"The last row of {CYCLES} is torn: it is left out."
    if not {"cycle", "error", "accuracy"} <= set(table.columns):
        raise UsageError(f"{path} is not a table of cycles: no column cycle, error or accuracy")
    for name in table.columns:
        cells = table[name]
        try:
            table[name] = pd.to_numeric(cells, errors="coerce").astype(float)
        except OverflowError:
            raise UsageError(f"{path}: {name} has a number too large, expected floats") from None
        bad = ~np.isfinite(table[name].to_numpy())
        if name in ("error", "accuracy"):  # not measured in every row
            bad &= cells.notna().to_numpy()
        elif name == "cycle":
            bad |= table[name].to_numpy() != np.arange(len(table))
        if bad.any():
            row = int(bad.argmax())
            expected = str(row) if name == "cycle" else "a number"
            raise UsageError(
                f"{path}, row {row + 1}: {name} is {cells.tolist()[row]!r}, expected {expected}"
            )
    return table.astype({"cycle": int}), [torn] if table.attrs["torn"] else []


class Recorder:
    """Append a row a cycle to cycles.csv, whole rows only, at most ``hold`` seconds late.

    Row k holds the wiper codes before the step of cycle k. A recorder that takes up a run keeps
    the table's first ``kept`` rows and, when it has others, drops the rest; it raises UsageError if
    there are no such rows.
    """

    def __init__(
        self, folder: Path, edges: int, hold: float = 0.0, kept: int | None = None
    ) -> None:
        self.errors = array("d")
        self.accuracies = array("d")
        self.measured = array("q")  # the cycles of those errors
        self.unsettled = 0
        self._path = folder / CYCLES
        self._hold = hold
        self._words = np.array([b""])
        self._rows: list[bytes] = []
        columns = ["cycle", "error", "accuracy", *(f"code_{edge}" for edge in range(edges))]
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
        """Take up the measurements of the rows that are kept; return where these end."""
        content = files.content(self._path, str(self._path), largest=files.LARGEST_TABLE)
        head, *rows = content.split(b"\n")[: kept + 1]
        if head.decode("utf-8", "replace").split(",") != columns or len(rows) < kept:
            raise UsageError(f"{self._path} holds fewer than the {kept} rows of the checkpoint")
        for cycle, row in enumerate(rows):
            cells = row.split(b",")
            try:
                if len(cells) != len(columns) or int(cells[0]) != cycle:
                    raise ValueError
                error, accuracy = ([float(cell)] if cell else [] for cell in cells[1:3])
                if not np.isfinite(error + accuracy).all():
                    raise ValueError
                self.measured.extend([cycle] * len(error))
                self.errors.extend(error)
                self.accuracies.extend(accuracy)
            except ValueError:
                raise UsageError(f"{self._path}, row {cycle + 1}: expected cycle {cycle}") from None
        return len(head) + 1 + sum(len(row) + 1 for row in rows)

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
        self._rows.append(start + self._codes(state.codes) + b"\n")
        if time.monotonic() - self._written >= self._hold:
            self.flush()

    def _codes(self, codes: Ints | Floats) -> bytes:
        """Return the codes, a comma before each; whole ones by table, many times as fast."""
        if codes.dtype.kind == "f":
            return b"".join(b",%r" % code for code in codes.tolist())
        if codes.max() >= len(self._words):
            self._words = np.array([b",%d" % code for code in range(2 * int(codes.max()) + 1)])
        return self._words[codes].tobytes().replace(b"\0", b"")  # the words are padded with it

    def flush(self) -> None:
        """Write the rows that wait, after those that are kept; the first drop the rest."""
        if self._rows:
            self._write(b"".join([b"" if self._end else self._head, *self._rows]))
            self._rows.clear()

    def _write(self, content: bytes) -> None:
        """Write whole rows after those that are kept."""
        try:
            if os.fstat(self._file).st_size > self._end:
                os.ftruncate(self._file, self._end)
            rest = content
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as failure:
            os.ftruncate(self._file, self._end)  # no half row
            raise SpicelearnError(f"cannot write {self._path}: {failure.strerror}") from None
        self._end += len(content)
        self._written = time.monotonic()

    def close(self) -> None:
        """Write what waits and close the table."""
        self.flush()
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
