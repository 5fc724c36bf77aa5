"""The page of a sweep: bands against a field, maps for two, the spread where nothing varies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..charts import CALM, COLOURS, Figure, table
from ..errors import SpicelearnError, UsageError
from ..files import frame, json_table
from .page import Facts, Page
from .run import text_of

SWEEP, CSV = "sweep.json", "sweep.csv"
MEASURES = {
    "decades": "decades: log10 of first over final error",
    "accuracy_final": "accuracy at the end",
}
BANDS = ((0.05, 0.95), (0.25, 0.75))  # quantiles
BINS = 12  # of a field with more values than that
MOST_MAPS = 6
LISTED = 200  # points in the table
WIDE = 30.0  # of the largest over the smallest value, from which an axis is logarithmic


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
        notes.append(f"{len(failed)} points failed, the first: {failed['reason'].iloc[0]}")
    if len(runs) < int(plan["points"]):
        notes.append(f"{len(runs)} of {plan['points']} points are done so far.")
    varied = [field for field in swept if field != "run.seed" and done[field].nunique() > 1]
    over = f" over {', '.join(varied)}" if varied else ""
    low, middle, high = done["decades"].quantile([BANDS[0][0], 0.5, BANDS[0][1]])
    sentence = (
        f"{len(done)} runs{over}: the error falls by {middle:.2f} decades, nine tenths of them "
        f"by {low:.2f} to {high:.2f}."
    )
    return Page(
        title=f"Sweep {folder.resolve().name}",
        sentence=sentence,
        figures=sweep_figures(done, varied),
        facts=[points_facts(runs, swept)],
        notes=notes,
    )


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
        if done[measure].isna().all():
            continue
        if not varied:
            found.append(spread_figure(done, measure))
        found += [bands_figure(done, field, measure) for field in varied]
        pairs = [
            (one, other)
            for n, one in enumerate(varied)
            for other in varied[n + 1 :]
            if len(done[[one, other]].drop_duplicates()) > done[[one, other]].nunique().max()
        ]  # not those that vary together
        found += [map_figure(done, one, other, measure) for one, other in pairs[:MOST_MAPS]]
    return found


def grouped(values: pd.Series) -> tuple[pd.Series, bool]:
    """Return which group each row belongs to, and whether groups stand at numbers.

    Those are the values themselves, or the medians of as many bins as there may be.
    """
    if not pd.api.types.is_numeric_dtype(values) or values.dtype == bool:
        return values.astype(str).str.rpartition("/")[2], False
    if values.nunique() <= BINS:
        return values.astype(float), True
    bins = pd.qcut(values, BINS, duplicates="drop")
    return values.groupby(bins, observed=True).transform("median"), True


def bands_figure(done: pd.DataFrame, field: str, measure: str) -> Figure:
    """Return the median and bands of quantiles of a measure against a field, and every run."""
    groups, numeric = grouped(done[field])
    by = done[measure].groupby(groups)
    middle = pd.DataFrame({"at": by.median().index, "median": by.median().to_numpy()})
    for low, high in BANDS:
        middle[f"q{100 * low:.0f}"] = by.quantile(low).to_numpy()
        middle[f"q{100 * high:.0f}"] = by.quantile(high).to_numpy()
    own = done[field] if numeric else groups
    points = pd.DataFrame({"at": own, "value": done[measure], "run": done["run"]})
    scale = alt.Scale(zero=False)
    if numeric and own.min() > 0 and own.max() / own.min() > WIDE:
        scale = alt.Scale(type="log", nice=False)
    at = f"at:{'Q' if numeric else 'N'}"
    x = alt.X(at, title=field, scale=scale if numeric else alt.Scale())
    base = alt.Chart(table(middle)).encode(x)
    y_scale = alt.Scale(zero=False)
    layers: list[alt.Chart] = []
    for low, high in BANDS:
        ends = (f"q{100 * low:.0f}:Q", f"q{100 * high:.0f}:Q")
        mark = base.mark_area if numeric else base.mark_bar
        layers.append(
            mark(color=COLOURS[0], opacity=0.22).encode(
                alt.Y(ends[0], scale=y_scale), alt.Y2(ends[1])
            )
        )
    layers.append(
        alt.Chart(table(points, "runs"))
        .mark_point(filled=True, color=CALM, size=16, opacity=0.5)
        .encode(
            x,
            alt.Y("value:Q", title=MEASURES[measure], scale=y_scale),
            tooltip=[
                "run:N",
                alt.Tooltip(at, title=field),
                alt.Tooltip("value:Q", title=measure),
            ],
        )
    )
    line = base.mark_line(point=alt.OverlayMarkDef(size=50), color=COLOURS[0]).encode(
        alt.Y("median:Q", scale=y_scale),
        tooltip=[alt.Tooltip(at, title=field), alt.Tooltip("median:Q", format=".4~g")],
    )
    layers.append(line)
    return Figure(
        named(measure, field),
        f"{measure} against {field}",
        f"Medians of {len(done)} runs, the middle half and nine tenths of them, and every run.",
        layers,
    )


def map_figure(done: pd.DataFrame, one: str, other: str, measure: str) -> Figure:
    """Return the medians of a measure over two fields."""
    frame = pd.DataFrame(
        {"x": grouped(done[one])[0], "y": grouped(done[other])[0], "z": done[measure]}
    )
    medians = frame.groupby(["x", "y"])["z"].median().reset_index()
    cells = (
        alt.Chart(table(medians))
        .mark_rect()
        .encode(
            alt.X(
                "x:O",
                title=one,
                axis=alt.Axis(format=".3~g", labelAngle=0)
                if pd.api.types.is_numeric_dtype(medians["x"])
                else alt.Axis(labelAngle=0),
            ),
            alt.Y(
                "y:O",
                title=other,
                sort="descending",
                axis=alt.Axis(format=".3~g")
                if pd.api.types.is_numeric_dtype(medians["y"])
                else alt.Axis(),
            ),
            alt.Color("z:Q", title=f"median {measure}", scale=alt.Scale(scheme="viridis")),
            tooltip=[
                alt.Tooltip("x:N", title=one),
                alt.Tooltip("y:N", title=other),
                alt.Tooltip("z:Q", title=f"median {measure}", format=".4~g"),
            ],
        )
    )
    return Figure(
        named(measure, one, other),
        f"{measure} over {one} and {other}",
        f"Medians of {len(done)} runs.",
        [cells],
    )


def spread_figure(done: pd.DataFrame, measure: str) -> Figure:
    """Return how a measure is spread over runs."""
    frame = pd.DataFrame({"value": done[measure], "run": done["run"]})
    bars = (
        alt.Chart(table(frame))
        .mark_bar(color=COLOURS[0], opacity=0.8)
        .encode(
            alt.X("value:Q", bin=alt.Bin(maxbins=24), title=MEASURES[measure]),
            alt.Y("count()", title="runs"),
            tooltip=[alt.Tooltip("count()", title="runs")],
        )
    )
    middle = (
        alt.Chart(table(frame))
        .mark_rule(color=COLOURS[1], strokeDash=[5, 4])
        .encode(alt.X("median(value):Q"), tooltip=[alt.Tooltip("median(value):Q", format=".4~g")])
    )
    title = f"How {measure} is spread"
    return Figure(
        named(measure), title, f"{len(done)} runs; the dashed line is the median.", [bars, middle]
    )


def named(*words: str) -> str:
    """Return a name for files: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.-]+", "_", "-".join(words), flags=re.ASCII)


def points_facts(runs: pd.DataFrame, swept: Sequence[str]) -> Facts:
    """Return the table of points, the first ones of many."""
    columns = ["point", *swept, "status", *(m for m in MEASURES if runs[m].notna().any()), "run"]
    some = runs[columns].head(LISTED)
    title = "Points" if len(runs) <= LISTED else f"The first {LISTED} of {len(runs)} points"
    cells = [
        ["" if pd.isna(value) else text_of(value) for value in row]
        for row in some.astype(object).to_numpy()
    ]
    return Facts(title, cells, columns)
