from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from spicelearn.errors import EngineError, UsageError
from spicelearn.runs import isolation
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


@pytest.fixture
def heard() -> list[Any]:
    return []


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
