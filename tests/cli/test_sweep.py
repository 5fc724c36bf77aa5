"""``spicelearn sweep``: on this machine, on a cluster, through whatever happens to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import psutil
import pytest

from spicelearn.sweep.point import TIMES

from ..conftest import Run

PROGRAMS = Path(sys.executable).parent
POINTS = 4
SPEC = """
seeds = 2
[run]
task = "allostery"
cycles = 1000
[grid.board]
offset_sigma_V = ["0.5 mV", "1 mV"]
"""


def table(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "sweep.parquet").drop(columns=list(TIMES))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, ngspice: str) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "s.toml").write_text(SPEC)
    words = [str(PROGRAMS / "spicelearn"), "sweep", "s.toml", "--workers", "1", "--out", "whole"]
    subprocess.run(words, cwd=folder, capture_output=True, check=True)
    figures = folder / "whole" / "figures"
    assert (figures / "decades-board.offset_sigma_V.png").stat().st_size > 10_000
    return table(folder / "whole")


def test_every_point_is_an_ordinary_run(
    undisturbed: pd.DataFrame, command: Run, tmp_path: Path
) -> None:
    assert list(undisturbed["point"]) == list(range(POINTS))
    assert list(undisturbed["board.offset_sigma_V"]) == [5e-4] * 2 + [1e-3] * 2
    assert list(undisturbed["run.seed"]) == 2 * list(range(2))
    assert (undisturbed["status"] == "finished").all()
    (tmp_path / "b.toml").write_text("offset_sigma_V = 5e-4\n")
    arguments = ("--board", "b.toml", "--seed", "1", "--cycles", "1000", "--out", "run")
    command("train", "allostery", *arguments)
    results = json.loads((tmp_path / "run" / "manifest.json").read_text())["results"]
    assert results["error_final"] == undisturbed["error_final"][1]


def started(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [str(PROGRAMS / "spicelearn"), "sweep", "s.toml", "--out", "sweep", *options]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def outcomes(folder: Path) -> int:
    path = folder / "sweep" / "outcomes.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for(process: subprocess.Popen[bytes], folder: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while outcomes(folder) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_after_kill_9_of_a_worker_and_of_all_the_table_is_that_of_an_undisturbed_one(
    undisturbed: pd.DataFrame, spicelearn: Run, command: Run, tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    process = started(tmp_path, "--workers", "2")
    wait_for(process, tmp_path, 1)
    psutil.Process(process.pid).children()[0].kill()
    wait_for(process, tmp_path, 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert 2 <= outcomes(tmp_path) < POINTS
    done = spicelearn("sweep", "s.toml", "--out", "sweep", "--workers", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["finished"] == POINTS
    pd.testing.assert_frame_equal(table(tmp_path / "sweep"), undisturbed)
    assert len(pd.read_csv(tmp_path / "sweep" / "sweep.csv")) == POINTS
    before = outcomes(tmp_path)
    again = command("sweep", "s.toml", "--out", "sweep")  # needs no cluster
    assert again.returncode == 0
    assert outcomes(tmp_path) == before


@pytest.mark.usefixtures("ngspice", "without_cluster")
def test_an_interrupt_says_how_to_go_on(command: Run, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    process = started(tmp_path, "--workers", "2")
    wait_for(process, tmp_path, 1)
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted; to go on: spicelearn sweep s.toml --out sweep" in words
    assert b"Traceback" not in words
    assert 1 <= outcomes(tmp_path) < POINTS
    done = command("sweep", "s.toml", "--out", "sweep", "--json")
    assert json.loads(done.stdout)["finished"] == POINTS


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a scheduler and two workers, by Dask's own commands; yield the address."""
    file = folder / "scheduler.json"
    local = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file))

    def start(*words: str) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        command = [str(PROGRAMS / "dask"), *words, *local]
        return subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet)

    processes = [start("scheduler", "--port", "0")]
    try:
        deadline = time.monotonic() + 30
        while not file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        processes.append(start("worker", "--nworkers", "2", "--nthreads", "1"))
        yield json.loads(file.read_text())["address"]
    finally:
        for process in processes[::-1]:
            process.terminate()
        for process in processes:
            process.wait(30)


def test_a_cluster_started_by_hand_gives_the_same_table(
    undisturbed: pd.DataFrame, spicelearn: Run, tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    with cluster(tmp_path) as address:
        done = spicelearn("sweep", "s.toml", "--out", "sweep", "--scheduler", address, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["failed"] == 0
    pd.testing.assert_frame_equal(table(tmp_path / "sweep"), undisturbed)


@pytest.mark.usefixtures("without_cluster")
def test_a_point_that_fails_is_in_the_table(command: Run, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        '[run]\ntask = "divider"\nplant = "ideal"\ncycles = 20\n[grid.run]\neta = [2.0, 0.5]\n'
    )
    done = command("sweep", "s.toml", "--out", "sweep")
    assert done.returncode == 0, done.stderr
    assert "1 of 2 points finished" in done.stdout
    assert "1 failed, the first: eta = 2.0, expected more than 0 and at most 1" in done.stdout
    found = table(tmp_path / "sweep")
    assert list(found["status"]) == ["failed", "finished"]
    assert found["error_final"].isna().tolist() == [True, False]
    done = command("sweep", "s.toml", "--out", "sweep", "--retry", "--json")
    assert json.loads(done.stdout)["failed"] == 1
    assert outcomes(tmp_path) == 3  # one of them again


def test_no_scheduler_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    soon = "from spicelearn.sweep import cluster; cluster.CONNECT = 0.5"
    program = f"{soon}; from spicelearn.cli.main import main; main()"
    arguments = ["sweep", "s.toml", "--out", "sweep", "--scheduler", "tcp://127.0.0.1:9"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no Dask scheduler at tcp://127.0.0.1:9" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_the_extra_it_says_what_to_install(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = command("sweep", "s.toml", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 1
    assert "sweep needs distributed, which is not installed: pip install 'spicelearn[sweep]'" in (
        done.stderr
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"1 mV"', "-1", "s.toml, point 2: board: offset_sigma_V = -1, expected 0 to"),
        ('"1 mV"', '"9 mV"', "s.toml, point 2: board: offset_limit_V = 0.002, expected at least"),
        ("cycles = 1000", "cycles = 0", "s.toml: cycles = 0, expected"),
    ],
)
def test_a_sweep_is_refused_if_no_point_can_be_or_constants_of_one_cannot(
    command: Run, tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in SPEC
    (tmp_path / "s.toml").write_text(SPEC.replace(old, new))
    done = command("sweep", "s.toml", "--out", "sweep")
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "sweep").exists()


def test_a_point_whose_plant_cannot_be_is_left_to_its_run(command: Run, tmp_path: Path) -> None:
    grid = '[grid.run]\nplant = ["ideal", "nosuch"]\n'
    (tmp_path / "s.toml").write_text(f'seeds = 1\n[run]\ntask = "allostery"\ncycles = 3\n{grid}')
    command("sweep", "s.toml", "--out", "sweep", "--quiet")
    found = pd.read_parquet(tmp_path / "sweep" / "sweep.parquet")
    assert list(found["status"]) == ["finished", "failed"]
    assert found["reason"][1].startswith("no plant 'nosuch'")
