"""Cuts: which edges are left, what is refused, and that the circuit loses what it should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spicelearn.board import Board
from spicelearn.damage import Cut, Damage
from spicelearn.errors import SpicelearnError, UsageError
from spicelearn.experiment import Experiment
from spicelearn.ideal.twin import IdealTwin
from spicelearn.network import named
from spicelearn.parts import Parts
from spicelearn.plant import State
from spicelearn.spice.circuits.twin import Machine
from spicelearn.spice.plant import SpicePlant

from .conftest import CLEAN, MakePlant, allostery

WHEEL = named("wheel9").with_roles((2, 0, 6), (8, 7, 5))


def test_an_edge_is_there_until_its_cycle() -> None:
    damage = Damage(WHEEL, [Cut.parse("3@20"), Cut.parse("9@10")])
    assert damage.edges == (9, 3)
    for cycle, gone in ((0, []), (9, []), (10, [9]), (19, [9]), (20, [3, 9]), (500, [3, 9])):
        assert np.flatnonzero(~damage.intact(cycle)).tolist() == gone


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        (["16@5"], r"cut 16@5: network wheel9 has no edge 16, expected 0 to 15"),
        (["3@5", "3@9"], r"cut 3@9: edge 3 is cut twice"),
        (
            ["0@1", "1@2", "9@3", "12@30", "13@31", "11@32", "3@33", "4@34"],
            r"cut 9@3 disconnects a node: network wheel9: node 1 is not connected to any input",
        ),
        (["3-5"], r"cut '3-5', expected EDGE@CYCLE, two whole numbers, like 3@100"),
        (["3@-5"], r"cut '3@-5', expected EDGE@CYCLE"),
        (["٣@5"], r"cut '٣@5', expected EDGE@CYCLE"),
        (["3@5000"], r"cut 3@5000, expected a cycle below 1000"),
    ],
)
def test_a_cut_that_cannot_be_made_is_refused_before_the_run(cuts: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Experiment("allostery", cuts=cuts)


def test_the_ideal_twin_without_an_edge_is_the_smaller_network() -> None:
    network, state, drive = allostery()
    board = Board().idealised()
    parts = Parts.draw(board, 16, 0)
    state = State(np.arange(16) * 7 + 5)
    intact = np.ones(16, bool)
    intact[[3, 12]] = False
    cut = IdealTwin(network, board, parts).cycle(state, replace(drive, intact=intact))
    small = network.without([3, 12])
    rest = IdealTwin(small, board, Parts.draw(board, 14, 0)).cycle(
        State(state.codes[intact]), replace(drive, intact=np.ones(14, bool))
    )
    np.testing.assert_allclose(cut.free, rest.free, rtol=1e-12)
    np.testing.assert_allclose(cut.clamped, rest.clamped, rtol=1e-12)
    np.testing.assert_array_equal(cut.up[intact], rest.up)
    assert not cut.up[~intact].any()


@pytest.mark.parametrize(
    "board", [Board(), CLEAN, Board(noise_V=1e-2)], ids=["default", "clean", "noise"]
)
def test_a_cut_in_the_running_circuit_leaves_what_a_circuit_without_the_edge_is(
    make_plant: MakePlant, board: Board
) -> None:
    """The same voltages as a circuit that never had the edges; cut and put back, as before."""
    network, _, drive = allostery()
    state = State(np.arange(16) * 7 + 5, cycle=3)
    intact = np.ones(16, bool)
    intact[[3, 12]] = False
    plant = make_plant(board, removable=(3, 12))
    whole = plant.cycle(state, drive)
    cut = plant.cycle(state, replace(drive, intact=intact, clocked=intact))
    again = plant.cycle(state, drive)
    plant.close()
    np.testing.assert_allclose(again.free, whole.free, atol=1e-5)
    assert np.abs(cut.free - whole.free).max() > 0.01
    parts = plant.parts
    left = Parts(parts.scale[intact], parts.offset_V[intact], parts.offset_current_A[intact], 0)
    small = SpicePlant(
        Machine(network.without([3, 12]), board, left, State(state.codes[intact]), drive)
    )
    rest = small.cycle(State(state.codes[intact], cycle=3), replace(drive, intact=intact[intact]))
    small.close()
    np.testing.assert_allclose(cut.free, rest.free, atol=2e-5)
    np.testing.assert_allclose(cut.clamped, rest.clamped, atol=2e-5)
    one, other = np.array(network.edges)[intact].T
    free = rest.free[one] - rest.free[other]
    sure = np.abs(free) > 1e-4  # beside a cut there may be an edge without current
    assert sure.sum() >= 12
    np.testing.assert_array_equal(cut.up[intact][sure], rest.up[sure])
    assert not cut.up[~intact].any()


def test_an_edge_without_knobs_cannot_be_taken_out(make_plant: MakePlant) -> None:
    _, state, drive = allostery()
    intact = np.ones(16, bool)
    intact[5] = False
    with pytest.raises(SpicelearnError, match=r"edge 5 is taken out of a circuit made for \(3,\)"):
        make_plant(removable=(3,)).cycle(state, replace(drive, intact=intact))
