"""Carry out an experiment in a run folder, or resume one that was interrupted."""

from __future__ import annotations

import time
from contextlib import nullcontext, suppress
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import EngineError, SpicelearnError, UsageError
from ..experiment import Experiment, path_in
from ..formats.files import replace_by_parts
from ..machines import machine_named
from ..schedules import clocks
from . import folder as folders
from . import run_file
from .checkpoint import Checkpoint
from .inputs import copied, opened, sha256
from .isolation import Listener, isolated, output_in
from .verdict import RIGHT
from .versions import versions
from .warnings import warnings
from .worker import train_here

MASK_CYCLES = 10_000  # whose clocks are drawn and written at once
RESULTS = (  # of a finished run, among others
    *("task", "cycles", "error_initial", "error_final", "error_best", "decades", "stages"),
    *("accuracy_initial", "accuracy_final", "cycles_per_second", "engine", "unsettled_cycles"),
    *RIGHT,
    *("restarts", "restarts_allowed", "attempt_cycle", "merit", "merit_ratio", "run"),
)


def unheard(progress: object) -> None:
    """Ignore progress: the default listener."""


def begin(
    experiment: Experiment, folder: Path, listener: Listener = unheard, alone: bool = True
) -> dict[str, Any]:
    """Train and return the results, the keys of ``train --json``.

    ``listener`` is called with a `spicelearn.runs.worker.Progress` several times per second. A
    circuit is run in a process of its own, ``alone``, or in this one, which it may crash. Raises
    SpicelearnError if the run fails; what was recorded until then stays in the folder.
    """
    try:
        prepare(experiment.apparatus.name, experiment.plant)  # raises before a folder is made
        remarks = experiment.remarks()  # raises for what no circuit can have, likewise
    except SpicelearnError:
        folders.discard_empty(folder)
        raise
    with folders.created(folder) as lock:
        try:
            experiment = copied(experiment, folder)
            manifest = {**described(experiment, folder), "remarks": remarks}
            folders.write_manifest(folder, manifest)
            return carry_out(experiment, folder, manifest, None, listener, lock, alone)
        except UsageError:
            folders.discard(folder)
            raise


def prepare(machine: str, plant: str) -> None:
    """Import what the plant of a machine is made with; raise SpicelearnError without an engine."""
    if engine := machine_named(machine).plants[plant].engine:
        engine()


def described(experiment: Experiment, folder: Path) -> dict[str, Any]:
    """Return the manifest of a run that begins; write its run file and which weights learn when.

    Raises SpicelearnError if they cannot be written.
    """
    run_file.write(experiment, folder)
    return {
        "experiment": experiment.as_dict(folder),
        "files": {path_in(folder, path): sha256(path) for path in experiment.files},
        "clocked": keep_clocks(experiment, folder),
        "edges": experiment.graph.edges,
        "resistors": experiment.graph.resistors,
        "amplifiers": [asdict(each) for each in experiment.graph.amplifiers],
        "lessons": [lesson.as_dict() for lesson in experiment.lessons],
        "weights": asdict(experiment.weights),
        "versions": versions(),
        "parts": experiment.parts.as_dict(),
        "status": "running",
        "begun": f"{datetime.now():%Y-%m-%d %H:%M:%S}",
    }


def keep_clocks(experiment: Experiment, folder: Path) -> str | None:
    """Write which weights will learn when, unless all always learn; return the file's SHA-256.

    Raises SpicelearnError if the file cannot be written.
    """
    clock, length = experiment.clocking, experiment.length
    if clock.kind == clocks.SYNCHRONOUS:
        return None
    blocks = (
        range(first, min(first + MASK_CYCLES, length)) for first in range(0, length, MASK_CYCLES)
    )
    masks = (clocks.lines([clock.learning(cycle) for cycle in block]) for block in blocks)
    return replace_by_parts(folder / clocks.MASK, masks)


def restore_clocks(experiment: Experiment, folder: Path, known: object) -> None:
    """Write again which weights learn when, if the file is not as it was: ``known``, its SHA-256.

    Raises SpicelearnError if it cannot be written, or is then another one.
    """
    mask = folder / clocks.MASK
    if known is None or (mask.is_file() and sha256(mask) == known):
        return
    if keep_clocks(experiment, folder) != known:
        raise SpicelearnError(
            f"{mask} was lost, and is another one when it is drawn again, expected the versions "
            f"with which {folder} began"
        )


