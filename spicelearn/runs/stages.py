"""Stages: stretches of a run in which neither targets nor network change, and their results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..experiment import Experiment
from ..machine import Attempt
from ..tasks.lessons import Lesson
from .record import Recorder, within

LAST_CYCLES = 30  # of a stage, over which ``error_late_V`` is averaged


def stages(
    experiment: Experiment, recorder: Recorder, attempts: Sequence[Attempt] = ()
) -> list[dict[str, Any]]:
    """Return the results of every stage: between changes of lesson, targets and network.

    ``attempts`` are those with which the lessons ended, of a rule that may begin anew.
    """
    found = []
    cut_at = {cut.cycle for cut in experiment.damage.cuts}
    for number, lesson in enumerate(experiment.lessons):
        changes = set(lesson.changes())
        cuts = {cycle for cycle in cut_at if lesson.first < cycle < lesson.end}
        edges = sorted({lesson.first, *changes, *cuts, lesson.end})
        attempt = attempts[number] if attempts else None
        for first, end in pairwise(edges):
            found.append(staged(experiment, lesson, recorder, (first, end), attempt))
    return found


def staged(
    experiment: Experiment,
    lesson: Lesson,
    recorder: Recorder,
    cycles: tuple[int, int],
    attempt: Attempt | None,
) -> dict[str, Any]:
    """Return one stage's results, the errors in V^2 as for the whole run.

    Errors are those of the attempt, if it begins in these cycles. ``error_late_V`` is the mean over
    the last cycles of the root mean squared error of the outputs: for one output, the mean absolute
    error. The last stage of a run is all right to the end if it is so after the last step, too.
    """
    first, end = cycles
    begun = attempt.begun if attempt and attempt.begun < end else first
    late = within(recorder.measured, recorder.errors, max(first, end - LAST_CYCLES), end)
    constant = lesson.task.tests() is None
    targets: Iterable[float] = (
        lesson.task.example(lesson.number(first - lesson.first), None).targets.ravel()
        if constant
        else []
    )
    return {
        "task": lesson.task.name,
        "eta": lesson.eta,
        "first_cycle": first,
        "last_cycle": end - 1,
        "targets_V": [float(volts) for volts in targets],
        "cut": [cut.edge for cut in experiment.damage.cuts if cut.cycle == first],
        "restarts": attempt.restarts if attempt else None,
        "attempt_cycle": attempt.begun if attempt else None,
        **recorder.results(max(first, begun), end),
        **recorder.rightness(first, end + (end == experiment.length)),
        "error_late_V": float(np.mean(np.sqrt(late))) if late else None,
    }
