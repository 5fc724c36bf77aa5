"""The page of several runs, one beside the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from ..charts import Figure, table
from ..errors import UsageError
from ..formats.quantity import counted
from ..runs.folder import read_manifest
from ..runs.record import read_cycles
from ..runs.verdict import unsettled_told
from .facts import is_finite, results_of
from .names import name_of, told
from .page import Facts, Page
from .training import errors_figure

MEASURED = ("error_initial", "error_final", "error_best", "decades", "accuracy_final")
SPEED = ("cycles_per_second", "unsettled_cycles", "engine")
Kept = tuple[dict[str, Any], pd.DataFrame]  # a run's manifest and table of cycles


def comparison_page(folders: Sequence[Path]) -> Page:
    """Return the page that compares runs; raise UsageError if one is none or is there twice."""
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UsageError("a run is named twice, expected runs that differ")
    runs, notes = read_runs(folders)
    results = {name: results_of(manifest, cycles) for name, (manifest, cycles) in runs.items()}
    figures = []
    if runs:
        figures = [
            errors_figure(
                {name: cycles for name, (_, cycles) in runs.items()},
                "Mean squared error of every run's outputs.",
            ),
            decades_figure(results),
        ]
    return Page(
        title="Runs compared",
        sentence=said(results),
        figures=figures,
        facts=[compared(runs, results)],
        notes=notes,
    )


def read_runs(folders: Sequence[Path]) -> tuple[dict[str, Kept], list[str]]:
    """Return the runs in which something was measured, by name, and notes on the others."""
    runs: dict[str, Kept] = {}
    notes = []
    for name, folder in named(folders).items():
        manifest = read_manifest(folder)
        cycles, torn = read_cycles(folder)
        if cycles["error"].isna().all():
            notes.append(f"{folder} holds no measured cycle yet: it is left out.")
            continue
        notes += [f"{folder}: {note}" for note in torn]
        runs[name] = (manifest, cycles)
    return runs, notes


def said(results: dict[str, dict[str, Any]]) -> str:
    """Say which runs were sensed before they had settled, then whose error fell furthest."""
    early = {
        name: each["unsettled_cycles"]
        for name, each in results.items()
        if is_finite(each.get("unsettled_cycles")) and each["unsettled_cycles"]
    }
    unsettled = [unsettled_told(cycles, name) for name, cycles in early.items()]
    return " ".join([*unsettled, furthest(results)])


def furthest(results: dict[str, dict[str, Any]]) -> str:
    """Say whose error fell furthest."""
    count = counted(len(results), "run")
    if not results:
        return f"{count}."
    fallen = {name: each["decades"] for name, each in results.items()}
    fallen = {name: decades for name, decades in fallen.items() if decades is not None}
    if not fallen:
        return f"{count} of several lessons each."
    best = max(fallen, key=lambda name: float(fallen[name]))
    decades = float(fallen[best])
    if decades <= 0:
        return f"{count}; no error fell."
    return f"{count}; the error of {best} fell furthest, by {decades:.2f} decades."


def named(folders: Sequence[Path]) -> dict[str, Path]:
    """Return runs by a name each: that of the folder, or its whole path where two are alike."""
    names = [folder.name or str(folder) for folder in folders]
    return {
        name if names.count(name) == 1 else str(folder): folder
        for name, folder in zip(names, folders, strict=True)
    }


def decades_figure(results: dict[str, dict[str, Any]]) -> Figure:
    """Return how far the error of every run fell."""
    frame = pd.DataFrame(
        {
            "run": list(results),
            "decades": [each["decades"] for each in results.values()],
            "final": [each["error_final"] for each in results.values()],
        }
    )
    bars = alt.Chart(table(frame)).encode(
        alt.X("decades:Q", title="decades: log10 of first over final error"),
        alt.Y("run:N", title=None, sort=None, axis=alt.Axis(labelLimit=160)),
        alt.Color("run:N", sort=None, legend=None),
    )
    told = ["run:N", alt.Tooltip("decades:Q", format=".2f"), alt.Tooltip("final:Q", format=".3~g")]
    return Figure(
        "decades",
        "How far the errors fell",
        "The logarithm of first over final error; the final one is the median over the last tenth "
        "of the measurements.",
        [bars.mark_bar().encode(tooltip=told)],
        height=60 + 26 * len(frame),
    )


def compared(runs: dict[str, Kept], results: dict[str, dict[str, Any]]) -> Facts:
    """Return the table of what differs, and of what came of it."""
    choices = {name: _choices(manifest) for name, (manifest, _) in runs.items()}
    every = dict.fromkeys(key for chosen in choices.values() for key in chosen)
    differ = [key for key in every if len({chosen.get(key) for chosen in choices.values()}) > 1]
    keys = [
        key
        for key in (*MEASURED, *SPEED)
        if any(each.get(key) is not None for each in results.values())
    ]
    rows = [[named_choice(key), *(choices[name].get(key, "") for name in runs)] for key in differ]
    rows += [[name_of(key), *(told(key, results[name].get(key)) for name in runs)] for key in keys]
    return Facts("What differs, and what came of it", rows, ["", *runs])


def _choices(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the choices of a run as texts, those of its board by ``board.NAME``."""
    experiment = dict(manifest.get("experiment", {}))
    board = experiment.pop("board", {})
    constants = board.items() if isinstance(board, dict) else ()
    every = {**experiment, **{f"board.{name}": value for name, value in constants}}
    return {str(name): told(str(name), value) for name, value in every.items()}


def named_choice(key: str) -> str:
    """Return the name of a choice; a constant of the board keeps that of board files."""
    return key if key.startswith("board.") else name_of(key)
