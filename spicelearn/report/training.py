"""Figures of a run against its cycles: error, accuracy, wiper codes, power."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..charts import CALM, COLOURS, HALO, Figure, decades, evenly, table
from .machine import Machine

POINTS = 1200  # of a line
DRAWN = 20_000  # points of all lines of a figure
HOVERED = 2500  # of those, that show their values
FEW = 8  # lines that a legend can tell apart
MANY = 64  # lines that hide each other
POWERS = 300  # cycles whose power is computed
LEAST = 1e-12  # V^2, below which an error is drawn as this

CYCLE = alt.X("cycle:Q", title="clock cycle", scale=alt.Scale(nice=False, zero=False))


def error_figure(table_: pd.DataFrame, machine: Machine | None, floor: float | None) -> Figure:
    """Return the error against cycles, logarithmic, with the quantisation floor in V^2."""
    errors = binned(table_, "error", begins(machine))
    errors[["low", "error", "high"]] = errors[["low", "error", "high"]].clip(lower=LEAST)
    return curve(
        "error",
        "Error",
        "Mean squared error of the free network's outputs"
        + (
            ", with all errors between lowest and highest where cycles share a point"
            if (errors["low"] < errors["high"]).any()
            else ""
        )
        + (
            ". The floor is what one random step of the edges that are clocked at once does to "
            "the outputs, at the final codes: wiper codes are whole numbers, and always move."
            if floor
            else "."
        )
        + (
            " Dashed upright: from there on an edge is cut, or another task is taught."
            if marks(machine)
            else ""
        ),
        errors,
        error_axis(min(errors["low"].min(), floor or 1), errors["high"].max()),
        marks(machine),
        floor,
    )


def error_axis(low: float, high: float) -> alt.Y:
    """Return the logarithmic axis of errors between these, V^2."""
    title, scale = "mean squared error (V²)", alt.Scale(type="log")
    return alt.Y("error:Q", title=title, scale=scale, axis=decades(low, high))


def errors_figure(curves: dict[str, pd.DataFrame], caption: str) -> Figure:
    """Return error curves by name, columns ``cycle`` and ``error``, one over the other."""
    frames = [
        binned(curve, "error")[["cycle", "error"]].assign(what=name)
        for name, curve in curves.items()
    ]
    frame = pd.concat(frames)
    frame["error"] = frame["error"].clip(lower=LEAST)
    y = error_axis(float(frame["error"].min()), float(frame["error"].max()))
    base = alt.Chart(table(frame)).encode(CYCLE, y, alt.Color("what:N", title=None, sort=None))
    told = ["what:N", "cycle:Q", alt.Tooltip("error:Q", format=".3~g")]
    over = base.mark_point(filled=True, size=60, opacity=0).encode(tooltip=told)
    return Figure("errors", "Errors", caption, [base.mark_line()], [over], ["x"])


def accuracy_figure(table_: pd.DataFrame, machine: Machine | None) -> Figure:
    """Return the accuracy against cycles."""
    return curve(
        "accuracy",
        "Accuracy",
        "Share of the test set that is taken for its own class.",
        binned(table_, "accuracy", begins(machine)),
        alt.Y("accuracy:Q", title="accuracy", scale=alt.Scale(zero=False)),
    )


def binned(table_: pd.DataFrame, name: str, begins: Sequence[int] = ()) -> pd.DataFrame:
    """Return a column as some `POINTS` medians, each with its extremes ``low`` and ``high``.

    None is of two lessons, which begin at these cycles: ``lesson`` tells them apart.
    """
    measured = table_[["cycle", name]].dropna()
    groups = np.arange(len(measured)) * min(POINTS, len(measured)) // max(1, len(measured))
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


def begins(machine: Machine | None) -> list[int]:
    """Return the cycles at which lessons begin."""
    return [lesson.first for lesson in machine.lessons] if machine else []


def marks(machine: Machine | None) -> list[tuple[int, str]]:
    """Return the cycles at which something else began, and what."""
    if machine is None:
        return []
    cuts = [(cut.cycle, f"edge {cut.edge} cut") for cut in machine.damage.cuts]
    tasks = [(lesson.first, lesson.task) for lesson in machine.lessons[1:]]
    return sorted(cuts + tasks)


def curve(
    name: str,
    title: str,
    caption: str,
    values: pd.DataFrame,
    y: alt.Y,
    marked: list[tuple[int, str]] | None = None,
    floor: float | None = None,
) -> Figure:
    """Return a line with the band of its extremes, that tells its values under the pointer."""
    near = alt.selection_point(
        name="near", nearest=True, on="pointermove", fields=["cycle"], empty=False, clear="mouseout"
    )
    base = alt.Chart(table(values)).encode(CYCLE)
    field = str(values.columns[2])
    parts = {"detail": "lesson:N"} if "lesson" in values else {}
    line = base.mark_line(color=COLOURS[0]).encode(y, **parts)
    layers: list[alt.Chart] = [line]
    if (values["low"] < values["high"]).any():
        band = base.mark_area(color=COLOURS[0], opacity=0.25)
        layers.insert(0, band.encode(alt.Y("low:Q", scale=y["scale"]), alt.Y2("high:Q"), **parts))
    if marked:
        layers.append(marked_at(marked))
    if floor:
        layers += floor_at(floor, y)
    points = base.mark_point(color=COLOURS[0], filled=True, size=60).encode(
        y,
        opacity=alt.condition(near, alt.value(1), alt.value(0)),
        tooltip=[
            alt.Tooltip("cycle:Q", title="cycle"),
            alt.Tooltip(f"{field}:Q", title=field, format=".3~g"),
        ],
    )
    return Figure(name, title, caption, layers, [points.add_params(near)], ["x"])


def marked_at(marked: list[tuple[int, str]]) -> alt.Chart:
    """Return dashed lines where something else began."""
    frame = pd.DataFrame(marked, columns=["cycle", "what"])
    base: alt.Chart = alt.Chart(table(frame, "marks"))
    line: alt.Chart = base.mark_rule(color=CALM, strokeDash=[4, 3], strokeWidth=1.5)
    return line.encode(CYCLE, tooltip=[alt.Tooltip("what:N", title="from here"), "cycle:Q"])


def floor_at(floor: float, y: alt.Y) -> list[alt.Chart]:
    """Return the line of the quantisation floor and its name."""
    name = f"quantisation floor {floor:.2g} V²"
    frame = pd.DataFrame({"error": [floor], "name": [name]})
    base = alt.Chart(table(frame, "floor")).encode(y)
    line = base.mark_rule(color=COLOURS[1], strokeDash=[6, 4], strokeWidth=1.5).encode(
        tooltip=[alt.Tooltip("error:Q", title="quantisation floor (V²)", format=".3~g")]
    )
    place: dict[str, Any] = {"align": "right", "dy": -8, "dx": -4}
    label = base.encode(x=alt.value("width"), text="name:N")
    written = label.mark_text(color=COLOURS[1], **place)
    return [line, label.mark_text(style=HALO, **place), written]


def code_columns(table_: pd.DataFrame) -> list[str]:
    """Return the columns of wiper codes, one an edge."""
    return [str(name) for name in table_.filter(regex=r"^code_\d+$").columns]


def codes_figure(table_: pd.DataFrame, positions: int) -> Figure:
    """Return every edge's wiper code against cycles."""
    names = code_columns(table_)
    edges = len(names)
    places = evenly(len(table_), max(12, min(POINTS, DRAWN // edges)))
    wide = table_.iloc[places][["cycle", *names]]
    wide = wide.rename(columns={name: name.removeprefix("code_") for name in names})
    chosen = alt.selection_point(name="chosen", fields=["edge"], on="pointerover", empty=False)
    folded = alt.Chart(table(wide)).transform_fold(
        [name.removeprefix("code_") for name in names], as_=["edge", "code"]
    )
    code = alt.Y("code:Q", title="wiper code", scale=alt.Scale(domain=[0, positions - 1]))
    colour = (
        alt.Color("edge:N", title="edge", sort=None)
        if edges <= FEW
        else alt.Color(
            "number:Q", title="edge", scale=alt.Scale(scheme="turbo", domain=[0, edges - 1])
        )
    )
    numbered = folded.transform_calculate(number="toNumber(datum.edge)")
    lines = numbered.mark_line(interpolate="step-after").encode(
        CYCLE,
        code,
        colour,
        detail="edge:N",
        strokeWidth=alt.value(1),
        opacity=alt.value(0.9 if edges <= MANY else 0.3),
    )
    bold = lines.encode(
        strokeWidth=alt.value(3.5), opacity=alt.condition(chosen, alt.value(1), alt.value(0))
    )
    some = wide.iloc[evenly(len(wide), max(10, HOVERED // edges))]
    long = some.melt("cycle", var_name="edge", value_name="code")
    hovered = (
        alt.Chart(table(long, "hovered"))
        .mark_point(filled=True, size=60, opacity=0)
        .encode(
            CYCLE,
            code,
            tooltip=[
                alt.Tooltip("edge:N", title="edge"),
                alt.Tooltip("code:Q", title="code"),
                alt.Tooltip("cycle:Q", title="cycle"),
            ],
        )
        .add_params(chosen)
    )
    return Figure(
        "codes",
        "Wiper codes",
        f"The {edges} learned numbers, one an edge and the same in both twins: 0 is the least "
        f"resistance, {positions - 1} the most.",
        [lines],
        [bold, hovered],
        ["x"],
    )


def power_figure(table_: pd.DataFrame, machine: Machine) -> Figure:
    """Return what the free network dissipates against cycles."""
    names = code_columns(table_)
    rows = table_.iloc[evenly(len(table_), POWERS)]
    watts = [
        machine.power(codes, int(cycle))
        for cycle, codes in zip(rows["cycle"], rows[names].to_numpy(dtype=float), strict=True)
    ]
    frame = pd.DataFrame({"cycle": rows["cycle"], "low": watts, "mW": watts, "high": watts})
    frame[["low", "mW", "high"]] *= 1e3
    many = len(machine.lesson_at(0).inputs_at(0)) > 1
    return curve(
        "power",
        "Power",
        "What the rheostats of the free network dissipate, by Kirchhoff's laws at the recorded "
        f"codes{', the mean over the test inputs' if many else ''}; comparators and logic "
        "not included.",
        frame,
        alt.Y("mW:Q", title="power of the free network (mW)"),
    )
