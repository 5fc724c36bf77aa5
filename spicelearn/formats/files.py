"""Files that others wrote or will read: safe to open, bounded in size, replaced as a whole."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SpicelearnError, UsageError

if TYPE_CHECKING:
    import pandas as pd

LARGEST_FILE = 256 * 2**20  # bytes that are read of most files
DRAFT = ".part"  # ends the name of a file that is being written
LARGEST_TABLE = 2**36  # bytes that are read of a run's table


def replace(path: Path, held: bytes) -> None:
    """Replace a file in one step, as `replace_by_parts` does."""
    replace_by_parts(path, [held])


def replace_by_parts(path: Path, parts: Iterable[bytes]) -> str:
    """Replace a file in one step, so that a reader never sees half of it; links are not followed.

    Returns the SHA-256 of what it holds. Raises SpicelearnError if that fails.
    """
    draft, digest = path.with_name(f"{path.name}{DRAFT}"), hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(draft, flags, 0o666), "wb") as file:
            for part in parts:
                file.write(part)
                digest.update(part)
        draft.replace(path)
    except OSError as failure:
        raise SpicelearnError(f"cannot write {path}: {failure.strerror}") from None
    return digest.hexdigest()


def replace_json(path: Path, held: dict[str, Any] | list[dict[str, Any]]) -> None:
    """Replace a JSON file in one step."""
    replace(path, (json.dumps(held, indent=1) + "\n").encode())


@contextmanager
def locked(path: Path, patience: float | None = None) -> Iterator[int]:
    """Hold the lock of a file, made if need be, while the context lasts; yield its descriptor.

    A process that inherits the descriptor still holds the lock if this process is killed. Links are
    not followed. Raises BlockingIOError if another process holds the lock for more than
    ``patience`` seconds (None: wait for ever), SpicelearnError if the file cannot be written.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
    except OSError as failure:
        raise SpicelearnError(f"cannot write {path}: {failure.strerror}") from None
    try:
        if patience is None:
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            _wait_for(file, time.monotonic() + patience)
        yield file
    finally:
        os.close(file)


def _wait_for(file: int, end: float) -> None:
    """Take the lock of a file; raise BlockingIOError if it is still held at time ``end``, s."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def content(path: Path, what: str, expected: str = "a file", largest: int = LARGEST_FILE) -> bytes:
    """Return the content of a file; ``what`` is its name in an error, ``largest`` in bytes.

    Raises UsageError if there is no such file, if it is a folder, a device or a pipe, is too large
    or cannot be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise UsageError(f"{what}: a device or a pipe, expected {expected}")
        if status.st_size > largest:
            raise UsageError(f"{what} is larger than {largest // 2**20} MB")
        return path.read_bytes()
    except OSError as failure:
        raise UsageError(f"{what}: {failure.strerror}, expected {expected}") from None
    except ValueError as failure:  # a name with a null byte
        raise UsageError(f"{what!r}: {failure}, expected the name of a file") from None


def text(path: Path, what: str, expected: str = "a file", largest: int = LARGEST_FILE) -> str:
    """Return the text of a file; raise UsageError as `content` does, and if it is not UTF-8."""
    try:
        return content(path, what, expected, largest).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{what}: expected UTF-8 text") from None


def json_table(path: Path, what: str, expected: str) -> dict[str, Any]:
    """Return the object of a JSON file; raise UsageError if it holds anything else."""
    try:
        found = json.loads(text(path, what, expected))
    except (ValueError, RecursionError) as failure:
        raise UsageError(f"{what}: {failure}, expected {expected}") from None
    if not isinstance(found, dict):
        raise UsageError(f"{what} holds no table, expected {expected}")
    return found


def frame(path: Path, what: str, expected: str, **options: Any) -> pd.DataFrame:
    """Return the table that a CSV file holds, up to its last whole row, by `pandas.read_csv`.

    ``attrs["torn"]`` is true if an incomplete row follows it. Raises UsageError if it is no table.
    """
    held = content(path, what, expected, LARGEST_TABLE)
    whole = held[: held.rfind(b"\n") + 1]
    found = parsed(whole, what, expected, **options)
    found.attrs["torn"] = whole != held
    return found


def parsed(held: bytes, what: str, expected: str, **options: Any) -> pd.DataFrame:
    """Return the table in bytes of CSV, by `pandas.read_csv`; raise UsageError if it is none."""
    import pandas as pd  # noqa: PLC0415 - slow to import, and a run has no need

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            found: pd.DataFrame = pd.read_csv(BytesIO(held), index_col=False, **options)
    except (ValueError, OverflowError, pd.errors.ParserWarning) as failure:
        raise UsageError(f"{what}: {failure}, expected {expected}") from None
    return found
