"""The machine from its parts against the one from ideal sources, and what only parts have."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.circuit import deck
from spicelearn.machines.transistor.circuit.discrete import sums
from spicelearn.machines.transistor.parts import TransistorParts
from spicelearn.plant import Drive, Floats, Reading

pytestmark = pytest.mark.usefixtures("ngspice")
FAST_F = 30.3e-9  # alpha = 10 / V


def after_a_window(
    detail: str = "parts", task: str = "xor", eta: float = 0.5, **constants: Any
) -> tuple[Reading, Floats]:
    """Return what the third example of a task shows, and by how much gates move, V."""
    board = TransistorBoard(gate_F=FAST_F, **constants)
    experiment = Experiment(task, board=board, detail=detail)
    example, start = experiment.lesson.task.example(2, None), experiment.start()
    drive = Drive.to_all(example.inputs, example.targets, eta, experiment.edges)
    with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as plant:
        reading = plant.cycle(start, drive)
    return reading, np.asarray(reading.signal) - start.weights


@pytest.mark.parametrize(("task", "eta"), [("xor", 0.5), ("nonlinear-regression", 0.3)])
def test_parts_move_the_gates_as_ideal_sources_do(task: str, eta: float) -> None:
    """To 2 % of the largest change; node voltages to 2 mV (buffers, follower, switch, means)."""
    ideal, expected = after_a_window("behavioural", task, eta)
    parts, found = after_a_window("parts", task, eta)
    for name in ("free", "clamped"):
        assert parts.probes[name] == pytest.approx(ideal.probes[name], abs=2e-3)
    assert found == pytest.approx(expected, abs=0.02 * np.abs(expected).max())
    assert found @ expected / (expected @ expected) == pytest.approx(1, abs=0.02)


def test_more_steps_change_little(monkeypatch: pytest.MonkeyPatch) -> None:
    _, usual = after_a_window()
    monkeypatch.setattr(deck, "PARTS_STEPS", 80)
    _, fine = after_a_window()
    assert usual == pytest.approx(fine, abs=0.01 * np.abs(fine).max())


def test_offset_and_charge_drive_every_gate() -> None:
    """5 mV at a multiplier's output: 5 mV / (R C) times the window; charge over the capacitance.

    Of the charge of the switch some flows back through it while it opens.
    """
    _, plain = after_a_window()
    _, drifted = after_a_window(offset_V2=5e-3 * 0.33)
    expected = 5e-3 / (1e3 * FAST_F) * 100e-6
    assert np.median(drifted - plain) == pytest.approx(expected, rel=0.02)
    _, charged = after_a_window(injection_C=50e-12)
    assert np.median(charged - plain) == pytest.approx(50e-12 / FAST_F, rel=0.2)


def test_the_clamp_is_eq_1() -> None:
    """c = f + eta (L - f); of a difference each node takes half."""
    (single,) = sums(3, 0.2)
    assert single["bf3"] * 11 == pytest.approx(0.8)
    assert single["t3"] == pytest.approx(0.2)
    first, second = sums((1, 2), 0.4)
    free, label = {"bf1": 11 * 0.3, "bf2": 11 * 0.1}, 0.5
    volts = {**free, "t1_2": label, "t1_2n": -label, "0": 0.0}
    push = 0.4 / 2 * (label - 0.2)
    assert sum(volts[name] * share for name, share in first.items()) == pytest.approx(0.3 + push)
    assert sum(volts[name] * share for name, share in second.items()) == pytest.approx(0.1 - push)
    assert all(0 <= share <= 1 for sum_ in (single, first, second) for share in sum_.values())


def test_an_answer_has_settled() -> None:
    """After a change of all inputs it is what it is when nothing changes any more."""
    experiment = Experiment("xor", detail="parts")
    start, nobody = experiment.start(), np.zeros(32, dtype=np.bool_)
    drives = [
        replace(Drive.to_all(np.full(4, volts), np.zeros(1), 0.5, 32), learning=nobody)
        for volts in (0.0, 0.45, 0.45, 0.45)
    ]
    with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as plant:
        _, first, *_, last = [plant.cycle(start, drive).probes["free"] for drive in drives]
    assert first == pytest.approx(last, abs=2e-6)


def test_noise_and_cuts_are_there_too() -> None:
    """Noise moves gates by the rate times what is drawn; an edge that is cut keeps its gate."""
    _, plain = after_a_window()
    _, noisy = after_a_window(noise_V2=1e-3)
    board = TransistorBoard(gate_F=FAST_F, noise_V2=1e-3)
    experiment = Experiment("xor", board=board, detail="parts", cuts=("5@1",))
    drawn = board.rate * cast(TransistorParts, experiment.parts).noise(board, 0)
    assert noisy - plain == pytest.approx(drawn, abs=0.05 * np.abs(drawn).max())
    example = experiment.lesson.task.example(2, None)
    start, intact = experiment.start(), np.arange(32) != 5
    drive = replace(Drive.to_all(example.inputs, example.targets, 0.5, 32), intact=intact)
    with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as plant:
        cut = plant.cycle(start, drive)
    assert np.asarray(cut.signal)[5] == pytest.approx(start.weights[5], abs=1e-5)


def test_gates_beyond_the_reach_of_multipliers_are_told() -> None:
    with pytest.raises(UsageError, match="gate_high_V = 19 with detail parts, expected at most 12"):
        Experiment("xor", board=TransistorBoard(gate_high_V=19), detail="parts")


def test_a_resistor_below_that_of_the_switch_is_told() -> None:
    with pytest.raises(UsageError, match="gate_ohm = 10 with detail parts, expected more than 25"):
        Experiment("xor", board=TransistorBoard(gate_ohm=10), detail="parts")
