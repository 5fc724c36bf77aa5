"""Curves against cycles: a line, the band of its extremes, and what is marked on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..charts import CALM, COLOURS, HALO, Figure, table

LINE_POINTS = 1200  # at most, of a line
CYCLE = alt.X("cycle:Q", title="cycle", scale=alt.Scale(nice=False, zero=False))
Marks = Sequence[tuple[int, str]]  # cycles at which something else began, and what


@dataclass(frozen=True)
class Level:
    """Hold a level that a curve is compared with: its value, and a name with its unit."""

    value: float
    name: str
    unit: str


def binned(
    table_: pd.DataFrame, name: str, begins: Sequence[int] = (), most: int = LINE_POINTS
) -> pd.DataFrame:
    """Return a column as ``most`` medians, each with its extremes ``low`` and ``high``.

    None is of two lessons, which begin at these cycles: ``lesson`` tells them apart.
    """
    measured = table_[["cycle", name]].dropna()
    points = min(most, len(measured))
    groups = np.arange(len(measured)) * points // max(1, len(measured))
    lessons = np.searchsorted(sorted(begins), measured["cycle"], side="right")
    by = measured.assign(lesson=lessons).groupby([lessons, groups])
    return pd.DataFrame(
        {
            "cycle": by["cycle"].min(),
            "low": by[name].min(),
            name: by[name].median(),
            "high": by[name].max(),
            "lesson": by["lesson"].min(),
        }
    )


def curve(
    name: str,
    title: str,
    caption: str,
    values: pd.DataFrame,
    y: alt.Y,
    marks: Marks = (),
    level: Level | None = None,
) -> Figure:
    """Return a line with the band of its extremes, that tells its values under the pointer.

    ``values`` has columns ``cycle``, ``low``, the line's own, ``high``; with ``lesson`` also one
    line per lesson.
    """
    near = alt.selection_point(
        name="near", nearest=True, on="pointermove", fields=["cycle"], empty=False, clear="mouseout"
    )
    base = alt.Chart(table(values)).encode(CYCLE)
    field = str(values.columns[2])
    parts = {"detail": "lesson:N"} if "lesson" in values else {}
    layers: list[alt.Chart] = [base.mark_line(color=COLOURS[0]).encode(y, **parts)]
    if (values["low"] < values["high"]).any():
        band = base.mark_area(color=COLOURS[0], opacity=0.25)
        layers.insert(0, band.encode(alt.Y("low:Q", scale=y["scale"]), alt.Y2("high:Q"), **parts))
    if marks:
        layers.append(marked_at(marks))
    if level:
        layers += level_at(level, field, y)
    points = base.mark_point(color=COLOURS[0], filled=True, size=60).encode(
        y,
        opacity=alt.condition(near, alt.value(1), alt.value(0)),
        tooltip=[
            alt.Tooltip("cycle:Q", title="cycle"),
            alt.Tooltip(f"{field}:Q", title=field, format=".3~g"),
        ],
    )
    return Figure(name, title, caption, layers, [points.add_params(near)], ["x"])


def marked_at(marks: Marks) -> alt.Chart:
    """Return dashed lines where something else began."""
    frame = pd.DataFrame(marks, columns=["cycle", "what"])
    base: alt.Chart = alt.Chart(table(frame, "marks"))
    line: alt.Chart = base.mark_rule(color=CALM, strokeDash=[4, 3], strokeWidth=1.5)
    return line.encode(CYCLE, tooltip=[alt.Tooltip("what:N", title="from here"), "cycle:Q"])


def level_at(level: Level, field: str, y: alt.Y) -> list[alt.Chart]:
    """Return the line of a level and its name, on the axis of a curve's own column ``field``."""
    name = f"{level.name}: {level.value:.2g} {level.unit}"
    frame = pd.DataFrame({field: [level.value], "name": [name]})
    base = alt.Chart(table(frame, "level")).encode(y)
    title = f"{level.name} ({level.unit})"
    line = base.mark_rule(color=COLOURS[1], strokeDash=[6, 4], strokeWidth=1.5).encode(
        tooltip=[alt.Tooltip(f"{field}:Q", title=title, format=".3~g")]
    )
    place: dict[str, Any] = {"align": "right", "dy": -8, "dx": -4}
    label = base.encode(alt.Text("name:N"), x=alt.value("width"))
    written = label.mark_text(color=COLOURS[1], **place)
    return [line, label.mark_text(style=HALO, **place), written]
