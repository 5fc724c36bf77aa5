"""Rows of circuits beside those of the compiled model."""

from __future__ import annotations

from pathlib import Path

import pytest

import spicelearn as sl
from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard

pytest.importorskip("numba", reason="studies need the extra of that name")


def test_a_run_has_the_figures_of_the_compiled_model(tmp_path: Path) -> None:
    """Of the idealised model, but for the solvers' tolerances; after 40 cycles xor is not right."""
    from circuits import circuit
    from compiled import row

    board = TransistorBoard(gate_F=30.3e-9, threshold_sigma_V=5e-3)
    experiment = Experiment("xor", plant="ideal", cycles=40, evaluate_every=1, board=board)
    sl.train("xor", plant="ideal", cycles=40, evaluate_every=1, board=board, out=tmp_path / "run")
    found, expected = circuit(tmp_path / "run"), row(experiment)
    assert found == pytest.approx({name: expected[name] for name in found}, rel=1e-4)
    assert set(found) == {"error_final", "power_final", "right"}
    assert found["right"] < 1
