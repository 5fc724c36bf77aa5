"""What a task is: what the supervisor applies in each cycle, and how the answer is scored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..damage import Cut
from ..plant import Drive, Floats, Ints, Reading


@dataclass(frozen=True)
class Example:
    """Hold the input voltages and the desired output voltages of one cycle, V."""

    inputs: Floats
    targets: Floats


@dataclass(frozen=True)
class Measurement:
    """Hold how well a machine does its task: mean squared error in V^2, accuracy of classes."""

    error: float
    accuracy: float | None = None


@dataclass(frozen=True)
class Marked:
    """Hold what a test set was answered: outputs and what was wanted, V, both (T, outputs).

    With classes also the class of each example, ``labels``, and the one it was taken for,
    ``found``, both (T,), numbers of ``classes``.
    """

    outputs: Floats
    wanted: Floats
    labels: Ints | None = None
    found: Ints | None = None
    classes: tuple[str, ...] = ()

    @property
    def measurement(self) -> Measurement:
        """Return the mean squared error over examples and outputs, and the accuracy."""
        error = float(np.mean((self.outputs - self.wanted) ** 2))
        if self.labels is None:
            return Measurement(error)
        return Measurement(error, float(np.mean(self.labels == self.found)))


@dataclass(frozen=True, kw_only=True)
class Course(ABC):
    """What a run teaches: one task, or several one after another.

    ``cuts`` are edges to be taken out on the way; ``files`` what it was read from.
    """

    name: str
    summary: str
    network: str
    cycles: int
    cuts: tuple[Cut, ...] = ()
    files: tuple[Path, ...] = ()

    @abstractmethod
    def plan(self, cycles: int) -> list[tuple[Task, int, int]]:
        """Return what a run of so many cycles teaches: tasks, first cycles, and where they end."""


@dataclass(frozen=True, kw_only=True)
class Task(Course):
    """Say which nodes are inputs and outputs, which example each cycle gets, and the defaults.

    A task counts its cycles from 0. It may ask the machine itself: where `asks` gives inputs, shape
    (A, inputs), the supervisor measures the free outputs for them, shape (A, outputs), and hands
    these answers on until it asks again. Without a test set (`tests`) each cycle's own reading is
    scored.
    """

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    eta: float
    evaluate_every: int = 1

    def plan(self, cycles: int) -> list[tuple[Task, int, int]]:
        """Return this task alone."""
        return [(self, 0, cycles)]

    @abstractmethod
    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return the example of this cycle; the same arguments always give the same one."""

    @abstractmethod
    def volts(self) -> tuple[float, float]:
        """Return the lowest and the highest voltage that is ever applied or desired, V."""

    def begin(self) -> Example:
        """Return the example that the machine is powered on with."""
        return self.example(0, None)

    def asks(self, cycle: int) -> Floats | None:
        """Return the inputs to ask the machine about before this cycle, V, or None."""
        del cycle
        return None

    def tests(self) -> Floats | None:
        """Return the inputs of the test set, V, shape (T, inputs), or None if there is none."""
        return None

    def mark(self, outputs: Floats, answers: Floats | None) -> Marked:
        """Compare the free outputs for the test set, V, shape (T, outputs), with what is wanted."""
        raise NotImplementedError(f"{self.name} has no test set")

    def changes(self, cycles: int) -> list[int]:
        """Return the cycles, above 0 and below ``cycles``, from which other voltages are wanted."""
        del cycles
        return []

    def score(self, reading: Reading, drive: Drive) -> float:
        """Return the mean squared error of the free outputs against the drive's targets, V^2."""
        miss = reading.free.take(self.outputs) - drive.targets
        return float(miss @ miss) / len(miss)


def shuffled(seed: int, cycle: int, size: int) -> int:
    """Return which of ``size`` examples a cycle gets: each once an epoch, in random order."""
    epoch, place = divmod(cycle, size)
    return int(np.random.default_rng([seed, 0xE90C4, epoch]).permutation(size)[place])
