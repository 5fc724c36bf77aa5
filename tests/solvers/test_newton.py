"""Newton's method on networks whose currents are known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import ConvergenceError
from spicelearn.machines.transistor.channel import channel
from spicelearn.network.graph import Amplifier, Network, named
from spicelearn.plant import Floats
from spicelearn.solvers.newton import Law, NewtonSolver

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


def ohms(siemens: Floats) -> Law:
    """Return the law of resistors."""
    return lambda first, second: (siemens * (first - second), siemens, -siemens)


STAGES = Network("stages", 6, ((0, 1), (1, 2), (3, 4), (4, 5)), (0, 2, 5))


@pytest.mark.parametrize(
    ("bidirectional", "middle"),
    # 4 V and 3 mS at either side of node 1; one that draws has the second stage, 0.75 mS, as well:
    # its current of 0.75 mS times 2 (v - 1) V over the gain of 2
    [(False, 2.0), (True, (6 * 2 + 0.75 * 1) / (6 + 0.75))],
)
def test_an_amplifier_holds_its_target_and_a_bidirectional_one_draws(
    bidirectional: bool, middle: float
) -> None:
    joined = Amplifier(1, 3, 2.0, -2.0, bidirectional)
    network = replace(STAGES, amplifiers=(joined,))
    law = ohms(1e-3 * np.array([3.0, 3.0, 1.0, 3.0]))
    volts = NewtonSolver(network, network.inputs).solve(law, np.array([4.0, 0, 0]), np.zeros(6))
    driven = 2 * middle - 2
    assert volts == pytest.approx([4, middle, 0, driven, driven / 4, 0], abs=1e-12)


def test_a_difference_is_amplified_and_drawn_from_both_its_nodes() -> None:
    """The load, 1 mS at the target, appears between the two nodes of the source."""
    edges = ((0, 1), (2, 3), (4, 5))
    joined = Amplifier((1, 3), 4, -5.0, bidirectional=True)
    network = Network("pair", 6, edges, (0, 2, 5), amplifiers=(joined,))
    law = ohms(1e-3 * np.array([2.0, 2.0, 1.0]))
    volts = NewtonSolver(network, network.inputs).solve(law, np.array([1.0, 0, 0]), np.zeros(6))
    assert volts == pytest.approx([1, 0.75, 0, 0.25, -2.5, 0], abs=1e-12)  # 0.5, 1, 0.5 kohm


@pytest.mark.parametrize(("other", "slope"), [(4.0, 0.0), (-4.0, 4.0)])
def test_what_two_amplifiers_of_one_size_draw_is_never_negative(other: float, slope: float) -> None:
    """An edge of 1 S between targets of gains A and B loads the source with -(A - B)^2/(A B) S."""
    joined = tuple(Amplifier(1, 2 + k, gain, 0.0, True) for k, gain in enumerate((4.0, other)))
    network = Network("two", 4, ((0, 1), (2, 3)), (0,), amplifiers=joined)
    volts = NewtonSolver(network, (0,)).solve(ohms(np.ones(2)), np.ones(1), np.zeros(4))
    middle = 1 / (1 + slope)
    assert volts == pytest.approx([1, middle, 4 * middle, other * middle], abs=1e-12)


@pytest.mark.parametrize("gain", [1.0, 3.0, -8.0])
def test_behind_a_bidirectional_amplifier_squares_count_one_over_its_gain_squared(
    gain: float,
) -> None:
    """The contrast is then along the gradient of the output, before the amplifier and behind it.

    Both networks minimise the sum of their co-contents, those of the second over gain squared.
    """
    lattice = named("lattice-3x3").edges
    edges = lattice + tuple((a + 9, b + 9) for a, b in lattice)
    joined = Amplifier((4, 2), 9, gain, 0.1, bidirectional=True)
    network = Network("deep", 18, edges, (0, 8, 17), (14,), amplifiers=(joined,))
    siemens = np.random.default_rng(0).uniform(1e-3, 4e-3, 24)
    held = np.array([0.45, 0.0, 0.3])

    def shown(siemens: Floats) -> Floats:
        return NewtonSolver(network, network.inputs).solve(ohms(siemens), held, np.zeros(18))

    nudge, step = 1e-4, 1e-8
    clamped = NewtonSolver(network, (*network.inputs, 14))
    rows = [
        clamped.solve(
            ohms(siemens), np.append(held, shown(siemens)[14] + sign * nudge), np.ones(18)
        )
        for sign in (1, -1)
    ]
    squares = network.drops(np.array(rows)) ** 2
    contrast = (squares[0] - squares[1]) * np.repeat([1.0, 1 / gain**2], 12)
    slopes = np.array(
        [
            (shown(siemens + step * each)[14] - shown(siemens - step * each)[14]) / (2 * step)
            for each in np.eye(24)
        ]
    )
    ratio = contrast / slopes
    assert ratio[0] < 0  # an edge whose drops grow with the output conducts less for a higher one
    assert ratio == pytest.approx(np.full(24, ratio[0]), rel=1e-4)
