"""The supervisor on a machine with an exact answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.ideal import IdealModel
from spicelearn.plant import Drive, Reading, State
from spicelearn.runs.supervisor import Supervisor
from spicelearn.runs.worker import train_here


class Counting(IdealModel):
    """Count the cycles in which nothing is clocked."""

    held = 0

    def cycle(self, state: State, drive: Drive) -> Reading:
        self.held += not drive.learning.any()
        return super().cycle(state, drive)


def counting(experiment: Experiment) -> Counting:
    setup = experiment.setup(experiment.lesson)
    return Counting(setup.network, setup.constants, setup.parts)


def test_the_test_set_is_measured_with_the_clocks_held_every_so_many_cycles() -> None:
    experiment = Experiment("regression", plant="ideal", evaluate_every=3)
    plant = counting(experiment)
    supervisor = Supervisor(plant, experiment.lesson, experiment.damage)
    measured = []
    for cycle in range(7):
        state = replace(experiment.start(), cycle=cycle)
        drive = supervisor.drive(state)
        measured.append(supervisor.measure(state, drive, plant.cycle(state, drive)) is not None)
    assert measured == [True, False, False, True, False, False, True]
    assert plant.held == 3 * 20


def test_measuring_does_not_change_what_is_learned(tmp_path: Path) -> None:
    tables = []
    for every in (1, 1000):
        folder = tmp_path / str(every)
        folder.mkdir()
        experiment = Experiment("regression", plant="ideal", cycles=200, evaluate_every=every)
        train_here(experiment, folder, None, lambda progress: None)
        rows = (folder / "cycles.csv").read_text().splitlines()
        tables.append([row.split(",")[3:] for row in rows])
    assert tables[0] == tables[1]


@pytest.mark.parametrize("task", ["regression", "seven", "damage"])
def test_what_is_recorded_does_not_change_what_is_found(tmp_path: Path, task: str) -> None:
    """A thinner table has rows of the whole one, and with a test set the same results."""
    tables, results = [], []
    for every in (1, 7):
        folder = tmp_path / str(every)
        folder.mkdir()
        experiment = Experiment(task, plant="ideal", cycles=850, record_every=every)
        results.append(train_here(experiment, folder, None, lambda progress: None)["results"])
        rows = (folder / "cycles.csv").read_text().splitlines()[1:]
        tables.append({int(row.split(",")[0]): row for row in rows})
    whole, thin = tables
    assert set(whole) == set(range(851))
    every_seventh = {
        cycle
        for lesson in experiment.lessons
        for cycle in (*range(lesson.first, lesson.end, 7), lesson.end - 1)
    }
    tested = {lesson.task.name for lesson in experiment.lessons if lesson.task.tests() is not None}
    measured = {
        cycle
        for lesson in experiment.lessons
        if lesson.task.name in tested
        for cycle in range(lesson.first, lesson.end)
        if whole[cycle].split(",")[1]
    }
    assert set(thin) == every_seventh | measured | {850}
    assert all(whole[cycle] == row for cycle, row in thin.items())
    stages = [[stage for stage in found["stages"] if stage["task"] in tested] for found in results]
    assert stages[0] == stages[1]
    if task == "regression":
        assert {**results[0], "cycles_per_second": 0} == {**results[1], "cycles_per_second": 0}
    else:
        assert results[0]["error_initial"] == results[1]["error_initial"]


def test_iris_targets_are_the_machines_responses_at_the_start_of_an_epoch() -> None:
    experiment = Experiment("iris", plant="ideal")
    plant = counting(experiment)
    supervisor = Supervisor(plant, experiment.lesson, experiment.damage)
    task = experiment.lesson.task
    start = experiment.start()
    first = supervisor.drive(start)
    means = task.queries(0)
    assert means is not None
    expected = np.array(
        [
            plant.cycle(start, replace(first, inputs=mean[None], eta=0.0)).outputs[0]
            for mean in means
        ]
    )
    np.testing.assert_array_equal(supervisor.responses, expected)
    assert any(np.array_equal(first.targets, response[None]) for response in expected)
    later = State(start.weights + np.arange(16), 17)
    supervisor.drive(later)
    np.testing.assert_array_equal(supervisor.responses, expected)
    supervisor.drive(replace(later, cycle=30))
    assert supervisor.responses is not None
    assert not np.array_equal(supervisor.responses, expected)


def test_the_run_is_told_of_every_answer_to_a_test_set() -> None:
    experiment = Experiment("regression", plant="ideal")
    told: list[int] = []
    plant = counting(experiment)
    supervisor = Supervisor(plant, experiment.lesson, experiment.damage, alive=told.append)
    supervisor.examine(replace(experiment.start(), cycle=7), np.ones(16, bool))
    assert told == [7] * len(experiment.lesson.task.tests())  # type: ignore[arg-type]


def test_the_ideal_machine_reaches_the_independent_models_regression(tmp_path: Path) -> None:
    """3.49 [3.38, 3.61] over 100 seeds, the whole test set measured between clocks."""
    decades = []
    for seed in range(3):
        experiment = Experiment("regression", plant="ideal", seed=seed, evaluate_every=1)
        decades.append(
            train_here(experiment, tmp_path, None, lambda progress: None)["results"]["decades"]
        )
    assert 3.38 < np.median(decades) < 3.61


@pytest.mark.usefixtures("ngspice")
def test_the_circuit_is_measured_as_the_ideal_machine_is() -> None:
    """The same test set through the circuit's own free network: the same errors."""
    board = replace(Board().idealised(), decision="signed")
    errors = []
    for plant_name in ("spice", "ideal"):
        experiment = Experiment(
            "regression", plant=plant_name, board=board, cycles=5, evaluate_every=4
        )
        plant = experiment.plant_of(experiment.setup(experiment.lesson))
        supervisor = Supervisor(plant, experiment.lesson, experiment.damage)
        errors.append(supervisor.examine(experiment.start(), np.ones(16, bool)).measurement.error)
        plant.close()
    assert errors[0] == pytest.approx(errors[1], rel=1e-5)
