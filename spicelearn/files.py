"""Files that others wrote or will read: none hangs, fills the memory or is half there."""

from __future__ import annotations

import json
import os
import stat
import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import SpicelearnError, UsageError

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 256 * 2**20  # bytes
LARGEST_TABLE = 2**36


def replace(path: Path, held: bytes) -> None:
    """Replace a file in one step, so that a reader never sees half of it; links are not followed.

    Raises SpicelearnError if that fails.
    """
    draft = path.with_name(f"{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(draft, flags, 0o666), "wb") as file:
            file.write(held)
        draft.replace(path)
    except OSError as failure:
        raise SpicelearnError(f"cannot write {path}: {failure.strerror}") from None


def content(path: Path, what: str, expected: str = "a file", largest: int = LARGEST) -> bytes:
    """Return what a file holds; ``what`` is how an error calls it.

    Raises UsageError if it is none, a device or a pipe, too large, or cannot be read.
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


def text(path: Path, what: str, expected: str = "a file", largest: int = LARGEST) -> str:
    """Return the text of a file; raise UsageError for what `content` refuses, and not UTF-8."""
    try:
        return content(path, what, expected, largest).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{what}: expected UTF-8 text") from None


def json_table(path: Path, what: str, expected: str) -> dict[str, Any]:
    """Return the table that a JSON file holds; raise UsageError if it holds anything else."""
    try:
        found = json.loads(text(path, what, expected))
    except (ValueError, RecursionError) as failure:
        raise UsageError(f"{what}: {failure}, expected {expected}") from None
    if not isinstance(found, dict):
        raise UsageError(f"{what} holds no table, expected {expected}")
    return found


def frame(path: Path, what: str, expected: str, **options: Any) -> pd.DataFrame:
    """Return the table that a CSV file holds, up to its last whole row, by `pandas.read_csv`.

    ``attrs["torn"]`` says whether there was half a row after it. Raises UsageError for what is no
    table.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import, and a run has no need

    held = content(path, what, expected, LARGEST_TABLE)
    whole = held[: held.rfind(b"\n") + 1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            found: pd.DataFrame = pd.read_csv(BytesIO(whole), index_col=False, **options)
    except (ValueError, OverflowError, pd.errors.ParserWarning) as failure:
        raise UsageError(f"{what}: {failure}, expected {expected}") from None
    found.attrs["torn"] = whole != held
    return found
