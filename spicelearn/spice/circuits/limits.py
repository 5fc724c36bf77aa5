"""Constants and networks of which there is no circuit."""

from __future__ import annotations

from ...board import Board
from ...errors import UsageError
from ...network import Network

POSITIONS = 128  # of an AD5220
FASTEST = 0.5e-6  # s, clock period at which a wiper's 10 ns still count for nothing
MOST_COUNTING = 120  # edges whose rheostats count


def refuse_impossible(board: Board, detail: str) -> None:
    """Raise UsageError for constants that no circuit has."""
    if board.decision != "signed":
        raise UsageError(
            f"board: decision = {board.decision!r} exists only in the idealised twin, "
            "expected 'signed' for the circuit"
        )
    if detail == "board" and board.logic_supply_V < 4:
        raise UsageError(
            f"board: logic_supply_V = {board.logic_supply_V:g}, expected at least 4 in detail "
            "board: a high of the gates is 1.7 V lower"
        )


def refuse_uncounted(board: Board, period: float) -> None:
    """Raise UsageError for constants with which no rheostat steps itself."""
    expected = ""
    if board.positions != POSITIONS:
        expected = f"positions = {board.positions}, expected {POSITIONS}: an AD5220 has seven bits"
    elif board.update != "counter":
        expected = f"update = {board.update!r}, expected 'counter'"
    elif board.noise_V:
        expected = f"noise_V = {board.noise_V:g}, expected 0: a cycle's noise comes from outside"
    elif period < FASTEST:
        expected = f"clock period of {period:g} s, expected at least {FASTEST:g}: wipers take 10 ns"
    if expected:
        raise UsageError(f"board, for rheostats that step themselves: {expected}")


def refuse_many(network: Network) -> None:
    """Raise UsageError for more counters than ngspice loads within a minute."""
    edges = len(network.edges)
    if edges > MOST_COUNTING:
        raise UsageError(
            f"network {network.name} has {edges} edges, expected at most {MOST_COUNTING} for a "
            "machine that trains itself: ngspice takes minutes to load more counters"
        )
