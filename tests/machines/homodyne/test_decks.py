"""Decks for plain ngspice: one gradient, and the machine that trains itself."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.board import HomodyneBoard
from spicelearn.machines.homodyne.decks.gradient import gradient_form
from spicelearn.machines.homodyne.decks.self_training import (
    IDEAL,
    Multipliers,
    self_training_deck,
    self_training_form,
)
from spicelearn.plant import Reading, State
from spicelearn.tasks.separation import Separation

from ..decks import measured, printed, table

CONTROLS = np.array([0.2, -0.7, 0.9, 0.5, -0.1])
FAST = HomodyneBoard(  # 54 time points an example
    frequencies_Hz=(25.0, 30.0, 35.0, 40.0, 45.0), samples=44, lead=10, ramp=4, bandwidth_Hz=100.0
)
QUICK = Experiment("and", board=FAST, cycles=30)


def deck(experiment: Experiment) -> str:
    """Return the deck of an experiment that trains itself."""
    return self_training_form(experiment.setup(experiment.lesson))


def reading(experiment: Experiment) -> Reading:
    """Return a gradient at the `CONTROLS`."""
    setup = experiment.setup(experiment.lesson)
    with closing(experiment.plant_of(setup)) as plant:
        return plant.cycle(State(CONTROLS), experiment.lesson.first_drive())


@pytest.mark.parametrize("phase", ["rotated", "in-phase", "magnitude"])
def test_a_gradient_is_that_of_the_trainer(phase: str, ngspice: str, tmp_path: Path) -> None:
    """The idealised model has no amplifier whose phase could be ignored."""
    experiment = Experiment("xor-gate", board=HomodyneBoard(phase=phase))
    setup = experiment.setup(experiment.lesson)
    text = printed(gradient_form(replace(setup, state=State(CONTROLS))), ngspice, tmp_path)
    found, known = measured(text), reading(experiment)
    slopes = np.array([[found[f"d{row}_{place}"] for place in range(5)] for row in range(4)])
    assert slopes == pytest.approx(known.signal[:, 0], rel=1e-3, abs=1e-5)
    outputs = [found[f"out{row}"] for row in range(4)]
    assert outputs == pytest.approx(known.outputs[:, 0], abs=1e-5)
    assert len(table(text)) > 4 * 102
    if phase == "rotated":
        exact = reading(Experiment("xor-gate", plant="ideal")).signal[:, 0]
        assert np.abs(exact).max() > 0.1
        assert slopes == pytest.approx(exact, rel=5e-3, abs=3e-3)


def test_a_gradient_has_frequencies_and_amplitudes_of_the_board(
    ngspice: str, tmp_path: Path
) -> None:
    board = replace(FAST, amplitudes_V=(0.02, 0.01, 0.01, 0.005, 0.01))
    experiment = Experiment("and", board=board)
    setup = experiment.setup(experiment.lesson)
    text = printed(gradient_form(replace(setup, state=State(CONTROLS))), ngspice, tmp_path)
    found, known = measured(text), reading(experiment).signal[:, 0]
    slopes = np.array([[found[f"d{row}_{place}"] for place in range(5)] for row in range(4)])
    assert slopes == pytest.approx(known, rel=1e-3, abs=1e-4)


def test_a_machine_trains_itself_by_its_teacher_and_integrators(
    ngspice: str, tmp_path: Path
) -> None:
    """Nothing outside drives it; taught the opposite, or without a rate, it does not learn."""
    text = deck(QUICK)
    assert ".control" not in text
    shown = printed(text, ngspice, tmp_path)
    found, rows = measured(shown), table(shown)
    assert (found["solved_before"], found["solved"]) == (0, 1)
    assert found["off_step"] < 1e-6
    assert found["gap_after"] >= found["asked_after"] > 0.05
    outputs = np.array([found[f"after{row}"] for row in range(4)])
    task = QUICK.lesson.task
    assert isinstance(task, Separation)
    assert task.is_solved(outputs, task.training[1] > 0)
    assert found["gap_after"] == pytest.approx(outputs[3] - outputs[:3].max(), abs=1e-6)
    controls = rows[:, 3:]
    assert controls[0] == pytest.approx(QUICK.start().weights, abs=1e-5)
    assert np.abs(controls).max() < 1.5 + 1e-3
    assert np.abs(controls[-1] - controls[0]).max() > 0.1
    ideal = Experiment("and", plant="ideal")
    with closing(ideal.plant_of(ideal.setup(ideal.lesson))) as plant:
        law = plant.cycle(State(controls[-1]), ideal.lesson.first_drive())
    assert outputs == pytest.approx(law.outputs[:, 0], abs=1e-4)

    opposite = text.replace("-{span_V}*v(teacher)", "+{span_V}*v(teacher)")
    assert opposite != text
    against = measured(printed(opposite, ngspice, tmp_path))
    assert against["solved"] == 0
    assert against["gap_after"] < 0
    still = text.replace("step_V = 0.04", "step_V = 0.0 ")
    assert still != text
    held = measured(printed(still, ngspice, tmp_path))
    assert held["solved"] == 0
    for row in range(4):
        assert held[f"after{row}"] == pytest.approx(held[f"before{row}"], abs=1e-6)


def multipliers_of(text: str) -> dict[str, dict[str, float]]:
    """Return the parameters of every AD633 of a deck, by the node of its output."""
    found = {}
    for line in text.replace("\n+ ", " ").splitlines():
        name, _, parameters = line.partition(" AD633 ")
        if parameters and name.startswith("X"):
            pairs = (each.split("=") for each in parameters.split())
            found[name.split()[0][1:]] = {key: float(value) for key, value in pairs}
    return found


def test_every_multiplier_has_errors_of_its_own() -> None:
    setup = QUICK.setup(QUICK.lesson)
    places = {"square", *(f"m{place}" for place in range(5))}
    ideal = multipliers_of(self_training_deck(setup, IDEAL))
    assert set(ideal) == places
    names = ("vos", "xos", "yos", "scale", "xft", "yft")
    assert all(each[name] == 0 for each in ideal.values() for name in names)
    assert self_training_deck(setup, Multipliers()) == self_training_form(setup)
    found = multipliers_of(self_training_form(setup))
    assert set(found) == places
    for name, sigma in zip(names, (5e-3, 5e-3, 5e-3, 2.5e-3, 3e-3, 1e-3), strict=True):
        drawn = np.array([each[name] for each in found.values()])
        assert len(set(drawn)) == 6
        assert 0.2 * sigma < drawn.std() < 2 * sigma
    slow = multipliers_of(self_training_deck(setup, replace(IDEAL, bandwidth_Hz=30.0)))
    assert {each["bw"] for each in slow.values()} == {30.0}


def test_a_deck_says_if_its_steps_were_not_even(ngspice: str, tmp_path: Path) -> None:
    text = deck(Experiment("or", board=FAST, cycles=3))
    shift = "Vshift shift 0 pwl(0 0 {300.35*step_s} 1)\n"
    found = measured(printed(text.replace(".options", shift + ".options", 1), ngspice, tmp_path))
    assert found["off_step"] > 0.1


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        (
            partial(Experiment, "or", board=HomodyneBoard(noise_V_rtHz=1e-6)),
            "noise_V_rtHz = 1e-06, expected 0 for a machine that trains itself",
        ),
        (
            partial(Experiment, "or", probability=0.5),
            "clock = 'independent', expected 'synchronous' for a homodyne machine",
        ),
        (
            partial(Experiment, "or", board=HomodyneBoard(lead=10, ramp=10)),
            "board: ramp = 10, expected less than lead = 10 for a machine that trains itself",
        ),
        (
            partial(Experiment, "or", cycles=100_000),
            "time points in all rounds, expected at most 5000000 for a machine that trains itself",
        ),
    ],
)
def test_what_cannot_be_in_a_deck_is_refused(experiment: partial[Experiment], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        deck(experiment())


def test_examples_of_one_class_are_refused() -> None:
    task = QUICK.lesson.task
    assert isinstance(task, Separation)
    alike = replace(task, training=(task.training[0], np.ones(4, dtype=np.int64)))
    setup = QUICK.setup(replace(QUICK.lesson, task=alike))
    with pytest.raises(UsageError, match="task and has examples of one class only"):
        self_training_form(setup)
