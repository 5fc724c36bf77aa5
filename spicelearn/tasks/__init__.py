"""The tasks that ship, one file each."""

from __future__ import annotations

from ..errors import UsageError
from .allostery import ALLOSTERY
from .base import Example, Stage, Task
from .divider import DIVIDER

TASKS: dict[str, Task] = {task.name: task for task in (DIVIDER, ALLOSTERY)}

__all__ = ["TASKS", "Example", "Stage", "Task", "named"]


def named(name: str) -> Task:
    """Return the built-in task of this name."""
    if name not in TASKS:
        raise UsageError(f"no task {name!r}, expected one of {', '.join(TASKS)}")
    return TASKS[name]
