"""Figures of a test set: desired against free volts, confusion matrix, classes in the plane."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ..answers import confusion
from ..charts import CALM, Figure, domain, table
from ..plant import Floats

FEW = 4  # classes whose names stand side by side


def answer_figures(name: str, answers: pd.DataFrame) -> list[Figure]:
    """Return the figures of a test set's answers."""
    if "class" not in answers:
        return [predicted(name, answers)]
    return [confused(name, answers), projected(f"{name}-plane", answers)]


def predicted(name: str, answers: pd.DataFrame) -> Figure:
    """Return free output voltages against the desired ones."""
    columns = answers.filter(regex=r"^desired_\d+$").columns
    nodes = [str(column).removeprefix("desired_") for column in columns]
    frames = [
        pd.DataFrame(
            {
                "example": range(len(answers)),
                "output": node,
                "desired": answers[f"desired_{node}"],
                "free": answers[f"free_{node}"],
            }
        )
        for node in nodes
    ]
    frame = pd.concat(frames)
    frame["miss"] = 1e3 * (frame["free"] - frame["desired"])
    ends = domain([*frame["desired"], *frame["free"]])
    scale = alt.Scale(domain=list(ends), nice=False)
    points = (
        alt.Chart(table(frame))
        .mark_point(filled=True, size=50, opacity=0.8)
        .encode(
            alt.X("desired:Q", title="desired (V)", scale=scale),
            alt.Y("free:Q", title="free network (V)", scale=scale),
            alt.Color("output:N", title="output node"),
            tooltip=[
                "example:Q",
                "output:N",
                alt.Tooltip("desired:Q", title="desired (V)", format=".4~g"),
                alt.Tooltip("free:Q", title="free (V)", format=".4~g"),
                alt.Tooltip("miss:Q", title="miss (mV)", format=".3~g"),
            ],
        )
    )
    diagonal = pd.DataFrame({"desired": ends, "free": ends})
    line = (
        alt.Chart(table(diagonal, "diagonal"))
        .mark_line(color=CALM, strokeWidth=1)
        .encode(alt.X("desired:Q"), alt.Y("free:Q"))
    )
    return Figure(
        name,
        "Predicted against desired",
        f"The test set after training: {len(answers)} examples, and where they would lie.",
        [line, points],
        zoomed=["x", "y"],
        square=True,
    )


def confused(name: str, answers: pd.DataFrame) -> Figure:
    """Return the confusion matrix."""
    names = sorted({*answers["class"], *answers["found"]})
    counts = confusion(answers, names)
    frame = pd.DataFrame(
        [
            {"class": own, "found": other, "count": int(counts.loc[own, other])}
            for own in names
            for other in names
        ]
    )
    right = np.trace(counts.to_numpy()) / counts.to_numpy().sum()
    base = alt.Chart(table(frame)).encode(
        alt.X(
            "found:N",
            title="taken for",
            sort=None,
            axis=alt.Axis(labelLimit=140, labelAngle=0 if len(names) <= FEW else -45),
        ),
        alt.Y("class:N", title="class", sort=None, axis=alt.Axis(labelLimit=140)),
    )
    cells = base.mark_rect(stroke=CALM, strokeWidth=0.5).encode(
        alt.Color("count:Q", scale=alt.Scale(scheme="blues", domainMin=0), legend=None),
        tooltip=["class:N", "found:N", "count:Q"],
    )
    numbers = base.mark_text(fontSize=16).encode(
        text="count:Q",
        color=alt.condition(
            f"datum.count > {counts.to_numpy().max() / 2}", alt.value("white"), alt.value("#222")
        ),
    )
    return Figure(
        name,
        "Confusion matrix",
        f"The test set after training: {100 * right:.1f} % of {len(answers)} are taken for their "
        "own class.",
        [cells, numbers],
        square=True,
    )


def projected(name: str, answers: pd.DataFrame) -> Figure:
    """Return the outputs in the plane in which they vary most, and what is desired of a class."""
    free = answers.filter(regex=r"^free_\d+$").to_numpy()
    desired = answers.filter(regex=r"^desired_\d+$").to_numpy()
    plane, share = principal(free)
    middle = free.mean(axis=0)
    columns = ["first", "second"]
    frame = pd.DataFrame((free - middle) @ plane, columns=columns)
    frame["class"], frame["found"] = answers["class"], answers["found"]
    frame["right"] = np.where(answers["class"] == answers["found"], "right", "wrong")
    wanted = pd.DataFrame((desired - middle) @ plane, columns=columns)
    wanted["class"] = answers["class"]
    wanted = wanted.drop_duplicates("class")
    axes = [
        alt.X("first:Q", title="first principal component (V)", scale=alt.Scale(zero=False)),
        alt.Y("second:Q", title="second (V)", scale=alt.Scale(zero=False)),
    ]
    colour = alt.Color("class:N", title="class")
    points = (
        alt.Chart(table(frame))
        .mark_point(filled=True, size=50, opacity=0.75)
        .encode(
            *axes,
            colour,
            alt.Shape(
                "right:N",
                title="taken for its class",
                scale=alt.Scale(domain=["right", "wrong"], range=["circle", "cross"]),
            ),
            tooltip=["class:N", alt.Tooltip("found:N", title="taken for")],
        )
    )
    targets = (
        alt.Chart(table(wanted, "wanted"))
        .mark_point(shape="diamond", size=260, strokeWidth=2.5, filled=False)
        .encode(*axes, colour, tooltip=["class:N"])
    )
    return Figure(
        name,
        "Classes in the plane of the outputs",
        f"The outputs' voltages on their two principal components, {100 * share:.1f} % of their "
        "variance; diamonds are what is desired of each class.",
        [points, targets],
        zoomed=["x", "y"],
        square=True,
    )


def principal(points: Floats) -> tuple[Floats, float]:
    """Return the two directions, shape (outputs, 2), of most variance, and their share of it."""
    _, sizes, directions = np.linalg.svd(points - points.mean(axis=0), full_matrices=True)
    plane = np.zeros((points.shape[1], 2))
    plane[:, : min(2, len(directions))] = directions[:2].T
    total = float((sizes**2).sum())
    return plane, float((sizes[:2] ** 2).sum()) / total if total else 1.0
