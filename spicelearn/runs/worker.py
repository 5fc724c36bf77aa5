"""A run in its own process: lesson after lesson, recorded, resumable from checkpoints."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SpicelearnError, UsageError
from ..experiment import Experiment
from ..formats.waves import Waves
from ..machine import Attempt
from ..plant import Drive, Floats, Plant, Reading, Rule, State
from ..tasks.base import Merit
from ..tasks.lessons import Lesson
from .checkpoint import Checkpoint
from .folder import CHECKPOINT, DECK, numbered
from .isolation import Listener
from .record import Recorder
from .stages import stages
from .supervisor import Supervisor
from .train import train
from .versions import version
from .warnings import SupplyWatch

if TYPE_CHECKING:
    from ..spice.scope import Scope

TELL_EVERY = 0.1  # s between calls of the listener
ALIVE_EVERY = 5.0  # s without one, while the machine is asked
CHECKPOINT_EVERY = 0.3  # s at least between checkpoints
LONGEST_BLOCK = 1000  # cycles that a benchmark measures at once
HOLD = 0.2  # s that rows may wait, in runs without an engine that could crash


@dataclass(frozen=True)
class Progress:
    """Hold how far a run is: cycles done, of how many, latest error, V^2, cycles per second.

    The error is NaN before the first measurement.
    """

    task: str
    cycle: int
    length: int
    error: float
    cycles_per_second: float


def train_here(
    experiment: Experiment, folder: Path, checkpoint: Checkpoint | None, listener: Listener
) -> dict[str, Any]:
    """Train in this process, from the checkpoint on if there is one.

    Returns the results, and the details of the plants. Raises SpicelearnError if the run fails.
    """
    begun = checkpoint.state.cycle if checkpoint else 0
    with closing(recorder_of(experiment, folder, begun if checkpoint else None)) as recorder:
        training = Training(experiment, folder, checkpoint, recorder, listener)
        started = time.perf_counter()
        for number, lesson in enumerate(experiment.lessons):
            if lesson.end > begun:
                training.teach(number, lesson)
        seconds = time.perf_counter() - started
    attempts, merit = training.attempts, training.merit
    restarts = restarted(experiment, attempts)
    return {
        "results": {
            **recorder.results(restarts["attempt_cycle"] or 0),
            **({"decades": None} if len(experiment.lessons) > 1 else {}),  # of errors unlike
            **recorder.rightness(),
            "merit": asdict(merit) if merit else None,
            "merit_ratio": merit.ratio if merit else None,
            "cycles_per_second": (experiment.length - begun) / seconds,
            "unsettled_cycles": training.unsettled,
            "beyond_supply": training.watch.result(),
            **restarts,
            "engine": training.engine,
            "stages": stages(experiment, recorder, attempts),
        },
        "plants": training.details,
    }


def restarted(experiment: Experiment, attempts: Sequence[Attempt]) -> dict[str, int | None]:
    """Return how often the rule began anew, how often it might, and when it last did.

    None where it cannot; the last one also None for several lessons: each has its own.
    """
    if not experiment.apparatus.attempt:
        return dict.fromkeys(("restarts", "restarts_allowed", "attempt_cycle"))
    return {
        "restarts": sum(each.restarts for each in attempts),
        "restarts_allowed": experiment.restarts,
        "attempt_cycle": attempts[-1].begun if len(experiment.lessons) == 1 else None,
    }


def recorder_of(experiment: Experiment, folder: Path, begun: int | None = None) -> Recorder:
    """Return the recorder of a run that goes on with cycle ``begun``, or is a new one.

    Rows wait only in runs without an engine.
    """
    hold = 0 if experiment.kind.is_circuit else HOLD
    rows = None if begun is None else chain(*(lesson.rows(begun) for lesson in experiment.lessons))
    merits = {lesson.task.merit_name for lesson in experiment.lessons} - {""}
    return Recorder(folder, experiment.weights, hold, rows, sorted(merits))


class Training:
    """Hold a run in progress: its state, its records and its listener."""

    def __init__(
        self,
        experiment: Experiment,
        folder: Path,
        checkpoint: Checkpoint | None,
        recorder: Recorder,
        listener: Listener,
    ) -> None:
        self.engine = ""
        self.details: dict[str, Any] = {}
        self.recorder = recorder
        self.folder = folder
        self.state = checkpoint.state if checkpoint else experiment.start()
        self._listener = listener
        self._told, self._rate = time.monotonic(), 0.0
        self._experiment = experiment
        self._choices = digest(experiment, folder)
        self._checkpoint = checkpoint
        self._scope: Scope | None = None
        self._unsettled_elsewhere = checkpoint.unsettled if checkpoint else 0
        self.attempts = list(checkpoint.attempts) if checkpoint else []  # of lessons that ended
        self.merit: Merit | None = None  # after the last step
        supplies = experiment.apparatus.supplies
        self.watch = SupplyWatch(
            supplies(experiment.constants) if supplies else None,
            checkpoint.beyond if checkpoint else None,
        )

    @property
    def unsettled(self) -> int:
        """Return how many cycles had not settled, those of querying and measuring included."""
        return self._unsettled_elsewhere + self.recorder.unsettled

    def teach(self, number: int, lesson: Lesson) -> None:
        """Teach one lesson to its own plant, from the run's present state on."""
        experiment = self._experiment
        own = number if len(experiment.lessons) > 1 else None
        self._scope = self._scoped(lesson)
        with closing(self.bench(lesson, own)) as bench:
            if lesson.first and self.state.cycle == lesson.first and experiment.apparatus.begin:
                self.state = experiment.apparatus.begin(experiment.setup(lesson), self.state)
            bench.advance(lesson.end)
            self._conclude(own, lesson, bench.supervisor)
            self.details[lesson.task.name] = bench.plant.details
            self._unsettled_elsewhere += bench.supervisor.unsettled
        if experiment.apparatus.attempt:
            self.attempts.append(experiment.apparatus.attempt(self.state))
        self._keep_waves()
        self._checkpoint = None

    def bench(self, lesson: Lesson, number: int | None = None) -> Bench:
        """Return the plant of a lesson with its supervisor and rule."""
        experiment = self._experiment
        deck_file = self.folder / numbered(DECK, number) if experiment.kind.is_circuit else None
        setup = experiment.setup(lesson, deck_file, self._scope)
        plant = experiment.plant_of(setup)
        self.engine = plant.engine
        try:
            responses = self._taken_up(lesson)
        except SpicelearnError:
            plant.close()
            raise
        supervisor = Supervisor(plant, lesson, experiment.damage, responses, self._alive)
        return Bench(self, plant, lesson, supervisor, experiment.rule_of(setup))

    def _scoped(self, lesson: Lesson) -> Scope | None:
        """Return a scope, with the waveforms kept so far, if those of this lesson are wanted."""
        if self._experiment.waves is None:
            return None
        first, last = self._experiment.waved
        if not lesson.first <= first < lesson.end:
            return None
        from ..spice.scope import Scope  # noqa: PLC0415 - the engine is slow to import

        scope = Scope(first, last)
        if first < self.state.cycle:
            scope.take_up(Waves.read(self.folder), self.state.cycle)
        return scope

    def _keep_waves(self) -> None:
        """Write the waveforms kept so far, if there are new ones."""
        if self._scope and self._scope.fresh:
            title = f"spicelearn {self._experiment.curriculum.name}"
            self._scope.waves.write(self.folder, title, self.engine)

    def _taken_up(self, lesson: Lesson) -> Floats | None:
        """Return the checkpoint's responses, checked; None if the lesson begins or needs none."""
        kept = self._checkpoint
        if kept is None:
            return None
        if kept.made_by != self._made_by():
            raise SpicelearnError(
                f"{self.folder} was made by {kept.made_by}, here is {self._made_by()}, "
                "expected the same: the weights could differ"
            )
        queries = lesson.task.queries(0)
        if kept.state.cycle == lesson.first or queries is None:
            return None
        shape = (len(queries), len(lesson.task.outputs))
        if kept.responses is None or kept.responses.shape != shape:
            where = self.folder / CHECKPOINT
            raise UsageError(f"{where} is damaged, expected responses of {shape}")
        return kept.responses

    def _conclude(self, number: int | None, lesson: Lesson, supervisor: Supervisor) -> None:
        """Record the end of a lesson: the run's last row and the responses to a test set."""
        reading, measured, evaluation = supervisor.conclude(self.state)
        if lesson.end == self._experiment.length:
            self.recorder.append(self.state, reading, measured)
            self.watch.look(self.state.cycle, reading)
            self.merit = measured.merit
        if evaluation:
            from .test_set import write_test_set  # noqa: PLC0415 - pandas is slow to import

            write_test_set(self.folder, number, evaluation, lesson.task.outputs)

    def tell(self, cycle: int, rate: float) -> None:
        """Call the listener with the progress of the run; ``rate`` in cycles per second."""
        name, length = self._experiment.curriculum.name, self._experiment.length
        errors = self.recorder.errors
        self._told, self._rate = time.monotonic(), rate
        self._listener(Progress(name, cycle, length, errors[-1] if errors else math.nan, rate))

    def _alive(self, cycle: int) -> None:
        """Call the listener while the machine is asked for its answers, if that takes long."""
        if time.monotonic() - self._told > ALIVE_EVERY:
            self.tell(cycle, self._rate)

    def keep(self, state: State, responses: Floats | None, unsettled: int) -> None:
        """Write a checkpoint, after the rows of all cycles before it."""
        self.recorder.flush()
        self._keep_waves()
        unsettled += self.unsettled
        attempts, made_by, beyond = tuple(self.attempts), self._made_by(), self.watch.found
        kept = Checkpoint(state, responses, unsettled, attempts, made_by, beyond)
        kept.write(self.folder)

    def _made_by(self) -> str:
        """Name all that the last digit of a reading depends on: engine, version, experiment."""
        return f"{self.engine}, {self._choices}"


