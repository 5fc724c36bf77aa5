"""The entry point: every failure is one line and a status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import Run


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["train", "nosuch"], 2, "no task 'nosuch', expected one of and, or, nand,"),
        (["train", "divider", "--cycles", "-3"], 2, "cycles = -3, expected 1 to 1000000000"),
        (["train", "divider", "--cycles", "ten"], 2, "'ten' is not a valid integer"),
        (["train", "divider", "--evaluate-every", "9"], 2, "divider has no test set"),
        (["train", "divider", "--machine", "nosuch"], 2, "no machine 'nosuch', expected homodyne"),
        (["train", "divider", "--plant", "nosuch"], 2, "no plant 'nosuch', expected spice or"),
        (["train", "divider", "--detail", "board"], 2, "on plant spice, expected event or"),
        (["train", "divider", "--speed", "9"], 2, "No such option"),
        (["train", "divider", "--board", "no.toml"], 2, "no.toml: No such file"),
        (["train", "allostery", "--network", "divider"], 2, "input names node 6"),
        (["train", "allostery", "--network", "ring"], 2, "no network 'ring', expected divider"),
        (["train", "divider", "--out", "/proc/run"], 1, "cannot write the run folder /proc/run"),
        (["trian", "divider"], 2, "No such command 'trian' (did you mean 'train'?), expected one"),
        (["tran", "divider"], 2, "(did you mean 'train'?)"),
        (["quit"], 2, "No such command 'quit', expected one of tasks, machines, new, train,"),
        (["train", "alostery"], 2, "no task 'alostery' (did you mean 'allostery'?), expected one"),
        (["train", "xor", "--machine", "transitor"], 2, "(did you mean 'transistor'?), expected"),
        (["train", "xor", "--plant", "idael"], 2, "(did you mean 'ideal'?), expected spice or"),
        (["train", "xor", "--detail", "part"], 2, "'part' (did you mean 'parts'?) on plant spice"),
        (["train", "divider", "--network", "whel9"], 2, "'whel9' (did you mean 'wheel9'?), exp"),
        (["train", "divider", "--network", "tours-4x4"], 2, "(did you mean 'torus-4x4'?), exp"),
        (["export", "divider", "--form", "edg", "-o", "-"], 2, "'edg' (did you mean 'edge'?)"),
        (["train", "divider", "--cycle", "9"], 2, "--cycles"),
        (["train", "divider", "--out", ""], 2, "is empty, expected the name of a new folder"),
        (["train", "divider", "--out", "/etc/passwd"], 2, "/etc/passwd is a file, expected a new"),
        (["train", "divider", "--out", 300 * "a"], 1, "File name too long"),
        (["train", "allostery", "--network", "lattice-0x0"], 2, "has no edges, expected"),
        (["report", "nowhere"], 2, "nowhere is not a run folder"),
        (["export", "divider", "--form", "nosuch", "-o", "-"], 2, "no form 'nosuch', expected cyc"),
        (["export", "divider", "--cut", "1@3", "-o", "-"], 2, "--cut 1@3, expected none: a de"),
        (["export", "divider", "--probability", "0.5", "-o", "-"], 2, "with --form cycle"),
        (["export", "divider", "--schematic", "x.png", "-o", "x.cir"], 2, "that ends in .svg"),
        (["export", "divider", "--schematic", "x.svg", "-o", "x.svg"], 2, "x.svg is the deck"),
        (["export", "divider", "--cycles", "3", "-o", "-"], 2, "--cycles is of no use with --form"),
        (["export", "divider", "-o", "/proc/x/deck.cir"], 1, "/proc/x/deck.cir"),
        (["export", "divider", "-o", "/dev/full"], 1, "No space left on device"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_a_status(
    command: Run, arguments: list[str], status: int, message: str
) -> None:
    done = command(*arguments)
    assert done.returncode == status
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_a_full_output_is_one_line() -> None:
    with open("/dev/full", "w", encoding="ascii") as full:
        program = Path(sys.executable).parent / "spicelearn"
        done = subprocess.run(
            [str(program), "tasks"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_task_file_of_nearly_that_name_is_named(command: Run, tmp_path: Path) -> None:
    (tmp_path / "pump.toml").touch()
    assert "'pump.tml' (did you mean 'pump.toml'?)" in command("train", "pump.tml").stderr
    assert "'lift.tml', expected one of" in command("train", "lift.tml").stderr


def test_names_with_commas_stand_in_quotes_as_in_a_table(command: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('"l, m",a,b,y\n1,2,3,4\n2,3,4,4\n')
    done = command("new", "allostery", "t.csv", "--inputs", '"l, m", b', "--json", "--quiet")
    assert json.loads(done.stdout)["inputs"] == ["l, m", "b"]
    done = command("new", "allostery", "t.csv", "--inputs", "a,,b")
    assert "'a,,b' has an empty name, expected names like a,b" in done.stderr
    done = command("new", "allostery", "t.csv", "--inputs", "a\nb")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "'a\\nb', expected names like a,b in one line" in done.stderr


def test_debug_shows_where_it_failed(command: Run) -> None:
    done = command("train", "nosuch", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(
    ("closed", "status", "message"),
    [
        (">&-", 1, "standard output is closed, expected a terminal, a file or a pipe"),
        ("2>&-", 2, ""),
        ("<&-", 2, "no task 'nosuch'"),
    ],
)
def test_a_closed_stream_is_one_line_and_a_status(closed: str, status: int, message: str) -> None:
    program = Path(sys.executable).parent / "spicelearn"
    done = subprocess.run(
        ["sh", "-c", f"{program} train nosuch {closed}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.count("\n") == bool(message)
    assert message in done.stderr


def test_a_python_without_docstrings_is_told(spicelearn: Run) -> None:
    done = spicelearn("tasks", env={"PYTHONOPTIMIZE": "2"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("spicelearn: PYTHONOPTIMIZE = 2 removes texts")
    assert done.stderr.count("\n") == 1
