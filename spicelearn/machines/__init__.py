"""The machines: one package each, here or in other distributions, found by entry points."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from ..errors import SpicelearnError, UsageError, nearest
from ..machine import Machine
from ..tasks.base import Curriculum
from ..tasks.file import from_toml

GROUP = "spicelearn.machines"  # of entry points; each names a Machine
DEFAULT = "rheostat"  # the machine of a task file that names none


@cache
def folders() -> tuple[str, ...]:
    """Return the names of the machines in this package."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg))


@cache
def installed() -> dict[str, EntryPoint]:
    """Return the entry points of machines in other distributions, by the machine's name."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    return {name: found[name] for name in sorted(found) if name not in folders()}


def names() -> tuple[str, ...]:
    """Return the names of all machines, those of other distributions last."""
    return (*folders(), *installed())


@cache
def machine_named(name: str) -> Machine:
    """Return the machine of this name.

    Raises UsageError if there is none, SpicelearnError if that of another distribution cannot be
    loaded.
    """
    if name in folders():
        found = import_module(f".{name}", __package__).MACHINE
    elif name in installed():
        point = installed()[name]
        try:
            found = point.load()
        except Exception as failure:
            raise SpicelearnError(
                f"machine {name} cannot be loaded from {point.value}: "
                f"{type(failure).__name__}: {failure}"
            ) from failure
    else:
        raise UsageError(
            f"no machine {name!r}{nearest(name, names())}, expected {' or '.join(names())}"
        )
    if not isinstance(found, Machine) or found.name != name:
        raise SpicelearnError(f"machine {name}: {found!r:.60} is no Machine of this name")
    return found


def curriculum(name: str, seed: int = 0) -> Curriculum:
    """Return the built-in task or sequence of this name, or that of a ``.toml`` file.

    The seed draws its examples; its ``machine`` is the default for the run. Raises UsageError if
    there is none of this name, or if the file is wrong.
    """
    if Path(name).suffix == ".toml":
        return from_toml(Path(name), seed)
    for places in (folders, installed):
        for machine in places():
            if make := machine_named(machine).tasks.get(name):
                return make(seed)
    known = [task for machine in names() for task in machine_named(machine).tasks]
    files = [str(path) for path in Path(name).parent.glob("*.toml")] if "." in name else []
    near = nearest(name, [*known, *files])
    raise UsageError(f"no task {name!r}{near}, expected one of {', '.join(known)}, or a .toml file")
