"""The circuit under other nudges, shorter windows and unequal squares, beside its equations."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w

import spicelearn as sl
from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.plant import Drive, Floats, State
from spicelearn.sweep.point import experiment_of
from spicelearn.sweep.spec import Sweep

FAST: dict[str, Any] = {"gate_F": 75.8e-9}  # a window is one step of the circuit
OFFSET: dict[str, Any] = {"offset_V2": 1e-3, "offset_sigma_V2": 3e-4}


def moves(plant: str, *drives: tuple[float, float], **board: Any) -> Floats:
    """Return by how much gates move, V, in windows of these nudges and durations, one by one.

    All are of the same example, from the same gates.
    """
    experiment = Experiment("xor", plant=plant, board=TransistorBoard(**{**FAST, **board}))
    example, start = experiment.lesson.task.example(2, None), experiment.start()
    plain = Drive.to_all(example.inputs, example.targets, 0.5, 32)
    with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as machine:
        found = [
            np.asarray(machine.cycle(start, replace(plain, eta=eta, duration=part)).signal)
            for eta, part in drives
        ]
    return np.asarray(np.array(found) - start.weights)


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize(
    "board",
    [
        {},
        {"imbalance_sigma": 0.1, "clamped_bias": 0.05},
        OFFSET,
        {**OFFSET, "reversal": "output", "gain_sigma": 0.1},
        {"injection_C": 5e-12},
        {"noise_V2": 1e-3},
    ],
    ids=["perfect", "unequal", "offset", "reversed offset", "charge", "noise"],
)
def test_the_circuit_moves_gates_as_the_equations_have_it(board: dict[str, Any]) -> None:
    """Towards the target and away from it, for the whole window and for a fifth."""
    drives = (0.5, 1.0), (-0.5, 1.0), (0.5, 0.2), (-0.5, 0.2)
    circuit, ideal = (moves(plant, *drives, **board) for plant in ("spice", "ideal"))
    size = np.abs(ideal).max(axis=1)
    assert (size > 1e-3).all()
    assert (np.abs(circuit - ideal).max(axis=1) < 0.03 * size).all()


def test_away_from_the_target_gates_learn_the_same_to_first_order() -> None:
    """Their mean is odd in eta, so that what is even cancels: an eighth for half the nudge."""
    towards, away = moves("ideal", (0.1, 1.0), (-0.1, 1.0))
    half_towards, half_away = moves("ideal", (0.05, 1.0), (-0.05, 1.0))
    even, half_even = np.abs(towards - away).max(), np.abs(half_towards - half_away).max()
    assert even < 0.2 * np.abs(towards).max()
    assert half_even == pytest.approx(even / 4, rel=0.05)


@pytest.mark.parametrize(("reversal", "left"), [("inputs", 1.0), ("output", 0.0)])
def test_an_offset_goes_where_learning_is_reversed_at_the_output(
    reversal: str, left: float
) -> None:
    drives = (0.5, 1.0), (-0.5, 1.0)
    clean = moves("ideal", *drives).mean(axis=0)
    drifting = moves("ideal", *drives, offset_V2=1e-3, reversal=reversal).mean(axis=0)
    rate = TransistorBoard(**FAST).rate
    assert drifting - clean == pytest.approx(left * rate * 1e-3, abs=0.02 * rate * 1e-3)


def test_unequal_thresholds_of_the_twins_go_with_a_centred_nudge() -> None:
    """A right output: whatever moves a gate then is the twins' difference, in one network or two.

    The same network is compared with itself.
    """
    experiment = Experiment(
        "xor", plant="ideal", board=TransistorBoard(**FAST, threshold_sigma_V=5e-3)
    )
    start, example = experiment.start(), experiment.lesson.task.example(2, None)
    plain = Drive.to_all(example.inputs, example.targets, 0.5, 32)
    with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as model:
        right = model.cycle(start, plain).outputs
        drives = [replace(plain, targets=right, eta=eta) for eta in (0.5, -0.5)]
        found = [np.asarray(model.cycle(start, drive).signal) for drive in drives]
    moved = np.array(found) - start.weights
    assert np.abs(moved).max() > 1e-3
    assert np.abs(moved.mean(axis=0)).max() < 1e-3 * np.abs(moved).max()


def test_shorter_windows_are_noisier_and_bring_the_whole_charge() -> None:
    """A quarter of a window has twice the noise in its mean, half in its sum."""
    none = moves("ideal", (0.5, 1.0), (0.5, 0.25))
    noise = moves("ideal", (0.5, 1.0), (0.5, 0.25), noise_V2=1e-3) - none
    charge = moves("ideal", (0.5, 1.0), (0.5, 0.25), injection_C=5e-12) - none
    assert noise[1] == pytest.approx(noise[0] / 2, abs=0.05 * np.abs(noise[0]).max())
    assert charge[0] == pytest.approx(5e-12 / FAST["gate_F"], rel=0.2)
    assert charge[1] == pytest.approx(charge[0], rel=0.2)


def test_a_sweep_varies_rules_nudges_and_imperfections(tmp_path: Path) -> None:
    fields: dict[str, dict[str, list[Any]]] = {
        "run": {"rule": ["hinge:0.5", "overclamp:0.1"], "nudge": ["centred"], "eta": [0.25]},
        "board": {
            "reversal": ["output"],
            **{name: [0.01] for name in ("imbalance_sigma", "clamped_bias", "threshold_sigma_V")},
            **{name: [1e-3] for name in ("offset_V2", "offset_sigma_V2", "gain_sigma")},
        },
    }
    spec = tmp_path / "all.toml"
    spec.write_text(tomli_w.dumps({"run": {"task": "xor"}, "grid": fields}))
    points = Sweep.from_toml(spec).points
    made = [experiment_of(point, tmp_path, tmp_path) for point in points]
    assert [each.rule for each in made] == fields["run"]["rule"]
    for experiment in made:
        assert (experiment.nudge, experiment.eta) == ("centred", 0.25)
        board = experiment.constants.as_dict()
        assert all(board[name] == value for name, (value,) in fields["board"].items())


@pytest.mark.usefixtures("ngspice")
def test_gates_move_right_in_a_thousandth_of_a_window() -> None:
    """By some 20 uV: with the tolerances of whole windows they were a sixth off."""
    board = TransistorBoard(offset_V2=2e-3, window_s=1e-3, example_s=1e-3)
    moved = []
    for plant in ("spice", "ideal"):
        experiment = Experiment("two-tasks", plant=plant, board=board, rule="overclamp")
        inputs, target = experiment.lesson.task.example(0, None).inputs, np.array([0.36])
        drive = replace(Drive.to_all(inputs, target, 1.0, 2), duration=1e-3)
        gates = np.array([2.7, 2.57])
        with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as machine:
            moved.append(np.asarray(machine.cycle(State(gates), drive).signal) - gates)
    assert np.abs(moved[1]).max() < 5e-5
    assert moved[0] == pytest.approx(moved[1], rel=2e-3)


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize("choices", [{"nudge": "centred"}, {"rule": "overclamp:0.1"}])
def test_two_tasks_are_learned_in_turn(tmp_path: Path, choices: dict[str, str]) -> None:
    """By two transistors and a resistor, as the equations have them, to 0.1 mV."""
    gates = []
    for plant in ("spice", "ideal"):
        run = sl.train("two-tasks", cycles=400, plant=plant, out=tmp_path / plant, **choices)  # type: ignore[arg-type]
        assert run.network.resistors == ((0, 3, 500.0),)
        assert run.results["error_final"] < 0.8 * run.results["error_initial"]
        gates.append(run.cycles.filter(like="gate_").to_numpy()[-1])
    assert gates[0] == pytest.approx(gates[1], abs=1e-4)
