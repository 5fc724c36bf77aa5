"""Error modes: mean, slope and curvature of a residual, and the order in which they fall."""

from __future__ import annotations

import json
from dataclasses import asdict
from io import StringIO
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spicelearn.experiment import Experiment
from spicelearn.report.answers import Answers
from spicelearn.report.modes import (
    Passage,
    coefficients,
    modes_figure,
    passage,
    passages_told,
)
from spicelearn.tasks.taught import TaughtRun


@pytest.mark.parametrize(
    ("residual", "expected"),
    [
        (lambda x: np.full(3, 0.2), [0.2, 0, 0]),
        (lambda x: 0.2 * x, [0, 0.2 * np.sqrt(2 / 3), 0]),
        (lambda x: x**2 - 2 / 3, [0, 0, np.sqrt(2) / 3]),
        (lambda x: -(x**2), [-2 / 3, 0, -np.sqrt(2) / 3]),
    ],
    ids=["mean", "slope", "curvature", "parabola"],
)
def test_modes_of_pure_residuals(residual: Any, expected: list[float]) -> None:
    x = np.array([-1.0, 0.0, 1.0])
    found = coefficients(3 + 0.1 * x, residual(x)[None])
    assert found[0] == pytest.approx(expected, abs=1e-12)


def test_modes_of_a_parabola_add_up_to_its_mean_square() -> None:
    x = np.array([0.0, 0.1, 0.15, 0.4, 0.45])
    residual = 0.3 - x + 5 * x**2
    assert (coefficients(x, residual[None]) ** 2).sum() == pytest.approx((residual**2).mean())


TIMES = np.arange(5.0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([9, 2, 1, 1, 1], Passage(1, 1)),
        ([9, 2, 5, -2, 1], Passage(1, 3)),
        ([-9, 4, 2, 1, 4], Passage(2, None)),
        ([9, 9, 3, 3, 3], Passage(None, None)),
        ([1e-16, 0, 0, 0, 0], Passage(None, None)),
    ],
)
def test_passages(values: list[float], expected: Passage) -> None:
    assert passage(TIMES, np.array(values, dtype=float)) == expected


def test_the_order_is_told_as_it_was() -> None:
    falls = {"mean": Passage(0.1, 0.1), "slope": Passage(0.2, 0.2), "curvature": Passage(3, 3)}
    assert passages_told(falls, "s") == (
        "Below a third of the start, at once for good: mean after 100 ms, slope after 200 ms, "
        "curvature after 3 s."
    )
    opposite = {
        "mean": Passage(None, None),
        "slope": Passage(0.02, 0.5),
        "curvature": Passage(0.01, 0.5),
    }
    assert passages_told(opposite, "s") == (
        "Below a third of the start for the first time: curvature after 10 ms, slope after 20 ms, "
        "mean never. For good: slope and curvature after 500 ms, mean never."
    )
    assert "slope after 1 cycle," in passages_told({**falls, "slope": Passage(1, 1)}, "cycle")


class FakeView:
    """Node 10 is at the desired voltage plus a mode of the size of the only weight."""

    pace: tuple[float, float] | None = (2e-3, 1e-3)
    remark = "made up"

    def __init__(self, answers: Answers) -> None:
        x = answers.asked[:, answers.varying[0]]
        self.shape = x - x.mean()
        self.desired = answers.volts("desired")[:, 0]

    def voltages(self, weights: Any, cycle: int) -> Any:
        volts = np.zeros((len(self.shape), 16))
        volts[:, 10] = self.desired + weights[0] * self.shape
        return volts


def taught(task: str) -> tuple[TaughtRun, Answers]:
    """Return a run of a task, and answers that are what was desired."""
    experiment = Experiment(task, plant="ideal")
    told = {
        "experiment": experiment.as_dict(),
        "edges": [list(ends) for ends in experiment.graph.edges],
        "lessons": [lesson.as_dict() for lesson in experiment.lessons],
        "weights": asdict(experiment.weights),
        "parts": experiment.parts.as_dict(),
    }
    run = TaughtRun.of(json.loads(json.dumps(told)), "manifest.json")
    targets = experiment.lesson.task.test[1][:, 0]  # type: ignore[attr-defined]
    name = "0-10" if task == "xor" else "10"
    frame = pd.DataFrame({f"desired_{name}": targets, f"free_{name}": targets})
    answers = Answers.of(run.lessons[0], frame)
    assert answers
    return run, answers


@pytest.mark.parametrize(
    ("pace", "axis"), [((2e-3, 1e-3), "the machine's time (s)"), (None, "cycle")]
)
def test_a_slope_that_falls_is_drawn_against_time(pace: Any, axis: str) -> None:
    run, answers = taught("nonlinear-regression")
    view: Any = FakeView(answers)
    view.pace = pace
    table = pd.DataFrame(
        {"cycle": [0, 100, 200], "error": [1.0, 1.0, 1.0], "gate_0": [1.0, 0.5, 0.1]}
    )
    figure = modes_figure(table, ["gate_0"], run, view, answers)
    assert figure
    rows = pd.read_csv(StringIO(figure.on_page()["datasets"]["points"]))
    slope = rows[rows["mode"] == "slope"]
    rms = 1e3 * np.sqrt(np.mean(view.shape**2))
    assert slope["mV"].tolist() == pytest.approx([rms, 0.5 * rms, 0.1 * rms], rel=1e-5)
    assert slope["time"].tolist() == pytest.approx([0, 0.2, 0.4] if pace else [0, 100, 200])
    told = "slope after 400 ms" if pace else "slope after 200 cycles"
    assert f"at once for good: {told}, mean and curvature never." in figure.caption
    assert "Outputs are made up." in figure.caption
    assert figure.on_page()["layer"][0]["encoding"]["x"]["title"] == axis


def test_two_varying_inputs_have_no_modes() -> None:
    run, answers = taught("xor")
    table = pd.DataFrame({"cycle": [0], "error": [1.0], "gate_0": [1.0]})
    view: Any = SimpleNamespace(pace=None, remark="")
    assert modes_figure(table, ["gate_0"], run, view, answers) is None
