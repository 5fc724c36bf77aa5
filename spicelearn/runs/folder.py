"""The run folder: the names of its files, its lock, how it is made and removed."""

from __future__ import annotations

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
CYCLES = "cycles.csv"
DECK = "deck.cir"
RUN_FILE = "run.toml"
LOG = "engine.log"
TABLES = ("experiment", "files", "versions", "parts", "results")  # of the manifest
PATIENCE = 3.0  # s to wait for a process that still writes a table


def create(folder: Path, claim: str = MANIFEST) -> Path:
    """Make a new folder with the file ``claim``, which must not exist.

    Raises UsageError if the folder holds a run already, SpicelearnError if it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any((folder / name).exists() for name in (CYCLES, LOG, DECK)):
            raise FileExistsError
        (folder / claim).touch(exist_ok=False)  # fails if another process has just made it
        (folder / LOG).touch()
    except FileExistsError:
        what = "holds a run already" if folder.is_dir() else "is a file"
        raise UsageError(f"{folder} {what}, expected a new folder for --out") from None
    except OSError as failure:
        raise SpicelearnError(f"cannot write the run folder {folder}: {failure.strerror}") from None
    return folder


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


def discard(folder: Path) -> None:
    """Remove a run folder in which no cycle was recorded; leave any other files in it."""
    table = folder / CYCLES
    if table.exists() and table.read_bytes().count(b"\n") > 1:
        return
    decks = [path.name for path in folder.glob("deck*.cir")]
    for name in (MANIFEST, LOG, CYCLES, MASK, RUN_FILE, *decks):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # not empty
        folder.rmdir()
        if folder.parent == Path("runs"):
            folder.parent.rmdir()


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
