"""Figures of many runs: a measure against a field, over two of them, or by itself."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd

from ..charts import CALM, COLOURS, Figure, table
from .names import in_unit

MEASURES = {
    "decades": "decades: log10 of first over final error",
    "accuracy_final": "accuracy at the end",
}
INNER, OUTER, ALL = (0.25, 0.75), (0.05, 0.95), (0.0, 1.0)  # quantiles that a band is between
MANY_RUNS = 20  # at least, of which the middle nine tenths are told
BINS = 12  # of a field with more values
LOGARITHMIC = 30.0  # largest over smallest value, from which an axis is logarithmic
ROOM = 14  # px between the outermost points and the frame
OPEN = alt.Scale(zero=False, padding=ROOM)


def grouped(values: pd.Series) -> tuple[pd.Series, bool, str]:
    """Return which group each row belongs to, whether groups stand at numbers, and their kind.

    Those are the values themselves, or the medians of as many bins as there may be.
    """
    if not pd.api.types.is_numeric_dtype(values) or values.dtype == bool:
        return values.astype(str).str.rpartition("/")[2], False, "value"
    if values.nunique() <= BINS:
        return values.astype(float), True, "value"
    bins = pd.qcut(values, BINS, duplicates="drop")
    return values.groupby(bins, observed=True).transform("median"), True, "bin"


def per(counts: pd.Series, what: str) -> str:
    """Say how many runs groups have: ``3 per value``, ``2 to 5 per bin``."""
    few, many = counts.min(), counts.max()
    return f"{few} per {what}" if few == many else f"{few} to {many} per {what}"


def bands_figure(done: pd.DataFrame, field: str, measure: str) -> Figure:
    """Return the median and bands of quantiles of a measure against a field, and every run."""
    own, label = measured_in(done[field])
    groups, numeric, kind = grouped(own)
    by = done[measure].groupby(groups)
    outer = OUTER if by.size().min() >= MANY_RUNS else ALL
    bands = {outer: ("low", "high"), INNER: ("inner_low", "inner_high")}
    middle = pd.DataFrame({"at": by.median().index, "median": by.median().to_numpy()})
    for quantiles, names in bands.items():
        for quantile, name in zip(quantiles, names, strict=True):
            middle[name] = by.quantile(quantile).to_numpy()
    own = own if numeric else groups
    at = f"at:{'Q' if numeric else 'N'}"
    x = alt.X(at, title=label, scale=scale_of(own) if numeric else alt.Scale())
    base = alt.Chart(table(middle)).encode(x)
    mark = base.mark_area if numeric else base.mark_bar
    layers: list[alt.Chart] = [
        mark(color=COLOURS[0], opacity=0.22).encode(
            alt.Y(f"{low}:Q", scale=OPEN), alt.Y2(f"{high}:Q")
        )
        for low, high in bands.values()
    ]
    points = pd.DataFrame({"at": own, "value": done[measure], "run": done["run"]})
    layers.append(
        alt.Chart(table(points, "runs"))
        .mark_point(filled=True, color=CALM, size=16, opacity=0.5)
        .encode(
            x,
            alt.Y("value:Q", title=MEASURES[measure], scale=OPEN),
            tooltip=["run:N", alt.Tooltip(at, title=label), alt.Tooltip("value:Q", title=measure)],
        )
    )
    line = base.mark_line(point=alt.OverlayMarkDef(size=50), color=COLOURS[0]).encode(
        alt.Y("median:Q", scale=OPEN),
        tooltip=[alt.Tooltip(at, title=label), alt.Tooltip("median:Q", format=".4~g")],
    )
    shown = "of the middle half and of " + ("the middle nine tenths" if outer == OUTER else "all")
    return Figure(
        named(measure, field),
        f"{measure} against {label}",
        f"{len(done)} runs, {per(by.size(), kind)}: their median, bands {shown}, and every run.",
        [*layers, line],
    )


def measured_in(values: pd.Series) -> tuple[pd.Series, str]:
    """Return a column of a field in the unit that suits it, and the field's name with that."""
    field = str(values.name)
    if not pd.api.types.is_numeric_dtype(values) or values.dtype == bool:
        return values, field
    factor, label = in_unit([float(value) for value in values.dropna()], field)
    return values / factor if factor != 1 else values, label


def scale_of(values: pd.Series) -> alt.Scale:
    """Return the scale of a field, logarithmic if its values lie far apart."""
    if values.min() > 0 and values.max() / values.min() > LOGARITHMIC:
        return alt.Scale(type="log", nice=False, padding=ROOM)
    return OPEN


def map_figure(done: pd.DataFrame, one: str, other: str, measure: str) -> Figure:
    """Return the medians of a measure over two fields."""
    columns = {place: measured_in(done[name]) for place, name in (("x", one), ("y", other))}
    across, up = (label for _, label in columns.values())
    places = {place: grouped(values)[0] for place, (values, _) in columns.items()}
    frame = pd.DataFrame({**places, "z": done[measure]})
    by = frame.groupby(["x", "y"])["z"]
    medians = by.median().reset_index()
    x, y = (
        ".3~g" if pd.api.types.is_numeric_dtype(medians[name]) else alt.Undefined
        for name in ("x", "y")
    )
    median = f"median {measure}"
    cells = (
        alt.Chart(table(medians))
        .mark_rect()
        .encode(
            alt.X("x:O", title=across, axis=alt.Axis(labelAngle=0, format=x)),
            alt.Y("y:O", title=up, sort="descending", axis=alt.Axis(format=y)),
            alt.Color("z:Q", title=median, scale=alt.Scale(scheme="viridis")),
            tooltip=[
                alt.Tooltip("x:N", title=across),
                alt.Tooltip("y:N", title=up),
                alt.Tooltip("z:Q", title=median, format=".4~g"),
            ],
        )
    )
    return Figure(
        named(measure, one, other),
        f"{measure} over {across} and {up}",
        f"{len(done)} runs, {per(by.size(), 'cell')}: a cell has the colour of its median.",
        [cells],
    )


def spread_figure(done: pd.DataFrame, measure: str) -> Figure:
    """Return how a measure is spread over runs."""
    frame = pd.DataFrame({"value": done[measure], "run": done["run"]})
    base = alt.Chart(table(frame))
    bars = base.mark_bar(color=COLOURS[0], opacity=0.8).encode(
        alt.X("value:Q", bin=alt.Bin(maxbins=24), title=MEASURES[measure]),
        alt.Y("count()", title="runs"),
        tooltip=[alt.Tooltip("count()", title="runs")],
    )
    middle = base.mark_rule(color=COLOURS[1], strokeDash=[5, 4]).encode(
        alt.X("median(value):Q"), tooltip=[alt.Tooltip("median(value):Q", format=".4~g")]
    )
    title, told = f"How {measure} is spread", f"{len(done)} runs; the dashed line is the median."
    return Figure(named(measure), title, told, [bars, middle])


def named(*words: str) -> str:
    """Return a name for files: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.-]+", "_", "-".join(words), flags=re.ASCII)
