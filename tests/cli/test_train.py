"""``spicelearn train``, as a user runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from ..conftest import Run

pytestmark = pytest.mark.usefixtures("ngspice")


def test_divider_follows_every_target(command: Run, tmp_path: Path) -> None:
    done = command("train", "divider", "--json", "--out", "run")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert len(results["stages"]) == 5
    assert max(stage["error_late_V"] for stage in results["stages"]) < 0.060
    table = pd.read_csv(tmp_path / "run" / "cycles.csv")
    for stage in results["stages"]:
        late = table["error"][stage["last_cycle"] - 29 : stage["last_cycle"] + 1]
        assert (late**0.5).mean() == pytest.approx(stage["error_late_V"], rel=1e-6)


def test_allostery_is_learned_in_the_circuit(spicelearn: Run, tmp_path: Path) -> None:
    done = spicelearn("train", "allostery", "--cycles", "1000", "--json", "--quiet", "--out", "run")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    results = json.loads(done.stdout)
    assert results["decades"] >= 3.0
    assert results["unsettled_cycles"] == 0
    assert results["engine"].startswith("ngspice-")
    expected = {
        "task", "machine", "plant", "detail", "cycles", "seed", "eta", "probability",
        "error_initial", "error_final", "error_best", "decades", "accuracy_initial",
        "accuracy_final",
        "cycles_per_second", "wall_seconds", "unsettled_cycles", "engine", "run",
    }  # fmt: skip
    assert expected <= set(results)
    table = pd.read_csv(tmp_path / "run" / "cycles.csv")
    assert table["cycle"].tolist() == list(range(1001))
    codes = table.filter(like="code_")
    assert codes.shape == (1001, 16)
    assert (codes.iloc[0] == 64).all()
    assert set(codes.diff().iloc[1:].to_numpy().ravel()) <= {-1, 0, 1}
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["status"] == "finished"
    assert manifest["results"] == results
    assert len(manifest["parts"]["offset_V"]) == 16


def test_the_same_command_twice_gives_identical_codes(command: Run, tmp_path: Path) -> None:
    for out in ("one", "two"):
        done = command("train", "allostery", "--cycles", "150", "--out", out, "--seed", "4")
        assert done.returncode == 0, done.stderr
    one, two = (pd.read_csv(tmp_path / out / "cycles.csv") for out in ("one", "two"))
    pd.testing.assert_frame_equal(one, two)


def test_a_missing_libngspice_is_one_line(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", str(tmp_path / "libngspice.so"))
    done = command("train", "divider", "--json", "--out", "run")
    assert not (tmp_path / "run").exists()
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "libngspice cannot be loaded from NGSPICE_LIBRARY_PATH=" in done.stderr


def test_another_library_is_not_taken_for_ngspice(
    command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", "libm.so.6")
    done = command("train", "divider")
    assert done.returncode == 1
    assert "libngspice cannot be loaded from NGSPICE_LIBRARY_PATH=libm.so.6" in done.stderr


def test_a_refused_run_leaves_no_folder_and_another_run_is_not_touched(
    command: Run, tmp_path: Path
) -> None:
    board = tmp_path / "fast.toml"
    board.write_text("clock_period_s = 1e-9\n")
    done = command("train", "divider", "--board", str(board), "--out", "run")
    assert done.returncode == 2
    assert "clock_period_s = 1e-09, expected at least" in done.stderr
    assert not (tmp_path / "run").exists()
    assert command("train", "divider", "--cycles", "5", "--out", "run").returncode == 0
    table = (tmp_path / "run" / "cycles.csv").read_bytes()
    done = command("train", "divider", "--out", "run")
    assert done.returncode == 2
    assert "run holds a run already" in done.stderr
    assert (tmp_path / "run" / "cycles.csv").read_bytes() == table


def test_of_two_runs_at_once_one_gets_the_folder(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "spicelearn"
    command = [str(program), "train", "divider", "--cycles", "5", "--out", "run"]
    both = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    assert sorted(process.wait(60) for process in both) == [0, 2]
    for process in both:
        process.communicate()


@pytest.mark.parametrize(
    "constants",
    ["rheostat_ohm = 1e3", "response_s = 1e-3", "terminal_wiper_F = 1e-7", "clock_delay_s = 1e-3"],
)
def test_the_clock_follows_from_any_board(command: Run, tmp_path: Path, constants: str) -> None:
    (tmp_path / "board.toml").write_text(constants)
    done = command("train", "allostery", "--board", "board.toml", "--cycles", "60", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert results["unsettled_cycles"] == 0
    assert results["decades"] > 0.5


def rows(path: Path) -> int:
    return path.read_bytes().count(b"\n") - 1 if path.exists() else 0


def started(tmp_path: Path, after: int) -> subprocess.Popen[str]:
    """Start a long run and return once so many cycles are recorded."""
    program = Path(sys.executable).parent / "spicelearn"
    command = [str(program), "train", "allostery", "--cycles", "20000", "--out", "run"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while rows(tmp_path / "run" / "cycles.csv") < after:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("blow", [signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_of_the_engine_is_one_error_and_loses_no_cycle(
    tmp_path: Path, blow: signal.Signals
) -> None:
    process = started(tmp_path, 50)
    (child,) = psutil.Process(process.pid).children()
    assert child.num_threads() == 1
    child.send_signal(blow)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert output == ""
    assert errors.count("\n") == 1
    assert f"the engine was ended by signal {blow.value} ({blow.name})" in errors
    assert "its last words: " in errors
    assert "the deck is run/deck.cir" in errors
    table = pd.read_csv(tmp_path / "run" / "cycles.csv")
    assert len(table) >= 50
    assert table["cycle"].tolist() == list(range(len(table)))
    assert table.notna().drop(columns="accuracy").to_numpy().all()
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["status"] == "failed"
    assert blow.name in manifest["reason"]
