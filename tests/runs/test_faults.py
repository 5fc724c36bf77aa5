"""Faults from outside, on real runs: kills, full and read-only disks, signals, clock jumps."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import chdir, redirect_stdout, suppress
from functools import partial
from io import StringIO
from pathlib import Path

import psutil
import pytest

from spicelearn.cli.main import outcome

from ..conftest import Run

PROGRAM = str(Path(sys.executable).parent / "spicelearn")
ARGUMENTS = ("allostery", "--cycles", "1500", "--probability", "0.5", "--cut", "3@650")
KILLS = 10
FIRST_KILLS = 3
TABLE = "cycles.csv"


def started(folder: Path, *command: str) -> subprocess.Popen[str]:
    """Start the command line in a folder."""
    pipe = subprocess.PIPE
    return subprocess.Popen([PROGRAM, *command], cwd=folder, stdout=pipe, stderr=pipe, text=True)


def until(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    """Wait for something while a process runs."""
    deadline = time.monotonic() + 60
    while not reached():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def running_engines(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return a trainer's engine, not what it starts in passing, such as a look for a library.

    It is forked from the trainer, so that it has its command line.
    """
    found = []
    trainer = psutil.Process(process.pid)
    for child in trainer.children():
        with suppress(psutil.Error):
            if child.cmdline() == trainer.cmdline():
                found.append(child)
    return found


def holds(path: Path, rows: int) -> bool:
    """Say whether a table has so many rows."""
    return path.exists() and path.read_bytes().count(b"\n") > rows


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, ngspice: str) -> bytes:
    """Return the table of a run that nothing happens to."""
    folder = tmp_path_factory.mktemp("undisturbed")
    process = started(folder, "train", *ARGUMENTS, "--out", "run")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return (folder / "run" / TABLE).read_bytes()


