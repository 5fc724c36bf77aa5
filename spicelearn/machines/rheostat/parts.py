"""What differs from part to part, and the noise of every cycle: drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...network.graph import Network
from ...plant import Floats, Ints
from .board import Board


@dataclass(frozen=True)
class Parts:
    """Hold what differs from part to part: one row per edge, one column per comparator.

    ``scale`` has shape (E, 2): R_AB of the free and of the clamped rheostat over its nominal
    value. ``offset_V`` and ``offset_current_A`` have shape (E, 2): first the comparator of the two
    drops, then that of the free drop's sign. ``seed`` also draws the noise of every cycle.
    """

    scale: Floats
    offset_V: Floats
    offset_current_A: Floats
    seed: int

    @classmethod
    def draw(cls, board: Board, edges: int, seed: int) -> Parts:
        """Draw the parts of a board from the seed, rounded to 1e-9, 1 nV and 1 fA."""
        rng = np.random.default_rng([seed, 0x9A275])  # apart from other uses of the same seed
        unit = _truncated(rng, (edges, 4), _limits(board))
        sigmas = np.array([board.tolerance_sigma, board.mismatch_sigma])
        common, ratio = (1 + sigmas * rng.standard_normal((edges, 2)).clip(-3, 3)).T
        return cls(
            seed=seed,
            scale=np.stack([common / np.sqrt(ratio), common * np.sqrt(ratio)], axis=1).round(9),
            offset_V=(unit[:, :2] * board.offset_sigma_V).round(9),
            offset_current_A=(unit[:, 2:] * board.offset_current_sigma_A).round(15),
        )

    def resistances(self, board: Board, codes: Floats | Ints) -> Floats:
        """Return the resistances of all free and all clamped rheostats, ohm, shape (2, E)."""
        return board.resistance(codes, self.scale.T)

    def node_noise(self, board: Board, network: Network, cycle: int) -> Floats:
        """Draw the noise of every node, V, shape (2, N): free, clamped; none on the inputs.

        It depends on seed and cycle alone: a cycle that is run again has the same noise.
        """
        rng = np.random.default_rng([self.seed, 0x1015E, cycle])  # apart from other uses
        noise = rng.standard_normal((2, network.nodes)) * board.noise_V
        noise[:, list(network.inputs)] = 0
        return noise

    def as_dict(self) -> dict[str, list[Any]]:
        """Return the drawn values as plain lists."""
        return {
            "scale": self.scale.tolist(),
            "offset_V": self.offset_V.tolist(),
            "offset_current_A": self.offset_current_A.tolist(),
        }


def _limits(board: Board) -> Floats:
    """Return the bounds of the four draws of an edge, in units of their sigma."""
    pairs = (
        (board.offset_limit_V, board.offset_sigma_V),
        (board.offset_current_limit_A, board.offset_current_sigma_A),
    )
    return np.repeat([limit / sigma if sigma else 1.0 for limit, sigma in pairs], 2)


def _truncated(rng: np.random.Generator, shape: tuple[int, int], limits: Floats) -> Floats:
    """Draw standard normal numbers; redraw those beyond their column's limit."""
    values = rng.standard_normal(shape)
    while (beyond := np.abs(values) > limits).any():
        values[beyond] = rng.standard_normal(int(beyond.sum()))
    return values
