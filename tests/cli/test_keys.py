from __future__ import annotations

import re

import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines import machine_named, names
from spicelearn.sweep.spec import RUN
from spicelearn.tasks import dataset, file

from ..conftest import ROOT, Run

PAGE = ROOT / "docs" / "reference-files.md"


def listed(text: str, title: str) -> list[str]:
    """Return the keys in the table under a heading."""
    (table,) = re.findall(rf"^## {re.escape(title)}\n\n(.*?)(?:\n\n|\Z)", text, re.DOTALL | re.M)
    return re.findall(r"^\| `(\w+)` \| .{8,} \|$", table, re.MULTILINE)


def test_the_page_holds_what_the_command_prints(command: Run) -> None:
    """To make it anew: spicelearn keys, after the lines before the first table."""
    printed = command("keys").stdout
    assert PAGE.read_text(encoding="utf-8").partition("\n## ")[2] == printed.removeprefix("## ")


def test_every_key_is_there(command: Run) -> None:
    text = command("keys").stdout
    assert set(listed(text, "Task files")) == {*file.SCHEDULED, *file.DATA}
    assert listed(text, "Task files: the table `[data]`") == list(dataset.KEYS)
    assert set(listed(text, "Sweep files: the table `[run]`")) == set(RUN)
    choices = set(listed(text, "Run files: the table `[run]`"))
    assert choices == set(Experiment.__dataclass_fields__) - {"board"}
    for name in names():
        board = machine_named(name).plants["spice"].constants
        assert listed(text, f"Board files: machine {name}") == list(board.names())


@pytest.mark.parametrize("kind", ["task", "board", "sweep", "run"])
def test_one_kind_is_a_part_of_all(command: Run, kind: str) -> None:
    part = command("keys", kind).stdout
    assert part.startswith(f"## {kind.capitalize()} files")
    assert part in command("keys").stdout + "\n"
    assert (
        "`noise_V` | noise of every node that is not an input, rms, new in every cycle; 0 to 5."
        in (command("keys", "board").stdout)
    )
