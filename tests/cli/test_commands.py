"""The other subcommands."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from ..conftest import Run


def test_tasks_are_listed(spicelearn: Run) -> None:
    lines = spicelearn("tasks").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [
        "divider",
        "allostery",
        "regression",
        "iris",
        "damage",
        "seven",
    ]
    listed = json.loads(spicelearn("tasks", "--json").stdout)
    assert listed[1]["outputs"] == [8, 7, 5]
    assert len(listed[4]["cuts"]) == 5
    assert len(listed[5]["lessons"]) == 9


def test_help_and_version(spicelearn: Run) -> None:
    assert spicelearn().stdout == spicelearn("--help").stdout
    assert "train" in spicelearn("--help").stdout
    assert spicelearn("--version").stdout.startswith("spicelearn, version 0.")


@pytest.mark.parametrize("detail", ["event", "board"])
def test_an_exported_deck_runs_in_plain_ngspice(
    spicelearn: Run, tmp_path: Path, ngspice: str, detail: str
) -> None:
    done = spicelearn("export", "allostery", "--detail", detail, "-o", "deck.cir")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ran = subprocess.run(
        [ngspice, "-b", "deck.cir"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "v(f8)" in ran.stdout
    assert (
        spicelearn("export", "allostery", "--detail", detail, "-o", "-").stdout
        == (tmp_path / "deck.cir").read_text()
    )


def test_a_run_is_reported_in_one_page(spicelearn: Run, tmp_path: Path, ngspice: str) -> None:
    spicelearn("train", "divider", "--cycles", "30", "--out", "run")
    done = spicelearn("report", "run")
    assert (done.returncode, done.stdout) == (0, "run/report.html\n"), done.stderr
    page = (tmp_path / "run" / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 2
    assert "http" not in re.sub(r"base64,[^\"]+", "", page)
    assert (tmp_path / "run" / "error.png").read_bytes().startswith(b"\x89PNG")


def test_a_run_that_is_measured_now_and_then_is_reported(spicelearn: Run, tmp_path: Path) -> None:
    spicelearn("train", "regression", "--plant", "ideal", "--cycles", "60", "--out", "run")
    (tmp_path / "run" / "manifest.json").write_text("{}")
    done = spicelearn("report", "run")
    assert done.returncode == 0, done.stderr
    assert "decades" in (tmp_path / "run" / "report.html").read_text()


def test_an_unfinished_run_is_reported_as_such(
    spicelearn: Run, tmp_path: Path, ngspice: str
) -> None:
    spicelearn("train", "divider", "--cycles", "30", "--out", "run")
    manifest = tmp_path / "run" / "manifest.json"
    content = json.loads(manifest.read_text()) | {"status": "failed", "reason": "<crash>"}
    del content["results"]
    manifest.write_text(json.dumps(content))
    assert spicelearn("report", "run").returncode == 0
    assert "failed: &lt;crash&gt;" in (tmp_path / "run" / "report.html").read_text()
