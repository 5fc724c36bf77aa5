"""The output over the plane of the two data inputs, before and after training."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from ....charts import Figure, table
from ....plant import Floats
from ....tasks.taught import TaughtLesson, TaughtRun
from ..devices import device_named
from ..devices.base import Device

SIDE = 31  # points of a side
BEYOND = 0.2  # of the inputs' range, on either side
SHOWN = 0.95  # part of the plane whose heights the colours tell apart
OVERLAP = 1.06  # of a cell, or the paper shows between two
WHEN = ("before", "after")


def plane_figures(run: TaughtRun, weights: Floats, cycles: tuple[int, int]) -> list[Figure]:
    """Return the output at the first and the last controls; nothing unless two inputs vary.

    Several lessons have several pairs of controls: only the last one's is drawn.
    """
    lesson = run.lesson_at(cycles[1])
    asked = lesson.inputs_at(lesson.first)
    if asked.shape[1] != 2 or len(set(lesson.classes)) != 2:
        return []
    device = device_named(run.network.name)
    ends = np.array([asked.min(axis=0), asked.max(axis=0)])
    spare = BEYOND * np.ptp(ends, axis=0)
    lines = np.linspace(ends[0] - spare, ends[1] + spare, SIDE)
    first, second = np.meshgrid(*lines.T)
    points = np.column_stack([first.ravel(), second.ravel()])
    drawn = [1] if lesson.first else [0, 1]  # an earlier lesson began with the first controls
    maps = {
        WHEN[row]: Plane.of(device, weights[row], points, asked, lesson.classes) for row in drawn
    }
    limit = float(np.quantile(np.abs(maps[WHEN[1]].height), SHOWN)) or 1.0
    cell = np.ptp(lines, axis=0) / (SIDE - 1)
    return [figure(when, lesson, points, each, cell, limit) for when, each in maps.items()]


@dataclass(frozen=True)
class Plane:
    """Hold a map: ``height`` of the output above the threshold, V, at every point.

    The ``threshold``, V, is in the middle between the lowest output of the higher class, which is
    the later name, and the highest of the lower one; ``gap``, V, is what is between these two.
    """

    height: Floats
    threshold: float
    gap: float

    @classmethod
    def of(
        cls,
        device: Device,
        controls: Floats,
        points: Floats,
        asked: Floats,
        classes: tuple[str, ...],
    ) -> Plane:
        """Return the map of a device at these controls, V."""

        def output(inputs: Floats) -> Floats:
            tiled = np.tile(controls, (len(inputs), 1))
            return np.asarray(device.gain_V_A * device.slopes(np.hstack([inputs, tiled]))[0])

        seen = output(asked)
        high = np.array(classes) == max(classes)
        lowest, highest = float(seen[high].min()), float(seen[~high].max())
        threshold = (lowest + highest) / 2
        return cls(output(points) - threshold, threshold, lowest - highest)


def figure(
    when: str, lesson: TaughtLesson, points: Floats, plane: Plane, cell: Floats, limit: float
) -> Figure:
    """Return a map of the output above the threshold, with the examples by their class on it.

    Colours end ``limit``, V, above and below the threshold, the same before and after.
    """
    names = [f"data input {node}" for node in lesson.inputs]
    half = cell * OVERLAP / 2
    frame = pd.DataFrame(
        {
            "x": points[:, 0] - half[0],
            "x2": points[:, 0] + half[0],
            "y": points[:, 1] - half[1],
            "y2": points[:, 1] + half[1],
            "height": plane.height,
            "output": plane.height + plane.threshold,
        }
    )
    axes = [
        alt.X("x:Q", title=f"{names[0]} (V)", scale=alt.Scale(zero=False, nice=False)),
        alt.Y("y:Q", title=f"{names[1]} (V)", scale=alt.Scale(zero=False, nice=False)),
    ]
    colours = alt.Scale(scheme="blueorange", domain=[-limit, 0, limit], clamp=True)
    cells = (
        alt.Chart(table(frame))
        .mark_rect()
        .encode(
            *axes,
            x2="x2:Q",
            y2="y2:Q",
            color=alt.Color("height:Q", title="above threshold (V)", scale=colours),
            tooltip=[alt.Tooltip("output:Q", title="output (V)", format=".3~g")],
        )
    )
    asked = pd.DataFrame(lesson.inputs_at(lesson.first), columns=["x", "y"])
    asked["class"] = lesson.classes
    order = sorted(set(lesson.classes))
    shapes = alt.Scale(domain=order, range=["circle", "triangle-up"])
    examples = (
        alt.Chart(table(asked, "examples"))
        .mark_point(filled=True, size=110, color="white", stroke="black", opacity=1)
        .encode(*axes, shape=alt.Shape("class:N", scale=shapes), tooltip=["class:N"])
    )
    said = "apart" if plane.gap > 0 else "not apart"
    return Figure(
        f"plane-{when}",
        f"{lesson.task}: output over the inputs, {when} training",
        "Computed by the law of the device at the recorded controls. White is the threshold, "
        f"{plane.threshold:.3g} V, in the middle between the classes, which are {said}: the lowest "
        f"output of class {order[-1]} is {abs(plane.gap):.3g} V "
        f"{'above' if plane.gap > 0 else 'below'} the highest of class {order[0]}.",
        [cells, examples],
        square=True,
    )