def resume(folder: Path, listener: Listener = unheard, alone: bool = True) -> dict[str, Any]:
    """Resume an interrupted run; its table is then that of an undisturbed run, row for row.

    Returns the results; a finished run is not run again. ``listener`` and ``alone`` are as in
    `begin`. Raises UsageError if this is no run, if another process writes it, or if a file that it
    was made from has changed.
    """
    folders.read_manifest(folder)  # raises if it is no run folder, before a lock is made
    with folders.owned(folder) as lock:
        manifest = folders.read_manifest(folder)
        if manifest.get("status") == folders.FINISHED:
            return finished(folder, manifest)
        experiment = opened(folder, manifest)
        prepare(experiment.apparatus.name, experiment.plant)
        memory = len(experiment.start().memory)
        checkpoint = Checkpoint.read(folder, experiment.weights, memory)
        begun = checkpoint.state.cycle if checkpoint else 0
        if begun >= experiment.length:
            raise UsageError(f"{folder}: checkpoint at cycle {begun}, expected fewer")
        before = manifest.get("resumed")
        manifest["resumed"] = [*(before if isinstance(before, list) else ()), begun]
        manifest["status"] = "running"
        manifest.pop("reason", None)
        restore_clocks(experiment, folder, manifest.get("clocked"))
        folders.write_manifest(folder, manifest)
        return carry_out(experiment, folder, manifest, checkpoint, listener, lock, alone)


def is_finished(folder: Path) -> bool:
    """Say whether a run is finished; raise UsageError if this is no run folder."""
    return folders.read_manifest(folder).get("status") == folders.FINISHED


def finished(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the results of a finished run; raise UsageError if one is missing."""
    results: dict[str, Any] = manifest.get("results", {})
    missing = [name for name in RESULTS if name not in results]
    if missing:
        raise UsageError(f"{folder / folders.MANIFEST} is damaged: no result {missing[0]!r}")
    return {**results, "run": str(folder)}


def carry_out(
    experiment: Experiment,
    folder: Path,
    manifest: dict[str, Any],
    checkpoint: Checkpoint | None,
    listener: Listener,
    lock: int,
    alone: bool,
) -> dict[str, Any]:
    """Train from the checkpoint on; write results, or the reason of a failure, to the manifest.

    A child process, of a circuit that is run ``alone``, also holds the folder's ``lock``. Raises
    what the run raises.
    """
    started = time.perf_counter()
    try:
        if alone and experiment.kind.is_circuit:
            found = isolated(
                *(train_here, experiment, folder, checkpoint),
                log=folder / folders.LOG,
                listener=listener,
                keep=[lock],
                prepare=partial(prepare, experiment.apparatus.name, experiment.plant),
            )
        else:
            log = folder / folders.LOG
            with output_in(log) if experiment.kind.is_circuit else nullcontext():
                found = train_here(experiment, folder, checkpoint, listener)
    except BaseException as failure:
        manifest |= {"status": "failed", "reason": str(failure) or "interrupted"}
        with suppress(SpicelearnError):  # a full disk: the first failure is raised
            folders.write_manifest(folder, manifest)
        if isinstance(failure, KeyboardInterrupt):
            hint = f"interrupted; to go on: spicelearn resume {folder}"
            raise type(failure)(hint) from failure
        decks = sorted(folder.glob("deck*.cir"), key=lambda deck: deck.stat().st_mtime)
        if isinstance(failure, EngineError) and decks:
            raise EngineError(f"{failure}; the deck is {decks[-1]}") from failure
        raise
    results = {
        "task": experiment.curriculum.name,
        "machine": experiment.machine,
        "plant": experiment.plant,
        "detail": experiment.detail,
        "cycles": experiment.length,
        "seed": experiment.seed,
        "eta": experiment.eta,
        "probability": experiment.clocking.made,
        "clock": experiment.clock,
        **found["results"],
        "wall_seconds": time.perf_counter() - started,
        "run": str(folder),
    }
    results["warnings"] = warnings(results)
    manifest |= {"plants": found["plants"], "status": folders.FINISHED, "results": results}
    folders.write_manifest(folder, manifest)
    return results
