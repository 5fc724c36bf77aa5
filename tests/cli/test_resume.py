"""``spicelearn resume``: whatever interrupts a run, its table is that of an undisturbed one."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spicelearn.experiment import Experiment
from spicelearn.network.graph import named
from spicelearn.runs.carry_out import begin
from spicelearn.runs.worker import Progress

from ..conftest import ROOT, Run

PROGRAM = Path(sys.executable).parent / "spicelearn"
EXAMPLES = ROOT / "examples"
TRAIN = ("train", "regression", "--plant", "ideal")


def reached(table: Path) -> int:
    """Return the cycle of the last row of a table, -1 if it has none."""
    lines = table.read_bytes().split(b"\n") if table.exists() else []
    return int(lines[-2].split(b",")[0]) if len(lines) > 2 else -1


def killed(tmp_path: Path, after: int, *command: str) -> None:
    """Start a command on the folder ``run`` and kill it when its table is at this cycle."""
    process = subprocess.Popen(
        [str(PROGRAM), *command],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    table = tmp_path / "run" / "cycles.csv"
    deadline = time.monotonic() + 60
    while reached(table) < after:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize(
    ("arguments", "kills"),
    [
        (["regression", "--cycles", "580", "--waves", "535:560"], [540, 556]),
        (["iris", "--cycles", "400", "--evaluate-every", "60", "--record-every", "7"], [150, 360]),
        (["seven", "--cycles", "1600", "--evaluate-every", "600"], [1350]),
    ],
    ids=["waves", "iris", "seven"],
)
def test_after_kill_9_the_table_is_that_of_an_undisturbed_run(
    command: Run, tmp_path: Path, arguments: list[str], kills: list[int]
) -> None:
    whole = command("train", *arguments, "--out", "whole", "--json")
    assert whole.returncode == 0, whole.stderr
    killed(tmp_path, kills[0], "train", *arguments, "--out", "run")
    for kill in kills[1:]:
        killed(tmp_path, kill, "resume", "run")
    done = command("resume", "run", "--json")
    assert done.returncode == 0, done.stderr
    names = [path.name for path in (tmp_path / "whole").iterdir()]
    names = [name for name in names if name.endswith((".csv", ".raw", ".vcd"))]
    for name in names:
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    one, two = json.loads(whole.stdout), json.loads(done.stdout)
    for key in ("error_initial", "error_final", "accuracy_final", "unsettled_cycles", "stages"):
        assert one[key] == two[key]
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert len(manifest["resumed"]) == len(kills)
    assert kills[-1] - 1000 <= manifest["resumed"][-1]
    assert manifest["resumed"][-1] > 0


def test_the_idealised_model_is_taken_up_too(command: Run, tmp_path: Path) -> None:
    arguments = [*TRAIN, "--cycles", "12000", "--record-every", "9"]
    assert command(*arguments, "--out", "whole").returncode == 0
    killed(tmp_path, 5000, *arguments, "--out", "run")
    assert command("resume", "run").returncode == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["resumed"][0] > 2000
    assert (tmp_path / "run" / "cycles.csv").read_bytes() == (
        tmp_path / "whole" / "cycles.csv"
    ).read_bytes()


def test_a_finished_run_stays_as_it_is(command: Run, tmp_path: Path) -> None:
    first = command("train", "divider", "--plant", "ideal", "--out", "run", "--json")
    before = (tmp_path / "run" / "cycles.csv").stat().st_mtime_ns
    again = command("resume", "run", "--json")
    assert again.stdout == first.stdout
    assert (tmp_path / "run" / "cycles.csv").stat().st_mtime_ns == before


def interrupted(folder: Path, **changes: object) -> None:
    """Make a finished run look like one that was killed."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest |= {"status": "running", **changes}
    path.write_text(json.dumps(manifest))


