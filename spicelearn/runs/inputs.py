"""Copies of the files that a run was made from: with them its folder is whole by itself."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomli_w

from ..errors import SpicelearnError, UsageError
from ..experiment import FILES, Experiment, names_file
from ..formats import files
from ..formats.toml import Settings
from ..tasks.file import with_names
from .folder import INPUTS, MANIFEST


def copied(experiment: Experiment, folder: Path) -> Experiment:
    """Copy the files of the task, the network and the clock; return the experiment of the copies.

    They lie side by side in the folder's `INPUTS`. A task file that names one of them otherwise is
    rewritten. Raises SpicelearnError if a file cannot be written, UsageError if it cannot be read.
    """
    names: dict[Path, str] = {}
    for path in experiment.files:
        if path not in names:
            names[path] = _free(path, set(names.values()))
    place = folder / INPUTS
    if names:
        try:
            place.mkdir(exist_ok=True)
        except OSError as failure:
            raise SpicelearnError(f"cannot write {place}: {failure.strerror}") from None
    for path, name in names.items():
        held = files.content(path, str(path))
        if names_file("task", str(path)):
            held = _rewritten(path, held, names)
        files.replace(place / name, held)
    chosen = {name: getattr(experiment, name) for name in FILES}
    moved: dict[str, Any] = {
        name: str(place / names[Path(value)])
        for name, value in chosen.items()
        if names_file(name, value)
    }
    return replace(experiment, **moved) if moved else experiment


def _free(path: Path, taken: set[str]) -> str:
    """Return the name of a file, with a number if the name is taken."""
    name, number = path.name.encode("utf-8", "replace").decode(), 1
    while name in taken:
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    return name


def _rewritten(path: Path, held: bytes, names: dict[Path, str]) -> bytes:
    """Return a task file in which other files have the names of their copies."""
    table = Settings.read("task", path).table
    moved = with_names(table, lambda name: names.get(path.parent / name, name))
    return held if moved == table else tomli_w.dumps(moved).encode()


def opened(folder: Path, manifest: dict[str, Any]) -> Experiment:
    """Return the experiment of a run folder; raise UsageError if one of its files has changed."""
    path = folder / MANIFEST
    choices, known = manifest.get("experiment"), manifest.get("files")
    if not isinstance(choices, dict) or not isinstance(known, dict):
        raise UsageError(f"{path} is damaged, expected tables experiment and files")
    for name, digest in known.items():
        if sha256(folder / name) != digest:
            raise UsageError(f"{folder / name} has changed since the run {folder} began")
    try:
        experiment = Experiment.from_dict(choices, folder)
    except UsageError as failure:
        raise UsageError(f"{path}: {failure}") from None
    if set(experiment.files) != {folder / name for name in known}:
        raise UsageError(f"{path} is damaged: files of the task or the network are not in files")
    return experiment


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file; raise UsageError if it cannot be read."""
    return hashlib.sha256(files.content(path, str(path))).hexdigest()
