"""What a task is: what the supervisor applies in each cycle, and how the answer is scored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ..plant import Drive, Floats, Reading


@dataclass(frozen=True)
class Example:
    """Hold the input voltages and the desired output voltages of one cycle, V."""

    inputs: Floats
    targets: Floats


@dataclass(frozen=True)
class Stage:
    """Name a stretch of cycles, ``first`` up to but not including ``end``, with its targets, V."""

    first: int
    end: int
    targets: tuple[float, ...]


@dataclass(frozen=True)
class Measurement:
    """Hold how well a machine does its task: mean squared error in V^2, accuracy of classes."""

    error: float
    accuracy: float | None = None


@dataclass(frozen=True, kw_only=True)
class Task(ABC):
    """Say which nodes are inputs and outputs, which example each cycle gets, and the defaults.

    A task may ask the machine itself: where `asks` gives inputs, shape (A, inputs), the supervisor
    measures the free outputs for them, shape (A, outputs), and hands these answers on until it
    asks again. Without a test set (`tests`) each cycle's own reading is scored.
    """

    name: str
    summary: str
    network: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    eta: float
    cycles: int
    evaluate_every: int = 1

    @abstractmethod
    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return the example of this cycle; the same arguments always give the same one."""

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

    def grade(self, outputs: Floats, answers: Floats | None) -> Measurement:
        """Score the free outputs for the test set, V, shape (T, outputs)."""
        raise NotImplementedError(f"{self.name} has no test set")

    def stages(self, cycles: int) -> list[Stage]:
        """Return the stretches of a run between which the desired voltages change."""
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
