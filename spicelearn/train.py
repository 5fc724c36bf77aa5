"""The loop: the same for every plant, task and rule."""

from __future__ import annotations

from typing import Protocol

from .plant import Drive, Plant, Reading, State
from .rule import Rule


class Drives(Protocol):
    """Whoever says what is applied."""

    def drive(self, state: State) -> Drive:
        """Return what is applied in the cycle that this state is at."""
        ...


class Records(Protocol):
    """Whatever keeps a run."""

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Keep one cycle: the state before its step, what was applied, what was read."""
        ...


def train(
    plant: Plant, drives: Drives, state: State, records: Records, rule: Rule, end: int
) -> State:
    """Run clock cycles until the count is ``end`` and return the state after the last step."""
    while state.cycle < end:
        drive = drives.drive(state)
        reading = plant.cycle(state, drive)
        records.append(state, drive, reading)
        state = rule.advance(state, reading, drive)
    return state
