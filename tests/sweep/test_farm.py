"""A sweep carried out: on this machine, on a cluster, through whatever happens to it."""

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

from spicelearn.errors import EngineError, UsageError
from spicelearn.sweep import farm, point
from spicelearn.sweep.farm import begin, recorded
from spicelearn.sweep.point import TIMES, Outcome, carry_out
from spicelearn.sweep.spec import Sweep
from spicelearn.sweep.table import read_table, write_table

from ..conftest import Run

PROGRAMS = Path(sys.executable).parent
SPEC = """
seeds = 6
[run]
task = "allostery"
cycles = 400
[grid.board]
offset_sigma_V = ["0.5 mV", "1 mV"]
"""


def table(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "sweep.parquet").drop(columns=list(TIMES))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, ngspice: str) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "s.toml").write_text(SPEC)
    command = [str(PROGRAMS / "spicelearn"), "sweep", "s.toml", "--workers", "1", "--out", "whole"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = folder / "whole" / "figures"
    assert (figures / "decades-board.offset_sigma_V.png").stat().st_size > 10_000
    return table(folder / "whole")


def test_every_point_is_an_ordinary_run(
    undisturbed: pd.DataFrame, spicelearn: Run, tmp_path: Path
) -> None:
    assert list(undisturbed["point"]) == list(range(12))
    assert list(undisturbed["board.offset_sigma_V"]) == [5e-4] * 6 + [1e-3] * 6
    assert list(undisturbed["run.seed"]) == 2 * list(range(6))
    assert (undisturbed["status"] == "finished").all()
    (tmp_path / "b.toml").write_text("offset_sigma_V = 5e-4\n")
    arguments = ("--board", "b.toml", "--seed", "3", "--cycles", "400", "--out", "run")
    spicelearn("train", "allostery", *arguments)
    results = json.loads((tmp_path / "run" / "manifest.json").read_text())["results"]
    assert results["error_final"] == undisturbed["error_final"][3]


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


def worker(process: psutil.Process) -> psutil.Process:
    """Return a process below this one that runs an engine."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in process.children(recursive=True):
            try:
                if "spicelearn.isolation" in child.cmdline():
                    parent = child.parent()
                    assert parent is not None
                    return parent
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.01)
    raise AssertionError("no engine runs")


def wait_for(process: subprocess.Popen[bytes], folder: Path, count: int) -> None:
    deadline = time.monotonic() + 60
    while outcomes(folder) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_after_kill_9_of_a_worker_and_of_all_the_table_is_that_of_an_undisturbed_one(
    undisturbed: pd.DataFrame, spicelearn: Run, tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    process = started(tmp_path, "--workers", "2")
    wait_for(process, tmp_path, 1)
    worker(psutil.Process(process.pid)).kill()
    wait_for(process, tmp_path, 5)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert 5 <= outcomes(tmp_path) < 12
    done = spicelearn("sweep", "s.toml", "--out", "sweep", "--workers", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["finished"] == 12
    pd.testing.assert_frame_equal(table(tmp_path / "sweep"), undisturbed)
    assert len(pd.read_csv(tmp_path / "sweep" / "sweep.csv")) == 12
    before = outcomes(tmp_path)
    again = spicelearn("sweep", "s.toml", "--out", "sweep")
    assert again.returncode == 0
    assert outcomes(tmp_path) == before


def test_an_interrupt_says_how_to_go_on(spicelearn: Run, tmp_path: Path, ngspice: str) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    process = started(tmp_path, "--workers", "2")
    wait_for(process, tmp_path, 2)
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted; to go on: spicelearn sweep s.toml --out sweep" in words
    assert b"Traceback" not in words
    done = spicelearn("sweep", "s.toml", "--out", "sweep", "--json")
    assert json.loads(done.stdout)["finished"] == 12


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a scheduler and two workers, by Dask's own commands; yield the address."""
    dask = [str(PROGRAMS / "dask")]
    file = folder / "scheduler.json"
    local = ["--host", "127.0.0.1"]
    options = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [*dask, "scheduler", *local, "--port", "0", "--no-dashboard"]
    one = [*dask, "worker", *local, "--nthreads", "1", "--no-dashboard"]
    processes = [subprocess.Popen([*scheduler, "--scheduler-file", str(file)], **options)]
    try:
        deadline = time.monotonic() + 30
        while not file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        processes += [
            subprocess.Popen([*one, "--scheduler-file", str(file)], **options) for _ in range(2)
        ]
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


def test_a_point_that_fails_is_in_the_table(spicelearn: Run, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        '[run]\ntask = "divider"\nplant = "ideal"\ncycles = 20\n[grid.run]\neta = [2.0, 0.5]\n'
    )
    done = spicelearn("sweep", "s.toml", "--out", "sweep", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "1 of 2 points finished" in done.stdout
    assert "1 failed, the first: eta = 2.0, expected more than 0 and at most 1" in done.stdout
    found = table(tmp_path / "sweep")
    assert list(found["status"]) == ["failed", "finished"]
    assert found["error_final"].isna().tolist() == [True, False]


def test_no_scheduler_is_one_line(
    spicelearn: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    done = spicelearn("sweep", "s.toml", "--out", "sweep", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 1
    assert "no Dask scheduler at tcp://127.0.0.1:9" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_the_extra_it_says_what_to_install(
    spicelearn: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.toml").write_text(SPEC)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['distributed'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = spicelearn("sweep", "s.toml")
    assert done.returncode == 1
    assert "sweep needs distributed, which is not installed: pip install 'spicelearn[sweep]'" in (
        done.stderr
    )


def planned(folder: Path, text: str = SPEC) -> Sweep:
    (folder / "s.toml").write_text(text)
    return Sweep.from_toml(folder / "s.toml")


def test_a_folder_keeps_its_sweep(tmp_path: Path) -> None:
    begin(planned(tmp_path), tmp_path / "sweep")
    begin(planned(tmp_path), tmp_path / "sweep")
    with pytest.raises(UsageError, match="sweep holds another sweep, or a file"):
        begin(planned(tmp_path, SPEC.replace("6", "7")), tmp_path / "sweep")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").touch()
    with pytest.raises(UsageError, match="other holds something else, expected a new folder"):
        begin(planned(tmp_path), tmp_path / "other")


def test_a_file_that_has_changed_is_noticed(tmp_path: Path) -> None:
    """The base of a point's own task file too, and files of later points."""
    task = 'network = "net.csv"\n[inputs]\n0 = 5.0\n2 = 0.0\n[outputs]\n1 = 2.0\n'
    (tmp_path / "net.csv").write_text("source,target\n0,1\n1,2\n")
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "t.toml").write_text(task.replace("net.csv", "../net.csv"))
    (tmp_path / "b.toml").write_text("noise_V = 0.0\n")
    text = (
        '[run]\ntask = "tasks/t.toml"\n[[case]]\nrun.board = "b.toml"\n[[case]]\n'
        'run.board = "c.toml"\n[grid.task]\neta = [0.1, 0.5]\n'
    )
    (tmp_path / "c.toml").write_text("noise_V = 0.001\n")
    sweep = planned(tmp_path, text)
    begin(sweep, tmp_path / "sweep")
    for name, other in (("tasks/t.toml", "1 = 2.5"), ("c.toml", "up_bias = 0.0")):
        before = (tmp_path / name).read_text()
        (tmp_path / name).write_text(f"{before}\n# {other}\n")
        with pytest.raises(UsageError, match="or a file or a version has changed"):
            begin(sweep, tmp_path / "sweep")
        (tmp_path / name).write_text(before)
    begin(sweep, tmp_path / "sweep")


def test_values_of_several_kinds_stand_as_json(tmp_path: Path) -> None:
    text = '[run]\ntask = "allostery"\n[grid.run]\ncuts = [["3@5"], []]\ncycles = [9, 9.5, "x"]\n'
    sweep = planned(tmp_path, text)
    found = {point.number: Outcome(point.number, "failed", "no", {}) for point in sweep.points}
    written = write_table(sweep, found, tmp_path)
    assert list(written["run.cycles"][:3]) == ["9", "9.5", '"x"']
    assert list(written["run.cuts"])[::3] == ['["3@5"]', "[]"]
    pd.testing.assert_frame_equal(read_table(tmp_path)[["run.cuts"]], written[["run.cuts"]])


def test_a_sweep_of_which_no_point_can_be_is_refused(spicelearn: Run, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(SPEC.replace('["0.5 mV", "1 mV"]', "[-1, -2]"))
    done = spicelearn("sweep", "s.toml", "--out", "sweep")
    assert done.returncode == 2
    assert "sweep s.toml: board: offset_sigma_V = -1, expected 0 to" in done.stderr
    assert not (tmp_path / "sweep").exists()


def test_a_torn_outcome_is_none_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.jsonl"
    line = '{"number": 3, "status": "failed", "reason": "x", "results": {}}\n'
    path.write_text(line + line[:20])
    assert list(recorded(path)) == [3]
    assert path.read_text() == line
    path.write_text("[]\n" + line)
    with pytest.raises(UsageError, match=r"outcomes.jsonl is damaged"):
        recorded(path)
    assert recorded(tmp_path / "none") == {}


def test_an_engine_that_crashes_is_an_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise EngineError("the engine was ended by signal 11\n(SIGSEGV)")

    monkeypatch.setattr(point, "run", crash)
    outcome = carry_out(planned(tmp_path).points[2], tmp_path, tmp_path / "sweep")
    assert (outcome.number, outcome.status) == (2, "failed")
    assert outcome.reason == "the engine was ended by signal 11 (SIGSEGV)"


def test_a_run_that_was_killed_before_its_manifest_begins_anew(tmp_path: Path) -> None:
    sweep = planned(tmp_path, '[run]\ntask = "divider"\nplant = "ideal"\ncycles = 20\n')
    place = tmp_path / "sweep" / "points" / "000000"
    place.mkdir(parents=True)
    (place / "manifest.json").touch()
    outcome = carry_out(sweep.points[0], tmp_path, tmp_path / "sweep")
    assert outcome.status == "finished"
    again = carry_out(sweep.points[0], tmp_path, tmp_path / "sweep")
    assert again == outcome  # its wall time too: it was not run again


def test_all_deaths_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Future:
        status = "error"

        def exception(self) -> Exception:
            return RuntimeError("no\nspicelearn here")

    assert farm._outcome(Future(), 4).reason == "RuntimeError: no spicelearn here"
    Future.status = "cancelled"
    with pytest.raises(Exception, match="the Dask scheduler is gone"):
        farm._outcome(Future(), 4)
