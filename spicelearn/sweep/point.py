"""One point of a sweep, wherever it is carried out: an ordinary run, begun or taken up."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from ..board import Board
from ..errors import SpicelearnError, UsageError
from ..experiment import BOARDS, Experiment
from ..graphfile import is_file
from ..record import read_manifest
from ..run import resume, run
from ..settings import Settings, shortened
from .spec import TABLES, Point

POINTS, TASKS = "points", "tasks"  # folders in that of a sweep
KEPT = (  # of a run's results, in the table
    *("error_initial", "error_final", "error_best", "decades"),
    *("accuracy_initial", "accuracy_final", "unsettled_cycles", "engine"),
)
TEXTS = {"task", "network", "board", "plant", "detail", "waves", "clock"}  # fields of a run
TIMES = ("cycles_per_second", "wall_seconds")  # that differ from one time to the next


@dataclass(frozen=True)
class Outcome:
    """Hold what came of a point: ``status`` finished or failed, why, and its results."""

    number: int
    status: str
    reason: str
    results: dict[str, Any]


def carry_out(point: Point, base: Path, folder: Path) -> Outcome:
    """Begin the run of a point, or go on with it, and say what came of it.

    ``base`` is where the specification is, ``folder`` that of the sweep. A run that cannot be begun
    or that fails is an outcome too, with its reason; a finished one is not run again.
    """
    place = folder / POINTS / point.name
    try:
        with _alone(place):
            if place.exists() and not _begun(place):
                shutil.rmtree(place)  # killed before it had a manifest
            if place.exists():
                results = resume(place)
            else:
                results = run(experiment_of(point, base, folder / TASKS), place)
    except SpicelearnError as failure:
        return Outcome(point.number, "failed", " ".join(str(failure).split()), {})
    except OSError as failure:
        reason = f"cannot write {failure.filename or place}: {failure.strerror}"
        return Outcome(point.number, "failed", reason, {})
    return Outcome(point.number, "finished", "", {key: results[key] for key in (*KEPT, *TIMES)})


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Wait until no other worker is at this point: one that was given up may still be."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _begun(place: Path) -> bool:
    """Say whether a run folder has a manifest to go on with."""
    try:
        return "experiment" in read_manifest(place)
    except SpicelearnError:
        return False


def experiment_of(point: Point, folder: Path, task_folder: Path) -> Experiment:
    """Return a point's experiment; files are named from ``folder``, where the specification is.

    A point that changes a task file has its own, written to ``task_folder``. Raises UsageError for
    what no run has.
    """
    tables: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
    for field, value in point.choices.items():
        table, _, key = field.partition(".")
        tables[table][key] = value
    run = tables["run"]
    for name in run.keys() & TEXTS:
        value = run[name]
        if not isinstance(value, str) or "\0" in value:
            raise UsageError(f"run.{name} = {shortened(value)}, expected a text")
        if names_file(name, value):
            run[name] = str(folder / value)
    if tables["task"]:
        run["task"] = str(_task_file(point, tables["task"], run["task"], task_folder))
    plant = run.get("plant", "spice")
    board = BOARDS.get(plant, Board())
    if "board" in run:
        board = Board.from_toml(Path(run["board"]), board)
    constants = Board.from_dict({**board.as_dict(), **tables["board"]})
    if run.get("cuts") is not None:
        cuts = run["cuts"]
        if not isinstance(cuts, list) or not all(isinstance(cut, str) for cut in cuts):
            raise UsageError(f"run.cuts = {shortened(cuts)}, expected a list of EDGE@CYCLE")
    return Experiment(**{**run, "board": constants})


def names_file(name: str, value: str) -> bool:
    """Say whether this value of a run's field is the name of a file."""
    if "\0" in value:
        return False
    suffix = {"task": ".toml", "clock": ".txt"}.get(name)
    if suffix:
        return value.endswith(suffix)
    return name == "board" or (name == "network" and is_file(value))


def _task_file(point: Point, changes: dict[str, Any], task: str, folder: Path) -> Path:
    """Write the task file of a point: the base's, changed."""
    if not task.endswith(".toml"):
        field = next(iter(changes))
        raise UsageError(f"task.{field} of the built-in task {task}, expected run.task a task file")
    base = Path(task)
    table = Settings.read("task", base).table
    data = table.get("data")
    named = [(table, "network")] if is_file(str(table.get("network"))) else []
    named += [(data, key) for key in ("file", "test_file") if isinstance(data, dict)]
    for holder, key in named:
        if isinstance(holder.get(key), str):
            holder[key] = str((base.parent / holder[key]).absolute())
    for field, value in changes.items():
        *outer, last = field.split(".")
        inner = table
        for name in outer:
            inner = inner.setdefault(name, {})
            if not isinstance(inner, dict):
                raise UsageError(f"task.{field}: {name} is no table in {base}")
        inner[last] = value
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{point.name}.toml"
    path.write_text(tomli_w.dumps(table), encoding="utf-8")
    return path
