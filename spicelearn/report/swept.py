"""The page of a sweep: what it planned, what came of it, its points."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..charts import Figure
from ..errors import SpicelearnError, UsageError
from ..formats.files import frame, json_table
from ..formats.quantity import counted
from ..validation.verdict import changed
from .names import told
from .page import Facts, Page
from .spread import MANY_RUNS, MEASURES, OUTER, bands_figure, map_figure, spread_figure

SWEEP, CSV = "sweep.json", "sweep.csv"
MAPS = 6  # at most, per measure
LISTED_POINTS = 200  # at most, in the table


def sweep_page(folder: Path) -> Page:
    """Return the page of a sweep's folder; raise UsageError if it is damaged."""
    plan, runs = read_sweep(folder)
    swept = [str(field) for field in plan["swept"]]
    done = runs[runs["status"] == "finished"]
    if not len(done):
        raise SpicelearnError(f"{folder} holds no finished point yet: nothing to report")
    failed = runs[runs["status"] == "failed"]
    notes = []
    if len(failed):
        first = failed["reason"].iloc[0]
        notes.append(f"{counted(len(failed), 'point')} failed, the first: {first}")
    if len(runs) < int(plan["points"]):
        notes.append(f"{len(runs)} of {plan['points']} points are done so far.")
    varied = [field for field in swept if field != "run.seed" and done[field].nunique() > 1]
    return Page(
        title=f"Sweep {folder.resolve().name}",
        sentence=said(done["decades"], varied),
        figures=sweep_figures(done, varied),
        facts=[points_facts(runs, swept)],
        notes=notes,
    )


def said(decades: pd.Series, varied: Sequence[str]) -> str:
    """Say by how many decades the errors of runs fell, of many without the outermost."""
    over = f" over {', '.join(varied)}" if varied else ""
    if decades.isna().all():
        return f"{counted(len(decades), 'run')}{over} of several lessons each."
    if len(decades) == 1:
        return f"{counted(1, 'run')}: the error {changed(decades.iloc[0])}."
    many = len(decades) >= MANY_RUNS
    low, middle, high = decades.quantile([OUTER[0], 0.5, OUTER[1]] if many else [0, 0.5, 1])
    if middle < 0:
        low, high = -high, -low
    ends = f"from {low:.2f} to {high:.2f}{' in the middle nine tenths' if many else ''}"
    runs = f"{counted(len(decades), 'run')}{over}"
    below = f" Below 0 it {'rises' if middle >= 0 else 'falls'}." if low < 0 else ""
    return f"{runs}: the error {changed(middle)} in the median, {ends}.{below}"


def read_sweep(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return what a sweep planned and its table so far."""
    plan = json_table(folder / SWEEP, f"{folder / SWEEP}", "what a sweep writes")
    runs = frame(folder / CSV, f"{folder / CSV}", "what a sweep writes")
    try:
        needed = {*plan["swept"], "point", "status", "reason", "run", *MEASURES}
        if len(set(plan["swept"])) < len(plan["swept"]):
            raise ValueError("a field varies twice")
        if not needed <= set(runs.columns) or type(plan["points"]) is not int:
            raise ValueError(f"expected columns {', '.join(sorted(needed))}")
        for name in MEASURES:
            runs[name] = pd.to_numeric(runs[name]).astype(float).replace([np.inf, -np.inf], np.nan)
    except (ValueError, TypeError, KeyError, OverflowError) as failure:
        raise UsageError(f"{folder / SWEEP} or {CSV} is damaged: {failure}") from None
    return plan, runs


def sweep_figures(done: pd.DataFrame, varied: Sequence[str]) -> list[Figure]:
    """Return the figures of a sweep's finished points.

    A median with bands of quantiles against every field that varies, a map of medians for every two
    of them; where only the seed varies, how the results are spread.
    """
    found: list[Figure] = []
    for measure in MEASURES:
        known = done[done[measure].notna()]
        if known.empty:
            continue
        if not varied:
            found.append(spread_figure(known, measure))
        found += [bands_figure(known, field, measure) for field in varied]
        found += [map_figure(known, *pair, measure) for pair in pairs(known, varied)[:MAPS]]
    return found


def pairs(done: pd.DataFrame, varied: Sequence[str]) -> list[tuple[str, str]]:
    """Return every two fields that vary, but for those that vary together."""
    return [
        (one, other)
        for place, one in enumerate(varied)
        for other in varied[place + 1 :]
        if len(done[[one, other]].drop_duplicates()) > done[[one, other]].nunique().max()
    ]


def points_facts(runs: pd.DataFrame, swept: Sequence[str]) -> Facts:
    """Return the table of points, the first ones of many."""
    measured = [measure for measure in MEASURES if runs[measure].notna().any()]
    some = runs[["point", *swept, "status", *measured, "run"]].head(LISTED_POINTS)
    many = len(runs) > LISTED_POINTS
    title = f"The first {LISTED_POINTS} of {len(runs)} points" if many else "Points"
    heads = list(some.columns)
    cells = [
        ["" if pd.isna(cell) else told(head, cell) for head, cell in zip(heads, row, strict=True)]
        for row in some.astype(object).to_numpy()
    ]
    return Facts(title, cells, heads)
