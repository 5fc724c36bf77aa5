"""What lies between the circuit and the theory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machine import Imperfection
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.imperfections import IMPERFECTIONS, margin, perfect, plant_for
from spicelearn.network.graph import named
from spicelearn.plant import Drive, Reading


@pytest.mark.parametrize("imperfection", IMPERFECTIONS, ids=lambda each: each.effect)
def test_the_perfect_machine_has_none_of_them_and_each_is_something(
    imperfection: Imperfection,
) -> None:
    """On the default board each is the board's own, or nominal where the board has none of it."""
    experiment = Experiment("allostery")
    nothing = {name: getattr(perfect(Board()), name) for name in imperfection.off}
    assert nothing == imperfection.off
    on = imperfection.has(Board()) or imperfection.put_in(experiment.setup(experiment.lesson))
    assert set(on) == set(imperfection.off)
    assert imperfection.has(perfect(Board())) is None
    assert on != imperfection.off
    Board().with_values(on)


def test_a_board_that_has_an_imperfection_keeps_its_own() -> None:
    (noise,) = (each for each in IMPERFECTIONS if each.effect == "node noise")
    assert noise.has(Board(noise_V=0.0)) is None
    assert noise.has(Board(noise_V=3e-3)) == {"noise_V": 3e-3}
    experiment = Experiment("allostery")
    assert noise.put_in(experiment.setup(experiment.lesson)) == {"noise_V": 10e-3}


def test_equation_6_takes_a_circuit() -> None:
    assert plant_for(Board()) == "spice"
    assert plant_for(Board().idealised()) == plant_for(perfect(Board())) == "ideal"


def test_the_margin_is_that_of_the_absolute_drops() -> None:
    """Drops of 2 and 3 V free, 6 and -1 V clamped."""
    probes = {"free": np.array([5.0, 3, 0]), "clamped": np.array([5.0, -1, 0])}
    reading = Reading(np.array([[3.0]]), np.zeros(2, bool), True, probes)
    experiment = Experiment("allostery")
    lesson = replace(experiment.lesson, network=named("divider"))
    drive = Drive.to_all(np.zeros(2), np.zeros(1), 0.5, 2)
    assert margin(experiment.setup(lesson), drive, reading).tolist() == [4, -2]
