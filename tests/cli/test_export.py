"""``spicelearn export``, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from ..conftest import Run

pytestmark = pytest.mark.usefixtures("ngspice")

TRAIN = ("train", "xor-gate", "--cycles", "2", "--seed", "4")
EXPORT = ("export", "xor-gate", "--seed", "4", "-o", "-")


def controls(text: str) -> list[float]:
    """Return the voltages of the sources of the five controls in a deck."""
    lines = [line.split() for line in text.splitlines()]
    found = {words[0]: words[3] for words in lines if len(words) == 4}
    return [float(found[f"Vw{place}"]) for place in range(5)]


def test_a_deck_has_the_last_weights_of_a_run(command: Run, tmp_path: Path) -> None:
    assert command(*TRAIN, "--out", "run").returncode == 0
    table = pd.read_csv(tmp_path / "run" / "cycles.csv").filter(like="control_").to_numpy()
    done = command(*EXPORT, "--weights", "run")
    assert (done.returncode, done.stderr) == (0, "")
    assert controls(done.stdout) == table[-1].tolist()
    assert controls(command(*EXPORT).stdout) == table[0].tolist()
    assert (table[0] != table[-1]).any()


def test_codes_stay_whole_numbers(command: Run, tmp_path: Path) -> None:
    train = ("train", "divider", "--plant", "ideal", "--cycles", "20", "--out", "run")
    assert command(*train).returncode == 0
    codes = pd.read_csv(tmp_path / "run" / "cycles.csv").filter(like="code_").iloc[-1]
    assert (codes != 64).all()
    done = command("export", "divider", "--weights", "run", "-o", "-")
    assert (done.returncode, done.stderr) == (0, "")
    for code in codes.astype(int):
        assert str(code) in done.stdout.replace("=", " ").split()


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (("xor-gate", "--seed", "3"), "run was run with seed = 4, expected 3 for these weights"),
        (("xor-gate", "--network", "dopants", "--seed", "4"), "run was run with network = 'mosf"),
        (("divider", "--seed", "4"), "run was run with machine = 'homodyne', expected 'rheostat'"),
        (("xor-gate", "--seed", "4", "--board", "b.toml"), "run was run with another board, expec"),
    ],
)
def test_weights_of_another_machine_are_refused(
    command: Run, tmp_path: Path, choices: tuple[str, ...], message: str
) -> None:
    command(*TRAIN, "--out", "run")
    (tmp_path / "b.toml").write_text("span_V = 0.5\n")
    done = command("export", *choices, "--weights", "run", "-o", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_run_without_such_weights_is_refused(command: Run, tmp_path: Path) -> None:
    command(*TRAIN, "--out", "run")
    table = tmp_path / "run" / "cycles.csv"
    head, first, *_ = table.read_text().splitlines()
    table.write_text(f"{head}\n")
    done = command(*EXPORT, "--weights", "run")
    assert done.returncode == 2
    assert "cycles.csv has no row of 5 control voltages from -1.5 to 1.5 V" in done.stderr
    table.write_text(f"{head}\n{first.rpartition(',')[0]},7.5\n")
    done = command(*EXPORT, "--weights", "run")
    assert done.returncode == 2
    assert "cycles.csv: last row, expected 5 control voltages" in done.stderr
    assert command(*EXPORT, "--weights", "nosuch").returncode == 2
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    manifest["experiment"]["task"] = "nosuch"
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest))
    assert command(*EXPORT, "--weights", "run").returncode == 2
