"""What a run does in its own process: lesson after lesson, recorded, to be taken up at any time."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from . import answers, record
from .checkpoint import CHECKPOINT, Checkpoint
from .errors import SpicelearnError, UsageError
from .experiment import Experiment, Lesson
from .ideal.twin import IdealTwin
from .isolation import Report
from .parts import Parts
from .plant import Drive, Floats, Plant, Reading, State
from .record import Recorder
from .rule import for_board
from .spice.plant import SpicePlant
from .supervisor import Supervisor
from .train import train

LATE = 30  # cycles at the end of a stage over which its error is averaged
NOTICE_EVERY = 0.1  # s between notices of progress
CHECKPOINT_EVERY = 0.3  # s at least between checkpoints
SECOND = 500  # cycles that a circuit of 16 edges does in a second on a slow machine
SHORTEST = 10  # cycles, so that starting afresh stays a small part of the work
HOLD = 0.2  # s that rows may wait where no engine can crash


@dataclass(frozen=True)
class Notice:
    """Tell how far a run is: cycles done, of how many, latest error in V^2, cycles a second."""

    task: str
    cycle: int
    length: int
    error: float
    cycles_per_second: float


def train_here(
    experiment: Experiment, folder: Path, checkpoint: Checkpoint | None, report: Report
) -> dict[str, Any]:
    """Train in this process, from the checkpoint on if there is one.

    Returns the results and what is to be known of the plants.
    """
    begun = checkpoint.state.cycle if checkpoint else 0
    hold = 0 if experiment.plant == "spice" else HOLD
    recorder = Recorder(folder, experiment.edges, hold, begun if checkpoint else None)
    with closing(recorder):
        run = Run(experiment, folder, checkpoint, recorder, report)
        started = time.perf_counter()
        for number, lesson in enumerate(experiment.lessons):
            if lesson.end > begun:
                run.teach(number, lesson)
        seconds = time.perf_counter() - started
    accuracies = recorder.accuracies
    return {
        "results": {
            **record.summary(recorder.errors),
            "accuracy_initial": accuracies[0] if accuracies else None,
            "accuracy_final": record.late(accuracies) if accuracies else None,
            "cycles_per_second": (experiment.length - begun) / seconds,
            "unsettled_cycles": run.unsettled,
            "engine": run.engine,
            "stages": stages(experiment, recorder),
        },
        "plants": run.details,
    }


class Run:
    """Hold a run that is going on: where it is, what it keeps, whom it tells."""

    def __init__(
        self,
        experiment: Experiment,
        folder: Path,
        checkpoint: Checkpoint | None,
        recorder: Recorder,
        report: Report,
    ) -> None:
        self.engine = ""
        self.details: dict[str, Any] = {}
        self.recorder = recorder
        self.report = report
        self.folder = folder
        self._experiment = experiment
        self._parts = experiment.parts()
        self._choices = digest(experiment, self._parts)
        self._state = checkpoint.state if checkpoint else experiment.start()
        self._checkpoint = checkpoint
        self._unsettled_elsewhere = checkpoint.unsettled if checkpoint else 0

    @property
    def unsettled(self) -> int:
        """Return how many cycles had not settled, those of asking and measuring included."""
        return self._unsettled_elsewhere + self.recorder.unsettled

    def teach(self, number: int, lesson: Lesson) -> None:
        """Teach one lesson, to its own plant, from the state that the run is in."""
        experiment, damage = self._experiment, self._experiment.damage
        several = len(experiment.lessons) > 1
        plant = make_plant(
            experiment, self._parts, lesson, self.folder, number if several else None
        )
        with closing(plant):
            self.engine = plant.engine
            self.details[lesson.task.name] = plant.details
            supervisor = Supervisor(plant, lesson, damage, self._taken_up(lesson))
            rule = for_board(lesson.network, experiment.constants, self._parts)
            desk = Desk(self, plant, supervisor)
            self._state = train(plant, desk, self._state, desk, rule, lesson.end)
            self._conclude(number if several else None, lesson, supervisor)
            self._unsettled_elsewhere += supervisor.unsettled
        self._checkpoint = None

    def _taken_up(self, lesson: Lesson) -> Floats | None:
        """Return the answers that a checkpoint in this lesson goes on with, once it is checked."""
        kept = self._checkpoint
        if kept is None:
            return None
        if kept.made_by != self._made_by():
            raise SpicelearnError(
                f"{self.folder} was made by {kept.made_by}, here is {self._made_by()}, "
                "expected the same: the codes could differ"
            )
        asked = lesson.task.asks(0)
        if kept.state.cycle == lesson.first or asked is None:
            return None
        shape = (len(asked), len(lesson.task.outputs))
        if kept.answers is None or kept.answers.shape != shape:
            raise UsageError(f"{self.folder / CHECKPOINT} is damaged, expected answers of {shape}")
        return kept.answers

    def _conclude(self, number: int | None, lesson: Lesson, supervisor: Supervisor) -> None:
        """Record the end of a lesson: the run's last row, the answers to a test set."""
        reading, measured, marked = supervisor.conclude(self._state)
        if lesson.end == self._experiment.length:
            self.recorder.append(self._state, reading, measured)
        if marked:
            answers.write_answers(self.folder, number, marked, lesson.task.outputs)

    def tell(self, cycle: int, rate: float) -> None:
        """Report how far the run is."""
        name, length = self._experiment.course.name, self._experiment.length
        self.report(Notice(name, cycle, length, self.recorder.errors[-1], rate))

    def keep(self, state: State, answers: Floats | None, asked: int) -> None:
        """Write a checkpoint, after all rows before it."""
        self.recorder.flush()
        unsettled = self.unsettled + asked
        Checkpoint(state, answers, unsettled, self._made_by()).write(self.folder)

    def _made_by(self) -> str:
        """Name all that the last digit of a reading depends on, the experiment by its hash."""
        return f"{self.engine}, {self._choices}"


