"""Figures of a run against its cycles: error, accuracy, weights, power."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..charts import COLOURS, Figure, decades, evenly, table
from ..formats.quantity import counted, number
from ..machine import View, Weights
from ..plant import Floats
from ..runs.record import RATIO, final_median
from ..tasks.taught import TaughtRun
from .curves import CYCLE, LINE_POINTS, Level, Marks, binned, curve
from .graph import labelled
from .subject import Subject, columns_of

ENDED_LINES = 20  # at most, whose number stands at their end
LABEL_SHARE = 0.042  # of an axis, between the numbers at the ends of lines
FRAME_SHARE = 0.03  # of the range of whole weights, between these and the frame
FIGURE_POINTS = 4_000  # at most, of all lines of a figure
COMPARED_POINTS = 120  # of a line that is compared with others: oscillations are bands
HOVER_POINTS = 2500  # at most, of those that show their values
SHOWN_LINES = 1_500  # at most: more hide each other, and take more memory than browsers have
LEGEND_LINES = 8  # at most, that have a colour each
OPAQUE_LINES = 64  # at most, that do not hide each other
POWER_CYCLES = 300  # at most, whose power is computed
LOWEST_ERROR = 1e-12  # V^2; an error below is drawn as this
STEP_ERROR = "error of one random step"


def error_figure(table_: pd.DataFrame, run: TaughtRun | None, step_error: float | None) -> Figure:
    """Return the error against cycles, logarithmic, with the error of one random step, V^2."""
    errors = binned(table_, "error", begins(run))
    errors[["low", "error", "high"]] = errors[["low", "error", "high"]].clip(lower=LOWEST_ERROR)
    shown = [errors["low"].min(), errors["high"].max(), *([step_error] if step_error else [])]
    clauses = ["Mean squared error of the outputs"]
    if (errors["low"] < errors["high"]).any():
        clauses[0] += ", with all errors between lowest and highest where cycles share a point"
    if step_error:
        clauses.append(
            f"Dashed across: the {STEP_ERROR}, with every weight that learns in a cycle one up or "
            f"down from its last value. {against(step_error, table_)}"
        )
    begun = marks(run)
    if begun:
        clauses.append(f"Dashed upright, from there on: {', '.join(dict(begun).values())}")
    return curve(
        "error",
        "Error",
        f"{'. '.join(clauses)}.",
        errors,
        error_axis(min(shown), max(shown)),
        begun,
        Level(step_error, STEP_ERROR, "V²") if step_error else None,
    )


def against(step_error: float, table_: pd.DataFrame) -> str:
    """Say where the error ends against that of a random step, V^2, which is no bound."""
    last = final_median(table_["error"].dropna().tolist())
    side = "below" if last < step_error else "above"
    times = number(float(f"{last / step_error:.2g}"))
    return f"The error ends {side} it, at {times} times that; it is no bound"


def error_axis(low: float, high: float) -> alt.Y:
    """Return the logarithmic axis of errors between these, V^2."""
    title, scale = "mean squared error (V²)", alt.Scale(type="log")
    return alt.Y("error:Q", title=title, scale=scale, axis=decades(low, high))


def errors_figure(curves: dict[str, pd.DataFrame], caption: str) -> Figure:
    """Return error curves by name, columns ``cycle`` and ``error``, one over the other.

    Where cycles share a point, a line is their median within the band of their extremes.
    """
    frames = [
        binned(curve, "error", most=COMPARED_POINTS).assign(what=name)
        for name, curve in curves.items()
    ]
    frame = pd.concat(frames)
    values = ["low", "error", "high"]
    frame[values] = frame[values].clip(lower=LOWEST_ERROR)
    y = error_axis(float(frame["low"].min()), float(frame["high"].max()))
    legend = alt.Legend(symbolType="stroke", symbolOpacity=1, symbolStrokeWidth=3)
    what = alt.Color("what:N", title=None, sort=None, legend=legend)
    base = alt.Chart(table(frame)).encode(CYCLE, y, what)
    dashes = alt.StrokeDash("what:N", sort=None, legend=None)
    layers = [base.mark_line(strokeWidth=2).encode(dashes)]
    if (frame["low"] < frame["high"]).any():
        ends = (alt.Y("low:Q", scale=y["scale"]), alt.Y2("high:Q"))
        band = alt.Chart(table(frame)).mark_area(opacity=0.2)
        layers.insert(0, band.encode(CYCLE, *ends, what))
        caption += " Where cycles share a point: their median, within the band of all of them."
    told = [
        alt.Tooltip("what:N"),
        alt.Tooltip("cycle:Q"),
        alt.Tooltip("error:Q", title="error (V²)", format=".3~g"),
    ]
    over = base.mark_point(filled=True, size=60, opacity=0).encode(tooltip=told)
    return Figure("errors", "Errors", caption, layers, [over], ["x"])


def accuracy_figure(table_: pd.DataFrame, run: TaughtRun | None) -> Figure:
    """Return the accuracy against cycles."""
    return curve(
        "accuracy",
        "Accuracy",
        "Share of the examples whose class is predicted.",
        binned(table_, "accuracy", begins(run)),
        alt.Y("accuracy:Q", title="accuracy", scale=alt.Scale(domain=[0, 1])),
        marks(run),
    )


def merit_figures(table_: pd.DataFrame, run: TaughtRun | None) -> list[Figure]:
    """Return every figure of merit that was recorded, over what is asked of it, against cycles."""
    found = []
    for column in map(str, table_.columns):
        name = column.removesuffix(RATIO)
        if name == column or table_[column].isna().all():
            continue
        values = binned(table_, column, begins(run))
        found.append(
            curve(
                f"merit-{name}",
                f"{name[0].upper()}{name[1:]} over what is asked",
                f"The {name} over the {name} that the task asks for: from 1 on it is enough.",
                values,
                alt.Y(f"{column}:Q", title=f"{name} / asked", scale=alt.Scale(clamp=True)),
                marks(run),
                Level(1.0, "asked", ""),
            )
        )
    return found


def begins(run: TaughtRun | None) -> list[int]:
    """Return the cycles at which lessons begin, or the last attempt at one."""
    return sorted({*(lesson.first for lesson in run.lessons), *run.restarts}) if run else []


def marks(run: TaughtRun | None) -> Marks:
    """Return the cycles at which something else began, and what."""
    if run is None:
        return []
    cuts = [(cut.cycle, f"edge {cut.edge} cut") for cut in run.damage.cuts]
    tasks = [(lesson.first, lesson.task) for lesson in run.lessons[1:]]
    restarts = [(cycle, "last restart") for cycle in run.restarts]
    return sorted(cuts + tasks + restarts)


def weights_figure(table_: pd.DataFrame, subject: Subject) -> Figure:
    """Return weights against cycles, one line per weight, in the colours of their groups.

    Of very many they are `SHOWN_LINES`, evenly spread.
    """
    weights = subject.weights
    every = columns_of(table_, weights.column)
    shown = evenly(len(every), SHOWN_LINES)
    names = [every[place] for place in shown]
    numbers = [name.rpartition("_")[2] for name in names]
    wide = medians(table_, names, max(12, min(LINE_POINTS, FIGURE_POINTS // len(names))))
    wide = wide.rename(columns=dict(zip(names, numbers, strict=True)))
    of = "edge" if subject.per_edge else weights.column
    known = [name.rpartition("_")[2] for name in every]
    of_all = groups_of(subject, int(wide["cycle"].iloc[-1]), known)
    groups = [of_all[place] for place in shown]
    room = FRAME_SHARE * (weights.high - weights.low)
    whole = {"domain": [weights.low - room, weights.high + room], "nice": False}
    scale = alt.Scale(**(whole if weights.whole else {"zero": False}))
    y = alt.Y("value:Q", title=labelled(weights), scale=scale)
    chosen = alt.selection_point(name="chosen", fields=["place"], on="pointerover", empty=False)
    order = list(dict.fromkeys(groups))
    colour = alt.Color(
        "group:N",
        title=None,
        scale=alt.Scale(
            domain=order, range=[COLOURS[at % len(COLOURS)] for at in range(len(order))]
        ),
        legend=alt.Legend() if len(order) > 1 else None,
    )
    grouped = f"{json.dumps(groups)}[indexof({json.dumps(numbers)}, toString(datum.place))]"
    opacity = 0.8 if len(names) <= OPAQUE_LINES else 0.3
    base = (
        alt.Chart(table(wide))
        .transform_fold([*numbers], as_=["place", "value"])
        .transform_calculate(group=grouped)
        .encode(CYCLE, y, colour, alt.Detail("place:N"))
    )
    drawn: dict[str, Any] = {"interpolate": "step-after" if weights.whole else "linear"}
    layers = [base.mark_line(strokeWidth=1.2, opacity=opacity, **drawn)]
    seen = alt.condition(chosen, alt.value(1), alt.value(0))
    bold = base.mark_line(strokeWidth=4, **drawn).encode(opacity=seen)
    clauses = [f"What is learned: {counted(len(every), weights.label)}, one line per {of}"]
    if len(names) < len(every):
        clauses[0] += f", {len(names):,} of them evenly spread"
    if len(wide) < len(table_):
        clauses[0] += ", medians where cycles share a point"
    if len(names) <= ENDED_LINES:
        layers.append(ends_told(wide, numbers, groups, colour, y))
        clauses.append(f"The number of its {of} ends each line")
    if subject.per_edge and len(order) > 1:
        clauses.append("Colours are of the nodes between which an edge lies")
    return Figure(
        "weights",
        f"{weights.label[0].upper()}{weights.label[1:]}s",
        f"{'. '.join(clauses)}. Point at a line to highlight it.",
        layers,
        [bold, hovered(wide, y, of, weights.label).add_params(chosen)],
        ["x"],
    )


def medians(table_: pd.DataFrame, names: Sequence[str], points: int) -> pd.DataFrame:
    """Return medians of columns over so many stretches of rows, and the last row.

    Weights that go up and down by steps would show patterns of their own if rows were left out.
    """
    if len(table_) <= points:
        return table_[["cycle", *names]]
    places = np.arange(len(table_) - 1) * points // (len(table_) - 1)
    first = table_["cycle"].iloc[np.flatnonzero(np.diff(places, prepend=-1))]
    found = table_[list(names)].iloc[:-1].groupby(places).median()
    found = pd.concat([first.reset_index(drop=True), found], axis=1)
    return pd.concat([found, table_[["cycle", *names]].iloc[-1:]])


def groups_of(subject: Subject, cycle: int, numbers: Sequence[str]) -> list[str]:
    """Return the group of every weight: of an edge by the roles of its nodes, of few by itself."""
    if subject.run is None or not subject.per_edge:
        return list(numbers) if len(numbers) <= LEGEND_LINES else ["weights"] * len(numbers)
    roles = subject.run.roles(cycle)
    pairs = (
        sorted(roles.get(node, "hidden") for node in ends) for ends in subject.run.network.edges
    )
    return [f"{second} to {first}" for first, second in pairs]


def ends_told(
    wide: pd.DataFrame, numbers: Sequence[str], groups: Sequence[str], colour: alt.Color, y: alt.Y
) -> alt.Chart:
    """Return the number of every line at its end, moved apart where lines end together."""
    last = wide.iloc[-1]
    values = last[list(numbers)].to_numpy(dtype=float)
    domain_ = y["scale"].to_dict().get("domain")
    every = wide[list(numbers)].to_numpy()
    low, high = domain_ or (float(every.min()), float(every.max()))
    at = apart(values, LABEL_SHARE * (high - low), low, high)
    frame = pd.DataFrame({"value": at, "place": list(numbers), "group": list(groups)})
    written: dict[str, Any] = {"align": "left", "dx": 4, "fontSize": 10, "clip": False}
    base: alt.Chart = alt.Chart(table(frame, "ends")).mark_text(**written)
    return base.encode(y, colour, alt.Text("place:N"), x=alt.value("width"))


def apart(values: Floats, gap: float, low: float, high: float) -> Floats:
    """Return places near values, in their order, at least ``gap`` apart within two limits.

    Where there is no room the gap is smaller.
    """
    gap = min(gap, (high - low) / max(1, len(values) - 1))
    order, found = np.argsort(values, kind="stable"), np.array(values, dtype=float)
    for before, after in pairwise(order):
        found[after] = max(found[after], found[before] + gap)
    top = high
    for place in order[::-1]:
        found[place] = min(found[place], top)
        top = found[place] - gap
    return found


def hovered(wide: pd.DataFrame, y: alt.Y, of: str, label: str) -> alt.Chart:
    """Return unseen points of lines, one column per line, that tell their values."""
    some = wide.iloc[evenly(len(wide), max(10, HOVER_POINTS // (wide.shape[1] - 1)))]
    long = some.melt("cycle", var_name="place", value_name="value")
    points: alt.Chart = alt.Chart(table(long, "hovered")).mark_point(
        filled=True, size=60, opacity=0
    )
    return points.encode(
        CYCLE,
        y,
        tooltip=[
            alt.Tooltip("place:N", title=of),
            alt.Tooltip("value:Q", title=label, format=".5~g"),
            alt.Tooltip("cycle:Q", title="cycle"),
        ],
    )


def power_figure(table_: pd.DataFrame, weights: Weights, run: TaughtRun, view: View) -> Figure:
    """Return what the free network dissipates against cycles."""
    names = columns_of(table_, weights.column)
    rows = table_.iloc[evenly(len(table_), POWER_CYCLES)]
    watts = [
        view.power(values, int(cycle))
        for cycle, values in zip(rows["cycle"], rows[names].to_numpy(dtype=float), strict=True)
    ]
    frame = pd.DataFrame({"cycle": rows["cycle"], "low": watts, "mW": watts, "high": watts})
    frame[["low", "mW", "high"]] *= 1e3
    many = len(run.lesson_at(0).inputs_at(0)) > 1
    return curve(
        "power",
        "Power",
        f"What the edges of the free network dissipate{', the mean over the test inputs' * many}: "
        f"{view.remark}. What the rest of the board draws is not included.",
        frame,
        alt.Y("mW:Q", title="power of the free network (mW)"),
    )
