"""A machine of another package, found by its entry point, by the ordinary commands."""

from __future__ import annotations

import json
import re
import shutil
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spicelearn as sl
from spicelearn import machines
from spicelearn.errors import SpicelearnError, UsageError
from spicelearn.runs import worker

from ..conftest import ROOT, Run

pytestmark = pytest.mark.usefixtures("other_package", "ngspice")
LIMIT = (0.5, 0.5, -0.25)  # V: the linear function nearest to the gate and
SWEEP = """
[run]
task = "adaline-or"
cycles = 20
plant = "ideal"
[grid.board]
momentum = [0.0, 0.8]
"""


def test_it_is_listed_with_its_tasks(command: Run) -> None:
    listed = json.loads(command("machines", "--json").stdout)
    assert [row["name"] for row in listed][-1] == "adaline"
    tasks = json.loads(command("tasks", "--json").stdout)
    assert {row["name"] for row in tasks if row["machine"] == "adaline"} == {
        "adaline-and",
        "adaline-or",
    }


@pytest.mark.parametrize("plant", ["spice", "ideal"])
def test_it_trains_and_reports(command: Run, tmp_path: Path, plant: str) -> None:
    done = command("train", "adaline-and", "--plant", plant, "--json", "--out", "run")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert (results["machine"], results["cycles"]) == ("adaline", 60)
    cycles = pd.read_csv(tmp_path / "run" / "cycles.csv")
    assert list(cycles.columns[3:]) == ["weight_0", "weight_1", "weight_2"]
    assert cycles.iloc[-1, 3:].to_numpy() == pytest.approx(LIMIT, abs=5e-3)
    done = command("report", "run")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "run" / "report.html").read_text()
    assert "3 weights" in page or "weight (V)" in page
    assert {path.stem for path in (tmp_path / "run" / "figures").glob("*.svg")} == {
        "error",
        "weights",
        "test",
    }


@pytest.mark.parametrize("plant", ["spice", "ideal"])
def test_it_is_taken_up_with_the_momentum_that_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: str
) -> None:
    """Interrupted after a checkpoint in the middle, its table is that of an undisturbed run.

    The circuit's own process keeps checkpoints 0.3 s apart: its run takes longer.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(worker, "CHECKPOINT_EVERY", 0.0)
    choices: dict[str, Any] = {
        "plant": plant,
        "cycles": 1000 if plant == "spice" else 120,
        "probability": 0.7,
        "evaluate_every": 50,
    }
    whole = sl.train("adaline-or", out="whole", **choices)
    torn = Path(shutil.copytree("whole", "torn"))
    state = json.loads((torn / "state.json").read_text())
    assert state["cycle"] >= 1
    assert any(state["memory"])
    manifest = {**whole.manifest, "status": "running"}
    (torn / "manifest.json").write_text(json.dumps(manifest))
    resumed = sl.resume(torn)
    assert resumed.manifest["resumed"] == [state["cycle"]]
    assert (torn / "cycles.csv").read_bytes() == (whole.folder / "cycles.csv").read_bytes()


@pytest.mark.usefixtures("without_cluster")
def test_it_sweeps(command: Run, tmp_path: Path) -> None:
    (tmp_path / "sweep.toml").write_text(SWEEP)
    done = command("sweep", "sweep.toml", "--out", "sweep", "--json")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(tmp_path / "sweep" / "sweep.csv")
    assert table["status"].tolist() == ["finished", "finished"]
    assert table["board.momentum"].tolist() == [0.0, 0.8]
    assert table["decades"].nunique() == 2


def test_what_it_cannot_do_is_one_line(command: Run) -> None:
    for words, message in (
        (["validate", "adaline-or"], "machine adaline has no theory to be validated against"),
        (["bench", "--machine", "adaline"], "machine adaline has no benchmark"),
        (["train", "allostery", "--machine", "adaline"], "no network 'wheel9', expected star"),
        (["train", "adaline-or", "--detail", "event"], "detail = 'event' on plant spice"),
        (["export", "adaline-or", "--form", "edge", "-o", "-"], "no form 'edge', expected whole"),
    ):
        done = command(*words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert message in done.stderr


def test_a_machine_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("broken", "nowhere:MACHINE", machines.GROUP)
    monkeypatch.setattr(machines, "entry_points", lambda group: [point])
    with pytest.raises(SpicelearnError, match="machine broken cannot be loaded from nowhere:MACH"):
        machines.machine_named("broken")
    with pytest.raises(UsageError, match=r"no machine 'nosuch', expected .* or broken"):
        machines.machine_named("nosuch")


def test_nothing_of_the_library_names_it() -> None:
    named = [
        path
        for folder in ("spicelearn", "cli", "models")
        for path in (ROOT / folder).rglob("*.py")
        if re.search("adaline", path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert named == []
