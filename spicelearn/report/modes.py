"""Error modes: mean, slope and curvature of the residual against time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from ..charts import Figure, decades, evenly, table
from ..formats.quantity import counted, scaled
from ..machine import View
from ..plant import Floats
from ..tasks.taught import TaughtRun
from .answers import Answers

MODES = ("mean", "slope", "curvature")
SHARE = 1 / 3  # of its start, to which a mode is to fall
MOST_ROWS = 400  # whose outputs are computed
LOWEST_MV = 1e-4  # a smaller mode is drawn as this
LEAST_V = 1e-9  # a mode that begins smaller is none that could fall


@dataclass(frozen=True)
class Passage:
    """Hold when a mode is below a share of its start first, and from when on it stays there.

    None where that never happens.
    """

    first: float | None
    lasting: float | None


def coefficients(inputs: Floats, residuals: Floats) -> Floats:
    """Return mean, slope and curvature of residuals, shape (rows, 3), in the residuals' unit.

    ``inputs`` has shape (examples,), at least three values among them; ``residuals`` (rows,
    examples). Polynomials of degree 0, 1, 2 are orthonormal over the examples, with a mean square
    of 1 each, so that the squares of all modes add up to the mean squared error.
    """
    scaled = (inputs - inputs.mean()) / np.ptp(inputs)
    basis, triangle = np.linalg.qr(np.vander(scaled, len(MODES), increasing=True))
    upright = basis * np.sign(np.diag(triangle))
    return np.asarray(residuals @ upright / np.sqrt(len(inputs)))


def passage(times: Floats, values: Floats) -> Passage:
    """Return when a mode's size, shape (rows,), falls below `SHARE` of its start."""
    below = np.abs(values) < SHARE * abs(values[0])
    if abs(values[0]) < LEAST_V or not below.any():
        return Passage(None, None)
    over = np.flatnonzero(~below)[-1]
    lasting = float(times[over + 1]) if below[-1] else None
    return Passage(float(times[np.argmax(below)]), lasting)


def in_order(when: Mapping[str, float | None], unit: str) -> str:
    """Say in which order modes got there, at which times: in s, or in cycles if that is the unit.

    Modes that got there at the same time are told together, then those that never did.
    """
    known = {name: time for name, time in when.items() if time is not None}
    never = [name for name in when if name not in known]
    said = []
    for time in sorted(set(known.values())):
        at = scaled(time, "s") if unit == "s" else counted(round(time), unit)
        said.append(f"{listed([name for name in known if known[name] == time])} after {at}")
    if never:
        said.append(f"{listed(never)} never")
    return ", ".join(said)


def listed(names: Sequence[str]) -> str:
    """Return names as in a sentence: ``mean``, or ``mean, slope and curvature``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def passages_told(passages: Mapping[str, Passage], unit: str) -> str:
    """Say in which order modes fall to a third of their start: at first, and for good."""
    first = in_order({name: each.first for name, each in passages.items()}, unit)
    lasting = in_order({name: each.lasting for name, each in passages.items()}, unit)
    if first == lasting:
        return f"Below a third of the start, at once for good: {first}."
    return f"Below a third of the start for the first time: {first}. For good: {lasting}."


def modes_figure(
    table_: pd.DataFrame, columns: Sequence[str], run: TaughtRun, view: View, answers: Answers
) -> Figure | None:
    """Return the error modes against time, for one output as a function of one varying input.

    ``columns`` hold the weights in the table of cycles. None for any other task.
    """
    if len(answers.lesson.outputs) != 1 or len(answers.varying) != 1 or len(run.lessons) != 1:
        return None
    inputs = answers.asked[:, answers.varying[0]]
    if len(np.unique(inputs)) < len(MODES):
        return None
    measured = table_[table_["error"].notna()]
    rows = measured.iloc[evenly(len(measured), MOST_ROWS)]
    network = run.network.with_roles(answers.lesson.inputs, answers.lesson.outputs)
    shown = [
        network.read_out(view.voltages(weights, int(cycle)))[:, 0]
        for cycle, weights in zip(
            rows["cycle"], rows[list(columns)].to_numpy(dtype=float), strict=True
        )
    ]
    found = coefficients(inputs, np.array(shown) - answers.volts("desired")[:, 0])
    pace, unit = (view.pace[0], "s") if view.pace else (1.0, "cycle")
    times = rows["cycle"].to_numpy(dtype=float) * pace
    passages = {name: passage(times, values) for name, values in zip(MODES, found.T, strict=True)}
    return drawn(times, found, passages, unit, view.remark)


def drawn(
    times: Floats, found: Floats, passages: Mapping[str, Passage], unit: str, remark: str
) -> Figure:
    """Return lines of the modes, V, shape (times, 3), and marks where they fall to a third."""
    sizes = (1e3 * np.abs(found)).clip(min=LOWEST_MV)
    wide = pd.DataFrame(sizes, columns=list(MODES)).assign(time=times)
    long = wide.melt("time", var_name="mode", value_name="mV")
    axis_title = "the machine's time (s)" if unit == "s" else unit
    x = alt.X("time:Q", title=axis_title, scale=alt.Scale(nice=False, zero=False))
    y = alt.Y(
        "mV:Q",
        title="size (mV rms)",
        scale=alt.Scale(type="log"),
        axis=decades(float(long["mV"].min()), float(long["mV"].max())),
    )
    colour = alt.Color("mode:N", title=None, sort=list(MODES), scale=alt.Scale(domain=list(MODES)))
    told = ["mode:N", alt.Tooltip("time:Q", format=".4~g"), alt.Tooltip("mV:Q", format=".3~g")]
    lines = alt.Chart(table(long)).mark_line().encode(x, y, colour)
    over = alt.Chart(table(long)).mark_point(filled=True, size=60, opacity=0)
    marks = [
        {"mode": name, "time": time, "mV": float(np.interp(time, times, wide[name])), "what": what}
        for name, each in passages.items()
        for what, time in (("first", each.first), ("for good", each.lasting))
        if time is not None
    ]
    layers = [lines]
    if marks:
        shapes = alt.Scale(domain=["first", "for good"], range=["circle", "square"])
        points = alt.Chart(table(pd.DataFrame(marks), "passages")).mark_point(
            size=110, strokeWidth=2, filled=False
        )
        kind = alt.Shape("what:N", title="below a third", scale=shapes)
        layers.append(points.encode(x, y, colour, kind, tooltip=[*told, "what:N"]))
    return Figure(
        "modes",
        "Error modes",
        "Mean, slope and curvature of the residual over the input (orthonormal polynomials of "
        f"degree 0, 1, 2). {passages_told(passages, unit)} Outputs are {remark}.",
        layers,
        [over.encode(x, y, tooltip=told)],
        ["x"],
    )
