"""How far the error of a machine falls while it learns."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from ..experiment import Experiment
from ..plant import Drive, Floats, Ints, Plant, Reading, State
from ..runs import record
from ..runs.supervisor import Supervisor, Tick

NEAR = 2.0  # times the final error: from there on a machine has learned
TELL_EVERY = 0.5  # s between calls of the listener


@dataclass(frozen=True)
class Learning:
    """Hold how a plant learned.

    ``errors``, V^2, are those in the cycles ``measured``; ``unsettled`` is the number of cycles
    that had not settled.
    """

    measured: Ints
    errors: Floats
    unsettled: int

    @property
    def decades(self) -> float:
        """Return the decades by which the error fell."""
        return record.summary(self.errors.tolist())["decades"]

    @property
    def tenth_cycle(self) -> int | None:
        """Return the first cycle in which the error was a tenth of the initial one; None if never.

        It tells how fast a machine learns, whatever it ends with.
        """
        return self._first(self.errors[0] / 10)

    @property
    def learned_cycle(self) -> int:
        """Return the first cycle in which the error was at most `NEAR` times the final one."""
        found = self._first(NEAR * self.error_final)
        return int(self.measured[-1]) if found is None else found

    def _first(self, error: float) -> int | None:
        """Return the first cycle in which the error was at most this; None if there is none."""
        found = np.flatnonzero(self.errors <= error)
        return int(self.measured[found[0]]) if len(found) else None

    @property
    def error_final(self) -> float:
        """Return the median error of the last tenth of the measurements, V^2."""
        return record.final_median(self.errors.tolist())


class Watch:
    """Record a plant's errors where they are measured."""

    def __init__(self, plant: Plant, experiment: Experiment, tick: Tick) -> None:
        lesson = experiment.lesson
        self.supervisor = Supervisor(plant, lesson, experiment.damage, alive=self._alive)
        self._tick = tick
        self._told = time.monotonic()
        self._measured: list[int] = []
        self._errors: list[float] = []
        self._unsettled = 0

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Measure the plant in this cycle, if it is one in which that is done."""
        measured = self.supervisor.measure(state, drive, reading)
        if measured is not None:
            self._measured.append(state.cycle)
            self._errors.append(measured.error)
        self._unsettled += not reading.settled
        self._alive(state.cycle)

    def _alive(self, cycle: int) -> None:
        """Tell the cycle, if that is some time ago."""
        if time.monotonic() - self._told > TELL_EVERY:
            self._told = time.monotonic()
            self._tick(cycle)

    def conclude(self, state: State) -> None:
        """Measure the plant after its last step, as `train` does."""
        _, measured, _ = self.supervisor.conclude(state)
        self._measured.append(state.cycle)
        self._errors.append(measured.error)

    @property
    def learning(self) -> Learning:
        """Return how the plant has learned so far."""
        return Learning(np.array(self._measured), np.array(self._errors), self._unsettled)
