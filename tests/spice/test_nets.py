"""The nets that are read from blocks."""

from __future__ import annotations

from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit.connections import connections
from spicelearn.spice.nets import Net, Pin, nets
from spicelearn.spice.sheet import Block


def test_nodes_of_one_name_are_one_net_and_the_supply_is_none() -> None:
    one, other = Block("one", "line", "high"), Block("other", "line", "high")
    one.X("gate", "SN74ALS86", 0, "high", "line", "high", 0)
    one.R("pull", "high", "line", "{ohm}")
    other.X("gate", "SN74ALS86", "line", "line2", "alone", "high", 0)
    other.R("between", "line", "line2", 10)
    found = nets([one, other], "high", 5.0, {"ohm": 47.0}.__getitem__)
    pins = (Pin("SN74ALS86", "gate", "y"), Pin("SN74ALS86", "gate", "a"))
    assert found == [Net("line", pins, (47.0,), 5.0)]


def test_the_edges_board_is_the_papers() -> None:
    """XOR into J and its inverse into K; the first falling edge latches, the second steps."""
    found = {
        net.node: {str(pin) for pin in net.pins} for net in connections(Board(pullup_ohm=1000))
    }
    assert found["up"] == {"rule.y", "inverter.a", "flipflop.j"}
    assert found["down"] == {"inverter.y", "flipflop.k"}
    assert found["latch"] == {"latch.y", "flipflop.cp"}
    assert found["step"] == {"step.y", "f.clk", "c.clk"}
    assert found["ud"] == {"flipflop.q", "f.ud", "c.ud"}
    assert found["more"] == {"more.out", "rule.a"}


def test_pull_ups_are_those_of_the_board() -> None:
    def pulled(board: Board) -> dict[str, tuple[float, ...]]:
        return {net.node: net.pull_ups_ohm for net in connections(board) if net.pull_ups_ohm}

    assert pulled(Board(pullup_ohm=1000)) == {"more": (1000,), "negative": (1000,)}
    gates = dict.fromkeys(("up", "down", "latch", "step"), (2200,))
    assert {**pulled(Board(gate_pullup_ohm=2200))} == {
        **gates,
        **dict.fromkeys(("more", "negative"), (5100,)),
    }
