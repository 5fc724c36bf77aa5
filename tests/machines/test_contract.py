"""One contract for every machine, those of other packages too, and for both of its plants."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines import folders, machine_named
from spicelearn.plant import Plant, Reading, Rule, State
from spicelearn.runs.isolation import isolated
from spicelearn.runs.supervisor import Supervisor

from .conftest import OTHER

MACHINES = (*folders(), OTHER)
KINDS = [(machine, plant) for machine in MACHINES for plant in ("spice", "ideal")]
CYCLES = 6
LONG = 2000  # cycles: more than a block of any machine here
BEFORE = 3  # cycles before a block begins


@pytest.fixture(params=KINDS, ids="-".join)
def experiment(request: pytest.FixtureRequest, other_package: str, ngspice: str) -> Experiment:
    """Return a run of the machine's second task, or its only one, by one of its plants."""
    machine, plant = request.param
    task = list(machine_named(machine).tasks)[:2][-1]
    return Experiment(task, machine=machine, plant=plant, cycles=LONG)


Trained = tuple[list[State], list[Reading]]


def trained(plant: Plant, rule: Rule, experiment: Experiment, state: State, cycles: int) -> Trained:
    """Return the states and the readings of so many cycles from a state on."""
    supervisor = Supervisor(plant, experiment.lesson, experiment.damage)
    states, readings = [state], []
    for _ in range(cycles):
        drive = supervisor.drive(states[-1])
        readings.append(plant.cycle(states[-1], drive))
        states.append(rule.advance(states[-1], readings[-1], drive))
    return states, readings


def built(experiment: Experiment, **changes: Any) -> tuple[Plant, Rule]:
    setup = replace(experiment.setup(experiment.lesson), **changes)
    return experiment.plant_of(setup), experiment.rule_of(setup)


def plain(reading: Reading) -> dict[str, Any]:
    """Return all that a reading shows, as lists."""
    probes = {name: np.asarray(values).tolist() for name, values in reading.probes.items()}
    shown = {"outputs": reading.outputs.tolist(), "signal": np.asarray(reading.signal).tolist()}
    return {**shown, "settled": reading.settled, "probes": probes}


def later(experiment: Experiment, state: State, cycles: int, listener: Any) -> list[dict[str, Any]]:
    """Return the readings from a state on, in a process of its own."""
    plant, rule = built(experiment)
    with closing(plant):
        _, readings = trained(plant, rule, experiment, state, cycles)
    return [plain(reading) for reading in readings]


@pytest.fixture
def plant_and_rule(experiment: Experiment) -> Iterator[tuple[Plant, Rule]]:
    plant, rule = built(experiment)
    with closing(plant):
        yield plant, rule


def test_the_same_state_and_drive_give_the_same_reading(
    experiment: Experiment, plant_and_rule: tuple[Plant, Rule]
) -> None:
    """Whatever went before: the other states are asked for in between, out of their order."""
    plant, rule = plant_and_rule
    states, readings = trained(plant, rule, experiment, experiment.start(), CYCLES)
    supervisor = Supervisor(plant, experiment.lesson, experiment.damage)
    for place in (CYCLES - 1, 0, 3):
        again = plant.cycle(states[place], supervisor.drive(states[place]))
        first = readings[place]
        assert again.settled == first.settled
        assert again.outputs == pytest.approx(first.outputs, abs=1e-4)
        assert np.asarray(again.signal) == pytest.approx(np.asarray(first.signal), abs=1e-4)
        assert again.probes.keys() == first.probes.keys()
        for name, values in first.probes.items():
            assert again.probes[name] == pytest.approx(values, abs=1e-4)


def test_a_run_is_taken_up_where_the_plant_begins_to_the_last_bit_in_a_fresh_process(
    experiment: Experiment, plant_and_rule: tuple[Plant, Rule], tmp_path: Path
) -> None:
    plant, rule = plant_and_rule
    begins = next(cycle for cycle in range(1, LONG) if plant.begins(cycle))
    assert plant.begins(0)
    before = min(begins, BEFORE)
    start = replace(experiment.start(), cycle=begins - before)
    states, readings = trained(plant, rule, experiment, start, before + CYCLES)
    fresh = isolated(
        later,
        experiment,
        states[before],
        CYCLES,
        log=tmp_path / "log",
        listener=lambda progress: None,
    )
    assert fresh == [plain(reading) for reading in readings[before:]]


