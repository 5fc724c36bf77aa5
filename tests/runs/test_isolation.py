from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spicelearn.errors import EngineError, UsageError
from spicelearn.experiment import Experiment
from spicelearn.runs import isolation
from spicelearn.runs.carry_out import begin
from spicelearn.runs.isolation import Listener, isolated


def doubled(number: int, listener: Listener) -> int:
    listener(number + 1)
    return 2 * number


def refusing(listener: Listener) -> None:
    raise UsageError("that is not a deck")


def broken(listener: Listener) -> None:
    raise ZeroDivisionError("a mistake of ours")


def crashing(listener: Listener) -> None:
    listener("before")
    print("free(): invalid pointer", flush=True)
    os.kill(os.getpid(), signal.SIGABRT)


def leaving(listener: Listener) -> None:
    os._exit(3)


def silent(listener: Listener) -> None:
    signal.pause()


def counted(listener: Listener) -> tuple[int, int, int, int]:
    """Return how often this was called, the process's parent, its open files and its threads."""
    calls.append(1)
    np.ones((300, 300)) @ np.ones((300, 300))  # large enough for a library to share it out
    files, threads = (len(os.listdir(where)) for where in ("/dev/fd", "/proc/self/task"))
    return len(calls), os.getppid(), files, threads


def ending_server(listener: Listener) -> str:
    os.kill(os.getppid(), signal.SIGKILL)
    return "done"


calls: list[int] = []


@pytest.fixture
def heard() -> list[Any]:
    return []


@pytest.fixture
def cold() -> Iterator[None]:
    """Begin and end without a server."""
    isolation._close_idle()
    isolation._idle.clear()
    yield
    isolation._close_idle()
    isolation._idle.clear()


def alone(tmp_path: Path, function: Any) -> Any:
    return isolated(function, log=tmp_path / "log", listener=lambda _: None)


def test_results_and_progress_come_back(tmp_path: Path, heard: list[Any]) -> None:
    assert isolated(doubled, 21, log=tmp_path / "log", listener=heard.append) == 42
    assert heard == [22]


def test_a_failure_of_ours_comes_back_as_it_was(tmp_path: Path, heard: list[Any]) -> None:
    with pytest.raises(UsageError, match="that is not a deck"):
        isolated(refusing, log=tmp_path / "log", listener=heard.append)
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        isolated(broken, log=tmp_path / "log", listener=heard.append)


def test_a_crash_is_one_error_with_the_last_words(tmp_path: Path, heard: list[Any]) -> None:
    message = r"ended by signal 6 \(SIGABRT\); its last words: free\(\): invalid pointer"
    with pytest.raises(EngineError, match=message):
        isolated(crashing, log=tmp_path / "log", listener=heard.append)
    assert heard == ["before"]
    with pytest.raises(EngineError, match="ended by itself with status 3; its last words: none"):
        isolated(leaving, log=tmp_path / "log", listener=heard.append)


def test_a_child_that_says_nothing_is_ended(
    tmp_path: Path, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "PATIENCE", 0.25)
    monkeypatch.setattr(isolation, "START", 4)
    with pytest.raises(EngineError, match="sent nothing for 1 s and was ended"):
        isolated(silent, log=tmp_path / "log", listener=heard.append)


@pytest.mark.usefixtures("cold")
def test_one_server_forks_child_after_child_each_in_the_same_state(tmp_path: Path) -> None:
    calls.extend([1, 1])  # of this process: no child inherits them
    first = alone(tmp_path, counted)
    for fault in (crashing, leaving, broken):
        with pytest.raises((EngineError, RuntimeError)):
            alone(tmp_path, fault)
        assert alone(tmp_path, counted) == first
    assert first[0] == 1
    assert first[1] != os.getpid()


@pytest.mark.usefixtures("cold")
def test_another_environment_gets_another_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, server, *_ = alone(tmp_path, counted)
    monkeypatch.setenv("SPICE_SCRIPTS", str(tmp_path))
    _, other, *_ = alone(tmp_path, counted)
    assert other != server
    assert len(isolation._idle) == 1


@pytest.mark.usefixtures("cold")
def test_a_server_that_is_killed_costs_no_run(tmp_path: Path) -> None:
    assert alone(tmp_path, ending_server) == "done"
    assert not isolation._idle
    _, server, *_ = alone(tmp_path, counted)
    os.kill(server, signal.SIGKILL)
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    calls_there, other, *_ = alone(tmp_path, counted)
    assert calls_there == 1
    assert other != server


PROGRAM = """
import os, sys
from pathlib import Path
from spicelearn.runs import isolation
from tests.runs.test_isolation import alone, calls, counted
calls.append(1)
held = open(sys.argv[0])
if sys.argv[1] == "allowed":
    isolation.allow_forks()
calls_there, parent, files, threads = alone(Path(sys.argv[2]), counted)
print(calls_there, parent == os.getpid(), files, threads)
"""


@pytest.mark.parametrize(("allowed", "told"), [("allowed", "2 True"), ("", "1 False")])
def test_only_a_process_that_allows_it_is_forked_and_keeps_its_files_to_itself(
    tmp_path: Path, allowed: str, told: str
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    words = [sys.executable, str(tmp_path / "program.py"), allowed, str(tmp_path)]
    paths = {"PYTHONPATH": str(Path(__file__).parents[2])}
    there = {**os.environ, **isolation.ALONE, **paths}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=there)
    streams_pipes_and_list, threads = 6, 1
    assert done.stdout.split() == [*told.split(), str(streams_pipes_and_list), str(threads)]


ORPHANED = """
import os, signal, sys
from pathlib import Path
from spicelearn.runs import isolation
from tests.runs.test_isolation import silent
if sys.argv[1] == "allowed":
    isolation.allow_forks()
work = isolation.Work(silent, log=Path(sys.argv[2]), keep=[int(sys.argv[3])])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("allowed", ["allowed", ""])
def test_a_child_ends_with_its_parent_however_that_ends(tmp_path: Path, allowed: str) -> None:
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    last, held = os.pipe()  # at its end as soon as nobody holds it open
    words = [sys.executable, "-c", ORPHANED, allowed, str(tmp_path / "log"), str(held)]
    done = subprocess.run(words, check=False, env=there, pass_fds=[held])
    os.close(held)
    assert done.returncode == -signal.SIGKILL
    assert select.select([last], [], [], 10)[0], "the child goes on"
    os.close(last)


INTERRUPTED = """
import os, signal, sys
from pathlib import Path
from spicelearn.runs import isolation
from tests.runs.test_isolation import alone, counted
isolation.allow_forks()
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    alone(Path(sys.argv[1]), counted)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_while_a_child_is_forked_is_not_lost(tmp_path: Path) -> None:
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    words = [sys.executable, "-c", INTERRUPTED, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=there)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


@pytest.mark.usefixtures("cold", "ngspice")
def test_a_run_of_a_warm_engine_is_that_of_a_fresh_one(tmp_path: Path) -> None:
    """Byte for byte, after the run of another machine and after a crash."""
    chosen = Experiment("allostery", cycles=60, probability=0.5, seed=3)
    begin(chosen, tmp_path / "fresh")
    (server,) = isolation._idle
    begin(Experiment("xor", cycles=3), tmp_path / "other")
    with pytest.raises(EngineError):
        alone(tmp_path, crashing)
    begin(chosen, tmp_path / "warm")
    assert isolation._idle == [server]
    for name in ("cycles.csv", "deck.cir", "clocked.txt"):
        held = [(tmp_path / run / name).read_bytes() for run in ("fresh", "warm")]
        assert held[0] == held[1]
