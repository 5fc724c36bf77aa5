"""Run files: every choice of a run in TOML, in the tables ``[run]`` and ``[board]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..constants import Constants
from ..errors import UsageError
from ..experiment import FILES, Experiment, board_of, names_file
from ..formats import files
from ..formats.toml import Settings, literal
from .folder import RUN_FILE

KEYS = {  # and what each holds
    "run": "a table, choices of the run: those below; `task` is needed",
    "board": "a table, constants, as in a board file",
}
CHOICES = tuple(item.name for item in fields(Experiment) if item.name != "board")
TEXTS = ("task", "network", "plant", "machine", "detail", "clock", "waves", "nudge", "rule")


def is_run_file(name: str) -> bool:
    """Return whether this is a TOML file with a table ``[run]``, which no task file has."""
    if Path(name).suffix != ".toml" or not Path(name).is_file():
        return False
    return "run" in Settings.read("task", Path(name)).table


def text(experiment: Experiment, folder: Path) -> str:
    """Return the run file that repeats an experiment, to be kept in this folder."""
    choices = experiment.as_dict(folder)
    lines = [
        "# Every choice of this run. To repeat it: spicelearn train, and the name of this file.",
        "# Files are named from the folder of this one.",
        "",
        "[run]",
    ]
    for name in CHOICES:
        if choices[name] is not None:
            lines.append(f"{name} = {literal(choices[name])}")
    lines += ["", "[board]"]
    lines += [f"{name} = {literal(value)}" for name, value in choices["board"].items()]
    return "\n".join(lines) + "\n"


def write(experiment: Experiment, folder: Path) -> None:
    """Write the run file of a run folder; raise SpicelearnError if that fails."""
    files.replace(folder / RUN_FILE, text(experiment, folder).encode())


def from_toml(
    path: Path, instead: Mapping[str, Any] | None = None, board: Constants | Path | None = None
) -> Experiment:
    """Return the experiment of a run file, with the choices ``instead`` of its own.

    A ``board`` stands instead of the file's; its constants are those of one machine and plant, so
    that others have no use for them. Raises UsageError, naming the file, for what is wrong in it.
    """
    file = Settings.read("run file", path)
    file.only(KEYS)
    run = file.sub("run", "a table of choices, task among them")
    run.only(CHOICES, "choice")
    own = {**run.table, **{name: run.text(name) for name in TEXTS if name in run.table}}
    own["task"] = run.text("task")
    for name in FILES:
        if names_file(name, own.get(name, "")):
            own[name] = str(path.parent / own[name])
    cuts = own.get("cuts", [])
    if not isinstance(cuts, list) or not all(isinstance(cut, str) for cut in cuts):
        raise run.wrong("cuts", cuts, 'a list like ["3@100"]')
    instead = dict(instead or {})
    if any(instead.get(name, own.get(name)) != own.get(name) for name in ("machine", "plant")):
        own.pop("detail", None)  # of the other's
    if "cycles" in instead:
        own.pop("record_every", None)  # of the former length
    choices = {**own, **instead}
    board_table = file.sub("board", "a table of constants") if "board" in file.table else None
    if "board" in file.table and board is None:
        for name in ("machine", "plant"):
            if choices.get(name) != own.get(name):
                raise UsageError(
                    f"run file {path}: its constants are not those of {name} {choices[name]}, "
                    "expected a board beside it, or no table [board]"
                )
    if isinstance(board, Path) or (board is None and board_table):
        known = {key: choices[key] for key in ("machine", "plant", "seed") if key in choices}
        with naming(path):
            default = board_of(choices["task"], **known)
            if isinstance(board, Path):
                board = default.with_file(board)
    if board is None and board_table:
        board_table.only(default.names(), "constant")
        with naming(path):
            board = default.with_values(board_table.table)
    with naming(path):
        return Experiment(**choices, board=board)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the run file in a UsageError of what it chooses."""
    try:
        yield
    except UsageError as failure:
        raise UsageError(f"run file {path}: {failure}") from None
