"""The loop: the same for every plant, task and rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from .plant import Drive, Plant, Reading, State
from .rule import Rule


class Records(Protocol):
    """Whatever keeps a run."""

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Keep one cycle: the state before its step, what was applied, what was read."""
        ...


def train(
    plant: Plant, drives: Iterable[Drive], state: State, records: Records, rule: Rule
) -> State:
    """Run one clock cycle a drive and return the state after the last step."""
    for drive in drives:
        reading = plant.cycle(state, drive)
        records.append(state, drive, reading)
        state = rule.advance(state, reading, drive)
    return state
