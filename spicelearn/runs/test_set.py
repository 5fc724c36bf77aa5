"""The responses to a test set: ``test.csv``, for classes also ``confusion.csv``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import UsageError
from ..formats import files
from ..network.graph import Output, label
from ..tasks.base import Evaluation
from .folder import numbered

TEST = "test.csv"
CONFUSION = "confusion.csv"


def write_test_set(
    folder: Path, number: int | None, evaluation: Evaluation, outputs: Sequence[Output]
) -> None:
    """Write a test set's responses: one row per example, desired and free volts of every output.

    For classes also the class of each example, the class found, and the confusion matrix. Raises
    SpicelearnError if a file cannot be written.
    """
    columns: dict[str, Any] = {}
    for place, output in enumerate(outputs):
        columns[f"desired_{label(output)}"] = evaluation.desired[:, place]
        columns[f"free_{label(output)}"] = evaluation.outputs[:, place]
    if evaluation.labels is not None:
        names = np.array(evaluation.classes)
        columns |= {"class": names[evaluation.labels], "found": names[evaluation.found]}
    responses = pd.DataFrame(columns)
    text = responses.to_csv(index=False, float_format="%.9g")
    files.replace(folder / numbered(TEST, number), text.encode())
    if evaluation.labels is not None:
        counts = confusion(responses, evaluation.classes)
        files.replace(folder / numbered(CONFUSION, number), counts.to_csv().encode())


def confusion(responses: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Return the confusion matrix: one row per class, one column per class found."""
    counts = pd.crosstab(responses["class"], responses["found"])
    return counts.reindex(index=list(classes), columns=list(classes), fill_value=0)


def read_test_set(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the responses to all test sets, V, by the stem of their file's name.

    Raises UsageError if one is damaged.
    """
    found = {}
    for path in sorted(folder.glob("test*.csv")):
        if re.fullmatch(r"test(-\d+)?\.csv", path.name):
            found[path.stem] = _read(path)
    return found


def _read(path: Path) -> pd.DataFrame:
    what = f"{path} is not a table of responses"
    table = files.frame(path, what, "desired_N and free_N", dtype=str, keep_default_na=False)
    found = (re.fullmatch(r"desired_(\d+(-\d+)?)", str(name)) for name in table.columns)
    outputs = [match[1] for match in found if match]
    volts = [f"{kind}_{output}" for output in outputs for kind in ("desired", "free")]
    classes = ["class", "found"] if "class" in table else []
    if not outputs or list(table.columns) != [*volts, *classes] or table.empty:
        raise UsageError(f"{path} is not a table of responses: expected desired_N and free_N")
    for name in volts:
        table[name] = pd.to_numeric(table[name], errors="coerce")
        bad = ~np.isfinite(table[name].to_numpy(dtype=float))
        if bad.any():
            row = int(bad.argmax()) + 1
            raise UsageError(f"{path}, row {row}: {name} is not a number, expected volts")
    return table
