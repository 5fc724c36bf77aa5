from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import eigh

from spicelearn.board import Board
from spicelearn.network import named
from spicelearn.spice.settling import slowest_time_constant

BOARD = Board()
OHM = float(BOARD.resistance(np.array(127.0)))


def test_the_divider_has_one_time_constant() -> None:
    """Middle node: terminal B of the first edge, wiper and A of the second, two R in parallel."""
    tau = slowest_time_constant(named("divider").with_roles((0, 2), (1,)), BOARD)
    assert tau == pytest.approx(OHM / 2 * 68e-12, rel=1e-9)


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
