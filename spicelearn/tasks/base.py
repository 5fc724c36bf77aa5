"""What a task is: what the supervisor applies in each cycle, and how the answer is scored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

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
class Task(ABC):
    """Say which nodes are inputs and outputs, which example each cycle gets, and the defaults."""

    name: str
    summary: str
    network: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    eta: float
    cycles: int

    @abstractmethod
    def example(self, cycle: int) -> Example:
        """Return the example of this cycle; the same cycle always gets the same one."""

    def stages(self, cycles: int) -> list[Stage]:
        """Return the stretches of a run between which the desired voltages change."""
        del cycles
        return []

    def score(self, reading: Reading, drive: Drive) -> float:
        """Return the mean squared error of the free outputs against the drive's targets, V^2."""
        miss = reading.free.take(self.outputs) - drive.targets
        return float(miss @ miss) / len(miss)
