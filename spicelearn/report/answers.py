"""Answers against the truth, where examples are few: bars, or a curve over the one input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..charts import CALM, COLOURS, Figure, table
from ..network.graph import label
from ..plant import Floats
from ..tasks.taught import TaughtLesson

MOST_BARS = 16  # examples at most, that have bars
KINDS = ("desired", "free")  # beginnings of columns of responses
ANSWERS = ("desired", "free network")
SCALE = alt.Scale(domain=list(ANSWERS), range=[CALM, COLOURS[0]])


@dataclass(frozen=True)
class Answers:
    """Hold what was asked, V, shape (examples, inputs), and the responses, one row per example."""

    lesson: TaughtLesson
    asked: Floats
    responses: pd.DataFrame

    @classmethod
    def of(cls, lesson: TaughtLesson, responses: pd.DataFrame) -> Answers | None:
        """Return the answers of a lesson; None unless what was asked is known of every example."""
        names = [f"{kind}_{name}" for name in map(label, lesson.outputs) for kind in KINDS]
        asked = lesson.inputs_at(lesson.first)
        told = [name for name in responses.columns if name not in ("class", "found")]
        if told != names or len(asked) != len(responses):
            return None
        return cls(lesson, asked, responses)

    @property
    def varying(self) -> list[int]:
        """Return the places of the inputs that are not the same in all examples."""
        return [int(place) for place in np.flatnonzero(np.ptp(self.asked, axis=0) > 0)]

    def volts(self, kind: str) -> Floats:
        """Return the ``desired`` or the ``free`` outputs, V, shape (examples, outputs)."""
        names = [f"{kind}_{label(output)}" for output in self.lesson.outputs]
        return self.responses[names].to_numpy(dtype=float)


def answers_figure(name: str, answers: Answers) -> Figure | None:
    """Return the answers as a curve or as bars; None where neither would show them."""
    if len(answers.lesson.outputs) != 1:
        return None
    if len(answers.varying) == 1:
        return answers_over_input(name, answers)
    return answers_by_example(name, answers) if len(answers.asked) <= MOST_BARS else None


def told(answers: Answers) -> str:
    """Say how far the answers are from the truth, and where there are two labels, which is nearer.

    The output is the only one.
    """
    desired, free = answers.volts("desired")[:, 0], answers.volts("free")[:, 0]
    rms = 1e3 * float(np.sqrt(np.mean((free - desired) ** 2)))
    said = f"{len(free)} examples after training, {rms:.3g} mV rms from the desired answers"
    labels = np.unique(desired)
    if "found" in answers.responses:
        right = int((answers.responses["found"] == answers.responses["class"]).sum())
        said += f"; {right} of {len(free)} classes are predicted"
    elif len(labels) == 2:
        nearer = labels[np.abs(free[:, None] - labels).argmin(axis=1)]
        right = int((nearer == desired).sum())
        said += f"; {right} of {len(free)} are nearer to their own label than to the other"
    return f"{said}."


def rows(answers: Answers) -> pd.DataFrame:
    """Return two rows per example, the desired and the free answer, with their difference, mV."""
    desired, free = (answers.volts(kind)[:, 0] for kind in KINDS)
    inputs = [", ".join(f"{volts:g}" for volts in row) for row in answers.asked[:, answers.varying]]
    return pd.DataFrame(
        {
            "what": np.repeat(ANSWERS, len(inputs)),
            "volts": np.concatenate([desired, free]),
            "miss": np.tile(1e3 * (free - desired), 2),
            "example": np.tile(np.arange(len(inputs)), 2),
            "inputs": inputs * 2,
        }
    )


def output_axis(answers: Answers, **scale: Any) -> alt.Y:
    """Return the axis of the only output."""
    (output,) = answers.lesson.outputs
    at = (
        f"at node {output}"
        if isinstance(output, int)
        else "between nodes {} and {}".format(*output)
    )
    return alt.Y("volts:Q", title=f"output {at} (V)", scale=alt.Scale(**scale))


def tooltips() -> list[Any]:
    """Return what a mark tells."""
    return [
        alt.Tooltip("inputs:N", title="inputs (V)"),
        "what:N",
        alt.Tooltip("volts:Q", title="V", format=".4~g"),
        alt.Tooltip("miss:Q", title="miss (mV)", format=".3~g"),
    ]


def nodes_of(answers: Answers) -> str:
    """Name the nodes of the varying inputs: ``input at node 15``, ``inputs at nodes 6, 12``."""
    nodes = [str(answers.lesson.inputs[place]) for place in answers.varying]
    ending = "" if len(nodes) == 1 else "s"
    return f"input{ending} at node{ending} {', '.join(nodes)}"


def answers_by_example(name: str, answers: Answers) -> Figure:
    """Return two bars per example: what was desired and what the free network answers."""
    frame = rows(answers)
    order = list(dict.fromkeys(frame["example"]))
    names = dict(zip(frame["example"], frame["inputs"], strict=True))
    cases = [f"datum.value == {example} ? '{names[example]}'" for example in order]
    title = f"{nodes_of(answers)} (V)" if answers.varying else "example"
    axis = alt.Axis(labelExpr=" : ".join([*cases, "''"]), labelAngle=0, title=title)
    bars = (
        alt.Chart(table(frame))
        .mark_bar()
        .encode(
            alt.X("example:O", axis=axis),
            output_axis(answers),
            alt.Color("what:N", title=None, scale=SCALE),
            xOffset=alt.XOffset("what:N", sort=list(ANSWERS)),
            tooltip=tooltips(),
        )
    )
    return Figure(name, "Answers", told(answers), [bars], square=True)


def answers_over_input(name: str, answers: Answers) -> Figure:
    """Return the answers over the one input that varies, and the desired ones."""
    (place,) = answers.varying
    frame = rows(answers)
    frame["input"] = np.tile(answers.asked[:, place], 2)
    axes = [
        alt.X("input:Q", title=f"{nodes_of(answers)} (V)", scale=alt.Scale(zero=False)),
        output_axis(answers, zero=False),
        alt.Color("what:N", title=None, scale=SCALE),
    ]
    base = alt.Chart(table(frame)).encode(*axes)
    lines = base.mark_line(strokeWidth=1.5)
    points = base.mark_point(filled=True, size=60, opacity=0.9).encode(tooltip=tooltips())
    return Figure(name, "Answers", told(answers), [lines, points], zoomed=["x", "y"], square=True)
