"""Damage: edges that are cut out while the machine learns (2022 paper, Fig. 5)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import UsageError
from ..network.graph import Network
from ..plant import Bools


@dataclass(frozen=True, order=True)
class Cut:
    """Cut ``edge`` out of the network from ``cycle`` on."""

    cycle: int
    edge: int

    @classmethod
    def parse(cls, text: str) -> Cut:
        """Read ``EDGE@CYCLE``; raise UsageError for anything else."""
        match = re.fullmatch(r"(\d{1,9})@(\d{1,10})", text, re.ASCII)
        if match is None:
            raise UsageError(f"cut {text!r}, expected EDGE@CYCLE, two whole numbers, like 3@100")
        return cls(edge=int(match[1]), cycle=int(match[2]))

    def __str__(self) -> str:
        return f"{self.edge}@{self.cycle}"


class Damage:
    """Determine which edges of a network are intact in each cycle.

    Raises UsageError for an unknown edge, for an edge that is cut twice, and for a cut that leaves
    a node without a connection to any input: its voltage would be undefined.
    """

    def __init__(self, network: Network, cuts: Sequence[Cut]) -> None:
        self.cuts = sorted(cuts)
        self._left = [np.ones(len(network.edges), dtype=np.bool_)]
        gone: list[int] = []
        for cut in self.cuts:
            if cut.edge >= len(network.edges):
                raise UsageError(
                    f"cut {cut}: network {network.name} has no edge {cut.edge}, "
                    f"expected 0 to {len(network.edges) - 1}"
                )
            if cut.edge in gone:
                raise UsageError(f"cut {cut}: edge {cut.edge} is cut twice")
            gone.append(cut.edge)
            try:
                network.without(gone)
            except UsageError as failure:
                raise UsageError(f"cut {cut} disconnects a node: {failure}") from None
            left = self._left[-1].copy()
            left[cut.edge] = False
            self._left.append(left)
        self._cycles = [cut.cycle for cut in self.cuts]

    @property
    def edges(self) -> tuple[int, ...]:
        """Return the edges that are cut, in the order of the cuts."""
        return tuple(cut.edge for cut in self.cuts)

    def intact(self, cycle: int) -> Bools:
        """Return which edges are intact in this cycle, shape (E,)."""
        return self._left[bisect_right(self._cycles, cycle)]
