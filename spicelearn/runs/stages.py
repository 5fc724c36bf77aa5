"""Stages: stretches of a run in which neither targets nor network change, and their results."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from ..experiment import Experiment
from ..tasks.lessons import Lesson
from . import record
from .record import Recorder

LAST_CYCLES = 30  # of a stage, over which ``error_late_V`` is averaged


def stages(experiment: Experiment, recorder: Recorder) -> list[dict[str, Any]]:
    """Return the results of every stage: between changes of lesson, targets and network."""
    found = []
    cut_at = {cut.cycle for cut in experiment.damage.cuts}
    for lesson in experiment.lessons:
        changes = {lesson.first + at for at in lesson.task.changes(lesson.end - lesson.first)}
        cuts = {cycle for cycle in cut_at if lesson.first < cycle < lesson.end}
        edges = sorted({lesson.first, *changes, *cuts, lesson.end})
        for first, end in pairwise(edges):
            found.append(staged(experiment, lesson, recorder, first, end))
    return found


def staged(
    experiment: Experiment, lesson: Lesson, recorder: Recorder, first: int, end: int
) -> dict[str, Any]:
    """Return one stage's results, the errors in V^2 as for the whole run.

    ``error_late_V`` is the mean over its last cycles of the root mean squared error of the outputs:
    for one output, the mean absolute error.
    """
    places = np.searchsorted(recorder.measured, [first, end])
    errors = recorder.errors[places[0] : places[1]]
    late = np.searchsorted(recorder.measured, max(first, end - LAST_CYCLES))
    last = recorder.errors[late : places[1]]
    classified = len(recorder.accuracies) == len(recorder.errors)
    accuracies = recorder.accuracies[places[0] : places[1]] if classified else ()
    constant = lesson.task.tests() is None
    targets: Iterable[float] = (
        lesson.task.example(first - lesson.first, None).targets.ravel() if constant else []
    )
    return {
        "task": lesson.task.name,
        "eta": lesson.eta,
        "first_cycle": first,
        "last_cycle": end - 1,
        "targets_V": [float(volts) for volts in targets],
        "cut": [cut.edge for cut in experiment.damage.cuts if cut.cycle == first],
        **(record.summary(errors) if errors else {}),
        "accuracy_final": record.final_median(accuracies) if accuracies else None,
        "error_late_V": float(np.mean(np.sqrt(last))) if last else None,
    }
