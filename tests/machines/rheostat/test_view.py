"""What the recorded wiper codes of a run mean, from its manifest."""

from __future__ import annotations

import copy
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines import machine_named
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.figures.view import RheostatView, view_of
from spicelearn.machines.rheostat.parts import Parts
from spicelearn.report import subject
from spicelearn.tasks.taught import TaughtRun

WHERE = "run/manifest.json"


def manifest(experiment: Experiment) -> dict[str, Any]:
    return {
        "experiment": experiment.as_dict(),
        "edges": [list(ends) for ends in experiment.graph.edges],
        "lessons": [lesson.as_dict() for lesson in experiment.lessons],
        "weights": asdict(experiment.weights),
        "parts": experiment.parts.as_dict(),
    }


def taught(experiment: Experiment) -> TaughtRun:
    return TaughtRun.of(manifest(experiment), WHERE)


def view(experiment: Experiment) -> RheostatView:
    return view_of(taught(experiment))


def test_its_voltages_are_those_of_the_ideal_plant() -> None:
    experiment = Experiment("allostery", plant="ideal", board=None)
    lesson, state = experiment.lesson, experiment.start()
    model = experiment.plant_of(experiment.setup(lesson))
    reading = model.cycle(state, lesson.first_drive())
    volts = view(experiment).voltages(state.weights.astype(float), 0)
    np.testing.assert_allclose(volts, [reading.probes["free"]], atol=1e-12)


@pytest.mark.parametrize(
    ("plant", "left_out"),
    [("ideal", ""), ("spice", ", with the load of the averagers, without the input currents of")],
)
def test_it_says_how_voltages_are_computed_and_what_is_left_out(plant: str, left_out: str) -> None:
    remark = view(Experiment("divider", plant=plant)).remark
    assert f"computed by Kirchhoff's laws from the recorded wiper codes{left_out}" in remark


def test_its_conductances_span_those_of_all_codes_but_the_wiper_alone() -> None:
    found = view(Experiment("divider", plant="ideal"))
    most, least = found.conductances(np.array([1.0, 127.0]), 0)
    assert found.span == pytest.approx((least, most))


def test_the_power_of_a_divider_is_that_of_two_resistors() -> None:
    """5 V over two rheostats at mid-scale, 50.04 kohm each; a cut edge carries nothing."""
    found = view(Experiment("divider", plant="ideal"))
    assert found.power(np.array([64.0, 64.0]), 0) == pytest.approx(25 / 100_080)
    assert found.power(np.array([32.0, 96.0]), 0) == pytest.approx(25 / 100_080)


def test_the_floor_of_a_divider_is_what_one_step_of_each_edge_does() -> None:
    """V = 5 R2/(R1 + R2): 781.25 ohm more in either moves it by 2.5 V * 781.25/100861.25."""
    found = view(Experiment("divider", plant="ideal"))
    step = 2.5 * 781.25 / 100_861.25
    codes = np.array([64.0, 64.0])
    assert found.floor(codes, 0, 1.0) == pytest.approx(2 * step**2)
    assert found.floor(codes, 0, 0.5) == pytest.approx(step**2)


def test_cut_edges_are_gone_from_their_cycle_on() -> None:
    found = view(Experiment("damage", plant="ideal"))
    codes = np.full(16, 64.0)
    assert found.run.intact(99).all()
    assert np.flatnonzero(~found.run.intact(100)).tolist() == [10]
    assert found.power(codes, 100) < found.power(codes, 99)


def test_every_lesson_has_its_own_nodes_and_inputs() -> None:
    found = view(Experiment("seven", plant="ideal"))
    run = found.run
    assert len(run.lessons) == 9
    first, later = run.lesson_at(0), run.lesson_at(run.lessons[-1].first)
    assert first.inputs != later.inputs
    assert found.voltages(np.full(16, 64.0), later.first).shape == (len(later.inputs_at(0)), 9)


def test_a_regression_is_shown_by_twenty_tests() -> None:
    (lesson,) = taught(Experiment("regression", plant="ideal")).lessons
    assert lesson.inputs_at(5).shape == (20, 3)


def told(content: dict[str, Any]) -> None:
    """Read the view of a manifest as a page does."""
    run = TaughtRun.of(content, WHERE)
    weights = subject.told_weights(content, WHERE)
    subject.view_of(machine_named("rheostat"), run, weights, WHERE)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("edges",), []),
        (("edges",), [[0, 0]]),
        (("edges",), [[0, -1]]),
        (("edges",), "wheel"),
        (("edges",), [[0, 10**12]]),
        (("edges",), [[0, 1.5]]),
        (("lessons",), []),
        (("lessons", 0, "inputs"), [99]),
        (("lessons", 0, "examples"), []),
        (("lessons", 0, "examples", 0, "inputs_V"), [[1.0]]),
        (("lessons", 0, "examples", 0, "inputs_V"), [["x", 1, 2]]),
        (("lessons", 0, "examples", 0, "inputs_V"), [[float("nan"), 1, 2]]),
        (("lessons", 0, "end"), None),
        (("parts", "scale"), [[1, 1]]),
        (("parts", "scale"), [[0.0, 1.0]] * 16),
        (("parts",), []),
        (("experiment", "cuts"), ["x"]),
        (("experiment", "cuts"), 3),
        (("experiment", "board"), {"positions": "many"}),
        (("experiment", "board"), []),
        (("experiment",), None),
    ],
)
def test_a_damaged_manifest_is_named(place: tuple[Any, ...], value: Any) -> None:
    content: Any = copy.deepcopy(manifest(Experiment("allostery", plant="ideal")))
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(UsageError, match=r"run/manifest\.json is damaged, expected edges, lessons"):
        told(content)


def test_a_board_with_rheostats_that_differ_is_used() -> None:
    board = Board(tolerance_sigma=0.1, mismatch_sigma=0.01)
    experiment = Experiment("allostery", board=board)
    found = view(experiment)
    assert isinstance(experiment.parts, Parts)
    free, _ = experiment.parts.resistances(board, np.full(16, 64))
    np.testing.assert_allclose(found.conductances(np.full(16, 64.0), 0), 1 / free)


@pytest.mark.usefixtures("ngspice")
def test_its_voltages_are_those_of_a_circuit_with_averagers() -> None:
    """But for the comparators' input currents, some mV: nothing is nudged."""
    experiment = Experiment("allostery")
    lesson, state = experiment.lesson, experiment.start()
    plant = experiment.plant_of(experiment.setup(lesson))
    reading = plant.cycle(state, replace(lesson.first_drive(), eta=0.0))
    plant.close()
    volts = view(experiment).voltages(state.weights.astype(float), 0)
    np.testing.assert_allclose(volts, [reading.probes["free"]], atol=10e-3)
