"""The tasks that ship, and those in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import UsageError
from .allostery import allostery, damage, divider
from .base import Course, Example, Marked, Measurement, Task
from .file import from_toml
from .iris import iris
from .regression import regression
from .sequence import seven

TASKS: dict[str, Callable[[int], Course]] = {
    "divider": divider,
    "allostery": allostery,
    "regression": regression,
    "iris": iris,
    "damage": damage,
    "seven": seven,
}

__all__ = ["TASKS", "Course", "Example", "Marked", "Measurement", "Task", "chosen"]


def chosen(name: str, seed: int = 0) -> Course:
    """Return the built-in task of this name, or that of a ``.toml`` file, for this seed.

    Raises UsageError if there is none, or for what is wrong in the file.
    """
    if Path(name).suffix == ".toml":
        return from_toml(Path(name), seed)
    if name not in TASKS:
        raise UsageError(f"no task {name!r}, expected one of {', '.join(TASKS)}, or a .toml file")
    return TASKS[name](seed)
