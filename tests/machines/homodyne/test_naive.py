"""Gradients one control after another: they are those of the law."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.naive import Differences, OneByOne, SmallSignal
from spicelearn.plant import State


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize(("way", "accuracy"), [(Differences, 3e-3), (SmallSignal, 2e-5)])
def test_derivatives_are_those_of_the_law(way: type[OneByOne], accuracy: float) -> None:
    experiment = Experiment("xor-gate")
    setup = experiment.setup(experiment.lesson)
    ideal = Experiment("xor-gate", plant="ideal")
    state = State(np.random.default_rng(5).uniform(-1.5, 1.5, 5))
    drive = experiment.lesson.first_drive()
    exact = ideal.plant_of(ideal.setup(ideal.lesson)).cycle(state, drive)
    with closing(way(setup)) as plant:
        found = plant.cycle(state, drive)
    assert found.outputs == pytest.approx(exact.outputs, abs=2e-6)
    assert found.signal == pytest.approx(exact.signal, rel=accuracy, abs=accuracy)
