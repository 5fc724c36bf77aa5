from __future__ import annotations

import time
from pathlib import Path

import pytest

from spicelearn.cli import progress

from ..conftest import Run


def test_lines_of_progress_say_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At 2 cycles per second 180 more take a minute and a half."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with progress.shown("cycles") as show:
        show("x", 0, 200, "well")
        now[0] = 10.5
        show("x", 21, 201, "well")
        assert capsys.readouterr().err == "21/201 cycles  well  0:01:30 left\n"
        now[0] = 11.0
        show("x", 22, 201, "well")
        assert capsys.readouterr().err == ""


def test_the_time_left_is_counted_from_where_a_resumed_run_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, clock = [5.0], []  # type: ignore[var-annotated]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert progress.left(clock, 900, 1000) == ""
    now[0] = 15.0
    assert progress.left(clock, 910, 1000) == "  0:01:30 left"


@pytest.mark.parametrize("quiet", [True, False])
def test_a_quiet_command_shows_no_progress(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool
) -> None:
    monkeypatch.setattr(progress, "TELL_EVERY", -1.0)
    arguments = ("train", "allostery", "--plant", "ideal", "--cycles", "6000", "--out", "run")
    done = command(*arguments, *(["--quiet"] if quiet else []))
    assert done.returncode == 0
    assert ("/6000 cycles" in done.stderr) is not quiet
    assert "run folder: run" in done.stdout


@pytest.mark.parametrize("name", ["new", "train", "resume", "validate", "sweep", "bench", "models"])
def test_every_command_with_progress_can_be_quiet(command: Run, name: str) -> None:
    assert "-q, --quiet" in command(name, "--help").stdout
