"""The run folders below a folder, one row each, from their manifests alone."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import SpicelearnError, UsageError
from . import folder as folders

CHOICES = ("machine", "plant", "cycles", "seed")
DAMAGED = "damaged"
RUNNING, INTERRUPTED = "running", "interrupted"


def listed(folder: Path) -> list[dict[str, Any]]:
    """Return a row for every run folder below a folder, in the order in which they began.

    Its keys are ``run, task, machine, plant, status, cycles, seed, decades, begun``; what a
    manifest lacks is None. The status of a manifest that cannot be read is ``damaged``, that of a
    run that was killed or interrupted is ``interrupted``. Raises UsageError if there is no such
    folder.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder, expected one with run folders in it")
    rows = []
    for place, inner, names in os.walk(folder):
        if folders.MANIFEST in names:
            inner.clear()  # nothing else is in a run folder
            rows.append(row(Path(place)))
    return sorted(rows, key=lambda each: (each["begun"], each["run"]))


def row(run: Path) -> dict[str, Any]:
    """Return the row of a run folder; a manifest may be older than its entry ``begun``."""
    written = datetime.fromtimestamp((run / folders.MANIFEST).lstat().st_mtime)
    try:
        manifest = folders.read_manifest(run)
    except SpicelearnError:
        manifest = {"status": DAMAGED}
    killed = manifest.get("status") == RUNNING and not folders.is_owned(run)
    if killed or manifest.get("reason") == INTERRUPTED:
        manifest["status"] = INTERRUPTED
    choices, results = manifest.get("experiment", {}), manifest.get("results", {})
    task = results.get("task") or choices.get("task")
    return {
        "run": str(run),
        "task": Path(task).stem if isinstance(task, str) else None,
        **{name: choices.get(name) for name in CHOICES},
        "status": manifest.get("status"),
        "decades": results.get("decades"),
        "begun": str(manifest.get("begun") or written.isoformat(" ", "seconds")),
    }
