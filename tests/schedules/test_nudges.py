"""Which way outputs are nudged, and what a run makes of it."""

from __future__ import annotations

import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.runs.supervisor import Supervisor
from spicelearn.schedules.nudges import Nudge


def test_a_centred_nudge_turns_round_with_every_cycle() -> None:
    found = {kind: [Nudge(kind).sign(cycle) for cycle in range(4)] for kind in ("positive",)}
    assert found == {"positive": [1, 1, 1, 1]}
    assert [Nudge("negative").sign(cycle) for cycle in range(3)] == [-1, -1, -1]
    assert [Nudge("centred").sign(cycle) for cycle in range(4)] == [1, -1, 1, -1]


def test_an_example_is_given_twice_and_is_the_next_one_then() -> None:
    """Four cycles of the centred nudge are two of the positive one, each with both signs."""
    drives = {}
    for nudge in ("positive", "centred"):
        experiment = Experiment("xor", plant="ideal", cycles=8, nudge=nudge)
        setup = experiment.setup(experiment.lesson)
        supervisor = Supervisor(experiment.plant_of(setup), experiment.lesson, experiment.damage)
        start = experiment.start()
        made = [supervisor.drive(type(start)(start.weights, cycle)) for cycle in range(8)]
        drives[nudge] = [(drive.inputs.tolist(), drive.eta) for drive in made]
    etas = [eta for _, eta in drives["centred"]]
    assert etas == [0.5, -0.5] * 4
    assert [inputs for inputs, _ in drives["centred"][::2]] == [
        inputs for inputs, _ in drives["positive"][:4]
    ]
    assert drives["centred"][0][0] == drives["centred"][1][0]


def test_targets_change_as_many_examples_later() -> None:
    """The divider's target changes every 100 examples: every 200 cycles if each comes twice."""
    experiment = Experiment("divider", plant="ideal", cycles=500, nudge="centred")
    assert experiment.lesson.changes() == [200, 400]
    shown = [each["from"] for each in experiment.lesson.as_dict()["examples"]]
    assert shown == [0, 200, 400]
    assert Experiment("divider", plant="ideal", cycles=500).lesson.changes() == [100, 200, 300, 400]


@pytest.mark.parametrize(
    ("task", "nudge", "message"),
    [
        ("and", "centred", "nudge = 'centred' on machine homodyne, expected positive"),
        ("xor", "up", "nudge = 'up' on machine transistor, expected positive or negative or centr"),
    ],
)
def test_a_nudge_without_meaning_is_refused_by_name(task: str, nudge: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Experiment(task, nudge=nudge)
