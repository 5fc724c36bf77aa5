"""The supervisor: applies the examples, asks the machine, measures how well it does its task."""

from __future__ import annotations

import numpy as np

from . import clocks
from .plant import Drive, Floats, Plant, Reading, State
from .tasks import Measurement, Task


class Supervisor:
    """Teach one plant one task, with nudge ``eta``; measure it every ``evaluate_every`` cycles.

    What it asks the plant, and the test set, are measured through the free network of the plant
    with the clocks held.
    """

    def __init__(self, plant: Plant, task: Task, edges: int, eta: float, every: int) -> None:
        self._plant = plant
        self._task = task
        self._eta = eta
        self._every = every
        self._clocked = clocks.synchronous(edges)
        self._held = clocks.held(edges)
        self._outputs = np.array(task.outputs)
        self._tests = task.tests()
        self.answers: Floats | None = None
        self.unsettled = 0

    def drive(self, state: State) -> Drive:
        """Return what is applied in the cycle that this state is at."""
        self._ask(state)
        example = self._task.example(state.cycle, self.answers)
        return Drive(example.inputs, example.targets, self._eta, self._clocked)

    def _ask(self, state: State) -> None:
        """Ask the machine what the task wants to know before the cycle of this state."""
        asked = self._task.asks(state.cycle)
        if asked is not None:
            self.answers = self.respond(state, asked)

    def respond(self, state: State, inputs: Floats) -> Floats:
        """Return the free outputs for each row of inputs, V, with the clocks held."""
        idle = np.zeros(len(self._outputs))
        rows = []
        for row in inputs:
            reading = self._plant.cycle(state, Drive(row, idle, self._eta, self._held))
            self.unsettled += not reading.settled
            rows.append(reading.free[self._outputs])
        return np.array(rows)

    def measure(self, state: State, drive: Drive, reading: Reading) -> Measurement | None:
        """Return how well the machine does before the step of this cycle; None if not measured."""
        if self._tests is not None and state.cycle % self._every:
            return None
        return self._graded(state, drive, reading)

    def conclude(self, state: State) -> tuple[Reading, Measurement]:
        """Return a reading and a measurement after the last step, with the clocks held."""
        self._ask(state)
        example = self._task.example(state.cycle - 1, self.answers)
        drive = Drive(example.inputs, example.targets, self._eta, self._held)
        reading = self._plant.cycle(state, drive)
        return reading, self._graded(state, drive, reading)

    def _graded(self, state: State, drive: Drive, reading: Reading) -> Measurement:
        """Return the test set's measurement, or this reading's where there is no test set."""
        if self._tests is None:
            return Measurement(self._task.score(reading, drive))
        return self.examine(state)

    def examine(self, state: State) -> Measurement:
        """Return how well the machine does on the test set."""
        assert self._tests is not None
        return self._task.grade(self.respond(state, self._tests), self.answers)
