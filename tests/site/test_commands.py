"""Every command and program of the pages to follow is run, and gives what the page shows."""

from __future__ import annotations

import doctest
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import ROOT
from ..pages import Block, blocks, run_by_readers

pytestmark = [pytest.mark.site, pytest.mark.usefixtures("ngspice")]
SCRIPTS = Path(sys.executable).parent
LOOSELY = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
USED = ("examples", "tests/machines/packages")  # of a checkout


def shell(command: str, folder: Path) -> str:
    """Return what a command prints, without its progress; it must succeed."""
    environment = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def compared(shown: str, printed: str, what: str) -> None:
    """Compare an output with what a page shows, where ... stands for anything."""
    if shown:
        alike = doctest.OutputChecker().check_output(shown, printed, LOOSELY)
        assert alike, f"{what}\nshown:\n{shown}\nprinted:\n{printed}"


def follow(found: list[Block], folder: Path) -> None:
    """Do what a page says: write its files, give its commands, run its programs.

    A block of text after a program is what it prints.
    """
    printed, program = "", ""
    for block in found:
        if block.quoted:
            continue  # another test compares it with the file
        if block.title:
            path = folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            (folder / "program.py").write_text(block.text, encoding="utf-8")
            printed, program = shell("python program.py", folder), block.text
        elif block.language == "text" and program:
            compared(block.text, printed, program)
            program = ""
        for command, shown in block.commands if block.language == "console" else []:
            compared(shown, shell(command, folder), command)


@pytest.mark.parametrize("page", run_by_readers(), ids=lambda path: path.stem)
def test_a_page_can_be_followed(page: Path, tmp_path: Path) -> None:
    for name in USED:
        shutil.copytree(ROOT / name, tmp_path / name)
    follow(blocks(page), tmp_path)


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("console", "$ echo one two\none ...\n", False),
        ("console", "$ echo one two\nthree\n", True),
        ("console", "$ false\n", True),
    ],
)
def test_what_a_page_shows_wrongly_is_found(
    tmp_path: Path, language: str, text: str, wrong: bool
) -> None:
    found = [Block(language, "", text)]
    if wrong:
        with pytest.raises(AssertionError):
            follow(found, tmp_path)
    else:
        follow(found, tmp_path)
