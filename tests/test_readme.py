"""Every command and program in the README is run, a block at a time."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spicelearn.cli.main import outcome
from spicelearn.sweep.spec import Sweep

from .conftest import ROOT
from .pages import blocks

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [
    [command for command, _ in block.commands]
    for block in blocks(ROOT / "README.md")
    if block.language == "console"
]
COMMANDS = [command for block in BLOCKS for command in block]
PROGRAMS = [block.text for block in blocks(ROOT / "README.md") if block.language == "python"]
SCRIPTS = Path(sys.executable).parent
SWEPT, FEWER = "seeds = 20", "seeds = 1"  # of the example, in the folder of these tests
SHORTER = {  # what is long, as it is run here: what comes of the whole is tested elsewhere
    "train xor --board examples/fast-gates.toml --cycles 6000": (
        "train xor --board examples/fast-gates.toml --cycles 60"
    ),
    "train allostery --clock round-robin --plant ideal --cycles 8000": (
        "train allostery --clock round-robin --plant ideal --cycles 800"
    ),
    "export allostery --form self-training --cycles 400": (
        "export allostery --form self-training --cycles 40"
    ),
    "train allostery --cycles 20 --detail analog": "train allostery --cycles 4 --detail analog",
    "train xor --detail parts --cycles 20": "train xor --detail parts --cycles 3",
    "train nand --network dopants --seed 16 --cycles 10": (
        "train nand --network dopants --seed 16 --cycles 3"
    ),
    "train xor-gate --seed 2 --cycles 40": "train xor-gate --seed 2 --cycles 3",
    "validate allostery": "validate allostery --cycles 60",
    "models": "models --levels",
    "bench --edges 16 --edges 112": "bench --edges 16 --repeats 1",
    "train two-tasks --board examples/laboratory.toml --rule overclamp:0.2 --cycles 1000": (
        "train two-tasks --board examples/laboratory.toml --rule overclamp:0.2 --cycles 100"
    ),
    "train xor --board examples/fast-gates.toml --cycles 1000 --nudge centred": (
        "train xor --board examples/fast-gates.toml --cycles 60 --nudge centred"
    ),
}

Call = Callable[[str], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the examples, as in a checkout, but of the sweep with fewer seeds."""
    base = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", base / "examples")
    tolerances = base / "examples" / "tolerances.toml"
    text = tolerances.read_text(encoding="utf-8")
    assert SWEPT in text
    tolerances.write_text(text.replace(SWEPT, FEWER), encoding="utf-8")
    return base


@pytest.fixture
def call(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that carries out a command in the folder and wants it to succeed.

    The command line runs in this process: it starts others where it needs them.
    """
    monkeypatch.chdir(folder)
    path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"

    def run(command: str) -> None:
        for whole, part in SHORTER.items():
            command = f"{command} ".replace(f"spicelearn {whole} ", f"spicelearn {part} ")
        program, *arguments = shlex.split(command)
        if program == "spicelearn" and arguments[0] != "sweep":  # whose cluster leaves sockets
            status = outcome(arguments)
            said = capsys.readouterr().err
        else:
            environment = {**os.environ, "PATH": path}
            done = subprocess.run(
                [shutil.which(program, path=path) or program, *arguments],
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            status, said = done.returncode, done.stderr
        assert status == 0, f"{command}\n{said}"

    return run


def prepared(block: list[str], folder: Path) -> list[str]:
    """Return earlier commands that make the run folders which a block only reads."""
    own = set(re.findall(r"--out (runs/\w+)", " ".join(block)))
    read = set(re.findall(r"runs/\w+", " ".join(block))) - own
    left = [run for run in sorted(read) if not (folder / run).exists()]
    return [next(one for one in COMMANDS if one.endswith(f"--out {run}")) for run in left]


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize("block", BLOCKS[1:], ids=lambda block: block[0])
def test_every_command_works(call: Call, folder: Path, block: list[str]) -> None:
    for command in [*prepared(block, folder), *block]:
        call(command)
    for made in re.findall(r"report (runs/\w+)$", "\n".join(block), re.MULTILINE):
        assert (folder / made / "report.html").exists()
        if made == "runs/waves":  # what the demo makes
            assert (folder / made / "figures" / "cycle.png").stat().st_size > 10_000


def test_the_sweep_of_the_examples_is_one() -> None:
    """It is run with one seed above."""
    assert len(Sweep.from_toml(ROOT / "examples" / "tolerances.toml").points) == 40


@pytest.mark.parametrize("whole", SHORTER)
def test_what_is_run_shorter_is_there(whole: str) -> None:
    assert sum(f"{command} ".startswith(f"spicelearn {whole} ") for command in COMMANDS) == 1


def test_the_demo_does_what_other_commands_do() -> None:
    """What ``make demo`` does once everything is installed is what other commands here do.

    They train for fewer cycles; the whole training is that of another one.
    """
    assert BLOCKS[0] == ["make demo", "make test"]
    make = ["make", "--dry-run", "--no-print-directory", "demo", "RUN=runs/waves", "VENV=fresh"]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True)
    recipe = done.stdout.splitlines()
    assert "fresh/bin/pip install --quiet --editable '.[sweep]'" in recipe
    train, report = (
        line.removeprefix("fresh/bin/") for line in recipe if "bin/spicelearn " in line
    )
    assert {train.replace("allostery", "allostery --cycles 60"), report} <= set(COMMANDS)
    assert "spicelearn train allostery --out runs/first" in COMMANDS


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_runs_without_a_main_guard(folder: Path, program: str) -> None:
    (folder / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[0]) > 1  # decades


def test_every_file_it_points_to_is_there() -> None:
    for target in re.findall(r"\]\(((?!http)[^)]+)\)", README):
        assert (ROOT / target).exists(), target
