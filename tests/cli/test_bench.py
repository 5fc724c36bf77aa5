"""``spicelearn bench``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from spicelearn.cli.bench import bench, show

from ..conftest import Run

KEYS = "edges plant cycles_per_second naive_cycles_per_second ratio engine_share peak_rss_mb engine"


@pytest.mark.usefixtures("ngspice")
def test_it_prints_a_row_a_size_and_plant(command: Run) -> None:
    arguments = ("bench", "--edges", "16", "--repeats", "1", "--out", "b")
    done = command(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["plant"] for row in rows] == ["spice", "ideal"]
    assert set(KEYS.split()) <= set(rows[0])
    again = command(*arguments)
    assert again.returncode == 2
    assert "b holds a run already" in again.stderr


def test_several_sizes_are_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[int, ...]] = []

    def write(sizes: tuple[int, ...], *_: object) -> list[object]:
        asked.append(sizes)
        return []

    monkeypatch.setattr("spicelearn.cli.bench.write_bench", write)
    arguments = ["--edges", "16", "--edges", "112", "--json", "--out", str(tmp_path / "b")]
    done = CliRunner().invoke(bench, arguments)
    assert (done.exit_code, done.output) == (0, "[]\n")
    assert asked == [(16, 112)]


def test_the_table_has_the_other_ways_below_the_circuit(capsys: pytest.CaptureFixture[str]) -> None:
    """With the speed-up beside each: the circuit's rate over its own."""
    row = {"edges": 32, "plant": "spice", "engine": "ngspice-39", "cycles_per_second": 600.0}
    row |= {"others": {"slowly": 3.0, "in haste": 1200.0}, "engine_share": 0.5}
    row |= {"peak_rss_mb": 70.0, "load_seconds": 0.1, "unsettled_cycles": 0}
    show([{**row, "growth_exponent": 1.25}], 5, (3e3, 1e4))
    printed = capsys.readouterr().out
    cells = [[cell.strip() for cell in line.split("│")[1:5]] for line in printed.splitlines()]
    assert ["spice (ngspice-39)", "32", "600", ""] in cells
    assert ["- slowly", "32", "3", "200"] in cells
    assert ["- in haste", "32", "1200", "0.5"] in cells
    assert "3000-10000" in printed
    assert "spice: the time per cycle grows as edges^1.25" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--edges", "17"], "--edges 17, expected one of 16, 112, 480, 1624"),
        (["--machine", "transistor", "--edges", "16"], "--edges 16, expected one of 32, 128, 512"),
        (["--edges", "few"], "'few' is not a valid integer"),
        (["--machine", "nosuch"], "no machine 'nosuch', expected homodyne or rheostat"),
        (["--repeats", "0"], "0 is not in the range 1<=x<=1000"),
    ],
)
def test_what_is_not_measured_is_refused(command: Run, arguments: list[str], message: str) -> None:
    done = command("bench", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
