"""Carry out an experiment into a run folder, or take up one that was interrupted."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import clocks, record
from .checkpoint import Checkpoint
from .errors import EngineError, SpicelearnError, UsageError
from .experiment import Experiment
from .files import content
from .isolation import Report, isolated
from .spice.ngspice import library_path
from .worker import train_here

MASKS = 10_000  # cycles that are drawn at once, for the file that tells them
RESULTS = (  # that a finished run has, among others
    *("task", "cycles", "error_initial", "error_final", "error_best", "decades", "stages"),
    *("accuracy_initial", "accuracy_final", "cycles_per_second", "engine", "unsettled_cycles"),
    "run",
)


def run(
    experiment: Experiment, folder: Path, report: Report = lambda notice: None
) -> dict[str, Any]:
    """Train and return the results, the keys of ``train --json``; ``report`` gets each Notice.

    Raises SpicelearnError; what was recorded until then stays in the folder.
    """
    if experiment.plant == "spice":
        library_path()  # what is missing is said before a folder is made
    files = hashes(experiment.files)
    record.create(folder)
    manifest: dict[str, Any] = {
        "experiment": experiment.as_dict(),
        "files": files,
        "edges": experiment.graph.edges,
        "lessons": [lesson.as_dict() for lesson in experiment.lessons],
        "versions": {
            **{name: version(name) for name in ("spicelearn", "PySpice", "numpy")},
            "python": platform.python_version(),
        },
        "parts": experiment.parts().as_dict(),
        "status": "running",
    }
    with record.owned(folder) as lock:
        record.write_manifest(folder, manifest)
        keep_clocks(experiment, folder)
        try:
            return carry_out(experiment, folder, manifest, None, report, lock)
        except UsageError:
            record.discard(folder)
            raise


def keep_clocks(experiment: Experiment, folder: Path) -> None:
    """Write which edges will be clocked when, where that is not all of them always."""
    clock, length = experiment.clocking, experiment.length
    if clock.kind == clocks.SYNCHRONOUS:
        return
    try:
        with (folder / clocks.MASK).open("wb") as file:
            for first in range(0, length, MASKS):
                cycles = range(first, min(first + MASKS, length))
                file.write(clocks.lines([clock.clocked(cycle) for cycle in cycles]))
    except OSError as failure:
        raise SpicelearnError(f"cannot write {folder / clocks.MASK}: {failure.strerror}") from None


def resume(folder: Path, report: Report = lambda notice: None) -> dict[str, Any]:
    """Go on with an interrupted run; its table becomes that of an undisturbed one, row for row.

    Returns the results; those of a finished run are returned as they are. Raises UsageError if this
    is no run, if it is going on, or if a file that it was made from has changed.
    """
    record.read_manifest(folder)  # a run folder, or nothing is touched
    with record.owned(folder) as lock:
        manifest = record.read_manifest(folder)
        if manifest.get("status") == "finished":
            return finished(folder, manifest)
        experiment = opened(folder, manifest)
        if experiment.plant == "spice":
            library_path()
        checkpoint = Checkpoint.read(folder, experiment.edges, experiment.constants)
        begun = checkpoint.state.cycle if checkpoint else 0
        if begun >= experiment.length:
            raise UsageError(f"{folder}: checkpoint at cycle {begun}, expected fewer")
        before = manifest.get("resumed")
        manifest["resumed"] = [*(before if isinstance(before, list) else ()), begun]
        manifest["status"] = "running"
        manifest.pop("reason", None)
        record.write_manifest(folder, manifest)
        return carry_out(experiment, folder, manifest, checkpoint, report, lock)


def finished(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the results of a finished run."""
    results: dict[str, Any] = manifest.get("results", {})
    missing = [name for name in RESULTS if name not in results]
    if missing:
        raise UsageError(f"{folder / record.MANIFEST} is damaged: no result {missing[0]!r}")
    return {**results, "run": str(folder)}


def opened(folder: Path, manifest: dict[str, Any]) -> Experiment:
    """Return the experiment of a run folder, made from the same files as then."""
    path = folder / record.MANIFEST
    choices, files = manifest.get("experiment"), manifest.get("files")
    if not isinstance(choices, dict) or not isinstance(files, dict):
        raise UsageError(f"{path} is damaged, expected tables experiment and files")
    for name, known in files.items():
        if known not in hashes([Path(name)]).values():
            raise UsageError(f"{name} has changed since the run {folder} began")
    try:
        experiment = Experiment.from_dict(choices)
    except UsageError as failure:
        raise UsageError(f"{path}: {failure}") from None
    if {str(name.absolute()) for name in experiment.files} != set(files):
        raise UsageError(f"{path} is damaged: files of the task or the network are not in files")
    return experiment


def hashes(files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of files by their whole path."""
    return {
        str(path.absolute()): hashlib.sha256(content(path, str(path))).hexdigest() for path in files
    }


def carry_out(
    experiment: Experiment,
    folder: Path,
    manifest: dict[str, Any],
    checkpoint: Checkpoint | None,
    report: Report,
    lock: int,
) -> dict[str, Any]:
    """Train from the checkpoint on and keep the manifest, whatever happens.

    A child process holds the folder's ``lock`` too.
    """
    started = time.perf_counter()
    try:
        if experiment.plant == "spice":
            arguments = (experiment, folder, checkpoint)
            log = folder / record.LOG
            found = isolated(train_here, *arguments, log=log, report=report, keep=[lock])
        else:
            found = train_here(experiment, folder, checkpoint, report)
    except BaseException as failure:
        manifest |= {"status": "failed", "reason": str(failure) or "interrupted"}
        with suppress(SpicelearnError):  # a full disk has been told of
            record.write_manifest(folder, manifest)
        if isinstance(failure, KeyboardInterrupt):
            hint = f"interrupted; to go on: spicelearn resume {folder}"
            raise type(failure)(hint) from failure
        decks = sorted(folder.glob("deck*.cir"), key=lambda deck: deck.stat().st_mtime)
        if isinstance(failure, EngineError) and decks:
            raise EngineError(f"{failure}; the deck is {decks[-1]}") from failure
        raise
    results = {
        "task": experiment.course.name,
        "plant": experiment.plant,
        "detail": experiment.detail,
        "cycles": experiment.length,
        "seed": experiment.seed,
        "eta": experiment.eta,
        "probability": experiment.probability,
        "clock": experiment.clock,
        **found["results"],
        "wall_seconds": time.perf_counter() - started,
        "run": str(folder),
    }
    manifest |= {"plants": found["plants"], "status": "finished", "results": results}
    record.write_manifest(folder, manifest)
    return results
