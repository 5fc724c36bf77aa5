"""One point of a sweep: an ordinary run, begun or resumed, on any worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from ..constants import Constants
from ..errors import SpicelearnError, UsageError
from ..experiment import Experiment, board_of, names_file
from ..formats.files import locked
from ..formats.toml import Settings, shortened
from ..runs.carry_out import begin, resume, unheard
from ..runs.folder import MANIFEST
from ..runs.isolation import Listener
from ..runs.verdict import RIGHT
from ..tasks.file import with_names
from .spec import Point

POINTS_FOLDER, TASKS_FOLDER = "points", "tasks"  # in the folder of a sweep
KEPT = (  # results of a run that are in the table
    *("error_initial", "error_final", "error_best", "decades"),
    *("accuracy_initial", "accuracy_final", "unsettled_cycles", "engine"),
    *("merit_ratio", "restarts", "attempt_cycle", *RIGHT),
)
TEXTS = {
    "task",
    "network",
    "board",
    "plant",
    "detail",
    "waves",
    "clock",
    "machine",
    "nudge",
    "rule",
}  # fields of a run that are texts
TIMES = ("cycles_per_second", "wall_seconds")  # results that differ when a point is run again


@dataclass(frozen=True)
class Outcome:
    """Hold the outcome of a point: ``status`` finished or failed, the reason, the results."""

    number: int
    status: str
    reason: str
    results: dict[str, Any]


def carry_out(
    point: Point, base: Path, folder: Path, listener: Listener = unheard, alone: bool = True
) -> Outcome:
    """Begin or resume the run of a point and return its outcome.

    ``base`` is the folder of the specification, ``folder`` that of the sweep; ``listener`` and
    ``alone`` are as in `spicelearn.runs.carry_out.begin`. If the run cannot be begun or fails, the
    outcome is failed, with the reason. A finished run is not run again.
    """
    place = folder / POINTS_FOLDER / point.name
    try:
        with _alone(place):
            if (place / MANIFEST).exists():
                results = resume(place, listener, alone)
            else:
                experiment = experiment_of(point, base, folder / TASKS_FOLDER)
                results = begin(experiment, place, listener, alone)
    except SpicelearnError as failure:
        return Outcome(point.number, "failed", " ".join(str(failure).split()), {})
    except OSError as failure:
        reason = f"cannot write {failure.filename or place}: {failure.strerror}"
        return Outcome(point.number, "failed", reason, {})
    return Outcome(point.number, "finished", "", {key: results[key] for key in (*KEPT, *TIMES)})


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Wait until no other worker runs this point: one that the scheduler lost may still do so."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with locked(place.parent / f"{place.name}.lock"):
        yield


def experiment_of(point: Point, folder: Path, task_folder: Path) -> Experiment:
    """Return a point's experiment; names of files are relative to ``folder``.

    A point that changes its task file gets a file of its own, written to ``task_folder``. Raises
    UsageError for choices that cannot be carried out.
    """
    run, changes = _run(point, folder), point.table("task")
    if changes:
        run["task"] = str(_task_file(point, changes, run["task"], task_folder))
    constants = _board(run).with_values(point.table("board"))
    if run.get("cuts") is not None:
        cuts = run["cuts"]
        if not isinstance(cuts, list) or not all(isinstance(cut, str) for cut in cuts):
            raise UsageError(f"run.cuts = {shortened(cuts)}, expected a list of EDGE@CYCLE")
    return Experiment(**{**run, "board": constants})


def board_before(point: Point, folder: Path) -> Constants:
    """Return the constants that those under a point's ``board`` are put into."""
    return _board(_run(point, folder))


def _run(point: Point, folder: Path) -> dict[str, Any]:
    """Return a point's choices of a run, names of files found from ``folder``."""
    run = point.table("run")
    for name in run.keys() & TEXTS:
        value = run[name]
        if not isinstance(value, str) or "\0" in value:
            raise UsageError(f"run.{name} = {shortened(value)}, expected a text")
        if names_file(name, value):
            run[name] = str(folder / value)
    return run


def _board(run: dict[str, Any]) -> Constants:
    """Return the constants of a task, with those of a board file; raise UsageError if they fail."""
    known = {name: run[name] for name in ("machine", "plant") if name in run}
    constants = board_of(run["task"], **known)
    if "board" in run:
        constants = constants.with_file(Path(run["board"]))
    return constants


def _task_file(point: Point, changes: dict[str, Any], task: str, folder: Path) -> Path:
    """Write the changed task file of a point and return its path."""
    if not task.endswith(".toml"):
        field = next(iter(changes))
        raise UsageError(f"task.{field} of the built-in task {task}, expected run.task a task file")
    base = Path(task)
    whole = Settings.read("task", base).table
    table = with_names(whole, lambda name: str((base.parent / name).absolute()))
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
