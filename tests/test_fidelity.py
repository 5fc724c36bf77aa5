"""Circuit against theory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spicelearn.board import Board
from spicelearn.experiment import Experiment
from spicelearn.fidelity import compare, same_imperfections
from spicelearn.ideal.twin import IdealTwin
from spicelearn.ladder import RUNGS, verdict
from spicelearn.network import named
from spicelearn.parts import Parts
from spicelearn.plant import Drive, State
from spicelearn.plants import make_plant
from spicelearn.rule import for_board
from spicelearn.spice.circuits.twin import Machine
from spicelearn.spice.plant import SpicePlant

from .conftest import CLEAN, ROOT, Run

pytestmark = pytest.mark.usefixtures("ngspice")


@pytest.mark.parametrize(
    "imperfections",
    [
        {},
        {"offset_sigma_V": 2e-3, "offset_limit_V": 4e-3},
        {"tolerance_sigma": 0.1, "mismatch_sigma": 0.02},
        {"noise_V": 10e-3, "up_bias": 0.01},
        {"wiper_ohm": 100.0},
    ],
    ids=str,
)
def test_circuit_and_ideal_twin_agree_under_the_same_imperfections(
    imperfections: dict[str, float],
) -> None:
    """Decision by decision and node by node, over a run that learns."""
    board = replace(CLEAN, **imperfections)
    experiment = Experiment("allostery", cycles=120, board=board)
    network, parts = experiment.lesson.network, experiment.parts()
    circuit = make_plant(experiment, parts, experiment.lesson)
    compared = compare(
        circuit, IdealTwin(network, board, parts), experiment, for_board(network, board, parts)
    )
    circuit.close()
    assert compared.agreement >= 0.999
    assert compared.voltage_rms < 1e-5
    assert compared.unsettled == 0
    assert compared.errors[-1] < 1e-2 * compared.errors[0]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 127), min_size=2, max_size=2), st.floats(0, 5), st.floats(0, 5))
def test_both_plants_meet_the_exact_divider(codes: list[int], high: float, low: float) -> None:
    network = named("divider").with_roles((0, 2), (1,))
    state = State(np.array(codes))
    drive = Drive.to_all(np.array([high, low]), np.array([2.0]), 0.5, 2)
    parts = Parts.draw(CLEAN, 2, 0)
    ohm = CLEAN.resistance(state.codes)
    middle = (high / ohm[0] + low / ohm[1]) / (1 / ohm[0] + 1 / ohm[1])
    for plant in (
        IdealTwin(network, CLEAN, parts),
        SpicePlant(Machine(network, CLEAN, parts, state, drive)),
    ):
        reading = plant.cycle(state, drive)
        plant.close()
        np.testing.assert_allclose(reading.free, [high, middle, low], atol=1e-6)
        assert reading.clamped[1] == pytest.approx((middle + 2) / 2, abs=1e-6)


def test_the_averagers_double_offsets_as_the_twin_of_the_circuit_says() -> None:
    """Legs so large that they do not load: what is left is 2 V_os - I_os R_leg."""
    board = Board(
        averager_leg_ohm=1e9, bias_A=0, offset_current_sigma_A=2e-12, up_bias=0.3, noise_V=0.02
    )
    experiment = Experiment("allostery", cycles=100, board=board)
    parts = experiment.parts()
    circuit = make_plant(experiment, parts, experiment.lesson)
    rule = for_board(experiment.lesson.network, board, parts)
    compared = compare(circuit, same_imperfections(experiment), experiment, rule)
    circuit.close()
    assert compared.agreement >= 0.999
    plain = IdealTwin(experiment.lesson.network, replace(board, **Board.circuit_only()), parts)
    circuit = make_plant(experiment, parts, experiment.lesson)
    assert compare(circuit, plain, experiment, rule).agreement < compared.agreement
    circuit.close()


def test_the_verdict_names_the_worst_alone() -> None:
    def rung(effect: str, agreement: float) -> dict[str, object]:
        return {"effect": effect, "alone": {"agreement": agreement, "decades": 3.0}}

    rungs = [rung("128 codes", 1.0), rung("offset", 0.9), rung("noise", 0.95)]
    assert verdict(rungs).startswith("Alone, offset costs most decisions: 10 % of them differ")
    assert verdict([rung("128 codes", 1.0)]) == "No imperfection, alone, changes a decision."


def test_validate_reports_the_clean_board_as_faithful(spicelearn: Run, tmp_path: Path) -> None:
    board = str(ROOT / "examples" / "clean.toml")
    done = spicelearn(
        "validate", "allostery", "--cycles", "80", "--board", board, "--out", "v", "--json"
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert results["agreement"] >= 0.999
    assert results["voltage_rms"] < 1e-5
    assert results["decisions"] == 80 * 16
    assert [rung["effect"] for rung in results["ladder"]] == [rung.effect for rung in RUNGS]
    assert {"agreement", "voltage_rms", "decades"} <= set(results["ladder"][0])
    fast = results["ladder"][-1]
    assert fast["unsettled_cycles"] > 40
    assert results["ladder"][-2]["unsettled_cycles"] == 0
    for name in ("report.html", "validation.json", "figures.json"):
        assert (tmp_path / "v" / name).stat().st_size > 1000
    kept = json.loads((tmp_path / "v" / "figures.json").read_text())
    assert len(kept["errors"]["circuit"]) == 80
    assert np.array(kept["voltages"]).shape == (2, 9)
    assert sum(part for _, part in kept["decisions"]["from the ideal machine's"]) == 0


def test_validate_prints_a_table_and_one_sentence(spicelearn: Run) -> None:
    done = spicelearn("validate", "allostery", "--cycles", "40")
    assert done.returncode == 0, done.stderr
    assert "comparator input offset" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("Alone, ")


def test_an_edge_that_is_cut_out_decides_nothing() -> None:
    experiment = Experiment("damage", plant="ideal", cycles=250)
    twin = same_imperfections(experiment)
    compared = compare(
        twin, twin, experiment, for_board(experiment.graph, experiment.constants, twin._parts)
    )
    assert compared.differ.size == 100 * 16 + 100 * 15 + 50 * 14
    assert compared.own_agreement == 1
