"""The supervisor: applies the examples, queries the machine, measures it for its task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from ..plant import Bools, Drive, Floats, Plant, Reading, State
from ..schedules import clocks
from ..schedules.cuts import Damage
from ..tasks.base import Evaluation, Example, Measurement
from ..tasks.lessons import Lesson

Tick = Callable[[int], None]  # called with the cycle that has been reached


def silent(cycle: int) -> None:
    """Tell nobody."""
    del cycle


class Supervisor:
    """Teach one plant one lesson, cut its edges, and measure it every ``evaluate_every`` cycles.

    Without a test set it is measured in the cycles that are recorded. Queries and the test set are
    measured in the plant's free state: no weight learns, nothing is nudged. A machine is measured
    by its settled answers, and queried as it is sensed. ``responses``, V, shape (Q, outputs), are
    those to the latest queries; ``unsettled`` is the number of such cycles that had not settled.
    After each of them ``alive`` is called with the run's cycle: a test set may take minutes.
    """

    def __init__(
        self,
        plant: Plant,
        lesson: Lesson,
        damage: Damage,
        responses: Floats | None = None,
        alive: Tick = silent,
    ) -> None:
        self._plant = plant
        self._lesson = lesson
        self._task = lesson.task
        self._damage = damage
        self._held = clocks.held(lesson.clock.weights)
        self._tests = lesson.task.tests()
        self._alive = alive
        self.responses = responses
        self._labels = lesson.task.labels(responses) if lesson.rule.for_labels else None
        self.unsettled = 0

    def drive(self, state: State) -> Drive:
        """Return what is applied in the cycle of this state, after any queries before it."""
        lesson, cycle = self._lesson, state.cycle - self._lesson.first
        intact = self._damage.intact(state.cycle)
        self._query(state, cycle, intact)
        example = self._example(cycle)
        learning, eta = lesson.clock.learning(state.cycle), lesson.nudge.sign(cycle) * lesson.eta
        drive = Drive(example.inputs, example.targets, eta, learning, intact)
        if not lesson.rule.measures:
            return drive
        (reading,) = self._asked(state, example.inputs, intact)
        return lesson.rule.shaped(drive, reading.outputs, self._labels)

    def _example(self, cycle: int) -> Example:
        """Return the example of a cycle of the lesson."""
        return self._task.example(self._lesson.number(cycle), self.responses)

    def _query(self, state: State, cycle: int, intact: Bools) -> None:
        """Query the machine for what the task needs before this cycle of the lesson."""
        if cycle % self._lesson.nudge.cycles:
            return
        queries = self._task.queries(self._lesson.number(cycle))
        if queries is not None:
            found = self._asked(state, queries, intact)
            self.responses = np.array([reading.outputs[0] for reading in found])
            if self._lesson.rule.for_labels:
                self._labels = self._task.labels(self.responses)

    def _idle(self, inputs: Floats, targets: Floats, eta: float, intact: Bools) -> Drive:
        """Return a drive under which no weight learns."""
        return Drive(inputs, targets, eta, self._held, intact)

    def _asked(self, state: State, inputs: Floats, intact: Bools) -> Iterator[Reading]:
        """Yield a reading for each row of inputs, V, in the free state."""
        nothing = np.zeros((1, len(self._task.outputs)))
        for row in inputs:
            reading = self._plant.cycle(state, self._idle(row[None], nothing, 0.0, intact))
            self.unsettled += not reading.settled
            self._alive(state.cycle)
            yield reading

    def measure(self, state: State, drive: Drive, reading: Reading) -> Measurement | None:
        """Return the measurement before the step of this cycle; None if there is none."""
        if self._tests is None:
            if not self._lesson.records(state.cycle):
                return None
            targets = self._example(state.cycle - self._lesson.first).targets
            if targets is not drive.targets:  # as a rule has shaped them
                drive = replace(drive, targets=targets)
            return Measurement(self._task.score(reading, drive))
        if (state.cycle - self._lesson.first) % self._lesson.evaluate_every:
            return None
        return self.examine(state, drive.intact).measurement

    def conclude(self, state: State) -> tuple[Reading, Measurement, Evaluation | None]:
        """Return a reading after the last step, while no weight learns, and its measurement.

        The third value holds the responses to the test set, None without one.
        """
        cycle = state.cycle - self._lesson.first
        intact = self._damage.intact(state.cycle - 1)
        self._query(state, cycle, intact)
        example = self._example(cycle - 1)
        drive = self._idle(example.inputs, example.targets, self._lesson.eta, intact)
        reading = self._plant.cycle(state, drive)
        if self._tests is None:
            return reading, Measurement(self._task.score(reading, drive)), None
        evaluation = self.examine(state, intact)
        return reading, evaluation.measurement, evaluation

    def examine(self, state: State, intact: Bools) -> Evaluation:
        """Return the evaluation of the test set."""
        assert self._tests is not None
        found = self._asked(state, self._tests, intact)
        answers = np.array([reading.answer[0] for reading in found])
        return self._task.evaluate(answers, self.responses)
