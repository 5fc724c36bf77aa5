"""The supervisor: applies the examples, asks the machine, measures how well it does its task."""

from __future__ import annotations

import numpy as np

from . import clocks
from .damage import Damage
from .lessons import Lesson
from .plant import Bools, Drive, Floats, Plant, Reading, State
from .tasks import Marked, Measurement


class Supervisor:
    """Teach one plant one lesson, while edges are cut; measure it every so many cycles.

    What it asks the plant, and the test set, are measured through the free network of the plant
    with the clocks held and the outputs let go. ``answers`` are those to the latest question;
    ``unsettled`` counts the cycles of asking and measuring that had not settled.
    """

    def __init__(
        self, plant: Plant, lesson: Lesson, damage: Damage, answers: Floats | None = None
    ) -> None:
        self._plant = plant
        self._lesson = lesson
        self._task = lesson.task
        self._damage = damage
        self._held = clocks.held(len(lesson.network.edges))
        self._outputs = np.array(lesson.task.outputs)
        self._tests = lesson.task.tests()
        self.answers = answers
        self.unsettled = 0

    def drive(self, state: State) -> Drive:
        """Return what is applied in the cycle that this state is at."""
        cycle = state.cycle - self._lesson.first
        intact = self._damage.intact(state.cycle)
        self._ask(state, cycle, intact)
        example = self._task.example(cycle, self.answers)
        clocked = self._lesson.clock.clocked(state.cycle) & intact
        return Drive(example.inputs, example.targets, self._lesson.eta, clocked, intact)

    def _ask(self, state: State, cycle: int, intact: Bools) -> None:
        """Ask the machine what the task wants to know before this cycle of the lesson."""
        asked = self._task.asks(cycle)
        if asked is not None:
            self.answers = self.respond(state, asked, intact)

    def _idle(self, inputs: Floats, targets: Floats, eta: float, intact: Bools) -> Drive:
        """Return a drive with the clocks held."""
        return Drive(inputs, targets, eta, self._held, intact)

    def respond(self, state: State, inputs: Floats, intact: Bools) -> Floats:
        """Return the free outputs for each row of inputs, V: clocks held, nothing nudged."""
        nothing = np.zeros(len(self._outputs))
        rows = []
        for row in inputs:
            reading = self._plant.cycle(state, self._idle(row, nothing, 0.0, intact))
            self.unsettled += not reading.settled
            rows.append(reading.free[self._outputs])
        return np.array(rows)

    def measure(self, state: State, drive: Drive, reading: Reading) -> Measurement | None:
        """Return how well the machine does before the step of this cycle; None if not measured."""
        if self._tests is None:
            return Measurement(self._task.score(reading, drive))
        if (state.cycle - self._lesson.first) % self._lesson.evaluate_every:
            return None
        return self.examine(state, drive.intact).measurement

    def conclude(self, state: State) -> tuple[Reading, Measurement, Marked | None]:
        """Return a reading after the last step, with the clocks held, and how well it does.

        That is the task's score and, where there is a test set, all of its answers.
        """
        cycle = state.cycle - self._lesson.first
        intact = self._damage.intact(state.cycle - 1)
        self._ask(state, cycle, intact)
        example = self._task.example(cycle - 1, self.answers)
        drive = self._idle(example.inputs, example.targets, self._lesson.eta, intact)
        reading = self._plant.cycle(state, drive)
        if self._tests is None:
            return reading, Measurement(self._task.score(reading, drive)), None
        marked = self.examine(state, intact)
        return reading, marked.measurement, marked

    def examine(self, state: State, intact: Bools) -> Marked:
        """Return what the machine answers to the test set."""
        assert self._tests is not None
        return self._task.mark(self.respond(state, self._tests, intact), self.answers)
