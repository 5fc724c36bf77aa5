"""What differs from edge to edge, drawn from the seed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...plant import Floats
from .board import TransistorBoard


@dataclass(frozen=True)
class TransistorParts:
    """Hold what differs from edge to edge.

    ``threshold_V`` shape (E, 2): V_T of the free and of the clamped transistor; ``offset_V2`` shape
    (E,), on the difference of the squared drops; ``gain`` shape (E,), a multiplier's over nominal;
    ``weight`` shape (E,), that of the clamped square beside the free one.
    """

    threshold_V: Floats
    offset_V2: Floats
    gain: Floats
    weight: Floats
    seed: int

    @classmethod
    def draw(cls, board: TransistorBoard, edges: int, seed: int) -> TransistorParts:
        """Draw the parts of a board from the seed: to nine places."""
        rng = np.random.default_rng([seed, 0x7A25])  # apart from other uses of the same seed
        unit = rng.standard_normal((edges, 4)).clip(-3, 3)
        unequal = rng.standard_normal(edges).clip(-3, 3)
        return cls(
            threshold_V=(board.threshold_V + board.threshold_sigma_V * unit[:, :2]).round(9),
            offset_V2=(board.offset_V2 + board.offset_sigma_V2 * unit[:, 2]).round(12),
            gain=(1 + board.gain_sigma * unit[:, 3]).round(9),
            weight=((1 + board.clamped_bias) ** 2 * (1 + board.imbalance_sigma * unequal)).round(9),
            seed=seed,
        )

    def noise(self, board: TransistorBoard, cycle: int, duration: float = 1.0) -> Floats:
        """Return the noise of a cycle on the difference of the squared drops, V^2, shape (E,).

        It is white: the mean over a window of this duration, a share of a whole one, is noisier.
        """
        if not board.noise_V2:
            return np.zeros(len(self.gain))
        rng = np.random.default_rng([self.seed, 0x4E01, cycle])
        drawn: Floats = rng.standard_normal(len(self.gain))
        return board.noise_V2 / math.sqrt(duration) * drawn

    def as_dict(self) -> dict[str, Any]:
        """Return the drawn values as plain lists."""
        return {
            "threshold_V": self.threshold_V.tolist(),
            "offset_V2": self.offset_V2.tolist(),
            "gain": self.gain.tolist(),
            "weight": self.weight.tolist(),
        }
