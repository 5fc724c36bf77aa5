from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spicelearn.constants import Constants
from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment, default_board
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.validation.compare import ideal_of


def test_what_is_not_chosen_is_the_tasks_own() -> None:
    experiment = Experiment("allostery")
    assert (experiment.cycles, experiment.network, experiment.eta) == (1000, "wheel9", 0.5)
    assert experiment.lesson.network.outputs == (8, 7, 5)
    np.testing.assert_array_equal(experiment.start().weights, 64)


def test_the_seed_reaches_the_parts() -> None:
    parts = [Experiment("allostery", seed=seed).parts.as_dict() for seed in (0, 0, 1)]
    assert parts[0] == parts[1]
    assert parts[0]["offset_V"] != parts[2]["offset_V"]


def test_only_a_task_with_a_test_set_is_evaluated_now_and_then() -> None:
    assert Experiment("regression").lesson.evaluate_every == 25
    assert Experiment("regression", evaluate_every=7).lesson.evaluate_every == 7
    with pytest.raises(UsageError, match="task divider has no test set: it is measured in every"):
        Experiment("divider", evaluate_every=7)


def test_long_runs_keep_some_20_000_rows(tmp_path: Path) -> None:
    lengths = (1000, 20_000, 20_001, 300_000)
    found = [Experiment("allostery", cycles=cycles).record_every for cycles in lengths]
    assert found == [1, 1, 2, 15]
    assert Experiment("allostery", cycles=300_000, record_every=1).lesson.record_every == 1
    task = tmp_path / "task.toml"
    text = 'network = "divider"\nrecord_every = 5\n[inputs]\n0 = 5\n2 = 0\n[outputs]\n1 = 2\n'
    task.write_text(text)
    assert Experiment(str(task)).record_every == 5
    assert Experiment(str(task), record_every=2).record_every == 2
    task.write_text(text.replace("5\n[", "0\n["))
    with pytest.raises(UsageError, match="record_every = 0, expected a whole number from 1 to"):
        Experiment(str(task))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"task": "allostery", "cycles": -5}, "cycles = -5, expected 1 to"),
        ({"task": "allostery", "record_every": 0}, "record_every = 0, expected 1 to 1000000000"),
        ({"task": "allostery", "eta": 0.0}, "eta = 0.0, expected more than 0 and at most 1"),
        ({"task": "allostery", "eta": float("nan")}, "eta = nan, expected"),
        ({"task": "allostery", "seed": -1}, "seed = -1, expected 0 to"),
        ({"task": "allostery", "cycles": "5"}, "cycles = '5', expected 1 to"),
        ({"task": "allostery", "cycles": True}, "cycles = True, expected 1 to"),
        ({"task": "allostery", "eta": "0.5"}, "eta = '0.5', expected more than 0"),
        ({"task": "allostery", "board": {}}, r"board = {}, expected a Board"),
        ({"task": "allostery", "plant": "brain"}, "no plant 'brain', expected spice or ideal"),
        ({"task": "nope"}, "no task 'nope'"),
        ({"task": "allostery", "machine": "abacus"}, "no machine 'abacus', expected homodyne or"),
        (
            {"task": "divider", "detail": "brick"},
            "detail = 'brick' on plant spice, expected event or",
        ),
        ({"task": "divider", "plant": "ideal", "detail": "event"}, "on plant ideal, expected none"),
        (
            {"task": "allostery", "board": Board(logic_supply_V=3.3)},
            "applies 5 V, expected 0 to logic_supply_V = 3.3",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_refused(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Experiment(**choices)


def test_a_network_without_the_tasks_nodes_is_refused() -> None:
    with pytest.raises(UsageError, match="network divider: input names node 6, expected 0 to 2"):
        Experiment("allostery", network="divider")


def test_an_experiment_is_the_same_from_its_dictionary() -> None:
    for experiment in (
        Experiment("iris", seed=3, eta=0.2, cuts=["3@100"], board=Board(noise_V=0.01)),
        Experiment("seven", plant="ideal"),
    ):
        again = Experiment.from_dict(experiment.as_dict())
        assert again == experiment
        assert again.as_dict() == experiment.as_dict()


def test_a_sequence_has_lessons_on_networks_of_their_own() -> None:
    seven = Experiment("seven", plant="ideal", cycles=1900)
    assert [(x.task.name, x.first, x.end) for x in seven.lessons] == [
        ("i", 0, 1200),
        ("ii", 1200, 1500),
        ("iii", 1500, 1800),
        ("ii", 1800, 1900),
    ]
    assert seven.lessons[0].network.outputs == (2, 1, 3)
    assert seven.lessons[1].network.outputs == (2,)
    assert seven.eta is None
    with pytest.raises(UsageError, match="task seven is 4 lessons in a row, each with a circuit"):
        _ = seven.lesson
    with pytest.raises(UsageError, match=r"eta = 3\.0, expected more than 0"):
        Experiment("seven", eta=3.0)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"waves": "3"}, "waves = '3', expected A:B"),
        ({"waves": "5:3"}, "waves = '5:3', expected A:B with 0 <= A <= B <= 499"),
        ({"waves": "0:500"}, "<= 499"),
        ({"waves": "0:1", "plant": "ideal"}, "on plant ideal, expected plant spice"),
        ({"waves": "0:125", "network": "wheel9", "cycles": 2000}, "at most 125 cycles with 16"),
    ],
)
def test_waves_that_cannot_be_kept_are_refused(choices: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Experiment("divider", **choices)  # type: ignore[arg-type]


def test_waves_are_those_of_one_circuit() -> None:
    with pytest.raises(UsageError, match="expected cycles of one task"):
        Experiment("seven", waves="1190:1210")
    assert Experiment("seven", waves="1200:1210").waved == (1200, 1210)


def test_constants_to_differ_from_are_those_of_the_machines_plant() -> None:
    for plant in ("spice", "ideal"):
        assert Experiment("allostery", plant=plant).board == default_board("rheostat", plant)
    with pytest.raises(UsageError, match="no plant 'brain', expected spice or ideal"):
        default_board("rheostat", "brain")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"machine": 3}, "experiment: machine = 3, expected a text"),
        ({"machine": "abacus"}, "no machine 'abacus', expected homodyne or"),
        ({"plant": "brain"}, "no plant 'brain', expected spice or ideal"),
        ({"board": []}, r"experiment: board = \[\], expected a table"),
        ({"board": {"height_m": 2}}, "board: no constant 'height_m'"),
        ({"cuts": "3@5"}, "experiment: cuts = '3@5', expected a list of EDGE@CYCLE"),
        ({"colour": "red"}, "experiment: colour is missing or unknown"),
    ],
)
def test_choices_of_no_experiment_are_refused(change: dict[str, Any], message: str) -> None:
    choices = Experiment("allostery", plant="ideal").as_dict()
    with pytest.raises(UsageError, match=message):
        Experiment.from_dict({**choices, **change})


