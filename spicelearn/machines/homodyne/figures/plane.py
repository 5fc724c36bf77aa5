"""The output over the plane of the two data inputs, before and after training."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ....charts import Figure, table
from ....plant import Floats
from ....tasks.taught import TaughtLesson, TaughtRun
from ..devices import device_named

SIDE = 31  # points of a side
BEYOND = 0.2  # of the inputs' range, on either side
WHEN = ("before", "after")


def plane_figures(run: TaughtRun, weights: Floats, cycles: tuple[int, int]) -> list[Figure]:
    """Return the output at the first and the last controls; nothing unless two inputs vary.

    Several lessons have several pairs of controls: only the last one's is drawn.
    """
    lesson = run.lesson_at(cycles[1])
    asked = lesson.inputs_at(lesson.first)
    if asked.shape[1] != 2:
        return []
    device = device_named(run.network.name)
    ends = np.array([asked.min(axis=0), asked.max(axis=0)])
    spare = BEYOND * np.ptp(ends, axis=0)
    lines = np.linspace(ends[0] - spare, ends[1] + spare, SIDE)
    first, second = np.meshgrid(*lines.T)
    points = np.column_stack([first.ravel(), second.ravel()])
    drawn = [1] if lesson.first else [0, 1]  # an earlier lesson began with the first controls
    found = []
    for row in drawn:
        current, _ = device.slopes(np.hstack([points, np.tile(weights[row], (len(points), 1))]))
        output = device.gain_V_A * current
        found.append(figure(WHEN[row], lesson, points, output, np.ptp(lines, axis=0) / SIDE))
    return found


def figure(when: str, lesson: TaughtLesson, points: Floats, output: Floats, cell: Floats) -> Figure:
    """Return a map of the output, V, with the examples on it."""
    names = [f"data input {node}" for node in lesson.inputs]
    half = cell / 2
    frame = pd.DataFrame(
        {
            "x": points[:, 0] - half[0],
            "x2": points[:, 0] + half[0],
            "y": points[:, 1] - half[1],
            "y2": points[:, 1] + half[1],
            "output": output,
        }
    )
    axes = [
        alt.X("x:Q", title=f"{names[0]} (V)", scale=alt.Scale(zero=False, nice=False)),
        alt.Y("y:Q", title=f"{names[1]} (V)", scale=alt.Scale(zero=False, nice=False)),
    ]
    cells = (
        alt.Chart(table(frame))
        .mark_rect()
        .encode(
            *axes,
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color("output:Q", title="output (V)", scale=alt.Scale(scheme="viridis")),
            tooltip=[alt.Tooltip("output:Q", title="output (V)", format=".3~g")],
        )
    )
    asked = pd.DataFrame(lesson.inputs_at(lesson.first), columns=["x", "y"])
    examples = (
        alt.Chart(table(asked, "examples"))
        .mark_point(filled=True, size=90, color="white", stroke="black", opacity=1)
        .encode(*axes)
    )
    return Figure(
        f"plane-{when}",
        f"Output over the inputs, {when} training",
        "Computed by the law of the device at the recorded controls. Circles are the examples.",
        [cells, examples],
        square=True,
    )
