"""Figures of a test set: response against desired, confusion matrix, classes in the plane."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ..charts import CALM, Figure, domain, table
from ..plant import Floats
from ..runs.test_set import confusion
from .answers import Answers, answers_figure

LEVEL_NAMES = 4  # at most, of classes, that stand side by side
OUTPUT = r"\d+(?:-\d+)?"  # a node, or a difference of two


def response_figures(
    name: str, responses: pd.DataFrame, answers: Answers | None = None
) -> list[Figure]:
    """Return the figures of the responses to a test set, and what was asked, if that is known."""
    classified = "class" in responses
    few = answers_figure(f"{name}-answers" if classified else name, answers) if answers else None
    if not classified:
        return [few or against_desired(name, responses)]
    if few is None:
        single = len(outputs_of(responses, "free").columns) == 1
        few = (strips if single else projected)(f"{name}-plane", responses)
    return [confused(name, responses), few]


def outputs_of(responses: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the desired or the free outputs, V, by the name of the output."""
    return responses.filter(regex=f"^{kind}_{OUTPUT}$").rename(
        columns=lambda column: str(column).removeprefix(f"{kind}_")
    )


def against_desired(name: str, responses: pd.DataFrame) -> Figure:
    """Return free output voltages against the desired ones."""
    desired, free = (
        outputs_of(responses, kind).melt(var_name="output", value_name=kind, ignore_index=False)
        for kind in ("desired", "free")
    )
    frame = desired.assign(free=free["free"].to_numpy(), example=desired.index)
    frame["miss"] = 1e3 * (frame["free"] - frame["desired"])
    ends = domain([*frame["desired"], *frame["free"]])
    scale = alt.Scale(domain=list(ends), nice=False)
    axes = [
        alt.X("desired:Q", title="desired (V)", scale=scale),
        alt.Y("free:Q", title="free network (V)", scale=scale),
    ]
    points = (
        alt.Chart(table(frame))
        .mark_point(filled=True, size=50, opacity=0.8)
        .encode(
            *axes,
            alt.Color("output:N", title="output"),
            tooltip=[
                "example:Q",
                "output:N",
                alt.Tooltip("desired:Q", title="desired (V)", format=".4~g"),
                alt.Tooltip("free:Q", title="free (V)", format=".4~g"),
                alt.Tooltip("miss:Q", title="miss (mV)", format=".3~g"),
            ],
        )
    )
    diagonal = alt.Chart(table(pd.DataFrame({"desired": ends, "free": ends}), "diagonal"))
    alike = diagonal.mark_line(color=CALM, strokeWidth=1)
    return Figure(
        name,
        "Response against desired",
        f"The test set after training, {len(responses)} examples. On the grey line both are alike.",
        [alike.encode(*axes), points],
        zoomed=["x", "y"],
        square=True,
    )


def confused(name: str, responses: pd.DataFrame) -> Figure:
    """Return the confusion matrix."""
    names = sorted({*responses["class"], *responses["found"]})
    counts = confusion(responses, names)
    frame = pd.DataFrame(
        [
            {"class": own, "found": other, "count": int(counts.loc[own, other])}
            for own in names
            for other in names
        ]
    )
    right = np.trace(counts.to_numpy()) / counts.to_numpy().sum()
    angle = 0 if len(names) <= LEVEL_NAMES else -45
    below = alt.Axis(labelLimit=140, labelAngle=angle)
    base = alt.Chart(table(frame)).encode(
        alt.X("found:N", title="predicted", sort=None, axis=below),
        alt.Y("class:N", title="class", sort=None, axis=alt.Axis(labelLimit=140)),
    )
    cells = base.mark_rect(stroke=CALM, strokeWidth=0.5).encode(
        alt.Color("count:Q", scale=alt.Scale(scheme="blues", domainMin=0), legend=None),
        tooltip=["class:N", "found:N", "count:Q"],
    )
    dark = f"datum.count > {counts.to_numpy().max() / 2}"
    numbers = base.mark_text(fontSize=16).encode(
        text="count:Q", color=alt.condition(dark, alt.value("white"), alt.value("#222"))
    )
    return Figure(
        name,
        "Confusion matrix",
        f"The test set after training: of {len(responses)} examples {100 * right:.1f} % have their "
        "class predicted.",
        [cells, numbers],
        square=True,
    )


def strips(name: str, responses: pd.DataFrame) -> Figure:
    """Return the only output of every example by its class."""
    frame = judged(responses)
    frame["output"] = outputs_of(responses, "free").iloc[:, 0]
    said = "The output of every example after training, by its class."
    if not frame["found"].isin(frame["class"]).all():
        said += (
            " A class between the two is no class: the output is nearer to the threshold than half "
            "the gap that is asked."
        )
    points = (
        alt.Chart(table(frame))
        .mark_point(filled=True, size=50, opacity=0.6)
        .encode(
            alt.X("class:N", title="class", axis=alt.Axis(labelAngle=0)),
            alt.Y("output:Q", title="output (V)", scale=alt.Scale(zero=False)),
            alt.Color("found:N", title="predicted"),
            shape_of_right(),
            tooltip=["class:N", "found:N", alt.Tooltip("output:Q", title="V", format=".3~g")],
        )
    )
    return Figure(name, "Outputs by class", said, [points], square=True)


def judged(responses: pd.DataFrame) -> pd.DataFrame:
    """Return the class of every example, the one that was found, and whether that is right."""
    frame = responses[["class", "found"]].copy()
    frame["right"] = np.where(frame["class"] == frame["found"], "right", "wrong")
    return frame


def shape_of_right() -> alt.Shape:
    """Return the encoding of what is right or wrong: as a circle or a cross."""
    shapes = alt.Scale(domain=["right", "wrong"], range=["circle", "cross"])
    return alt.Shape("right:N", title="prediction", scale=shapes)


def projected(name: str, responses: pd.DataFrame) -> Figure:
    """Return the outputs in the plane in which they vary most, and what is desired of a class."""
    desired, free = (outputs_of(responses, kind).to_numpy() for kind in ("desired", "free"))
    plane, share = principal(free)
    middle, columns = free.mean(axis=0), ["first", "second"]
    frame = judged(responses)
    frame[columns] = (free - middle) @ plane
    wanted = pd.DataFrame((desired - middle) @ plane, columns=columns)
    wanted = wanted.assign(**{"class": responses["class"]}).drop_duplicates("class")
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
            shape_of_right(),
            tooltip=["class:N", alt.Tooltip("found:N", title="predicted")],
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
        f"The outputs on their two principal components, {100 * share:.1f} % of their variance; "
        "diamonds are what is desired of each class.",
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
