from __future__ import annotations

import json
from pathlib import Path

import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.runs import folder as folders
from spicelearn.runs.carry_out import begin
from spicelearn.runs.listing import listed

from ..conftest import Run


def test_a_run_without_a_process_is_interrupted_and_a_link_to_nothing_damaged(
    tmp_path: Path,
) -> None:
    for name in ("killed", "going-on"):
        begin(Experiment("divider", plant="ideal", cycles=3), tmp_path / name)
        manifest = tmp_path / name / "manifest.json"
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"status": "running"}))
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "manifest.json").symlink_to(tmp_path / "nowhere")
    with folders.owned(tmp_path / "going-on"):
        states = {Path(row["run"]).name: row["status"] for row in listed(tmp_path)}
    assert states == {"killed": "interrupted", "going-on": "running", "link": "damaged"}


def test_runs_are_listed_in_the_order_in_which_they_began(command: Run, tmp_path: Path) -> None:
    for name, seed in (("z/first", 1), ("second", 2)):
        begin(
            Experiment("allostery", plant="ideal", cycles=30, seed=seed), tmp_path / "runs" / name
        )
        manifest = tmp_path / "runs" / name / "manifest.json"
        held = json.loads(manifest.read_text())
        manifest.write_text(json.dumps(held | {"begun": f"2030-01-0{seed} 10:00:00"}))
    (tmp_path / "runs" / "other").mkdir()
    rows = listed(tmp_path / "runs")
    assert [(Path(row["run"]).name, row["seed"]) for row in rows] == [("first", 1), ("second", 2)]
    results = json.loads((tmp_path / "runs/second/manifest.json").read_text())["results"]
    assert rows[1] == {
        "run": str(tmp_path / "runs" / "second"),
        "task": "allostery",
        "machine": "rheostat",
        "plant": "ideal",
        "cycles": 30,
        "seed": 2,
        "status": "finished",
        "decades": results["decades"],
        "begun": "2030-01-02 10:00:00",
    }
    done = command("runs", "--json")
    assert [row["run"] for row in json.loads(done.stdout)] == ["runs/z/first", "runs/second"]
    lines = command("runs").stdout.splitlines()
    assert " ".join(lines[0].split()) == "run task machine plant status cycles decades begun"
    assert lines[2].split()[4:7] == ["finished", "30", f"{results['decades']:.2f}"]


def test_a_run_that_failed_or_is_damaged_is_listed_as_such(tmp_path: Path) -> None:
    for name in ("failed", "torn"):
        begin(Experiment("allostery", plant="ideal", cycles=30), tmp_path / name)
    manifest = tmp_path / "failed" / "manifest.json"
    held = json.loads(manifest.read_text()) | {"status": "failed"}
    del held["results"]
    manifest.write_text(json.dumps(held))
    (tmp_path / "torn" / "manifest.json").write_text("{")
    told = {Path(row["run"]).name: (row["status"], row["decades"]) for row in listed(tmp_path)}
    assert told == {"failed": ("failed", None), "torn": ("damaged", None)}


def test_no_folder_and_no_run_are_told_apart(command: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere is no folder, expected one with run folders"):
        listed(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert command("runs", "empty").stdout == "no run folder in empty\n"
    assert json.loads(command("runs", "empty", "--json").stdout) == []
