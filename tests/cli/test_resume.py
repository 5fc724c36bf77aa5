"""``spicelearn resume``: whatever interrupts a run, its table is that of an undisturbed one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..conftest import Run

PROGRAM = Path(sys.executable).parent / "spicelearn"


def killed(tmp_path: Path, after: int, *command: str) -> None:
    """Start a command on the folder ``run`` and kill it when its table has so many rows."""
    process = subprocess.Popen(
        [str(PROGRAM), *command],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    table = tmp_path / "run" / "cycles.csv"
    deadline = time.monotonic() + 60
    while not table.exists() or table.read_bytes().count(b"\n") < after + 1:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize(
    ("arguments", "kills"),
    [
        (["allostery", "--cycles", "1300", "--cut", "3@600"], [200, 700, 1050]),
        (["iris", "--cycles", "400", "--evaluate-every", "60"], [150, 330]),
        (["seven", "--cycles", "1600", "--evaluate-every", "600"], [1350]),
    ],
    ids=["cut", "iris", "seven"],
)
def test_after_kill_9_the_table_is_that_of_an_undisturbed_run(
    spicelearn: Run, tmp_path: Path, arguments: list[str], kills: list[int]
) -> None:
    whole = spicelearn("train", *arguments, "--out", "whole", "--json")
    assert whole.returncode == 0, whole.stderr
    killed(tmp_path, kills[0], "train", *arguments, "--out", "run")
    for kill in kills[1:]:
        killed(tmp_path, kill, "resume", "run")
    done = spicelearn("resume", "run", "--json")
    assert done.returncode == 0, done.stderr
    names = [path.name for path in (tmp_path / "whole").glob("*.csv")]
    for name in names:
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    one, two = json.loads(whole.stdout), json.loads(done.stdout)
    for key in ("error_initial", "error_final", "accuracy_final", "unsettled_cycles", "stages"):
        assert one[key] == two[key]
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert len(manifest["resumed"]) == len(kills)
    assert manifest["resumed"][-1] > kills[-1] - 600


def test_the_idealised_twin_is_taken_up_too(spicelearn: Run, tmp_path: Path) -> None:
    arguments = ["regression", "--plant", "ideal", "--cycles", "12000"]
    assert spicelearn("train", *arguments, "--out", "whole").returncode == 0
    killed(tmp_path, 5000, "train", *arguments, "--out", "run")
    assert spicelearn("resume", "run").returncode == 0
    assert (tmp_path / "run" / "cycles.csv").read_bytes() == (
        tmp_path / "whole" / "cycles.csv"
    ).read_bytes()


def test_a_finished_run_stays_as_it_is(spicelearn: Run, tmp_path: Path) -> None:
    first = spicelearn("train", "divider", "--plant", "ideal", "--out", "run", "--json")
    before = (tmp_path / "run" / "cycles.csv").stat().st_mtime_ns
    again = spicelearn("resume", "run", "--json")
    assert again.stdout == first.stdout
    assert (tmp_path / "run" / "cycles.csv").stat().st_mtime_ns == before


def interrupted(folder: Path, **changes: object) -> None:
    """Make a finished run look like one that was killed."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest |= {"status": "running", **changes}
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("state.json", '"cycle": 0', '"cycle": 900', "checkpoint at cycle 900, expected fewer"),
        ("state.json", '"cycle": 0', '"cycle": 480', "cycles.csv, row 3: expected cycle 2"),
        ("state.json", "64", "128", "state.json is damaged, expected 2 codes below 128"),
        ("state.json", '"codes"', '"code"', "state.json is damaged: KeyError('codes'), expected"),
        ("state.json", "numpy-", "ngspice-", "was made by ngspice-"),
        ("manifest.json", '"seed": 0', '"seed": "x"', "manifest.json: seed = 'x', expected 0 to"),
        ("manifest.json", '"wiper_ohm"', '"wiper"', "manifest.json: board: no constant 'wiper'"),
        ("manifest.json", '"task"', '"tusk"', "manifest.json: experiment: task is missing or un"),
        ("manifest.json", '"cuts": []', '"cuts": [3]', "cuts = [3], expected a list of EDGE@CYCLE"),
    ],
)
def test_a_damaged_folder_is_one_line(
    spicelearn: Run, tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    spicelearn("train", "divider", "--plant", "ideal", "--cycles", "500", "--out", "run")
    interrupted(tmp_path / "run")
    table = tmp_path / "run" / "cycles.csv"
    rows = table.read_text().splitlines(keepends=True)
    if "row 3" in message:
        table.write_text("".join([*rows[:3], "torn", *rows[3:]]))
    path = tmp_path / "run" / name
    text = path.read_text().replace("\n ", " ") if name == "manifest.json" else path.read_text()
    text = json.dumps(json.loads(text))
    assert old in text
    path.write_text(text.replace(old, new))
    before = table.read_bytes()
    done = spicelearn("resume", "run")
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert table.read_bytes() == before


def test_a_changed_file_is_named(spicelearn: Run, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text('network="wheel9"\n[inputs]\n0=5.0\n1=0.0\n[outputs]\n4=2.0\n')
    done = spicelearn("train", "t.toml", "--plant", "ideal", "--out", "run")
    assert done.returncode == 0, done.stderr
    interrupted(tmp_path / "run")
    assert spicelearn("resume", "run").returncode == 0
    interrupted(tmp_path / "run")
    with (tmp_path / "t.toml").open("a") as file:
        file.write("5 = 1.0\n")
    done = spicelearn("resume", "run")
    assert done.returncode == 2
    assert "t.toml has changed since the run run began" in done.stderr
    (tmp_path / "t.toml").unlink()
    assert (
        "t.toml: No such file or directory, expected a file" in spicelearn("resume", "run").stderr
    )


def test_a_run_that_goes_on_is_left_alone(spicelearn: Run, tmp_path: Path) -> None:
    command = ["train", "regression", "--plant", "ideal", "--cycles", "10000000", "--out", "run"]
    process = subprocess.Popen(
        [str(PROGRAM), *command], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    while not (tmp_path / "run" / "state.json").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    done = spicelearn("resume", "run")
    assert done.returncode == 2
    assert "run is being written by another process" in done.stderr
    assert process.poll() is None
    process.kill()
    process.communicate()