def test_shapes_and_weights_are_what_the_machine_says(
    experiment: Experiment, plant_and_rule: tuple[Plant, Rule]
) -> None:
    plant, rule = plant_and_rule
    weights, lesson = experiment.weights, experiment.lesson
    assert len(weights.columns) == len(set(weights.columns)) == weights.count
    outputs = (lesson.batch, len(lesson.network.outputs))
    for edge in (weights.low, weights.high):
        kind = int if weights.whole else float
        start = replace(experiment.start(), weights=np.full(weights.count, edge, dtype=kind))
        states, readings = trained(plant, rule, experiment, start, CYCLES)
        for state in states:
            weights.check(state.weights, "the machine's own")
            assert state.memory.shape == rule.memory.shape
        assert {reading.outputs.shape for reading in readings} == {outputs}
        assert [state.cycle for state in states] == list(range(CYCLES + 1))


def test_nothing_changes_where_nothing_learns(
    experiment: Experiment, plant_and_rule: tuple[Plant, Rule]
) -> None:
    plant, rule = plant_and_rule
    supervisor = Supervisor(plant, experiment.lesson, experiment.damage)
    start = experiment.start()
    held = np.zeros(experiment.weights.count, dtype=np.bool_)
    drive = replace(supervisor.drive(start), learning=held)
    after = rule.advance(start, plant.cycle(start, drive), drive)
    assert after.weights.tolist() == start.weights.tolist()
    assert after.cycle == start.cycle + 1


def test_details_and_parts_are_json(
    experiment: Experiment, plant_and_rule: tuple[Plant, Rule]
) -> None:
    plant, _ = plant_and_rule
    assert isinstance(json.loads(json.dumps(plant.details, allow_nan=False)), dict)
    assert isinstance(json.loads(json.dumps(experiment.parts.as_dict(), allow_nan=False)), dict)
    assert json.loads(json.dumps(experiment.as_dict())) == json.loads(
        json.dumps(Experiment.from_dict(experiment.as_dict()).as_dict())
    )
    assert plant.engine.partition("-")[0] in ("ngspice", "numpy")


def test_the_deck_runs_under_plain_ngspice(
    experiment: Experiment, ngspice: str, tmp_path: Path
) -> None:
    deck = tmp_path / "deck.cir"
    plant, _ = built(experiment, deck_file=deck)
    plant.close()
    assert deck.exists() == experiment.kind.is_circuit
    if experiment.kind.is_circuit:
        done = subprocess.run(
            [ngspice, "-b", str(deck)], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "No. of Data Rows" in done.stdout
        assert "error" not in done.stderr.lower()


@pytest.mark.usefixtures("other_package", "ngspice")
@pytest.mark.parametrize("name", MACHINES)
def test_every_form_is_written_and_its_decks_run(name: str, batch: Callable[[str], str]) -> None:
    machine = machine_named(name)
    task = next(iter(machine.tasks))
    for form in machine.forms.values():
        chosen = Experiment(task, machine=name, cycles=None if "cycles" in form.unused else 3)
        text = form.make(chosen.setup(chosen.lesson))
        assert text.endswith("\n")
        if form.deck:
            printed = batch(text)
            assert "No. of Data Rows" in printed
            assert "fatal" not in printed.lower()


@pytest.mark.usefixtures("other_package")
def test_tasks_have_names_of_their_own_and_their_machine() -> None:
    found: dict[str, str] = {}
    for name in MACHINES:
        for task, make in machine_named(name).tasks.items():
            assert task not in found, f"{task} of {name} and of {found[task]}"
            assert (make(0).name, make(0).machine) == (task, name)
            found[task] = name