@pytest.mark.parametrize(
    ("task", "cycles", "said"),
    [
        ("gates", 450, "450 cycles of gates do not reach nor, xor-gate, xnor"),
        ("gates", 1200, None),
        ("damage", 150, "150 cycles of damage do not reach the cut of edge 11, the cut of edge 8"),
        ("xor-gate", 3, None),
    ],
)
def test_a_run_that_ends_early_says_what_it_misses(
    task: str, cycles: int, said: str | None
) -> None:
    remarks = Experiment(task, plant="ideal", cycles=cycles).remarks()
    assert [text.startswith(said or "?") for text in remarks] == ([True] if said else [])


@pytest.mark.parametrize(("target_V", "told"), [(2.5, 1), (2.4, 0)])
def test_outputs_that_are_right_before_training_are_told(
    tmp_path: Path, target_V: float, told: int
) -> None:
    (tmp_path / "half.toml").write_text(
        'network = "divider"\neta = 0.5\ncycles = 9\n[inputs]\n0 = 5.0\n2 = 0.0\n'
        f"[outputs]\n1 = {target_V}\n"
    )
    for plant in ("spice", "ideal"):
        remarks = Experiment(str(tmp_path / "half.toml"), plant=plant).remarks()
        assert [text.startswith("the outputs are right before") for text in remarks] == [
            True
        ] * told


@pytest.mark.parametrize(
    ("task", "plant", "constants", "message"),
    [
        ("divider", "ideal", {"response_s": 1e-3}, "response_s = 0.001 has no effect on plant id"),
        ("divider", "ideal", {"rheostat_ohm": 1e4}, ""),
        ("divider", "spice", {"response_s": 1e-3}, ""),
        (
            "xor",
            "ideal",
            {"clip_V": 2.0},
            "clip_V = 2.0 has no effect on plant ideal, expected 1.0",
        ),
        ("and", "ideal", {"phase": "in-phase"}, "phase = 'in-phase' has no effect on plant ideal"),
    ],
)
def test_constants_that_a_plant_ignores_are_refused(
    task: str, plant: str, constants: dict[str, Any], message: str
) -> None:
    machine = Experiment(task, plant=plant).machine
    assert machine is not None
    board = default_board(machine, plant).with_values(constants)
    if not message:
        assert Experiment(task, plant=plant, board=board).board == board
        return
    with pytest.raises(UsageError, match=message):
        Experiment(task, plant=plant, board=board)


def test_a_validation_compares_with_a_model_that_ignores_them() -> None:
    board = Board(response_s=1e-3)
    ideal = ideal_of(Experiment("divider", board=board), board.idealised())
    assert ideal.plant == "ideal"


def test_it_is_said_beforehand_how_long_a_cycle_takes() -> None:
    told = Experiment("allostery", board=Board(clock_period_s=100)).remarks()
    assert len(told) == 1
    found = re.search(r"a cycle takes some (\S+) s to compute: .* is ([\d,]+) steps of", told[0])
    assert found
    assert float(found[1]) > 60
    assert int(found[2].replace(",", "")) > 1e6
    assert Experiment("allostery", board=Board(clock_period_s=1e-3)).remarks() == []
    assert Experiment("allostery").remarks() == []


@pytest.mark.parametrize(
    ("task", "board", "lacking", "having"),
    [
        ("allostery", Board(gate_low_V=0.5), "event", "analog"),
        ("xor", TransistorBoard(clip_V=2.0), "parts", "behavioural"),
    ],
)
def test_a_constant_that_the_detail_has_no_use_for_is_named(
    task: str, board: Constants, lacking: str, having: str
) -> None:
    name = "gate_low_V" if task == "allostery" else "clip_V"
    (told,) = Experiment(task, board=board, detail=lacking).remarks()
    assert told == f"board: {name} has no effect in detail {lacking}, only in detail {having}"
    assert Experiment(task, board=board, detail=having).remarks() == []


def test_shift_registers_that_make_another_probability_say_so() -> None:
    (told,) = Experiment("divider", clock="lfsr", probability=1e-9).remarks()
    assert told.startswith("shift registers make probability 0.000237, not 1e-09")
    assert Experiment("divider", clock="lfsr", probability=0.25).remarks() == []
    assert Experiment("divider", probability=1e-9).remarks() == []
