"""The compiled dense layer learns as the idealised model does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.runs.supervisor import Supervisor

pytest.importorskip("numba", reason="studies need the extra of that name")

BOARD = TransistorBoard(gate_F=60e-9, threshold_sigma_V=10e-3, gain_sigma=0.01)


@pytest.mark.parametrize(
    ("board", "near_V"), [(BOARD, 1e-12), (replace(BOARD, noise_V2=1.9e-5), 1e-4)]
)
def test_gates_move_as_in_the_idealised_model(board: TransistorBoard, near_V: float) -> None:
    from layer import Layer

    experiment = Experiment("digits-pairs", plant="ideal", board=board, seed=1, cycles=12)
    setup = experiment.setup(experiment.lesson)
    plant, rule = experiment.plant_of(setup), experiment.rule_of(setup)
    supervisor = Supervisor(plant, experiment.lesson, experiment.damage)
    state, layer = experiment.start(), Layer(experiment)
    for cycle in range(experiment.length):
        drive = supervisor.drive(state)
        state = rule.advance(state, plant.cycle(state, drive), drive)
        layer.advance(cycle)
    moved = np.abs(state.weights - setup.state.weights).max()
    assert moved > 0.02
    assert np.abs(layer.gates.ravel() - state.weights).max() < near_V


def test_what_is_no_dense_layer_is_refused() -> None:
    from layer import Layer

    with pytest.raises(ValueError, match="network torus-4x4, expected a dense layer of the inputs"):
        Layer(Experiment("iris-transistor", plant="ideal"))
