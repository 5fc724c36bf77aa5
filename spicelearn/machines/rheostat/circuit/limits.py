"""Constants and networks for which there is no circuit."""

from __future__ import annotations

from ....errors import UsageError
from ....network.graph import Network
from ..board import Board

POSITIONS = 128  # wiper positions of an AD5220
EDGES_LIMIT = 4000  # ngspice's time to load a circuit grows as the square: an hour at 10,000
SHORTEST_PERIOD = 0.5e-6  # s, of a clock; a wiper's step of 10 ns is negligible beside it
COUNTING_EDGES = 120  # at most, in a circuit whose rheostats count


def refuse_large(network: Network) -> None:
    """Raise UsageError for a network so large that ngspice takes hours to load it."""
    if len(network.edges) > EDGES_LIMIT:
        raise UsageError(
            f"network {network.name} has {len(network.edges)} edges, expected at most "
            f"{EDGES_LIMIT} for a circuit; the idealised model (--plant ideal) takes more"
        )


def refuse_impossible(board: Board, detail: str) -> None:
    """Raise UsageError for constants that no circuit can have."""
    if board.decision != "signed":
        raise UsageError(
            f"board: decision = {board.decision!r} exists only in the idealised model, "
            "expected 'signed' for the circuit"
        )
    if detail == "analog" and board.logic_supply_V < 4:
        raise UsageError(
            f"board: logic_supply_V = {board.logic_supply_V:g}, expected at least 4 in detail "
            "analog: a high of the gates is 1.7 V lower"
        )


def refuse_uncounted(board: Board, period: float) -> None:
    """Raise UsageError for constants with which rheostats cannot step themselves."""
    expected = ""
    if board.positions != POSITIONS:
        expected = f"positions = {board.positions}, expected {POSITIONS}: an AD5220 has seven bits"
    elif board.update != "counter":
        expected = f"update = {board.update!r}, expected 'counter'"
    elif board.noise_V:
        expected = f"noise_V = {board.noise_V:g}, expected 0: a cycle's noise comes from outside"
    elif period < SHORTEST_PERIOD:
        expected = (
            f"clock period of {period:g} s, expected at least {SHORTEST_PERIOD:g}: "
            "wipers take 10 ns"
        )
    if expected:
        raise UsageError(f"board, for rheostats that step themselves: {expected}")


def refuse_many(network: Network) -> None:
    """Raise UsageError for more counters than ngspice loads within a minute."""
    edges = len(network.edges)
    if edges > COUNTING_EDGES:
        raise UsageError(
            f"network {network.name} has {edges} edges, expected at most {COUNTING_EDGES} for a "
            "machine that trains itself: ngspice takes minutes to load more counters"
        )
