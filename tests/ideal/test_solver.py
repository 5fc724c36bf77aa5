"""Kirchhoff's laws: exact answers, and the least dissipation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import SpicelearnError
from spicelearn.ideal.solver import Grounded
from spicelearn.network import Network, named
from spicelearn.plant import Floats

machines = st.sampled_from(["wheel9", "lattice-3x4", "lattice-6x2", "torus-3x3"])


def dissipation(network: Network, conductance: Floats, volts: Floats) -> float:
    first, second = np.array(network.edges).T
    return float(conductance @ (volts[first] - volts[second]) ** 2)


@given(machines, st.integers(0, 2**32))
def test_the_free_state_dissipates_least(name: str, seed: int) -> None:
    """No change of a node that is not an input lowers the power (2022 paper, Approach)."""
    network = named(name).with_roles((0, 5), (2, 7))
    rng = np.random.default_rng(seed)
    conductance = 1 / rng.uniform(40, 1e5, len(network.edges))
    solution = Grounded(network).solve(conductance, rng.uniform(0, 5, 2))
    least = dissipation(network, conductance, solution.voltages)
    for _ in range(5):
        change = rng.standard_normal(network.nodes) * 10 ** rng.uniform(-3, 0)
        change[list(network.inputs)] = 0
        assert dissipation(network, conductance, solution.voltages + change) > least


@given(machines, st.integers(0, 2**32))
def test_clamping_from_the_free_factor_is_a_solution_with_more_inputs(name: str, seed: int) -> None:
    network = named(name).with_roles((0, 5), (2, 7))
    held = network.with_roles((0, 5, 2, 7), ())
    rng = np.random.default_rng(seed)
    conductance = 1 / rng.uniform(40, 1e5, len(network.edges))
    inputs, outputs = rng.uniform(0, 5, 2), rng.uniform(0, 5, 2)
    clamped = Grounded(network).solve(conductance, inputs).clamp(outputs)
    direct = Grounded(held).solve(conductance, np.concatenate([inputs, outputs])).voltages
    np.testing.assert_allclose(clamped, direct, atol=1e-9)


@given(machines, st.integers(0, 2**32))
def test_voltages_stay_between_those_of_the_inputs_and_currents_sum_to_nothing(
    name: str, seed: int
) -> None:
    network = named(name).with_roles((0, 5), (2,))
    rng = np.random.default_rng(seed)
    conductance = 1 / rng.uniform(40, 1e5, len(network.edges))
    inputs = rng.uniform(0, 5, 2)
    volts = Grounded(network).solve(conductance, inputs).voltages
    assert volts.min() >= inputs.min() - 1e-9
    assert volts.max() <= inputs.max() + 1e-9
    first, second = np.array(network.edges).T
    current = conductance * (volts[first] - volts[second])
    into = np.bincount(second, current, network.nodes) - np.bincount(first, current, network.nodes)
    into[list(network.inputs)] = 0
    assert np.abs(into).max() <= 1e-9 * np.abs(current).max() + 1e-18


def test_a_node_that_is_cut_off_is_an_error() -> None:
    network = named("divider").with_roles((0,), (2,))
    with pytest.raises(SpicelearnError, match="a node is cut off"):
        Grounded(network).solve(np.array([1e-3, 0]), np.array([1.0]))