def digest(experiment: Experiment, parts: Parts) -> str:
    """Name the version that carries out an experiment, and the experiment by its hash."""
    choices = json.dumps([experiment.as_dict(), parts.as_dict()])
    shortened = hashlib.sha256(choices.encode()).hexdigest()[:16]
    return f"spicelearn {version('spicelearn')}, experiment {shortened}"


class Desk:
    """Stand between the loop and the supervisor: keep checkpoints, record, report a Notice."""

    def __init__(self, run: Run, plant: Plant, supervisor: Supervisor) -> None:
        self._run = run
        self._plant = plant
        self._supervisor = supervisor
        self._started = self._told = time.perf_counter()
        self._kept = -CHECKPOINT_EVERY
        self._first: int | None = None

    def drive(self, state: State) -> Drive:
        """Return what is applied; before that keep a checkpoint, if the plant begins a block."""
        now = time.perf_counter()
        self._first = state.cycle if self._first is None else self._first
        if now - self._kept >= CHECKPOINT_EVERY and self._plant.begins(state.cycle):
            self._kept = now
            self._run.keep(state, self._supervisor.answers, self._supervisor.unsettled)
        if now - self._told >= NOTICE_EVERY and self._run.recorder.errors:
            self._told = now
            rate = (state.cycle - self._first) / (now - self._started)
            self._run.tell(state.cycle, rate)
        return self._supervisor.drive(state)

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Measure and record one cycle."""
        measured = self._supervisor.measure(state, drive, reading)
        self._run.recorder.append(state, reading, measured)


def make_plant(
    experiment: Experiment,
    parts: Parts,
    lesson: Lesson,
    folder: Path | None = None,
    number: int | None = None,
) -> Plant:
    """Return the plant that the experiment names, for a lesson.

    A circuit's deck goes to ``folder``, with the ``number`` of the lesson where there are several.
    """
    board = experiment.constants
    if experiment.plant == "ideal":
        return IdealTwin(lesson.network, board, parts)
    deck_file = folder / record.numbered(record.DECK, number) if folder else None
    return SpicePlant(
        lesson.network,
        board,
        parts,
        experiment.start(),
        lesson.first_drive(),
        deck_file,
        experiment.damage.edges,
        block(lesson),
        lesson.first,
        experiment.detail or "event",
    )


def block(lesson: Lesson) -> int:
    """Return how many cycles lie between a circuit's checkpoints: a second's work or so.

    That is cycles of training, each with its share of measuring.
    """
    tests = lesson.task.tests()
    work = 1 + (0 if tests is None else len(tests) / lesson.evaluate_every)
    edges = len(lesson.network.edges)
    return max(SHORTEST, int(SECOND / work * min(1, 16 / edges)))


def stages(experiment: Experiment, recorder: Recorder) -> list[dict[str, Any]]:
    """Return how well each stretch of the run went in which neither task nor network changed."""
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
    late = recorder.errors[np.searchsorted(recorder.measured, max(first, end - LATE)) : places[1]]
    constant = lesson.task.tests() is None
    targets: Iterable[float] = (
        lesson.task.example(first - lesson.first, None).targets if constant else []
    )
    return {
        "task": lesson.task.name,
        "eta": lesson.eta,
        "first_cycle": first,
        "last_cycle": end - 1,
        "targets_V": [float(volts) for volts in targets],
        "cut": [cut.edge for cut in experiment.damage.cuts if cut.cycle == first],
        **(record.summary(errors) if errors else {}),
        "error_late_V": float(np.mean(np.sqrt(late))) if late else None,
    }
