"""The other subcommands."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
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


def test_a_page_goes_where_it_is_asked_to(spicelearn: Run, tmp_path: Path) -> None:
    for seed in ("0", "1"):
        spicelearn(
            *("train", "allostery", "--plant", "ideal", "--probability", "0.5", "--cycles", "50"),
            *("--seed", seed, "--out", f"run{seed}"),
        )
    done = spicelearn("report", "run0", "--out", "there")
    assert (done.returncode, done.stdout) == (0, "there/report.html\n"), done.stderr
    assert not (tmp_path / "run0" / "report.html").exists()
    done = spicelearn("report", "run0", "run1")
    assert re.fullmatch(r"runs/report-\d{8}-\d{6}/report\.html\n", done.stdout), done.stderr
    page = (tmp_path / done.stdout.strip()).read_text()
    assert "2 runs; furthest fell the error of run" in page
    assert "<td>seed</td><td>0</td><td>1</td>" in page
    assert "<td>eta</td>" not in page


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda run: (run / "manifest.json").write_text("{"), 2),
        (lambda run: (run / "cycles.csv").write_text("cycle,error,accuracy,code_0\n"), 1),
        (lambda run: (run / "report.html.part").mkdir(), 1),
    ],
)
def test_a_damaged_folder_is_one_line(
    spicelearn: Run, tmp_path: Path, spoil: Callable[[Path], object], status: int
) -> None:
    spicelearn("train", "allostery", "--plant", "ideal", "--cycles", "20", "--out", "run")
    spoil(tmp_path / "run")
    done = spicelearn("report", "run")
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.count("\n") == 1
