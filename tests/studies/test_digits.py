"""How an update of the circuit is compared with that of the idealised model."""

from __future__ import annotations

import numpy as np
import pytest

from spicelearn.plant import Drive, Floats, Model, Reading, State

pytest.importorskip("numba", reason="studies need the extra of that name")
from digits import deviation

STATE = State(np.array([2.0, 3.0]), 700)
DRIVE = Drive.to_all(np.zeros(1), np.zeros(1), 1.0, 2)


class Shows(Model):
    """Show an output, and gates that have moved by so much, whatever is applied."""

    def __init__(self, output_V: float, moved_V: Floats) -> None:
        self._output, self._moved = output_V, moved_V

    @property
    def engine(self) -> str:
        return "nothing"

    def cycle(self, state: State, drive: Drive) -> Reading:
        return Reading(np.array([[self._output]]), state.weights + self._moved, True, {})


def test_a_circuit_that_moves_half_as_far_is_half_along_and_half_apart() -> None:
    model = Shows(0.1, np.array([0.03, -0.04]))
    found = deviation(STATE, (DRIVE, DRIVE), model, Shows(0.12, np.array([0.015, -0.02])), 0.8)
    assert found["cycle"] == 700
    assert found["outputs"] == pytest.approx(0.02)
    assert found["update"] == pytest.approx(0.05 / np.sqrt(2))
    assert found["apart"] == pytest.approx(0.025 / np.sqrt(2))
    assert found["along"] == pytest.approx(0.5)


def test_a_circuit_that_moves_the_other_way_is_told() -> None:
    moved = np.array([0.03, -0.04])
    assert deviation(STATE, (DRIVE, DRIVE), Shows(0, moved), Shows(0, -moved), 0.8)[
        "along"
    ] == pytest.approx(-1)


def test_where_nothing_is_to_be_taught_there_is_nothing_to_be_along() -> None:
    still, moved = Shows(0, np.zeros(2)), Shows(0, np.full(2, 1e-3))
    found = deviation(STATE, (DRIVE, DRIVE), still, moved, 0.8)
    assert np.isnan(found["along"])
    assert found["apart"] == pytest.approx(1e-3)


def test_gates_that_a_diode_holds_are_counted_apart() -> None:
    model, circuit = Shows(0, np.array([0.0, 0.02])), Shows(0, np.array([0.5, 0.02]))
    found = deviation(STATE, (DRIVE, DRIVE), model, circuit, 2.0)
    assert found["held"] == 0.5
    assert found["apart"] == 0
    assert found["along"] == pytest.approx(1)
