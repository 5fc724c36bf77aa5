"""What lies between the circuit and the theory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machine import Imperfection
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.imperfections import IMPERFECTIONS, decided, margin, perfect
from spicelearn.network.graph import named
from spicelearn.plant import Drive, Reading, State


@pytest.mark.parametrize("imperfection", IMPERFECTIONS, ids=lambda each: each.effect)
def test_the_perfect_machine_has_none_of_them_and_each_is_something(
    imperfection: Imperfection,
) -> None:
    """On the default board each is the board's own, or nominal where the board has none of it."""
    experiment = Experiment("xor")
    nothing = {name: getattr(perfect(TransistorBoard()), name) for name in imperfection.off}
    assert nothing == imperfection.off
    setup = experiment.setup(experiment.lesson)
    on = imperfection.has(TransistorBoard()) or imperfection.put_in(setup)
    assert imperfection.has(perfect(TransistorBoard())) is None
    assert TransistorBoard().with_values(on) != perfect(TransistorBoard()).with_values(nothing)
    assert on != imperfection.off


def test_a_perfect_machine_of_an_imperfect_board_has_none_either() -> None:
    bad = TransistorBoard(body_sqrtV=0.5, bulk_V=-5.0, offset_V2=1e-3, noise_V2=1e-4)
    assert perfect(bad) == perfect(TransistorBoard())


def test_the_noise_is_that_of_a_multiplier_over_a_window() -> None:
    """0.8 uV/sqrt(Hz) in the mean over 50 us is 80 uV, times 0.33 V."""
    (noise,) = (each for each in IMPERFECTIONS if each.effect == "multiplier noise")
    experiment = Experiment("xor", board=TransistorBoard(window_s=50e-6))
    on = noise.put_in(experiment.setup(experiment.lesson))
    assert on == {"noise_V2": pytest.approx(80e-6 * 0.33)}


def test_a_gate_rises_or_falls_or_decides_nothing() -> None:
    """At a limit, on its way to one, and where it does not learn."""
    experiment = Experiment("xor")
    setup = experiment.setup(experiment.lesson)
    low, high = setup.constants.gate_low_V, setup.constants.gate_high_V
    before = np.array([2.0, 2.0, 2.0, low, high, 2.0, 2.0])
    after = np.array([2.1, 1.9, 2.0, low + 1e-3, high - 1e-3, low - 0.1, 2.1])
    drive = replace(
        Drive.to_all(np.zeros(2), np.zeros(1), 0.5, 7), learning=np.array([True] * 6 + [False])
    )
    reading = Reading(np.zeros((1, 1)), after, True, {})
    assert decided(setup, State(before), drive, reading).tolist() == [1, -1, 1, 0, 0, 0, 0]


def test_the_margin_is_that_of_the_absolute_drops() -> None:
    """Drops of 2 and 3 V free, 6 and -1 V clamped: the rule raises gates where free is larger."""
    probes = {"free": np.array([5.0, 3, 0]), "clamped": np.array([5.0, -1, 0])}
    reading = Reading(np.array([[3.0]]), np.zeros(2), True, probes)
    experiment = Experiment("xor")
    lesson = replace(experiment.lesson, network=named("divider"))
    drive = Drive.to_all(np.zeros(2), np.zeros(1), 0.5, 2)
    assert margin(experiment.setup(lesson), drive, reading).tolist() == [-4, 2]
