"""What each imperfection costs, and the sentence that says which costs most."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.imperfections import IMPERFECTIONS as OF_RHEOSTATS
from spicelearn.machines.rheostat.imperfections import perfect as perfect_board
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.imperfections import IMPERFECTIONS, STEEPEST_V
from spicelearn.validation.ablation import REST, ablation, figures, what_if
from spicelearn.validation.compare import on_board
from spicelearn.validation.verdict import accounted, verdict_on_decisions, verdict_on_errors

from ..conftest import Run

pytestmark = pytest.mark.usefixtures("ngspice")
NAMED = {each.effect: each for each in IMPERFECTIONS}
OFFSET = {"offset_sigma_V": 0.02, "offset_limit_V": 0.1}
HARMLESS = "multiplier gain error"


def rung(effect: str, agreement: float, error: float = 1e-6, own: float = 1.0) -> dict[str, Any]:
    figures = {
        "learning_agreement": agreement,
        "network_agreement": 0.9,
        "own_agreement": own,
        "decades": 3.0,
        "error_final": error,
    }
    return {"effect": effect, "alone": figures, **figures}


def test_the_verdict_on_decisions_names_the_worst_alone_and_why() -> None:
    rungs = [rung("128 codes", 1.0), rung("offset", 0.9, own=0.8), rung("noise", 0.95)]
    named = verdict_on_decisions(rungs)
    assert named.startswith("Alone, 'offset' changes most decisions: 10 % of those while it learns")
    assert "because it decides wrong at these voltages" in named
    loaded = verdict_on_decisions([rung("load", 0.7)])
    assert "'load' changes most decisions: 30 %" in loaded
    assert "because the voltages are elsewhere" in loaded
    assert named.endswith("None, alone, leaves more than 2 times the error with '128 codes'.")
    ruined = verdict_on_decisions([*rungs, rung("currents", 1.0, error=1e-2)])
    assert "'offset' changes most decisions" in ruined
    assert "The largest error is left by 'currents': it falls by 3.00 decades, to 100 mV" in ruined
    nothing = verdict_on_decisions([rung("128 codes", 1.0)])
    assert nothing.startswith("No imperfection of the circuit, alone, changes a decision")
    assert verdict_on_decisions([]).startswith("The circuit has none of the imperfections")


@pytest.mark.parametrize(
    ("effect", "values", "cause"),
    [
        (None, {}, ""),
        ("bias towards up", {"up_bias": 0.3}, "it decides wrong"),
        ("averagers load and bridge", {"sense": "averager"}, "the voltages are elsewhere"),
        ("comparator input offset", OFFSET, "it decides wrong"),
        ("rheostat tolerance and mismatch", {"mismatch_sigma": 0.05}, "the voltages are elsewh"),
        ("node noise", {"noise_V": 0.03}, "it decides wrong"),
    ],
)
def test_the_imperfection_that_is_put_in_is_named(
    effect: str | None, values: dict[str, Any], cause: str
) -> None:
    """One at a time on a board that has else only what is kept."""
    board = replace(perfect_board(Board()), update="counter", decision="signed", **values)
    experiment = Experiment("allostery", cycles=40, board=board)
    _, rows, circuit = ablation(experiment, OF_RHEOSTATS, lambda step: None)
    kept = [each.effect for each in OF_RHEOSTATS if each.kept]
    assert [row["effect"] for row in rows] == kept + ([effect] if effect else [])
    assert rows[-1].items() >= figures(circuit).items()
    said = verdict_on_decisions(rows)
    if effect is None:
        assert said.startswith("No imperfection of the circuit, alone, changes a decision")
    else:
        assert said.startswith(f"Alone, {effect!r} changes most decisions")
        assert f"because {cause}" in said
    lacking = [each for each in OF_RHEOSTATS if each.effect == "node noise"]
    others = what_if(experiment, lacking, lambda step: None)
    assert len(others) == (effect != "node noise")
    assert all(row["own_agreement"] < 1 for row in others)


def test_the_last_rung_is_the_circuit_whatever_imperfections_are_known() -> None:
    experiment = Experiment("allostery", cycles=20, board=Board(up_bias=0.3))
    known = [each for each in OF_RHEOSTATS if each.effect != "averagers load and bridge"]
    _, rows, circuit = ablation(experiment, known, lambda step: None)
    assert rows[-1]["effect"] == REST
    assert rows[-1].items() >= figures(circuit).items()
    assert rows[-1]["voltage_rms"] > 0.01 > rows[-2]["voltage_rms"]


@pytest.mark.parametrize(
    ("volts", "differ", "same_volts", "same_differ", "said"),
    [
        (0.05, 0.4, 2e-9, 0.0, "is 2 nV rms from the circuit, and decides otherwise in 0 % of"),
        (0.05, 0.4, 0.04, 0.0, "is 40 mV rms from the circuit"),
        (0.05, 0.4, 2e-9, 0.3, "decides otherwise in 30 % of the decisions: something else"),
        (0.0, 0.0, 0.0, 0.0, ": they account for the departure."),
        (2e-9, 0.0, 2e-9, 0.001, "something else departs, too."),
    ],
)
def test_what_is_left_with_the_same_imperfections_is_said(
    volts: float, differ: float, same_volts: float, same_differ: float, said: str
) -> None:
    results = {
        **{"voltage_rms": volts, "voltage_rms_same_imperfections": same_volts},
        **{"agreement": 1 - differ, "agreement_same_imperfections": 1 - same_differ},
    }
    found = accounted(results)
    assert said in found
    explained = same_volts < 0.01 and same_differ == 0
    assert ("they account for" in found) == explained
    assert ("something else departs" in found) == (not explained)


def test_the_verdict_on_errors_names_the_worst_alone_unless_none_matters() -> None:
    perfect = {"error_final": 1e-6, "decades": 4.0}
    rungs = [rung("gain", 0.5, 1.5e-6), rung("offset", 1.0, 1.6e-5), rung("noise", 0.9)]
    named = verdict_on_errors(perfect, rungs)
    assert named == (
        "Alone, 'offset' costs most: the error falls by 3.00 decades, to 4 mV rms; without any it "
        "falls by 4.00 decades, to 1 mV."
    )
    nothing = verdict_on_errors({**perfect, "decades": -1.0}, [rungs[0], rungs[2]])
    assert nothing == (
        "None of the imperfections, alone, matters: with 'gain', the worst of them, the error "
        "falls by 3.00 decades, to 1.22 mV rms; without any it rises by 1.00 decades, to 1 mV."
    )


@pytest.mark.parametrize(
    ("effect", "much"),
    [
        ("thresholds of the twins differ", {"threshold_sigma_V": 0.3}),
        ("multiplier offset", {"offset_sigma_V2": 5e-2}),
        ("multiplier offset", {"offset_V2": -5e-2}),  # upwards gates drift together, and it learns
        ("gains of the two squares differ", {"imbalance_sigma": 0.3}),
        ("bias towards low gates", {"clamped_bias": 0.3}),
        ("multiplier noise", {"noise_V2": 0.2}),
        (HARMLESS, {}),
    ],
)
def test_an_imperfection_that_is_large_is_named(effect: str, much: dict[str, Any]) -> None:
    """One at a time, beside one that costs nothing."""
    steep: dict[str, Any] = {"subthreshold_V": STEEPEST_V, "gain_sigma": 0.01}
    board = TransistorBoard(gate_F=310e-9, **steep, **much)  # a window takes one step
    experiment = Experiment("nonlinear-regression", cycles=60, evaluate_every=5, board=board)
    chosen = [NAMED[name] for name in dict.fromkeys((HARMLESS, effect))]
    steps: list[str] = []
    perfect, rows, _ = ablation(experiment, chosen, steps.append)
    said = verdict_on_errors(perfect, rows)
    named = f"Alone, {effect!r} costs most" if much else "None of the imperfections, alone, matters"
    assert said.startswith(named), said
    assert [row["effect"] for row in rows] == [each.effect for each in chosen]
    assert rows[0]["alone"]["error_final"] == rows[0]["error_final"]
    assert 0.9 < rows[0]["agreement"] <= 1
    assert 0.005 < rows[0]["step_error"] < 0.02  # of gains that spread by 0.01
    assert perfect["step_error"] < 0.005
    assert f"{effect}, {len(chosen)} of {len(chosen)}" in steps


def test_long_windows_are_fewer() -> None:
    """The machine learns for as long; what is cut is cut at the same time."""
    experiment = Experiment("xor", cycles=4000, cuts=["3@1000", "5@3999"])
    long = NAMED["fewer windows, 10 times as long"]
    added = long.put_in(experiment.setup(experiment.lesson))
    assert added == {"window_s": pytest.approx(1e-3), "example_s": pytest.approx(1e-3)}
    paced = on_board(experiment, TransistorBoard(**added), long.pace)
    assert (paced.length, paced.cuts, paced.evaluate_every) == (400, ("3@100", "5@399"), 5)


def test_validate_speaks_of_gates_where_gates_learn(command: Run, tmp_path: Path) -> None:
    done = command("validate", "xor", "--cycles", "20", "--out", "v", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert results == json.loads((tmp_path / "v" / "validation.json").read_text())
    assert [row["effect"] for row in results["ladder"]] == ["conduction below threshold"]
    assert [row["effect"] for row in results["what_if"]] == list(NAMED)[1:]
    assert results["agreement"] > 0.98
    assert results["step_error"] < 0.02
    assert results["perfect"]["step_error"] < results["what_if"][1]["step_error"]
    page = (tmp_path / "v" / "report.html").read_text()
    shown = page[page.index("<body") : page.index("<script", page.index("<body"))]
    assert "Its steps are" in shown
    assert "whether a gate rises or falls" in shown
    for foreign in ("Eq. 5", "Eq. 6", "wiper", "code", "clock", "latch"):
        assert foreign not in shown
