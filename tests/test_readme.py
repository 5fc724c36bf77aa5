"""Every command and program in the README is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    for block in BLOCKS
]
PROGRAM = re.search(r"```python\n(.*?)```", README, re.DOTALL)
SCRIPTS = Path(sys.executable).parent


def call(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.usefixtures("ngspice")
def test_every_command_works_in_its_order(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    commands = [line for block in COMMANDS for line in block if not line.startswith("make ")]
    assert len(commands) >= 8
    for command in commands:
        done = call(command, tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    assert (tmp_path / "runs" / "first" / "report.html").exists()


@pytest.mark.usefixtures("ngspice")
def test_the_demo_trains_and_reports(tmp_path: Path) -> None:
    """``make test`` is what runs this; ``make demo`` is run here."""
    assert COMMANDS[0] == ["make demo", "make test"]
    run = tmp_path / "demo"
    done = call(f"make demo RUN={run} VENV={SCRIPTS.parent}", ROOT)
    assert done.returncode == 0, done.stderr
    assert (run / "figures" / "cycle.png").stat().st_size > 10_000
    assert (run / "report.html").exists()


@pytest.mark.usefixtures("ngspice")
def test_the_program_runs_without_a_main_guard(tmp_path: Path) -> None:
    assert PROGRAM
    (tmp_path / "program.py").write_text(PROGRAM.group(1), encoding="utf-8")
    done = call(f"{sys.executable} program.py", tmp_path)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > 1


def test_every_file_it_points_to_is_there() -> None:
    for target in re.findall(r"\]\(((?!http)[^)]+)\)", README):
        assert (ROOT / target).exists(), target
