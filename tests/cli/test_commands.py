"""The other subcommands."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from spicelearn.cli import models
from spicelearn.datasheet import BENCHES

from ..conftest import Run

TASKS = ["divider", "allostery", "regression", "iris", "damage", "seven"]
SHORT = ("train", "allostery", "--plant", "ideal", "--cycles", "20", "--out", "run")


def test_tasks_are_listed_machine_by_machine(command: Run) -> None:
    lines = command("tasks").stdout.splitlines()
    heads = [place for place, line in enumerate(lines) if not line.startswith("  ")]
    named = [lines[place].partition(":")[0] for place in heads]
    assert named == ["homodyne", "rheostat", "transistor"]
    assert [line.split()[0] for line in lines[heads[1] + 1 : heads[2]]] == TASKS
    listed = json.loads(command("tasks", "--json").stdout)
    assert list(dict.fromkeys(row["machine"] for row in listed)) == named
    own = [row for row in listed if row["machine"] == "rheostat"]
    assert [row["name"] for row in own] == TASKS
    assert own[1]["outputs"] == [8, 7, 5]
    assert len(own[4]["cuts"]) == 5
    assert len(own[5]["lessons"]) == 9
    assert next(row for row in listed if row["name"] == "xor")["outputs"] == [[0, 10]]


def test_machines_are_listed(command: Run) -> None:
    lines = command("machines").stdout.splitlines()
    assert re.match(r"rheostat +twin network of digital rheostats", lines[1])
    assert [line.split()[0] for line in lines] == ["homodyne", "rheostat", "transistor"]
    listed = json.loads(command("machines", "--json").stdout)
    assert [row["name"] for row in listed] == ["homodyne", "rheostat", "transistor"]
    row = listed[1]
    assert row["tasks"] == TASKS
    assert row["plants"] == {"spice": ["event", "analog"], "ideal": []}
    decks, files = ["cycle", "self-training", "edge"], ["graphml", "kicad", "kicad-edge"]
    assert list(row["forms"]) == [*decks, *files, "bom", "bom-edge"]


def test_the_machine_of_a_run_is_told(command: Run, tmp_path: Path) -> None:
    done = command(*SHORT, "--machine", "rheostat", "--json")
    assert json.loads(done.stdout)["machine"] == "rheostat"
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["experiment"]["machine"] == "rheostat"
    assert manifest["weights"]["count"] == 16


def test_help_and_version(command: Run) -> None:
    assert command().stdout == command("--help").stdout
    assert "train" in command("--help").stdout
    assert command("--version").stdout.startswith("spicelearn, version 0.")


@pytest.mark.parametrize("detail", ["event", "analog"])
def test_an_exported_deck_runs_in_plain_ngspice(
    command: Run, tmp_path: Path, ngspice: str, detail: str
) -> None:
    done = command("export", "allostery", "--detail", detail, "-o", "deck.cir")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ran = subprocess.run(
        [ngspice, "-b", "deck.cir"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "v(f8)" in ran.stdout
    assert (
        command("export", "allostery", "--detail", detail, "-o", "-").stdout
        == (tmp_path / "deck.cir").read_text()
    )


@pytest.mark.usefixtures("ngspice")
def test_a_part_that_misses_its_data_sheet_is_named(
    command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = BENCHES[0]
    hard = replace(bench.figures[0], minimum=1e9, maximum=2e9)
    monkeypatch.setattr(models, "BENCHES", [replace(bench, figures=(hard,))])
    done = command("models")
    assert done.returncode == 1
    assert "FAIL" in done.stdout, done.stderr
    assert f"1 of 1 figures miss the data sheet: {bench.part} {hard.name}" in done.stderr


def test_an_unfinished_run_is_reported_as_such(command: Run, tmp_path: Path) -> None:
    command(*SHORT)
    manifest = tmp_path / "run" / "manifest.json"
    content = json.loads(manifest.read_text()) | {"status": "failed", "reason": "<crash>"}
    del content["results"]
    manifest.write_text(json.dumps(content))
    assert command("report", "run").returncode == 0
    assert "did not end (failed): &lt;crash&gt;" in (tmp_path / "run" / "report.html").read_text()


def test_a_page_goes_where_it_is_asked_to(command: Run, tmp_path: Path) -> None:
    for seed in ("0", "1"):
        command(
            *("train", "allostery", "--plant", "ideal", "--probability", "0.5", "--cycles", "50"),
            *("--seed", seed, "--out", f"run{seed}"),
        )
    done = command("report", "run0", "--out", "there")
    assert (done.returncode, done.stdout) == (0, "there/report.html\n"), done.stderr
    assert not (tmp_path / "run0" / "report.html").exists()
    done = command("report", "run0", "run1")
    assert re.fullmatch(r"runs/report-\d{8}-\d{6}/report\.html\n", done.stdout), done.stderr
    page = (tmp_path / done.stdout.strip()).read_text()
    assert re.search(r"2 runs; the error of run[01] fell furthest, by [\d.]+ decades\.", page)
    cells = re.findall(r'<td data-head="[^"]*">([^<]*)</td>', page)
    place = cells.index("seed")
    assert cells[place : place + 3] == ["seed", "0", "1"]
    assert "eta" not in cells


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda run: (run / "manifest.json").write_text("{"), 2),
        (lambda run: (run / "cycles.csv").write_text("cycle,error,accuracy,code_0\n"), 1),
        (lambda run: (run / "report.html.part").mkdir(), 1),
    ],
    ids=["manifest", "table", "page"],
)
def test_a_damaged_folder_is_one_line(
    command: Run, tmp_path: Path, spoil: Callable[[Path], object], status: int
) -> None:
    command(*SHORT)
    spoil(tmp_path / "run")
    done = command("report", "run")
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.count("\n") == 1
