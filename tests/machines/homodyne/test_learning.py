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


def test_the_idealised_model_goes_from_gate_to_gate(tmp_path: Path) -> None:
    run = sl.train("gates", plant="ideal", cycles=210, seed=5, out=tmp_path / "run")
    first, second = run.results["stages"]
    assert (first["task"], first["accuracy_final"]) == ("and", 1.0)
    assert (second["task"], second["first_cycle"]) == ("or", 200)
    begun = run.cycles.iloc[[0, 199, 200]].filter(like="control_").to_numpy()
    assert abs(begun[2] - begun[1]).max() > 0.3  # new controls, farther than any step


def test_restarts_are_counted_over_all_lessons(tmp_path: Path) -> None:
    """In two cycles nothing is learned."""
    run = sl.train("nand", plant="ideal", cycles=6, restarts=2, seed=5, out=tmp_path / "run")
    assert run.results["restarts"] == 2
