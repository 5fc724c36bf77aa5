"""The element as a formula."""

from __future__ import annotations

import numpy as np

from spicelearn.machine import Setup
from spicelearn.plant import Drive, Model, Reading, State


class Adaline(Model):
    """Answer at once, exactly."""

    def __init__(self, setup: Setup) -> None:
        self._offset = float(setup.parts.offset_V.sum())

    @property
    def engine(self) -> str:
        """Name what computes."""
        return f"numpy-{np.__version__}"

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Return the weighted sums and the mean of error times input."""
        outputs = (drive.inputs @ state.weights + self._offset)[:, None]
        errors = drive.targets - outputs
        gradient = drive.eta * (errors * drive.inputs).mean(axis=0)
        return Reading(outputs, gradient, True, {"sum": outputs[:, 0]})
