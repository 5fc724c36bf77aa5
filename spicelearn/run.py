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

from . import record
from .errors import EngineError, SpicelearnError, UsageError
from .experiment import Experiment
from .isolation import Report, isolated
from .record import Checkpoint
from .spice.ngspice import library_path
from .worker import train_here


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
        "versions": {
            **{name: version(name) for name in ("spicelearn", "PySpice", "numpy")},
            "python": platform.python_version(),
        },
        "parts": experiment.parts().as_dict(),
        "status": "running",
    }
    record.write_manifest(folder, manifest)
    try:
        return carry_out(experiment, folder, manifest, None, report)
    except UsageError:
        record.discard(folder)
        raise


def resume(folder: Path, report: Report = lambda notice: None) -> dict[str, Any]:
    """Go on with an interrupted run; its table becomes that of an undisturbed one, row for row.

    Returns the results; those of a finished run are returned as they are. Raises UsageError if this
    is no run, if it is going on, or if a file that it was made from has changed.
    """
    manifest, experiment = opened(folder)
    if manifest.get("status") == "finished" and isinstance(manifest.get("results"), dict):
        results: dict[str, Any] = manifest["results"]
        return results
    if experiment.plant == "spice":
        library_path()
    board = experiment.constants
    checkpoint = Checkpoint.read(folder, experiment.edges, board.positions)
    if checkpoint and checkpoint.state.cycle >= experiment.length:
        raise UsageError(f"{folder}: checkpoint at cycle {checkpoint.state.cycle}, expected fewer")
    record.await_owner(folder)
    begun = checkpoint.state.cycle if checkpoint else 0
    before = manifest.get("resumed")
    manifest["resumed"] = [*(before if isinstance(before, list) else ()), begun]
    manifest["status"] = "running"
    manifest.pop("reason", None)
    record.write_manifest(folder, manifest)
    return carry_out(experiment, folder, manifest, checkpoint, report)


def opened(folder: Path) -> tuple[dict[str, Any], Experiment]:
    """Return the manifest and the experiment of a run folder."""
    manifest = record.read_manifest(folder)
    choices = manifest.get("experiment")
    if not isinstance(choices, dict):
        raise UsageError(f"{folder / record.MANIFEST} holds no experiment")
    files = manifest.get("files", {})
    for name, known in files.items():
        if hashes([Path(name)])[name] != known:
            raise UsageError(f"{name} has changed since the run {folder} began")
    try:
        return manifest, Experiment.from_dict(choices)
    except UsageError as failure:
        raise UsageError(f"{folder / record.MANIFEST}: {failure}") from None


def hashes(files: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of files by their whole path."""
    try:
        return {
            str(path.absolute()): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
        }
    except OSError as failure:
        raise UsageError(f"{failure.filename}: {failure.strerror}, expected a file") from None


def carry_out(
    experiment: Experiment,
    folder: Path,
    manifest: dict[str, Any],
    checkpoint: Checkpoint | None,
    report: Report,
) -> dict[str, Any]:
    """Train from the checkpoint on and keep the manifest, whatever happens."""
    started = time.perf_counter()
    try:
        if experiment.plant == "spice":
            log = folder / record.LOG
            found = isolated(train_here, experiment, folder, checkpoint, log=log, report=report)
        else:
            found = train_here(experiment, folder, checkpoint, report)
    except BaseException as failure:
        manifest |= {"status": "failed", "reason": str(failure) or "interrupted"}
        with suppress(SpicelearnError):  # a full disk has been told of
            record.write_manifest(folder, manifest)
        if isinstance(failure, EngineError) and (folder / record.DECK).exists():
            raise EngineError(f"{failure}; the deck is {folder / record.DECK}") from failure
        raise
    results = {
        "task": experiment.course.name,
        "plant": experiment.plant,
        "detail": "event" if experiment.plant == "spice" else None,
        "cycles": experiment.length,
        "seed": experiment.seed,
        "eta": experiment.lessons[0].eta if len(experiment.lessons) == 1 else experiment.eta,
        "probability": 1.0,
        **found["results"],
        "wall_seconds": time.perf_counter() - started,
        "run": str(folder),
    }
    manifest |= {**found["plant"], "status": "finished", "results": results}
    record.write_manifest(folder, manifest)
    return results
