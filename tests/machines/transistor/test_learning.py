"""The transistor network learns what no linear network can."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spicelearn as sl
from spicelearn.errors import UsageError
from spicelearn.machines import curriculum
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.ideal import IdealModel
from spicelearn.tasks.regression import Regression

FAST = TransistorBoard(gate_F=30.3e-9)  # 73 times as fast as in the laboratory


def right(run: sl.Run) -> int:
    """Return how many examples of XOR have the right sign."""
    test_set = run.test_set
    assert test_set is not None
    return int((np.sign(test_set["free_0-10"]) == np.sign(test_set["desired_0-10"])).sum())


@pytest.mark.usefixtures("ngspice")
def test_the_circuit_learns_xor(tmp_path: Path) -> None:
    faster = replace(FAST, gate_F=10e-9)
    run = sl.train("xor", board=faster, cycles=3000, out=tmp_path / "run")
    assert right(run) == 4
    assert np.sqrt(run.results["error_final"]) < 0.2e-3
    assert run.cycles.columns[3] == "gate_0"
    assert run.manifest["plants"]["xor"]["retried"] == []


def test_the_small_gates_of_the_examples_need_six_thousand(tmp_path: Path) -> None:
    run = sl.train("xor", board=FAST, plant="ideal", cycles=6000, out=tmp_path / "run")
    assert right(run) == 4
    assert np.sqrt(run.results["error_final"]) < 0.2e-3


@pytest.mark.parametrize("seed", range(5))
def test_the_linear_machine_cannot(tmp_path: Path, seed: int) -> None:
    """Its output is a plane over the inputs: at most three of the four corners are right."""
    choices = {"machine": "rheostat", "plant": "ideal", "cycles": 3000, "probability": 0.25}
    run = sl.train("xor", out=tmp_path / "run", seed=seed, **choices)  # type: ignore[arg-type]
    assert right(run) < 4
    assert run.results["error_final"] > 1e-4  # V^2; the best plane leaves 4e-4


@pytest.mark.usefixtures("ngspice")
def test_nor_can_its_circuit(tmp_path: Path) -> None:
    run = sl.train("xor", machine="rheostat", cycles=1500, probability=0.25, out=tmp_path / "run")
    assert right(run) < 4
    assert run.results["error_final"] > 1e-4


@pytest.mark.usefixtures("ngspice")
def test_the_circuit_learns_classes(tmp_path: Path) -> None:
    run = sl.train(
        "iris-transistor", board=FAST, cycles=900, evaluate_every=300, out=tmp_path / "r"
    )
    assert run.results["accuracy_initial"] < 0.5
    assert run.results["accuracy_final"] > 0.85


def test_the_parabola_is_no_line_and_retraining_turns_every_label_round() -> None:
    task = curriculum("parabola")
    assert isinstance(task, Regression)
    inputs, labels = task.training
    line = np.polynomial.Polynomial.fit(inputs[:, 0], labels[:, 0], 1)
    assert np.sqrt(np.mean((line(inputs[:, 0]) - labels[:, 0]) ** 2)) == pytest.approx(7.3e-3, 0.01)
    retrain = curriculum("xor-retrain")
    first, second = (taught for taught, _, _ in retrain.plan(retrain.cycles))
    assert isinstance(first, Regression)
    assert isinstance(second, Regression)
    np.testing.assert_array_equal(first.training[0], second.training[0])
    np.testing.assert_array_equal(first.training[1], -second.test[1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gate_start_V": 0.8}, "gate_start_V = 0.8 plus or minus gate_spread_V = 0.1, expected"),
        ({"window_s": -1}, "window_s = -1, expected 1e-09 to 1"),
        ({"gate_F": 1e-12}, "a window moves gates by 303030 V per V.2, expected at most 1000: enl"),
        ({"window_s": 2e-4}, "window_s = 0.0002, expected at most example_s = 0.00015"),
    ],
)
def test_a_wrong_board_is_told(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        TransistorBoard(**changes)


def test_what_cannot_be_taught_to_it_is_told() -> None:
    with pytest.raises(UsageError, match="allostery applies 5 V, expected 0 to full_scale_V"):
        sl.Experiment("allostery", machine="transistor")


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (
            '[differences]\nO = "0 - 10"\n[outputs]\nO = 0.3',
            "0.3 V of output 0-10, expected -0.2 to",
        ),
        ("[outputs]\n10 = 0.05", "0.05 V of output 10, expected 0.1 to 0.3: its inputs are 0.1"),
    ],
)
def test_a_label_out_of_reach_is_told(tmp_path: Path, outputs: str, message: str) -> None:
    file = tmp_path / "t.toml"
    head = 'network = "torus-4x4"\nmachine = "transistor"\neta = 0.5\ncycles = 100\n'
    file.write_text(f"{head}[inputs]\n7 = 0.1\n11 = 0.3\n{outputs}\n")
    with pytest.raises(UsageError, match=message):
        sl.Experiment(str(file))


def moves(task: str, threshold_sigma_V: float) -> tuple[float, float]:
    """Return how far gates move in a cycle, V rms, and by how much less alike twins do, V rms.

    The free network's transistors are the same in both.
    """
    board = TransistorBoard(gate_F=303e-9, threshold_sigma_V=threshold_sigma_V)
    experiment = sl.Experiment(task, board=board, plant="ideal", seed=1)
    setup = experiment.setup(experiment.lesson)
    parts = setup.parts
    alike = replace(parts, threshold_V=parts.threshold_V[:, [0, 0]])
    found = [
        IdealModel(replace(setup, parts=each)).cycle(setup.state, setup.lesson.first_drive()).signal
        for each in (parts, alike)
    ]
    moved = found[1] - setup.state.weights
    return float(moved.std()), float((found[0] - found[1]).std())


def test_twins_that_differ_decide_nothing_where_every_clamped_node_is_held() -> None:
    """In a dense layer the outputs are held and the inputs are given: the digits."""
    moved, apart = moves("digits", 0.01)
    assert moved > 1e-3
    assert apart < 1e-15
    moved, apart = moves("xor", 0.01)
    assert apart > 0.01 * moved


def test_the_idealised_model_learns_digits(tmp_path: Path) -> None:
    board = TransistorBoard(gate_F=151.5e-9)
    run = sl.train(
        "digits", plant="ideal", board=board, cycles=250, evaluate_every=250, out=tmp_path / "r"
    )
    assert run.results["accuracy_initial"] < 0.2
    assert run.results["accuracy_final"] > 0.6


def test_digits_are_told_in_pairs_and_what_is_not_taught_is_recorded_as_nothing(
    tmp_path: Path,
) -> None:
    board = TransistorBoard(gate_F=152e-9, gate_start_V=1.2)
    run = sl.train(
        "digits-pairs", plant="ideal", board=board, cycles=90, evaluate_every=90, out=tmp_path / "r"
    )
    assert run.results["accuracy_initial"] < 0.2
    assert run.results["accuracy_final"] > 0.4
    (lesson,) = run.manifest["lessons"]
    shown = lesson["examples"][0]["targets_V"][0]
    assert shown.count(None) == 36
    assert [abs(volts) for volts in shown if volts is not None] == [0.02] * 9
