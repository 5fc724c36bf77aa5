"""The device becomes every gate, by gradients that the circuit measures."""

from __future__ import annotations

from pathlib import Path

import pytest

import spicelearn as sl


@pytest.mark.usefixtures("ngspice")
def test_the_circuit_becomes_xor(tmp_path: Path) -> None:
    run = sl.train("xor-gate", cycles=30, seed=2, out=tmp_path / "run")
    assert run.results["accuracy_final"] == 1
    assert run.results["restarts"] == 0
    assert run.test_set is not None
    assert run.test_set["found"].astype(int).tolist() == [0, 1, 1, 0]


def test_the_idealised_model_becomes_all_six_gates(tmp_path: Path) -> None:
    run = sl.train("gates", plant="ideal", cycles=600, seed=2, out=tmp_path / "run")
    stages = run.results["stages"]
    assert [stage["task"] for stage in stages][:3] == ["and", "or", "nand"]
    assert [stage["accuracy_final"] for stage in stages] == [1.0] * 3


def test_restarts_are_counted_over_all_lessons(tmp_path: Path) -> None:
    """In two cycles nothing is learned."""
    run = sl.train("nand", plant="ideal", cycles=6, restarts=2, seed=5, out=tmp_path / "run")
    assert run.results["restarts"] == 2
