"""Tables of a run's choices and results."""

from __future__ import annotations

import math
from typing import Any, TypeGuard

import pandas as pd

from ..formats.quantity import counted, scaled
from ..runs import record
from .names import name_of, rows, told
from .page import Facts

STAGE_COLUMNS = (
    "first_cycle",
    "last_cycle",
    "task",
    "cut",
    "error_initial",
    "error_final",
    "decades",
)


def results_of(manifest: dict[str, Any], table: pd.DataFrame) -> dict[str, Any]:
    """Return the results, those of the table where the manifest has none of as many cycles."""
    kept = manifest.get("results", {})
    computed: dict[str, Any] = dict(record.summary(table["error"].dropna().tolist()))
    if several_lessons(manifest):
        computed["decades"] = None
    whole = kept.get("cycles") == int(table["cycle"].iloc[-1])
    known = [name for name, value in computed.items() if value is not None]
    if not whole or not all(is_finite(kept.get(name)) for name in known):
        return computed
    odd = {name for name, value in kept.items() if _is_number(value) and not is_finite(value)}
    return {**computed, **{name: value for name, value in kept.items() if name not in odd}}


def several_lessons(manifest: dict[str, Any]) -> bool:
    """Say whether a run had several lessons, whose errors cannot be compared."""
    lessons = manifest.get("lessons")
    return isinstance(lessons, list) and len(lessons) > 1


def is_finite(value: Any) -> TypeGuard[float]:
    """Say whether this is a number with which something can be computed."""
    try:
        return _is_number(value) and math.isfinite(value)
    except OverflowError:
        return False


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def run_facts(
    manifest: dict[str, Any], table: pd.DataFrame, pace: tuple[float, float] | None = None
) -> list[Facts]:
    """Return the results, the machine's time, the choices and the versions of a run.

    ``pace`` is that of its `spicelearn.machine.View`.
    """
    experiment = dict(manifest.get("experiment", {}))
    board = experiment.pop("board", None)
    results = {
        name: value
        for name, value in results_of(manifest, table).items()
        if isinstance(value, int | float | str) and name not in experiment
    }
    found = [
        Facts("Results", rows(results)),
        time_facts(int(table["cycle"].iloc[-1]), pace),
        stages_facts(manifest),
        Facts("Choices", rows(experiment)),
        Facts("Versions", rows(manifest.get("versions", {}))),
    ]
    if isinstance(board, dict):
        found.append(board_facts(with_derived(board, manifest.get("plants"))))
    return [each for each in found if each.rows]


def board_facts(board: dict[str, Any]) -> Facts:
    """Return the constants of a board by the names that a board file gives them."""
    cells = [[str(name), told(str(name), value)] for name, value in board.items()]
    return Facts("Board, as a board file names it", cells)


def stages_facts(manifest: dict[str, Any]) -> Facts:
    """Return the stretches of a run in which neither task nor network changed, if there are two."""
    stages = manifest.get("results", {}).get("stages")
    if not isinstance(stages, list) or len(stages) < 2:
        return Facts("Stages", [])
    known = [stage for stage in stages if isinstance(stage, dict)]
    cells = [[told(name, stage.get(name)) for name in STAGE_COLUMNS] for stage in known]
    return Facts("Stages", cells, [name_of(name) for name in STAGE_COLUMNS])


def with_derived(board: dict[str, Any], plants: Any) -> dict[str, Any]:
    """Return a board with what the plants derived where it has 0, which stands for that."""
    known = list(plants.values()) if isinstance(plants, dict) else []
    found = dict(board)
    for name, value in board.items():
        derived = [plant[name] for plant in known if isinstance(plant, dict) and name in plant]
        if value == 0 and derived:
            shown = dict.fromkeys(told(name, each) for each in derived)
            found[name] = f"{', '.join(shown)} (derived)"
    return found


def time_facts(cycles: int, pace: tuple[float, float] | None) -> Facts:
    """Return how long the machine itself takes for so many cycles.

    ``pace`` is how long it takes for one and how long it learns in it, s; None if that is unknown.
    """
    if pace is None:
        return Facts("The machine's time", [])
    whole, learning = pace
    return Facts(
        "The machine's time",
        [
            ["one cycle", scaled(whole, "s")],
            ["of it learning", scaled(learning, "s")],
            [counted(cycles, "cycle"), scaled(cycles * whole, "s")],
            ["of that learning", scaled(cycles * learning, "s")],
        ],
    )
