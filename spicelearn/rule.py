"""From a State and what the machine showed to the next State."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .plant import Drive, Reading, State


class Rule(Protocol):
    """What happens to the learned numbers at the second clock edge."""

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Return the State after the step, its clock count one higher."""
        ...


@dataclass(frozen=True)
class Counter:
    """Step wiper codes as the AD5220's up/down counter does (Eq. 5, Eq. 6: no zero state).

    ``positions`` is the number of codes; the counter saturates at 0 and positions - 1.
    """

    positions: int

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Step every clocked edge by one code, up where its latched bit is set, else down."""
        step = np.where(reading.up, 1, -1) * drive.clocked
        return State(np.clip(state.codes + step, 0, self.positions - 1), state.cycle + 1)
