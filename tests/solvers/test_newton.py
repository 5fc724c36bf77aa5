"""Newton's method on networks whose currents are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import ConvergenceError
from spicelearn.machines.transistor.channel import channel
from spicelearn.network.graph import Network, named
from spicelearn.plant import Floats
from spicelearn.solvers.newton import NewtonSolver

CHAIN = Network("chain", 3, ((0, 1), (1, 2)), (0, 2))


def ohmic(first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
    siemens = np.array([1e-3, 3e-3])
    return siemens * (first - second), siemens, -siemens


def squared(first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
    """Edges whose current is the difference of the squares, 1 mA/V^2."""
    return 1e-3 * (first**2 - second**2), 2e-3 * first, -2e-3 * second


def test_resistors_divide_a_voltage() -> None:
    volts = NewtonSolver(CHAIN, (0, 2)).solve(ohmic, np.array([4.0, 0.0]), np.zeros(3))
    assert volts == pytest.approx([4, 1, 0], abs=1e-12)


def test_squares_divide_it_by_their_mean() -> None:
    """2 v^2 = 1 + 0.25."""
    volts = NewtonSolver(CHAIN, (0, 2)).solve(squared, np.array([1.0, 0.5]), np.full(3, 0.7))
    assert volts[1] == pytest.approx(math.sqrt(0.625), abs=1e-12)


def test_nothing_is_to_be_found_where_every_node_is_held() -> None:
    held = np.array([4.0, 1.0, 0.0])
    volts = NewtonSolver(CHAIN, (0, 1, 2)).solve(ohmic, held, np.zeros(3))
    assert volts.tolist() == held.tolist()


def test_a_node_without_a_current_is_told() -> None:
    def nothing(first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
        return 0 * first, 0 * first, 0 * first

    with pytest.raises(ConvergenceError, match="finds no voltages within 100 steps"):
        NewtonSolver(CHAIN, (0, 2)).solve(nothing, np.array([1.0, 0.0]), np.zeros(3))


@given(st.lists(st.floats(0.5, 8), min_size=12, max_size=12), st.floats(0, 0.45))
def test_currents_sum_to_nothing_at_every_free_node(gates: list[float], volts: float) -> None:
    network = named("lattice-3x3").with_roles((0, 8), (4,))
    law = channel(0.85e-3, 0.0434, np.array(gates) - 0.7)
    start = np.full(9, volts / 2)
    found = NewtonSolver(network, (0, 8)).solve(law, np.array([volts, 0.0]), start)
    first, second = network.ends.T
    current, _, _ = law(found[first], found[second])
    excess = np.bincount(first, current, 9) - np.bincount(second, current, 9)
    assert np.abs(np.delete(excess, [0, 8])).max() < 1e-13
    assert found.min() > -1e-9
    assert found.max() < volts + 1e-9


def test_fixed_resistors_are_there_beside_the_edges() -> None:
    """1 mS to 4 V, 3 mS to 0 V, and 250 ohm to 4 V: 20 mA over 8 mS."""
    network = Network("chain", 3, ((0, 1), (1, 2)), (0, 2), resistors=((0, 1, 250.0),))
    volts = NewtonSolver(network, (0, 2)).solve(ohmic, np.array([4.0, 0.0]), np.zeros(3))
    assert volts == pytest.approx([4, 2.5, 0], abs=1e-12)


def test_where_every_node_is_held_there_is_nothing_to_solve() -> None:
    volts = NewtonSolver(CHAIN, (0, 1, 2)).solve(ohmic, np.array([4.0, 1.0, 0.0]), np.zeros(3))
    assert volts.tolist() == [4, 1, 0]
