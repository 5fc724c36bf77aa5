"""What a test set was answered: ``test.csv``, for classes also ``confusion.csv``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import files
from .errors import UsageError
from .record import numbered
from .tasks import Marked

TEST = "test.csv"
CONFUSION = "confusion.csv"


def write_answers(folder: Path, number: int | None, marked: Marked, outputs: Sequence[int]) -> None:
    """Write a test set's answers: a row an example, desired and free volts of every output.

    With classes also each example's own and the one it was taken for, and the confusion matrix.
    """
    columns: dict[str, Any] = {}
    for place, node in enumerate(outputs):
        columns[f"desired_{node}"] = marked.wanted[:, place]
        columns[f"free_{node}"] = marked.outputs[:, place]
    if marked.labels is not None:
        names = np.array(marked.classes)
        columns |= {"class": names[marked.labels], "found": names[marked.found]}
    answers = pd.DataFrame(columns)
    text = answers.to_csv(index=False, float_format="%.9g")
    files.replace(folder / numbered(TEST, number), text.encode())
    if marked.labels is not None:
        counts = confusion(answers, marked.classes)
        files.replace(folder / numbered(CONFUSION, number), counts.to_csv().encode())


def confusion(answers: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Count a test set's answers: a row a class, a column a class that it was taken for."""
    counts = pd.crosstab(answers["class"], answers["found"])
    return counts.reindex(index=list(classes), columns=list(classes), fill_value=0)


def read_answers(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the test sets' answers by the name of their file without its suffix.

    Raises UsageError if one is damaged.
    """
    found = {}
    for path in sorted(folder.glob("test*.csv")):
        if re.fullmatch(r"test(-\d+)?\.csv", path.name):
            found[path.stem] = _read(path)
    return found


def _read(path: Path) -> pd.DataFrame:
    what = f"{path} is not a table of answers"
    table = files.frame(path, what, "desired_N and free_N", dtype=str, keep_default_na=False)
    nodes = [str(name)[8:] for name in table.columns if re.fullmatch(r"desired_\d+", str(name))]
    volts = [f"{kind}_{node}" for node in nodes for kind in ("desired", "free")]
    classes = ["class", "found"] if "class" in table else []
    if not nodes or list(table.columns) != [*volts, *classes] or table.empty:
        raise UsageError(f"{path} is not a table of answers: expected desired_N and free_N")
    for name in volts:
        table[name] = pd.to_numeric(table[name], errors="coerce")
        bad = ~np.isfinite(table[name].to_numpy(dtype=float))
        if bad.any():
            row = int(bad.argmax()) + 1
            raise UsageError(f"{path}, row {row}: {name} is not a number, expected volts")
    return table
