"""The other subcommands."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Run
from ..fuzz.readers import FIGURES, VALIDATION


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


@pytest.mark.parametrize("missing", ["edges", "lessons", "parts", "experiment"])
def test_a_manifest_that_tells_no_machine_leaves_the_network_out(
    spicelearn: Run, tmp_path: Path, missing: str
) -> None:
    spicelearn("train", "regression", "--plant", "ideal", "--cycles", "60", "--out", "run")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    del manifest[missing]
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest))
    done = spicelearn("report", "run")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "run" / "report.html").read_text()
    assert "manifest.json is damaged, expected edges, lessons, parts and experiment" in page
    assert 'id="network-before"' not in page
    assert 'id="codes"' in page


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


def test_a_run_that_was_killed_is_reported_up_to_its_last_whole_row(
    spicelearn: Run, tmp_path: Path
) -> None:
    spicelearn("train", "allostery", "--plant", "ideal", "--cycles", "50", "--out", "run")
    manifest = tmp_path / "run" / "manifest.json"
    content = json.loads(manifest.read_text()) | {"status": "running"}
    del content["results"]
    manifest.write_text(json.dumps(content))
    table = tmp_path / "run" / "cycles.csv"
    table.write_bytes(table.read_bytes()[:-20])
    assert spicelearn("report", "run").returncode == 0
    page = (tmp_path / "run" / "report.html").read_text()
    assert "This run is going on, or was killed" in page
    assert "The last row of cycles.csv is torn: it is left out." in page
    assert "in 49 clock cycles" in page


@pytest.mark.parametrize(
    ("spoil", "status", "message"),
    [
        (lambda run: (run / "manifest.json").unlink(), 2, "run holds no manifest.json, validation"),
        (lambda run: (run / "manifest.json").write_text("{"), 2, "is not a run folder"),
        (lambda run: (run / "manifest.json").write_text("[]"), 2, "holds no table"),
        (lambda run: (run / "cycles.csv").unlink(), 2, "cycles.csv is not a table of cycles"),
        (
            lambda run: (run / "cycles.csv").write_text("a,b\n1,2\n"),
            2,
            "no column cycle, error or accuracy",
        ),
        (
            lambda run: (run / "cycles.csv").write_text("cycle,error,accuracy,code_0\n0,x,,1\n"),
            2,
            "cycles.csv, row 1: error is 'x', expected a number",
        ),
        (
            lambda run: (run / "cycles.csv").write_text("cycle,error,accuracy,code_0\n"),
            1,
            "holds no measured cycle yet",
        ),
        (
            lambda run: (run / "cycles.csv").write_text("cycle,error,accuracy,code_0\n0,inf,,1\n"),
            2,
            "cycles.csv, row 1: error is inf, expected a number",
        ),
        (
            lambda run: (run / "cycles.csv").write_text("cycle,error,accuracy,code_0\n5,1,,1\n"),
            2,
            "cycles.csv, row 1: cycle is 5, expected 0",
        ),
        (lambda run: (run / "test.csv").write_text("x\n1\n"), 2, "is not a table of answers"),
        (
            lambda run: ((run / "manifest.json").unlink(), os.mkfifo(run / "manifest.json")),
            2,
            "manifest.json: a device or a pipe, expected what a run writes",
        ),
        (lambda run: (run / "report.html").mkdir(), 1, "cannot write run/report.html"),
    ],
)
def test_a_damaged_folder_is_refused_in_one_line(
    spicelearn: Run, tmp_path: Path, spoil: Callable[[Path], object], status: int, message: str
) -> None:
    spicelearn("train", "allostery", "--plant", "ideal", "--cycles", "20", "--out", "run")
    spoil(tmp_path / "run")
    done = spicelearn("report", "run")
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("code_0,code_1,code_99", "1,2,3", "has 2 edges and cycles.csv has 3, expected as many"),
        ("code_0", "1", "has 2 edges and cycles.csv has 1"),
        ("code_0,code_1", "-5,400", "cycles.csv has codes beyond 0 to 127"),
    ],
)
def test_a_table_of_another_machine_leaves_the_network_out(
    spicelearn: Run, tmp_path: Path, header: str, row: str, message: str
) -> None:
    spicelearn("train", "divider", "--plant", "ideal", "--cycles", "20", "--out", "run")
    table = f"cycle,error,accuracy,{header}\n0,1.0,,{row}\n"
    (tmp_path / "run" / "cycles.csv").write_text(table)
    done = spicelearn("report", "run")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "run" / "report.html").read_text()
    assert message in page
    assert 'id="power"' not in page


@pytest.mark.parametrize("huge", [10**400, float("inf"), float("nan")])
def test_numbers_that_nothing_can_be_computed_with_are_the_tables(
    spicelearn: Run, tmp_path: Path, huge: float
) -> None:
    for run in ("one", "two"):
        spicelearn("train", "allostery", "--plant", "ideal", "--cycles", "20", "--out", run)
    manifest = tmp_path / "one" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["results"] |= {"decades": huge, "error_initial": huge, "accuracy_final": huge}
    manifest.write_text(json.dumps(content))
    for arguments in (("one",), ("one", "two")):
        done = spicelearn("report", *arguments)
        assert done.returncode == 0, done.stderr
    first = (tmp_path / "one" / "cycles.csv").read_text().split("\n")[1].split(",")[1]
    assert f"fell from {float(first):.4g} to" in (tmp_path / "one" / "report.html").read_text()


def test_a_run_is_not_compared_with_itself(spicelearn: Run) -> None:
    spicelearn("train", "allostery", "--plant", "ideal", "--cycles", "20", "--out", "one")
    done = spicelearn("report", "one", "./one")
    assert (done.returncode, done.stdout) == (2, "")
    assert "a run is named twice, expected runs that differ" in done.stderr


def test_continuous_resistances_have_no_quantisation_floor(spicelearn: Run, tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('update = "continuous"\n')
    arguments = ("--plant", "ideal", "--board", "b.toml", "--cycles", "20", "--out", "run")
    assert spicelearn("train", "allostery", *arguments).returncode == 0
    assert spicelearn("report", "run").returncode == 0
    assert "quantisation floor" not in (tmp_path / "run" / "report.html").read_text()


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("validation.json", lambda content: content["ladder"][0].update(decades=None)),
        ("validation.json", lambda content: content.update(voltage_rms=10**400)),
        ("validation.json", lambda content: content.update(ladder=3)),
        ("figures.json", lambda content: content.update(voltages=[[1.0]])),
        ("figures.json", lambda content: content["errors"].update(circuit=[float("inf")])),
        ("figures.json", lambda content: content.clear()),
    ],
)
def test_a_damaged_validation_is_one_line(
    spicelearn: Run, tmp_path: Path, name: str, spoil: Callable[[dict[str, Any]], object]
) -> None:
    for file, good in (("validation.json", VALIDATION), ("figures.json", FIGURES)):
        (tmp_path / file).write_bytes(good)
    assert spicelearn("report", ".").returncode == 0
    content = json.loads((tmp_path / name).read_text())
    spoil(content)
    (tmp_path / name).write_text(json.dumps(content))
    done = spicelearn("report", ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is damaged, expected what validate writes" in done.stderr


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


def test_a_table_that_was_cut_off_is_told_by_itself(spicelearn: Run, tmp_path: Path) -> None:
    """Results of the manifest are of the whole table, not of what is left of it."""
    spicelearn("train", "allostery", "--plant", "ideal", "--cycles", "60", "--out", "run")
    table = tmp_path / "run" / "cycles.csv"
    lines = table.read_bytes().split(b"\n")
    table.write_bytes(b"\n".join([*lines[:11], lines[11][:9]]))
    done = spicelearn("report", "run")
    assert done.stderr == "note: The last row of cycles.csv is torn: it is left out.\n"
    last = float(lines[10].split(b",")[1])
    page = (tmp_path / "run" / "report.html").read_text()
    assert "in 9 clock cycles its mean squared error fell from" in page
    assert f"to {last:.4g} V²" in page


def test_lessons_in_a_row_are_told_one_by_one(spicelearn: Run, tmp_path: Path) -> None:
    spicelearn("train", "seven", "--plant", "ideal", "--cycles", "1500", "--out", "run")
    done = spicelearn("report", "run")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "run" / "report.html").read_text()
    assert "2 lessons of 2 in a row, 1,500 clock cycles." in page
    assert "<h2>Stages</h2>" in page
