"""The page of a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ..charts import Figure
from ..errors import SpicelearnError
from ..formats.waves import RAW, Waves
from ..plant import Floats
from ..runs.folder import read_manifest
from ..runs.record import read_cycles
from ..runs.test_set import read_test_set
from ..schedules.clocks import MASK
from ..tasks.taught import TaughtLesson, TaughtRun
from .answers import Answers
from .facts import run_facts
from .graph import DRAWN_EDGES, Snapshot, network_figure, places
from .modes import modes_figure
from .page import Page
from .sentence import choice, sentence, status, warned
from .subject import Subject, columns_of, subject_of
from .test_set import response_figures
from .training import (
    accuracy_figure,
    error_figure,
    merit_figures,
    power_figure,
    weights_figure,
)

MASK_CYCLES = 200  # of which it is counted how many weights learn at once


def run_page(folder: Path, followed: float | None = None) -> Page:
    """Return the page of a run folder, be the run finished, going on or torn off.

    A run that is ``followed`` is known to go on, for so many seconds until now.
    Raises UsageError if this is not a run folder, SpicelearnError if nothing was measured yet.
    """
    manifest = read_manifest(folder)
    table, notes = read_cycles(folder)
    if table["error"].isna().all():
        raise SpicelearnError(f"{folder} holds no measured cycle yet: nothing to report")
    subject, damages = subject_of(folder, manifest, table)
    figures = run_figures(folder, table, subject, "after" if followed is None else "now")
    waves, spoilt = waves_figures(folder, subject)
    return Page(
        title=f"{choice(manifest, 'task') or 'A run'}, {subject.size}",
        sentence=sentence(manifest, table, subject, followed is not None),
        figures=[*figures, *waves],
        facts=run_facts(manifest, table, subject.view.pace if subject.view else None),
        notes=[
            *notes,
            *damages,
            *spoilt,
            *status(manifest, int(table["cycle"].iloc[-1]), followed),
            *warned(manifest),
        ],
    )


def run_figures(folder: Path, table: pd.DataFrame, subject: Subject, latest: str) -> list[Figure]:
    """Return every figure that the folder has data for, the error first, but for waveforms."""
    found = [error_figure(table, subject.run, step_error(folder, table, subject))]
    found += network_figures(table, subject, latest)
    if subject.weights.count:
        found.append(weights_figure(table, subject))
    if table["accuracy"].notna().any():
        found.append(accuracy_figure(table, subject.run))
    found += merit_figures(table, subject.run)
    found += answers_figures(folder, table, subject)
    found += maps(table, subject)
    if subject.run is not None and subject.view is not None:
        found.append(power_figure(table, subject.weights, subject.run, subject.view))
    return found


def answers_figures(folder: Path, table: pd.DataFrame, subject: Subject) -> list[Figure]:
    """Return the responses to every test set, and the error modes, where there are such."""
    found, run, view = [], subject.run, subject.view
    for name, responses in read_test_set(folder).items():
        lesson = lesson_of(run, name)
        answers = Answers.of(lesson, responses) if lesson else None
        found += response_figures(name, responses, answers)
        if run and view and answers:
            columns = columns_of(table, subject.weights.column)
            modes = modes_figure(table, columns, run, view, answers)
            found += [modes] if modes else []
    return found


def lesson_of(run: TaughtRun | None, name: str) -> TaughtLesson | None:
    """Return the lesson of a test set by the stem of its file: ``test``, or ``test-2``."""
    if run is None:
        return None
    number = int(name.partition("-")[2] or 1)
    return run.lessons[number - 1] if 0 < number <= len(run.lessons) else None


def step_error(folder: Path, table: pd.DataFrame, subject: Subject) -> float | None:
    """Return the error of one random step at the last weights, V^2, where it can be told.

    None where examples have classes: the spread of a class is by far the larger error.
    """
    run, view, weights = subject.run, subject.view, subject.weights
    if run is None or view is None or len(run.network.edges) > DRAWN_EDGES:
        return None
    if table["accuracy"].notna().any():
        return None
    _, (cycle, values) = ends(table, weights.column)
    return view.floor(values, cycle, learning_share(folder, weights.count))


def network_figures(table: pd.DataFrame, subject: Subject, latest: str) -> list[Figure]:
    """Return the network at the first weights and at the last ones, if it is known and small."""
    run, view = subject.run, subject.view
    if run is None or view is None or len(run.network.edges) > DRAWN_EDGES:
        return []
    where = places(run.network)
    names = (("network-before", "The network before"), ("network-after", f"The network {latest}"))
    return [
        network_figure(Snapshot(run, view, subject.weights, values, cycle), where, name, title)
        for (cycle, values), (name, title) in zip(
            ends(table, subject.weights.column), names, strict=True
        )
    ]


def maps(table: pd.DataFrame, subject: Subject) -> list[Figure]:
    """Return the machine's own figures of its first and its last weights, if it has such."""
    machine, run = subject.machine, subject.run
    if machine is None or run is None or machine.maps is None:
        return []
    (first, before), (last, after) = ends(table, subject.weights.column)
    return machine.maps(run, np.array([before, after]), (first, last))


def waves_figures(folder: Path, subject: Subject) -> tuple[list[Figure], list[str]]:
    """Return the machine's own figures of the waveforms, if any, and a note if they are damaged."""
    machine, run = subject.machine, subject.run
    if machine is None or run is None or machine.figures is None or not (folder / RAW).exists():
        return [], []
    try:
        return machine.figures(run, Waves.read(folder)), []
    except SpicelearnError as failure:
        return [], [f"{failure}. Waveforms are not drawn."]
    except (LookupError, ValueError, TypeError, ArithmeticError):
        kept = f"{folder / RAW} holds no waveforms of machine {machine.name}"
        return [], [f"{kept}. Waveforms are not drawn."]


def ends(table: pd.DataFrame, column: str) -> tuple[tuple[int, Floats], tuple[int, Floats]]:
    """Return the first and the last cycle with their weights, shape (P,).

    The last are those after all steps.
    """
    values = table[columns_of(table, column)].to_numpy(dtype=float)
    cycles = table["cycle"].to_numpy()
    return (int(cycles[0]), values[0]), (max(int(cycles[-1]) - 1, 0), values[-1])


def learning_share(folder: Path, weights: int) -> float:
    """Return which part of the weights learns in a cycle: all, or as the run's masks tell."""
    path = folder / MASK
    if not path.is_file():
        return 1.0
    with path.open("rb") as file:
        digits = file.read((weights + 1) * MASK_CYCLES)
    learning, lines = digits.count(b"1"), digits.count(b"\n")
    return learning / (lines * weights) if lines and learning else 1.0
