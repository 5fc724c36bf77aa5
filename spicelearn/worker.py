"""What a run does in its own process: lesson after lesson, recorded, to be taken up at any time."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import record
from .checkpoint import CHECKPOINT, Checkpoint
from .errors import SpicelearnError, UsageError
from .experiment import Experiment
from .isolation import Report
from .lessons import Lesson
from .parts import Parts
from .plant import Drive, Floats, Plant, Reading, State
from .plants import make_plant
from .record import Recorder
from .rule import for_board
from .spice.scope import Scope
from .stages import stages
from .supervisor import Supervisor
from .train import train
from .waves import Waves

NOTICE_EVERY = 0.1  # s between notices of progress
CHECKPOINT_EVERY = 0.3  # s at least between checkpoints
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
        self._scope: Scope | None = None
        self._unsettled_elsewhere = checkpoint.unsettled if checkpoint else 0

    @property
    def unsettled(self) -> int:
        """Return how many cycles had not settled, those of asking and measuring included."""
        return self._unsettled_elsewhere + self.recorder.unsettled

    def teach(self, number: int, lesson: Lesson) -> None:
        """Teach one lesson, to its own plant, from the state that the run is in."""
        experiment, damage = self._experiment, self._experiment.damage
        several = len(experiment.lessons) > 1
        self._scope = self._scoped(lesson)
        plant = make_plant(
            experiment,
            self._parts,
            lesson,
            self.folder,
            number if several else None,
            self._scope,
        )
        with closing(plant):
            self.engine = plant.engine
            supervisor = Supervisor(plant, lesson, damage, self._taken_up(lesson))
            rule = for_board(lesson.network, experiment.constants, self._parts)
            desk = Desk(self, plant, supervisor)
            self._state = train(plant, desk, self._state, desk, rule, lesson.end)
            self._conclude(number if several else None, lesson, supervisor)
            self.details[lesson.task.name] = plant.details
            self._unsettled_elsewhere += supervisor.unsettled
        self._keep_waves()
        self._checkpoint = None

    def _scoped(self, lesson: Lesson) -> Scope | None:
        """Return a scope if waveforms of this lesson are to be kept, with those of before."""
        if self._experiment.waves is None:
            return None
        first, last = self._experiment.waved
        if not lesson.first <= first < lesson.end:
            return None
        scope = Scope(first, last)
        if first < self._state.cycle:
            scope.take_up(Waves.read(self.folder), self._state.cycle)
        return scope

    def _keep_waves(self) -> None:
        """Write the waveforms that there are so far."""
        if self._scope and self._scope.fresh:
            title = f"spicelearn {self._experiment.course.name}"
            self._scope.waves.write(self.folder, title, self.engine)

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
            from . import answers  # noqa: PLC0415 - pandas is slow to import

            answers.write_answers(self.folder, number, marked, lesson.task.outputs)

    def tell(self, cycle: int, rate: float) -> None:
        """Report how far the run is."""
        name, length = self._experiment.course.name, self._experiment.length
        self.report(Notice(name, cycle, length, self.recorder.errors[-1], rate))

    def keep(self, state: State, answers: Floats | None, asked: int) -> None:
        """Write a checkpoint, after all rows before it."""
        self.recorder.flush()
        self._keep_waves()
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
