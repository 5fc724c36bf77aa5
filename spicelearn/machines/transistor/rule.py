"""The gates after a cycle are those that the machine shows."""

from __future__ import annotations

import numpy as np

from ...plant import Drive, Floats, Reading, State, nothing


class ReadBack:
    """Take the gates as they are read back: the machine has moved them itself."""

    @property
    def memory(self) -> Floats:
        """Return nothing: a gate is its charge."""
        return nothing()

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Take the gates that were learning; the others hold."""
        moved = drive.learning & drive.intact
        gates = reading.signal if moved.all() else np.where(moved, reading.signal, state.weights)
        return State(gates, state.cycle + 1, state.memory)
