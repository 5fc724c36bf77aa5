"""The idealised model: the device's law by Newton's method, with its exact derivatives."""

from __future__ import annotations

import numpy as np
import scipy

from ...machine import Setup
from ...plant import Drive, Model, Reading, State
from .devices import device_named


class IdealModel(Model):
    """Solve the device for every example; the signal is what a perfect lock-in reads.

    Outputs are those of a current amplifier without noise; derivatives have the shape (B, 1,
    controls), V/V.
    """

    def __init__(self, setup: Setup) -> None:
        self._device = device_named(setup.network.name)

    @property
    def engine(self) -> str:
        """Name what computes."""
        return f"numpy-{np.__version__} scipy-{scipy.__version__}"

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Return outputs, V, and derivatives at these controls."""
        rows = len(drive.inputs)
        controls = np.tile(state.weights, (rows, 1))
        current, slopes = self._device.slopes(np.column_stack([drive.inputs, controls]))
        gain = self._device.gain_V_A
        outputs = gain * current[:, None]
        signal = gain * slopes[:, None, self._device.electrodes.inputs :]
        return Reading(outputs, signal, True, {"outputs": outputs[:, 0]})
