"""Other ways to simulate the machine are the same machine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machine import Setup
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.ideal import IdealModel
from spicelearn.machines.transistor.naive import KeptCircuit, LoadedAnew, PythonUpdate
from spicelearn.plant import Drive, State

pytestmark = pytest.mark.usefixtures("ngspice")
ODD = TransistorBoard(threshold_sigma_V=0.02, offset_V2=2e-4, gain_sigma=0.02)
WAYS = pytest.mark.parametrize("way", [KeptCircuit, LoadedAnew])


def setting(task: str, board: TransistorBoard) -> tuple[Experiment, Setup, State, list[Drive]]:
    """Return an experiment, its setup, its state at the beginning and its first four drives."""
    experiment = Experiment(task, board=board)
    lesson = experiment.lesson
    examples = [lesson.task.example(cycle, None) for cycle in range(4)]
    drives = [Drive.to_all(each.inputs, each.targets, lesson.eta, 32) for each in examples]
    return experiment, experiment.setup(lesson), experiment.start(), drives


@WAYS
@pytest.mark.parametrize("task", ["xor", "nonlinear-regression"])
@pytest.mark.parametrize("board", [TransistorBoard(), ODD], ids=["exact", "odd"])
def test_a_cycle_moves_the_gates_as_the_circuit_does(
    way: Callable[[Setup], PythonUpdate], task: str, board: TransistorBoard
) -> None:
    """To 2 % of the largest change, or 3 uV; the circuit is read while its gates move."""
    experiment, setup, start, drives = setting(task, board)
    with closing(experiment.plant_of(setup)) as circuit:
        readings = [circuit.cycle(start, drive) for drive in drives]
    with closing(way(setup)) as other:
        for drive, expected in zip(drives, readings, strict=True):
            found = other.cycle(start, drive)
            change = np.asarray(expected.signal) - start.weights
            allowed = max(3e-6, 0.02 * float(np.abs(change).max()))
            assert np.abs(np.asarray(found.signal) - expected.signal).max() <= allowed
            assert np.abs(change).max() > 2 * allowed
            assert found.outputs == pytest.approx(expected.outputs, abs=5e-4)


@WAYS
def test_the_voltages_are_those_of_the_channel_law(way: Callable[[Setup], PythonUpdate]) -> None:
    _, setup, start, drives = setting("xor", ODD)
    model = IdealModel(setup)
    with closing(way(setup)) as other:
        for drive in drives:
            found, expected = other.cycle(start, drive), model.cycle(start, drive)
            for name in ("free", "clamped"):
                assert found.probes[name] == pytest.approx(expected.probes[name], abs=2e-5)


@WAYS
def test_gates_that_do_not_learn_hold_and_others_stop_at_the_rails(
    way: Callable[[Setup], PythonUpdate],
) -> None:
    board = TransistorBoard(gate_F=3e-9)  # alpha = 100 / V
    _, setup, _, drives = setting("xor", board)
    low = State(np.full(32, board.gate_low_V + 0.05))
    learning = np.arange(32) % 2 == 0
    with closing(way(setup)) as other:
        moved = np.asarray(other.cycle(low, replace(drives[1], learning=learning)).signal)
    assert (moved[1::2] == low.weights[1::2]).all()
    assert (moved[::2] < low.weights[::2] - 1e-3).sum() > 8
    assert moved.min() == board.gate_low_V
