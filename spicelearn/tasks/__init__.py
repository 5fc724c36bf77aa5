"""The tasks that ship, one file each."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import UsageError
from .allostery import allostery
from .base import Example, Measurement, Stage, Task
from .divider import divider
from .iris import iris
from .regression import regression

TASKS: dict[str, Callable[[int], Task]] = {
    "divider": divider,
    "allostery": allostery,
    "regression": regression,
    "iris": iris,
}

__all__ = ["TASKS", "Example", "Measurement", "Stage", "Task", "named"]


def named(name: str, seed: int = 0) -> Task:
    """Return the built-in task of this name, with the examples of this seed."""
    if name not in TASKS:
        raise UsageError(f"no task {name!r}, expected one of {', '.join(TASKS)}")
    return TASKS[name](seed)
