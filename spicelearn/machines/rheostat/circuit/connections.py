"""Which part drives which: the logic of one edge's board and of its clock."""

from __future__ import annotations

from ....spice.nets import Net, nets
from ..board import Board
from . import clock, edge


def connections(board: Board) -> list[Net]:
    """Return the nets of an edge with every pin analog and rheostats that count, and of the clock.

    Chip select comes from outside and has no driver; inputs tied to a supply are no nets.
    """
    blocks = [
        edge.edge_circuit(board, "analog", counting=True),
        clock.clock_by_parts("high", board.gate_pullup_ohm > 0),
    ]
    return nets(blocks, "high", board.logic_supply_V, lambda name: float(getattr(board, name)))