def altered(path: Path, *keys: str, to: object) -> None:
    """Change one value in a JSON file, or take it away."""
    content = json.loads(path.read_text())
    table = content
    for key in keys[:-1]:
        table = table[key]
    if to is None:
        del table[keys[-1]]
    else:
        table[keys[-1]] = to
    path.write_text(json.dumps(content))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of iris with a row every five cycles, stopped in its second epoch."""
    folder = tmp_path_factory.mktemp("stopped")
    killed(folder, 4000, "train", "iris", "--plant", "ideal", "--cycles", "90000", "--out", "run")
    assert json.loads((folder / "run" / "state.json").read_text())["cycle"] > 30
    return folder


@pytest.mark.parametrize(
    ("name", "keys", "to", "message"),
    [
        ("state.json", ["cycle"], 90000, "checkpoint at cycle 90000, expected fewer"),
        ("state.json", ["cycle"], 80000, "holds fewer rows than before the checkpoint"),
        ("state.json", ["cycle"], float("inf"), "state.json is damaged: OverflowError"),
        ("state.json", ["weights"], 16 * [128], "state.json is damaged, expected 16 wiper codes"),
        ("state.json", ["weights"], 16 * [6.5], "expected 16 wiper codes from 0 to 127"),
        ("state.json", ["weights"], None, "state.json is damaged: KeyError('weights'), expected a"),
        ("state.json", ["memory"], [0.5], "is damaged, expected a cycle and 0 numbers of memory"),
        ("state.json", ["responses"], [[1.0]], "is damaged, expected responses of (3, 3)"),
        ("state.json", ["responses"], [1, "x"], "state.json is damaged: ValueError"),
        ("state.json", ["made_by"], "ngspice-1", "was made by ngspice-1, here is numpy-"),
        ("manifest.json", ["experiment", "seed"], 1, "here is numpy-"),
        ("manifest.json", ["experiment", "seed"], "x", "manifest.json: seed = 'x', expected 0 to"),
        ("manifest.json", ["experiment", "cycles"], 9000, "expected the same: the weights could"),
        ("manifest.json", ["experiment", "board", "wiper"], 1, "board: no constant 'wiper'"),
        ("manifest.json", ["experiment", "task"], None, "experiment: task is missing or unknown"),
        ("manifest.json", ["experiment", "cuts"], [3], "cuts = [3], expected a list of EDGE@CYC"),
        ("manifest.json", ["experiment", "network"], "a\0b.csv", "expected the name of a file"),
        ("manifest.json", ["experiment"], None, "is damaged, expected tables experiment and fil"),
        ("manifest.json", ["files"], {"nowhere.csv": "0"}, "nowhere.csv: No such file or direct"),
        ("manifest.json", ["status"], "finished", "is damaged: no result 'task'"),
    ],
)
def test_a_damaged_folder_is_one_line_and_stays_as_it_is(
    command: Run,
    tmp_path: Path,
    stopped: Path,
    name: str,
    keys: list[str],
    to: Any,
    message: str,
) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped / "run", run)
    altered(run / name, *keys, to=to)
    before = (run / "cycles.csv").read_bytes()
    done = command("resume", "run")
    assert done.returncode in (1, 2), done.stdout
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert (run / "cycles.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"\n10,", b"\n11,", r"cycles\.csv, row 3: cycle is '?11'?, expected 10"),
        (b"\n0,0.", b"\n0,nan0.", r"cycles\.csv, row 1: error is 'nan0.\d+', expected a number"),
    ],
)
def test_a_torn_table_is_named_by_row(
    command: Run, tmp_path: Path, stopped: Path, old: bytes, new: bytes, message: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped / "run", run)
    content = (run / "cycles.csv").read_bytes()
    assert old in content
    (run / "cycles.csv").write_bytes(content.replace(old, new, 1))
    done = command("resume", "run")
    assert done.returncode == 2
    assert re.search(message, done.stderr)


def test_a_changed_copy_is_named_and_the_original_is_of_no_account(
    command: Run, tmp_path: Path
) -> None:
    (tmp_path / "t.toml").write_text('network="wheel9"\n[inputs]\n0=5.0\n1=0.0\n[outputs]\n4=2.0\n')
    done = command("train", "t.toml", "--plant", "ideal", "--out", "run")
    assert done.returncode == 0, done.stderr
    interrupted(tmp_path / "run")
    assert command("resume", "run").returncode == 0
    interrupted(tmp_path / "run")
    copy = tmp_path / "run" / "inputs" / "t.toml"
    with copy.open("a") as file:
        file.write("5 = 1.0\n")
    done = command("resume", "run")
    assert done.returncode == 2
    assert "run/inputs/t.toml has changed since the run run began" in done.stderr
    copy.write_bytes((tmp_path / "t.toml").read_bytes())
    (tmp_path / "t.toml").unlink()
    assert command("resume", "run").returncode == 0
    interrupted(tmp_path / "run")
    copy.unlink()
    assert "t.toml: No such file or directory, expected a file" in command("resume", "run").stderr


def stop(progress: Progress) -> None:
    """Interrupt a run at its first progress: a listener."""
    raise KeyboardInterrupt


def test_a_moved_folder_is_resumed_without_the_files_that_it_was_made_from(
    command: Run, tmp_path: Path
) -> None:
    """The task names its files in other folders, and two of them have the same name."""
    for place in ("tasks", "data", "nets"):
        (tmp_path / place).mkdir()
    table = (EXAMPLES / "tank.csv").read_bytes()
    (tmp_path / "data" / "tank.csv").write_bytes(table)
    (tmp_path / "tasks" / "tank.csv").write_bytes(table[: table.rfind(b"\n", 0, -1) + 1])
    text = (EXAMPLES / "tank.toml").read_text()
    text = re.sub(r"(?m)^test *=.*$", "", text)
    text = text.replace('"tank.csv"', '"../data/tank.csv"\ntest_file = "tank.csv"')
    (tmp_path / "tasks" / "tank.toml").write_text(text)
    (tmp_path / "nets" / "wheel.csv").write_text(
        "source,target\n" + "".join(f"{a},{b}\n" for a, b in named("wheel9").edges)
    )
    (tmp_path / "c.txt").write_text(("1" * 15 + "0\n") * 6000)
    choices: dict[str, Any] = {"plant": "ideal", "cycles": 6000, "network": "nets/wheel.csv"}
    experiment = Experiment("tasks/tank.toml", clock="c.txt", **choices)
    begin(experiment, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt, match="to go on: spicelearn resume"):
        begin(experiment, tmp_path / "run", stop)
    for place in ("tasks", "data", "nets"):
        shutil.rmtree(tmp_path / place)
    (tmp_path / "c.txt").unlink()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").rename(tmp_path / "elsewhere" / "moved")
    done = command("resume", "elsewhere/moved", "--json")
    assert done.returncode == 0, done.stderr
    for name in ("cycles.csv", "test.csv", "clocked.txt"):
        moved, whole = (tmp_path / run / name for run in ("elsewhere/moved", "whole"))
        assert moved.read_bytes() == whole.read_bytes()
    kept = tmp_path / "elsewhere" / "moved" / "inputs"
    assert {path.name for path in kept.iterdir()} == {
        *("tank.toml", "tank.csv", "tank-2.csv", "wheel.csv", "c.txt")
    }
    assert (kept / "tank.csv").read_bytes() == table
    done = command("train", str(kept / "tank.toml"), "--plant", "ideal", "--cycles", "5")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"0101\n")])
def test_a_lost_record_of_the_clocks_is_written_again(
    command: Run, tmp_path: Path, harm: Callable[[Path], Any]
) -> None:
    begin(Experiment("divider", plant="ideal", cycles=50, probability=0.5), tmp_path / "run")
    mask = tmp_path / "run" / "clocked.txt"
    whole = mask.read_bytes()
    interrupted(tmp_path / "run")
    harm(mask)
    assert command("resume", "run").returncode == 0
    assert mask.read_bytes() == whole
    harm(mask)
    interrupted(tmp_path / "run", clocked="0" * 64)
    done = command("resume", "run")
    assert done.returncode == 1
    assert "clocked.txt was lost, and is another one when it is drawn again" in done.stderr


def test_a_run_that_goes_on_is_left_alone(command: Run, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(PROGRAM), *TRAIN, "--cycles", "10000000", "--out", "run"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    while not (tmp_path / "run" / "state.json").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    done = command("resume", "run")
    assert done.returncode == 2
    assert "run is being written by another process" in done.stderr
    assert process.poll() is None
    process.kill()
    process.communicate()