def test_kills_of_trainer_and_engine_change_no_byte(undisturbed: bytes, tmp_path: Path) -> None:
    """At cycles drawn at random, of one process and of the other in turn."""
    rng, killed = random.Random(0), {"trainer": 0, "engine": 0}
    command: tuple[str, ...] = ("train", *ARGUMENTS, "--out", "run")
    table = tmp_path / "run" / TABLE
    for kill, row in enumerate(sorted(rng.sample(range(100, 1300), KILLS))):
        process = started(tmp_path, *command)
        if kill % 5:  # the fifth while it starts
            until(process, partial(holds, table, row))
        time.sleep(rng.uniform(0, 0.1))
        assert process.poll() is None, process.communicate()
        engines = running_engines(process)
        victim = "engine" if kill % 2 and engines else "trainer"
        os.kill(engines[0].pid if victim == "engine" else process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        killed[victim] += 1
        gone, alive = psutil.wait_procs(engines, timeout=10)
        assert not alive, gone
        assert not table.exists() or table.read_bytes().endswith(b"\n")  # whole rows only
        command = ("resume", "run") if (table.parent / "manifest.json").exists() else command
    assert killed["engine"] > 1, killed
    process = started(tmp_path, "resume", "run")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert table.read_bytes() == undisturbed


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize("plant", ["ideal", "spice"])
def test_a_kill_in_the_first_moments_leaves_a_folder_that_can_be_resumed_or_is_free(
    tmp_path: Path, plant: str
) -> None:
    """From when the folder is there on, as until then the program only loads."""
    rng, command = random.Random(plant), ("allostery", "--probability", "0.5", "--cycles", "60")
    arguments = ("train", *command, "--plant", plant, "--out", "run")
    run = tmp_path / "run"
    for _ in range(FIRST_KILLS):
        process = started(tmp_path, *arguments)
        until(process, run.exists)
        time.sleep(rng.uniform(0, 0.3))
        process.kill()
        process.communicate(timeout=60)
        again = ("resume", "run") if (run / "manifest.json").exists() else arguments
        with redirect_stdout(StringIO()), chdir(tmp_path):
            assert outcome(list(again)) == 0
        assert holds(run / TABLE, 60)
        assert len((run / "clocked.txt").read_bytes()) == 60 * 17
        shutil.rmtree(run)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
def test_a_signal_ends_both_processes_and_the_run_goes_on_later(
    undisturbed: bytes, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    process = started(tmp_path, "train", *ARGUMENTS, "--quiet", "--out", "run")
    table = tmp_path / "run" / TABLE
    until(process, lambda: table.exists() and table.stat().st_size > len(undisturbed) // 3)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == status
    assert errors.strip() == "spicelearn: interrupted; to go on: spicelearn resume run"
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert (manifest["status"], manifest["reason"]) == ("failed", "interrupted")
    assert (tmp_path / "run" / "state.json").exists()
    process = started(tmp_path, "resume", "run")
    process.communicate(timeout=300)
    assert table.read_bytes() == undisturbed


@pytest.fixture
def mounted(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Return a function that runs a shell script in a mount namespace of its own."""
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    unshare = shutil.which("unshare")
    command = [unshare or "unshare", "--mount", *root, "sh", "-c"]

    def run(script: str) -> subprocess.CompletedProcess[str]:
        script = script.replace("spicelearn", PROGRAM)
        return subprocess.run(
            [*command, script], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    (tmp_path / "disk").mkdir()
    if unshare is None or run("mount -t tmpfs -o size=1m none disk").returncode:
        pytest.skip("no file system can be mounted here")
    return run


def test_a_full_disk_is_told_and_loses_nothing(
    undisturbed: bytes,
    tmp_path: Path,
    mounted: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    arguments = " ".join(ARGUMENTS)
    done = mounted(
        f"""
        mount -t tmpfs -o size=100k none disk
        spicelearn train {arguments} --out disk/run; echo status $? >&2
        spicelearn resume disk/run; echo status $? >&2
        mount -o remount,size=20m disk
        spicelearn resume disk/run && cp disk/run/{TABLE} .
        """
    )
    lines = [line for line in done.stderr.splitlines() if "cycles  error" not in line]
    told, status, again, status_again = lines
    assert told.startswith("spicelearn: cannot write disk/run/")
    assert "No space left on device" in told
    assert again.startswith("spicelearn: cannot write disk/run/")
    assert (status, status_again) == ("status 1", "status 1")
    assert done.returncode == 0
    assert (tmp_path / TABLE).read_bytes() == undisturbed


def test_a_read_only_disk_is_one_line_each(
    tmp_path: Path,
    mounted: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    (tmp_path / "commands.py").write_text(
        "from spicelearn.cli.main import outcome\n"
        "for words in ('train divider --cycles 20 --out disk/new', 'resume disk/run',\n"
        "    'report disk/run', 'validate divider --cycles 20 --out disk/v',\n"
        "    'export divider -o disk/deck.cir'):\n"
        "    assert outcome(words.split()) == 1, words\n"
    )
    done = mounted(
        f"""
        mount -t tmpfs none disk
        spicelearn train divider --cycles 20 --out disk/run > /dev/null
        sed -i s/finished/running/ disk/run/manifest.json
        mount -o remount,ro disk
        {sys.executable} commands.py
        """
    )
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 5, done.stderr
    assert all("Read-only file system" in line for line in lines), done.stderr
    assert done.stdout == ""


@pytest.mark.usefixtures("ngspice")
def test_a_clock_that_jumps_changes_nothing(spicelearn: Run, tmp_path: Path) -> None:
    """The wall clock, by years forth and back at every look at it, in both processes."""
    (tmp_path / "jumps").mkdir()
    (tmp_path / "jumps" / "sitecustomize.py").write_text(
        "import random, time\n"
        "real = time.time\n"
        "time.time = lambda: real() + random.uniform(-1e8, 1e8)\n"
        "time.time_ns = lambda: int(1e9 * time.time())\n"
    )
    arguments = ("allostery", "--cycles", "800")
    assert spicelearn("train", *arguments, "--out", "calm").returncode == 0
    jumping = {"PYTHONPATH": str(tmp_path / "jumps")}
    done = spicelearn("train", *arguments, "--out", "jumpy", env=jumping)
    assert done.returncode == 0, done.stderr
    tables = [(tmp_path / run / TABLE).read_bytes() for run in ("calm", "jumpy")]
    assert tables[0] == tables[1]
