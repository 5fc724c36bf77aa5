"""The run folder: the names of its files, its lock, how it is made and removed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from ..errors import SpicelearnError, UsageError
from ..formats import files
from ..schedules.clocks import MASK

MANIFEST = "manifest.json"
INPUTS = "inputs"  # the folder of the copies of the files that a run was made from
CYCLES = "cycles.csv"
CHECKPOINT = "state.json"
DECK = "deck.cir"
RUN_FILE = "run.toml"
LOG = "engine.log"
FINISHED = "finished"  # the status of a run that is
TABLES = ("experiment", "files", "versions", "parts", "results")  # of the manifest
PATIENCE = 3.0  # s to wait for a process that still writes a table


@contextmanager
def created(folder: Path, claim: str = MANIFEST) -> Iterator[int]:
    """Make a new folder and own it while the context lasts; yield what `owned` yields.

    The folder is taken once it holds the file ``claim``, which is to be written last of all that a
    start writes, and in one step: so a start that is killed leaves a folder that is free, and what
    it left is written over. So is a run that ended before its first cycle was recorded. Raises
    UsageError if the folder holds a run or anything else, SpicelearnError if it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"{folder} is a file, expected a new folder for --out") from None
    except OSError as failure:
        raise SpicelearnError(f"cannot write the run folder {folder}: {failure.strerror}") from None
    _refuse_taken(folder, claim)
    with owned(folder) as lock:
        _refuse_taken(folder, claim)  # another process may have begun and ended meanwhile
        try:
            if (folder / MANIFEST).exists():
                os.ftruncate(lock, 0)
            _remove_files(folder)
        except OSError as failure:
            raise SpicelearnError(f"cannot write {folder}: {failure.strerror}") from None
        yield lock


def _refuse_taken(folder: Path, claim: str) -> None:
    """Raise UsageError unless a folder is empty or holds only what a start left."""
    try:
        held = {path.name for path in folder.iterdir()}
        empty_log = LOG in held and (folder / LOG).stat().st_size == 0
        linked = (folder / INPUTS).is_symlink()
    except OSError as failure:
        raise SpicelearnError(f"cannot read {folder}: {failure.strerror}") from None
    left = {LOG}
    if empty_log and not linked:
        drafts = {f"{name}{files.DRAFT}" for name in (MASK, RUN_FILE, MANIFEST)}
        left |= {INPUTS, MASK, RUN_FILE} | drafts
    if held and (LOG not in held or held - left):
        if MANIFEST in held and claim == MANIFEST and not begun(folder):
            return
        what = "holds a run already" if claim in held else "holds something else"
        raise UsageError(f"{folder} {what}, expected a new folder for --out")


def begun(folder: Path) -> bool:
    """Say whether a folder is not that of a run that ended before its first cycle was recorded."""
    try:
        manifest = read_manifest(folder)
    except UsageError:
        return True  # the manifest of something else
    return (
        not {"experiment", "status"} <= set(manifest)
        or manifest["status"] == FINISHED
        or _recorded(folder)
    )


def _recorded(folder: Path) -> bool:
    """Say whether a cycle was recorded in a run folder."""
    table = folder / CYCLES
    if not table.exists():
        return False
    with table.open("rb") as rows:
        return bool(rows.readline()) and bool(rows.readline())


def numbered(name: str, number: int | None) -> str:
    """Return a file's name with a lesson's number, if any: ``deck.cir``, ``deck-2.cir``."""
    stem, dot, suffix = name.partition(".")
    return name if number is None else f"{stem}-{number + 1}{dot}{suffix}"


@contextmanager
def owned(folder: Path) -> Iterator[int]:
    """Own a run folder while the context lasts; yield the file descriptor that holds the lock.

    A process that inherits the descriptor still owns the folder if this process is killed. Raises
    UsageError if another process owns the folder for more than `PATIENCE`.
    """
    try:
        with files.locked(folder / LOG, PATIENCE) as lock:
            yield lock
    except BlockingIOError:
        raise UsageError(f"{folder} is being written by another process") from None


def is_owned(folder: Path) -> bool:
    """Say whether a process owns a run folder; nothing is written."""
    try:
        with (folder / LOG).open("rb") as log:
            fcntl.flock(log, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is none, or it cannot be read
        return False
    return False


def discard(folder: Path) -> None:
    """Remove a run folder in which no cycle was recorded; leave any other files in it."""
    if _recorded(folder):
        return
    _remove_files(folder)
    if not (folder / INPUTS).exists():
        (folder / LOG).unlink(missing_ok=True)
    discard_empty(folder)


def discard_empty(folder: Path) -> None:
    """Remove a folder that was made for a run if it is empty."""
    with suppress(OSError):  # not empty
        folder.rmdir()
        if folder.parent == Path("runs"):
            folder.parent.rmdir()


def _remove_files(folder: Path) -> None:
    """Remove the files of a run in which no cycle was recorded but for its log.

    The manifest goes last: until then the folder is known as that of a run.
    """
    known: dict[str, Any] = {}
    with suppress(UsageError):
        known = read_manifest(folder).get("files", {})
    copies = [path for path in folder.glob(f"{INPUTS}/*") if f"{INPUTS}/{path.name}" in known]
    own = [
        *folder.glob("deck*.cir"),
        *(folder / name for name in (CYCLES, MASK, RUN_FILE, CHECKPOINT)),
    ]
    manifest = folder / MANIFEST
    drafts = [path.with_name(f"{path.name}{files.DRAFT}") for path in (*own, *copies, manifest)]
    for path in (*own, *drafts, *copies):
        path.unlink(missing_ok=True)
    with suppress(OSError):  # not empty, or not there
        (folder / INPUTS).rmdir()
    manifest.unlink(missing_ok=True)


def default_folder(*words: object) -> Path:
    """Make a new folder in ``runs/``, named by these words and the time; return it.

    Raises SpicelearnError if it cannot be made.
    """
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


def write_manifest(folder: Path, held: dict[str, Any]) -> None:
    """Replace the manifest in one step, so that a reader never sees half of it."""
    files.replace_json(folder / MANIFEST, held)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest; raise UsageError if this is not a run folder."""
    what = f"{folder} is not a run folder: {MANIFEST}"
    manifest = files.json_table(folder / MANIFEST, what, "what a run writes")
    for name in TABLES:
        if not isinstance(manifest.get(name, {}), dict):
            raise UsageError(f"{what}: {name} is no table")
    return manifest
