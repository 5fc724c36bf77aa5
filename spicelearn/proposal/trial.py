"""Trials of a draft on the idealised model: which nodes to choose, and what comes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UsageError
from ..experiment import Experiment, default_board
from ..machine import Outline
from ..network.graph import Network
from ..plant import Drive, Reading, State
from ..runs.supervisor import Supervisor
from ..runs.train import train
from ..tasks.base import Evaluation
from ..tasks.lessons import Lesson
from .draft import Draft, Roles

SHOWN = 60  # training rows, at most, by which nodes are chosen
PLANT = "ideal"
LATE = 0.9  # of the cycles with the same voltages, from which on errors count


@dataclass(frozen=True)
class Trial:
    """Hold what came of one choice of nodes on the idealised model.

    ``seen`` are the answers to the training rows, ``held_back`` those to the test rows; both are
    None for a task without a table, whose mean error at the ends of its stages, V^2, is ``error``.
    """

    roles: Roles
    error: float
    seen: Evaluation | None
    held_back: Evaluation | None

    @property
    def rank(self) -> tuple[float, float]:
        """Return what is smaller for a better choice: by the training rows, not by the test."""
        if self.seen is None:
            return 0.0, self.error
        measured = self.seen.measurement
        return -(measured.accuracy or 0.0), measured.error

    @property
    def explained(self) -> float:
        """Return the share of the variance of the test rows' targets that was learned, from 0."""
        assert self.held_back is not None
        wrong = np.mean((self.held_back.outputs - self.held_back.desired) ** 2, axis=0)
        spread = self.held_back.desired.var(axis=0)
        return max(0.0, float(np.mean(1 - wrong / np.maximum(spread, 1e-12))))

    @property
    def accuracy(self) -> float:
        """Return the share of the test rows whose class was found."""
        assert self.held_back is not None
        return self.held_back.measurement.accuracy or 0.0


def best(
    draft: Draft,
    outline: Outline,
    network: Network,
    data: Path,
    told: Callable[[int, int], object],
) -> Trial:
    """Return the best of some choices of nodes; ``told`` is called with trials done and of all.

    Raises UsageError if no choice can be carried out.
    """
    if outline.roles is not None:
        choices = [Roles(*outline.roles(network.name))]
    else:
        choices = [draft.drawn(network, seed) for seed in range(outline.trials)]
    found, refused = [], None
    for done, roles in enumerate(choices):
        told(done, len(choices))
        try:
            found.append(tried(draft, roles, outline, data))
        except UsageError as failure:
            refused = failure
    if not found:
        assert refused is not None
        raise refused
    return min(found, key=lambda trial: trial.rank)


def tried(draft: Draft, roles: Roles, outline: Outline, data: Path) -> Trial:
    """Train the idealised model of a draft for some cycles and return what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial.toml"
        cycles = min(outline.trial_cycles, draft.cycles)
        if draft.hold is not None:  # every row has its turn
            draft = replace(draft, hold=max(1, cycles * draft.hold // draft.cycles))
            cycles = min(cycles, draft.cycles)
        path.write_text(draft.beside(path).text(roles, data.absolute()), encoding="utf-8")
        board = default_board(draft.machine, PLANT).with_values(dict(outline.board))
        experiment = Experiment(str(path), cycles=cycles, plant=PLANT, board=board)
    lesson = experiment.lesson
    plant = experiment.plant_of(experiment.setup(lesson))
    with closing(plant):
        supervisor = Supervisor(plant, lesson, experiment.damage)
        log = Log(lesson, draft.hold or cycles)
        rule = experiment.rule_of(experiment.setup(lesson))
        state = train(plant, supervisor, experiment.start(), log, rule, cycles)
        _, measured, held_back = supervisor.conclude(state)
        if held_back is None:
            return Trial(roles, float(np.mean(log.errors)), None, None)
        shown = shown_of(lesson)
        other = Supervisor(plant, shown, experiment.damage, supervisor.responses)
        _, _, seen = other.conclude(state)
    return Trial(roles, measured.error, seen, held_back)


def shown_of(lesson: Lesson) -> Lesson:
    """Return the lesson with some of the training rows in place of the test rows."""
    task: Any = lesson.task
    inputs, desired = task.training
    few = np.unique(np.linspace(0, len(inputs) - 1, SHOWN).round().astype(int))
    return replace(lesson, task=replace(task, test=(inputs[few], desired[few])))


class Log:
    """Keep the errors of the last tenth of the cycles with the same voltages, V^2."""

    def __init__(self, lesson: Lesson, hold: int) -> None:
        self.errors: list[float] = []
        self._lesson = lesson
        self._hold = hold

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Keep the error of a late cycle against its own targets."""
        if state.cycle % self._hold >= LATE * (self._hold - 1):
            self.errors.append(self._lesson.task.score(reading, drive))
