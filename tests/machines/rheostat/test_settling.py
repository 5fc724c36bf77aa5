"""How long a network takes to settle: exact answers, by hand and by a dense solver."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import eigh

from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit.settling import slowest_time_constant
from spicelearn.network.graph import Network, named

BOARD = Board()
OHM = float(BOARD.resistance(np.array(127.0)))


def test_the_divider_has_one_time_constant() -> None:
    """Middle node: terminal B of the first edge, wiper and A of the second, two R in parallel."""
    tau = slowest_time_constant(named("divider").with_roles((0, 2), (1,)), BOARD)
    assert tau == pytest.approx(OHM / 2 * 68e-12, rel=1e-9)


@pytest.mark.parametrize(
    ("middle", "one", "other"),
    [((1, 2), 68e-12, 68e-12), ((2, 1), 20e-12, 116e-12)],
    ids=["alike", "apart"],
)
def test_a_chain_of_two_nodes_by_hand(middle: tuple[int, int], one: float, other: float) -> None:
    """Three edges R: det [[2/R - c1 x, -1/R], [-1/R, 2/R - c2 x]] = 0 has the rates x.

    A wiper and A are 58 pF, a terminal B 10 pF; the middle edge is turned round.
    """
    network = Network("chain", 4, ((0, 1), middle, (2, 3)), (0, 3), (1,))
    both = one + other
    rate = (both - np.sqrt(both**2 - 3 * one * other)) / (one * other * OHM)
    assert slowest_time_constant(network, BOARD) == pytest.approx(1 / rate, rel=1e-9)


def test_it_scales_with_resistance_and_capacitance() -> None:
    network = named("wheel9").with_roles((2, 0, 6), (8, 7, 5))
    larger = Board(rheostat_ohm=1e6, wiper_ohm=400, terminal_end_F=1e-9, terminal_wiper_F=4.8e-9)
    expected = 1000 * slowest_time_constant(network, BOARD)
    assert slowest_time_constant(network, larger) == pytest.approx(expected, rel=1e-9)


@given(st.integers(3, 7), st.integers(3, 7))
def test_it_is_the_slowest_mode_of_the_network(rows: int, columns: int) -> None:
    network = named(f"lattice-{rows}x{columns}").with_roles((0, rows * columns - 1), (1,))
    laplacian = np.zeros((network.nodes, network.nodes))
    capacitance = np.zeros(network.nodes)
    for a, b in network.edges:
        laplacian[[a, b], [a, b]] += 1 / OHM
        laplacian[[a, b], [b, a]] -= 1 / OHM
        capacitance[[a, b]] += 58e-12, 10e-12
    free = np.setdiff1d(np.arange(network.nodes), network.inputs)
    rates = eigh(laplacian[np.ix_(free, free)], np.diag(capacitance[free]), eigvals_only=True)
    assert slowest_time_constant(network, BOARD) == pytest.approx(1 / rates[0], rel=1e-5)


def test_settling_grows_as_the_square_of_the_side() -> None:
    def tau(side: int) -> float:
        network = named(f"lattice-{side}x{side}").with_roles((0,), (1,))
        return slowest_time_constant(network, BOARD)

    assert 3.5 < tau(24) / tau(12) < 5.5


def test_a_network_of_inputs_settles_at_once() -> None:
    assert slowest_time_constant(named("divider").with_roles((0, 1, 2), ()), BOARD) == 0
