"""The naive way is the same machine."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.circuit.plant import twins_of
from spicelearn.machines.rheostat.naive import NaivePlant

pytestmark = pytest.mark.usefixtures("ngspice")


@pytest.mark.parametrize("task", ["allostery", "divider"])
def test_a_fresh_transient_each_clock_reads_the_same(task: str) -> None:
    experiment = Experiment(task, seed=3)
    setup = experiment.setup(experiment.lesson)
    rule = experiment.rule_of(setup)
    state, drive = experiment.start(), experiment.lesson.first_drive()
    readings = []
    with closing(experiment.plant_of(setup)) as plant:
        for _ in range(5):
            readings.append((state, plant.cycle(state, drive)))
            state = rule.advance(*readings[-1], drive)
    naive = NaivePlant(twins_of(setup))
    for before, reading in readings:
        again = naive.cycle(before, drive)
        np.testing.assert_allclose(again.probes["free"], reading.probes["free"], atol=1e-5)
        np.testing.assert_allclose(again.probes["clamped"], reading.probes["clamped"], atol=1e-5)
        assert (again.signal == reading.signal).all()


def test_it_takes_the_voltages_of_the_drive() -> None:
    experiment = Experiment("divider", plant="spice")
    lesson = experiment.lesson
    naive = NaivePlant(twins_of(experiment.setup(lesson)))
    drive = lesson.first_drive()
    drive = type(drive).to_all(np.array([3.0, 1.0]), drive.targets, drive.eta, 2)
    free = naive.cycle(experiment.start(), drive).probes["free"]
    assert free[[0, 2]] == pytest.approx([3, 1])
    assert free[1] == pytest.approx(2, abs=0.05)
