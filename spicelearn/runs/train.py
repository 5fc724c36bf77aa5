"""The training loop, the same for every plant, task and rule."""

from __future__ import annotations

from typing import Protocol

from ..plant import Drive, Plant, Reading, Rule, State


class Drives(Protocol):
    """What determines the drive of every cycle."""

    def drive(self, state: State) -> Drive:
        """Return what is applied in the cycle of this state."""
        ...


class Records(Protocol):
    """What records every cycle."""

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Record one cycle: the state before its step, what was applied, what was read."""
        ...


def train(
    plant: Plant, drives: Drives, state: State, records: Records, rule: Rule, end: int
) -> State:
    """Run cycles until the count is ``end`` and return the state after the last step."""
    while state.cycle < end:
        drive = drives.drive(state)
        reading = plant.cycle(state, drive)
        records.append(state, drive, reading)
        state = rule.advance(state, reading, drive)
    return state
