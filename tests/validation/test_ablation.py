"""What each imperfection costs, and the sentence that says which costs most."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.imperfections import IMPERFECTIONS
from spicelearn.validation.ablation import ablation, verdict_on_decisions, verdict_on_errors
from spicelearn.validation.compare import on_board

from ..conftest import Run

pytestmark = pytest.mark.usefixtures("ngspice")
NAMED = {each.effect: each for each in IMPERFECTIONS}
HARMLESS = "multiplier gain error"


def rung(effect: str, agreement: float, error: float = 1e-6) -> dict[str, Any]:
    figures = {"agreement": agreement, "decades": 3.0, "error_final": error}
    return {"effect": effect, "alone": figures, **figures}


def test_the_verdict_on_decisions_names_the_worst_alone() -> None:
    rungs = [rung("128 codes", 1.0), rung("offset", 0.9), rung("noise", 0.95)]
    named = verdict_on_decisions(rungs)
    assert named.startswith("Alone, 'offset' costs most decisions: 10 % of them differ")
    nothing = verdict_on_decisions([rung("128 codes", 1.0)])
    assert nothing == "No imperfection, alone, changes a decision."


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
        ("multiplier noise", {"noise_V2": 0.2}),
        (HARMLESS, {}),
    ],
)
def test_an_imperfection_that_is_large_is_named(effect: str, much: dict[str, float]) -> None:
    """One at a time, beside one that costs nothing."""
    board = TransistorBoard(gate_F=310e-9, **much)  # a window takes one step
    experiment = Experiment("nonlinear-regression", cycles=60, evaluate_every=5, board=board)
    chosen = [NAMED[name] for name in dict.fromkeys((HARMLESS, effect))]
    steps: list[str] = []
    perfect, rows = ablation(experiment, chosen, steps.append)
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
    added = long.on(experiment.setup(experiment.lesson))
    assert added == {"window_s": pytest.approx(1e-3), "example_s": pytest.approx(1e-3)}
    paced = on_board(experiment, TransistorBoard(**added), long.pace)
    assert (paced.length, paced.cuts, paced.evaluate_every) == (400, ("3@100", "5@399"), 5)


def test_validate_speaks_of_gates_where_gates_learn(command: Run, tmp_path: Path) -> None:
    done = command("validate", "xor", "--cycles", "20", "--out", "v", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert results == json.loads((tmp_path / "v" / "validation.json").read_text())
    assert [row["effect"] for row in results["ladder"]] == list(NAMED)
    assert results["agreement"] > 0.98
    assert results["step_error"] < 0.02
    assert results["perfect"]["step_error"] < results["ladder"][2]["alone"]["step_error"]
    page = (tmp_path / "v" / "report.html").read_text()
    shown = page[page.index("<body") : page.index("<script", page.index("<body"))]
    assert "The changes of the gate voltages per cycle are" in shown
    assert "whether a gate rises or falls" in shown
    for foreign in ("Eq. 5", "Eq. 6", "wiper", "code", "clock", "latch"):
        assert foreign not in shown