def digest(experiment: Experiment, folder: Path) -> str:
    """Return the version of spicelearn, and the experiment of a run folder by its hash.

    It is the same wherever the folder is.
    """
    choices = json.dumps([experiment.as_dict(folder), experiment.parts.as_dict()])
    shortened = hashlib.sha256(choices.encode()).hexdigest()[:16]
    return f"spicelearn {version('spicelearn')}, experiment {shortened}"


class Bench:
    """Hold one plant in training, with its supervisor and its rule.

    It stands between the training loop and the supervisor: it keeps checkpoints, records, and calls
    the listener.
    """

    def __init__(
        self,
        training: Training,
        plant: Plant,
        lesson: Lesson,
        supervisor: Supervisor,
        rule: Rule,
    ) -> None:
        self.plant = plant
        self.lesson = lesson
        self.supervisor = supervisor
        self._training = training
        self._rule = rule
        self._started = self._told = time.perf_counter()
        self._kept = -CHECKPOINT_EVERY
        self._first: int | None = None

    @property
    def block(self) -> int:
        """Return the number of cycles between two that begin a block, at most `LONGEST_BLOCK`."""
        first = self._training.state.cycle
        later = range(first + 1, first + LONGEST_BLOCK)
        return next((cycle - first for cycle in later if self.plant.begins(cycle)), LONGEST_BLOCK)

    def advance(self, end: int) -> None:
        """Train until the count of cycles is ``end``."""
        training = self._training
        training.state = train(self.plant, self, training.state, self, self._rule, end)

    def drive(self, state: State) -> Drive:
        """Return what is applied; first write a checkpoint, if a block begins and one is due."""
        now = time.perf_counter()
        self._first = state.cycle if self._first is None else self._first
        if now - self._kept >= CHECKPOINT_EVERY and self.plant.begins(state.cycle):
            self._kept = now
            self._training.keep(state, self.supervisor.responses, self.supervisor.unsettled)
        if now - self._told >= TELL_EVERY and self._training.recorder.errors:
            self._told = now
            rate = (state.cycle - self._first) / (now - self._started)
            self._training.tell(state.cycle, rate)
        return self.supervisor.drive(state)

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Measure one cycle, and record it if there is a row of it."""
        measured = self.supervisor.measure(state, drive, reading)
        kept = measured is not None or self.lesson.records(state.cycle)
        self._training.recorder.append(state, reading, measured, kept)
        if kept:
            self._training.watch.look(state.cycle, reading)

    def close(self) -> None:
        """Close the plant."""
        self.plant.close()
