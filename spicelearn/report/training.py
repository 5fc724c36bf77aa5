"""Figures of a run against its cycles: error, accuracy, weights, power."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ..charts import Figure, decades, evenly, table
from ..machine import View, Weights
from ..runs.record import RATIO, final_median
from ..tasks.taught import TaughtRun
from .curves import CYCLE, LINE_POINTS, Level, Marks, binned, curve
from .facts import counted
from .graph import labelled
from .subject import Subject, columns_of

FIGURE_POINTS = 4_000  # at most, of all lines of a figure
HOVER_POINTS = 2500  # at most, of those that show their values
LEGEND_LINES = 8  # at most, that a legend can tell apart
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
    return f"The error ends {side} it, at {last / step_error:.2g} times that; it is no bound"


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
    frame["error"] = frame["error"].clip(lower=LOWEST_ERROR)
    y = error_axis(float(frame["error"].min()), float(frame["error"].max()))
    base = alt.Chart(table(frame)).encode(CYCLE, y, alt.Color("what:N", title=None, sort=None))
    told = ["what:N", "cycle:Q", alt.Tooltip("error:Q", format=".3~g")]
    over = base.mark_point(filled=True, size=60, opacity=0).encode(tooltip=told)
    return Figure("errors", "Errors", caption, [base.mark_line()], [over], ["x"])


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
    """Return every weight against cycles, one line per weight."""
    weights = subject.weights
    names = columns_of(table_, weights.column)
    places = evenly(len(table_), max(12, min(LINE_POINTS, FIGURE_POINTS // len(names))))
    numbers = [name.rpartition("_")[2] for name in names]
    wide = table_.iloc[places][["cycle", *names]]
    wide = wide.rename(columns=dict(zip(names, numbers, strict=True)))
    of = "edge" if subject.per_edge else weights.column
    whole = {"domain": [weights.low, weights.high]} if weights.whole else {"zero": False}
    scale = alt.Scale(**whole)
    y = alt.Y("value:Q", title=labelled(weights), scale=scale)
    chosen = alt.selection_point(name="chosen", fields=["place"], on="pointerover", empty=False)
    colour: alt.Color = (
        alt.Color("place:N", title=of, sort=None)
        if len(names) <= LEGEND_LINES
        else alt.Color(
            "number:Q", title=of, scale=alt.Scale(scheme="turbo", domain=[0, len(names) - 1])
        )
    )
    lines = (
        alt.Chart(table(wide))
        .transform_fold([*numbers], as_=["place", "value"])
        .transform_calculate(number="toNumber(datum.place)")
        .mark_line(interpolate="step-after" if weights.whole else "linear")
        .encode(
            CYCLE,
            y,
            colour,
            detail="place:N",
            strokeWidth=alt.value(1),
            opacity=alt.value(0.9 if len(names) <= OPAQUE_LINES else 0.3),
        )
    )
    bold = lines.encode(
        strokeWidth=alt.value(3.5), opacity=alt.condition(chosen, alt.value(1), alt.value(0))
    )
    return Figure(
        "weights",
        f"{weights.label[0].upper()}{weights.label[1:]}s",
        f"What is learned: {counted(len(names), weights.label)}, one line per {of}.",
        [lines],
        [bold, hovered(wide, y, of, weights.label).add_params(chosen)],
        ["x"],
    )


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
