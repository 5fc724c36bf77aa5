"""Answers against the truth: bars, a curve, or points."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pandas as pd
import pytest

from spicelearn.charts import Figure
from spicelearn.network.graph import Network, Output, named
from spicelearn.plant import Floats
from spicelearn.report.answers import Answers, answers_figure, told
from spicelearn.report.facts import time_facts
from spicelearn.report.graph import around, places
from spicelearn.report.test_set import response_figures
from spicelearn.tasks.taught import TaughtLesson

XOR = np.array([[0, 0, 0.45], [0, 0.45, 0.45], [0.45, 0, 0.45], [0.45, 0.45, 0.45]])
CURVE = np.array([[0.3, 0.0], [0.1, 0.0], [0.2, 0.0]])


def lesson(asked: Floats, outputs: tuple[Output, ...]) -> TaughtLesson:
    nodes = tuple(range(1, 1 + asked.shape[1]))
    return TaughtLesson("a task", 0, 9, nodes, outputs, ((0, asked),))


def answers(asked: Floats, desired: list[float], free: list[float]) -> Answers:
    frame = pd.DataFrame({"desired_9-8": desired, "free_9-8": free})
    found = Answers.of(lesson(asked, ((9, 8),)), frame)
    assert found
    return found


def points(figure: Figure) -> pd.DataFrame:
    return pd.read_csv(StringIO(figure.on_page()["datasets"]["points"]))


def test_examples_of_two_inputs_have_bars_by_what_was_asked() -> None:
    found = answers(XOR, [-0.02, 0.02, 0.02, -0.02], [-0.019, 0.018, 0.021, 0.01])
    (figure,) = response_figures("test", found.responses, found)
    rows = points(figure)
    assert rows["inputs"].tolist() == ["0, 0", "0, 0.45", "0.45, 0", "0.45, 0.45"] * 2
    free = rows[rows["what"] == "free network"]
    assert free["miss"].tolist() == pytest.approx([1, -2, 1, 30])
    assert free["volts"].tolist() == [-0.019, 0.018, 0.021, 0.01]
    spec = figure.on_page()["layer"][0]
    assert spec["mark"]["type"] == "bar"
    assert spec["encoding"]["x"]["axis"]["title"] == "inputs at nodes 1, 2 (V)"
    assert spec["encoding"]["y"]["title"] == "output between nodes 9 and 8 (V)"
    assert "3 of 4 are nearer to their own label" in figure.caption


def test_right_answers_are_counted_where_there_are_two_labels() -> None:
    wrong = answers(XOR, [-0.02, 0.02, 0.02, -0.02], [0.02, -0.02, -0.02, 0.02])
    assert told(wrong) == (
        "4 examples after training, 40 mV rms from the desired answers; 0 of 4 are nearer to "
        "their own label than to the other."
    )
    three = answers(CURVE, [0.1, 0.2, 0.3], [0.1, 0.2, 0.3])
    assert told(three) == "3 examples after training, 0 mV rms from the desired answers."


def test_one_varying_input_makes_a_curve() -> None:
    found = answers(CURVE, [0.3, 0.1, 0.2], [0.31, 0.1, 0.2])
    figure = answers_figure("test", found)
    assert figure
    rows = points(figure)
    free = rows[rows["what"] == "free network"].sort_values("input")
    assert free["input"].tolist() == [0.1, 0.2, 0.3]
    assert free["volts"].tolist() == [0.1, 0.2, 0.31]
    spec = figure.on_page()["layer"][0]
    assert spec["mark"]["type"] == "line"
    assert spec["encoding"]["x"]["title"] == "input at node 1 (V)"


def test_many_examples_or_unknown_ones_keep_their_points() -> None:
    many = np.tile(XOR, (5, 1))
    found = answers(many, [0.0] * 20, [0.1] * 20)
    assert answers_figure("test", found) is None
    (figure,) = response_figures("test", found.responses, found)
    assert figure.title == "Response against desired"
    assert Answers.of(lesson(XOR, ((9, 8),)), found.responses) is None
    assert Answers.of(lesson(many, (9,)), found.responses) is None


def test_the_machines_time_is_that_of_its_cycles() -> None:
    assert time_facts(6000, (150e-6, 100e-6)).rows == [
        ["one cycle", "150 µs"],
        ["of it learning", "100 µs"],
        ["6,000 cycles", "900 ms"],
        ["of that learning", "600 ms"],
    ]
    assert time_facts(6000, None).rows == []


def test_edges_that_lead_around_a_torus_are_known() -> None:
    network = named("torus-3x4")
    leading = {ends for ends, far in zip(network.edges, around(network), strict=True) if far}
    sides = {(3, 0), (7, 4), (11, 8), (8, 0), (9, 1), (10, 2), (11, 3)}
    assert leading == sides
    assert not around(named("lattice-3x4")).any()
    other = Network("torus-3x4", 3, ((0, 1), (1, 2)))
    assert not around(other).any()
    assert places(network).shape == (12, 2)
