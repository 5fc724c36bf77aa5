"""The table of a sweep: one row per point, in their order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from ..formats.files import replace
from .point import KEPT, POINTS_FOLDER, TIMES, Outcome
from .spec import Point, Sweep

CSV, PARQUET = "sweep.csv", "sweep.parquet"
COUNTS = (  # results that are whole numbers, or missing
    *("unsettled_cycles", "restarts", "attempt_cycle"),
    *("first_right_cycle", "right_from_cycle", "accuracy_best_cycle"),
)


def table_of(sweep: Sweep, outcomes: Mapping[int, Outcome]) -> pd.DataFrame:
    """Return one row per point that has an outcome: its values and its results.

    Lists of one value are that value. If the values of a field are else lists or tables, or are not
    all of one type, they are JSON texts.
    """
    rows = [
        _row(sweep, point, outcomes[point.number])
        for point in sweep.points
        if point.number in outcomes
    ]
    columns = ["point", *sweep.swept, "status", "reason", *KEPT, "run", *TIMES]
    table = pd.DataFrame(rows, columns=columns)
    for field in sweep.swept:
        if all(isinstance(value, list) and len(value) == 1 for value in table[field]):
            table[field] = [value[0] for value in table[field]]
        kinds = {type(value) for value in table[field]}
        if not (kinds <= {int, float} or len(kinds) == 1) or kinds & {list, dict}:
            table[field] = [json.dumps(value, default=str) for value in table[field]]
    numbers = dict.fromkeys((*KEPT, *TIMES), "float64")
    return table.astype(numbers | dict.fromkeys(COUNTS, "Int64") | {"engine": "object"})


def _row(sweep: Sweep, point: Point, outcome: Outcome) -> dict[str, Any]:
    """Return one point's row."""
    values = {field: value for field, value in point.values.items() if field in sweep.swept}
    return {
        "point": point.number,
        **values,
        "status": outcome.status,
        "reason": outcome.reason,
        **outcome.results,
        "run": f"{POINTS_FOLDER}/{point.name}",
    }


def load_table(folder: Path) -> pd.DataFrame:
    """Return the table of a sweep's folder, one row per point."""
    return pd.read_parquet(folder / PARQUET, engine="pyarrow")


def write_table(sweep: Sweep, outcomes: Mapping[int, Outcome], folder: Path) -> pd.DataFrame:
    """Replace ``sweep.parquet`` and ``sweep.csv`` in the folder, each in one step."""
    table = table_of(sweep, outcomes)
    replace(folder / CSV, table.to_csv(index=False).encode())
    held = BytesIO()
    parquet.write_table(pa.Table.from_pandas(table, preserve_index=False), held)
    replace(folder / PARQUET, held.getvalue())
    return table
