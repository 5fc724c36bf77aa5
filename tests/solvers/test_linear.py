"""Kirchhoff's laws: exact answers, and the least dissipation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import SpicelearnError
from spicelearn.network.graph import Network, named
from spicelearn.plant import Floats
from spicelearn.solvers.linear import NodalSolver

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
    solution = NodalSolver(network).solve(conductance, rng.uniform(0, 5, 2))
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
    clamped = NodalSolver(network).solve(conductance, inputs).clamp(outputs)
    direct = NodalSolver(held).solve(conductance, np.concatenate([inputs, outputs])).voltages
    np.testing.assert_allclose(clamped, direct, atol=1e-9)


@given(machines, st.integers(0, 2**32))
def test_voltages_stay_between_those_of_the_inputs_and_currents_sum_to_nothing(
    name: str, seed: int
) -> None:
    network = named(name).with_roles((0, 5), (2,))
    rng = np.random.default_rng(seed)
    conductance = 1 / rng.uniform(40, 1e5, len(network.edges))
    inputs = rng.uniform(0, 5, 2)
    volts = NodalSolver(network).solve(conductance, inputs).voltages
    assert volts.min() >= inputs.min() - 1e-9
    assert volts.max() <= inputs.max() + 1e-9
    first, second = np.array(network.edges).T
    current = conductance * (volts[first] - volts[second])
    into = np.bincount(second, current, network.nodes) - np.bincount(first, current, network.nodes)
    into[list(network.inputs)] = 0
    assert np.abs(into).max() <= 1e-9 * np.abs(current).max() + 1e-18


def test_the_matrix_of_a_chain_by_hand() -> None:
    """Rows are the nodes that are not inputs, whatever their order."""
    network = Network("chain", 4, ((0, 1), (1, 2), (2, 3)), (0, 3))
    solver = NodalSolver(network)
    place = [solver.rows.tolist().index(node) for node in (1, 2)]
    matrix = solver.matrix(np.array([1.0, 2.0, 4.0])).toarray()[np.ix_(place, place)]
    assert matrix.tolist() == [[3, -2], [-2, 6]]


@given(machines, st.integers(0, 2**32))
def test_the_matrix_has_the_laplacians_rows_and_gives_the_free_state(name: str, seed: int) -> None:
    network = named(name).with_roles((0, 5), (2, 7))
    rng = np.random.default_rng(seed)
    conductance, inputs = rng.uniform(1e-5, 1e-2, len(network.edges)), rng.uniform(0, 5, 2)
    laplacian = np.zeros((network.nodes, network.nodes))
    for (a, b), siemens in zip(network.edges, conductance, strict=True):
        laplacian[[a, b], [a, b]] += siemens
        laplacian[[a, b], [b, a]] -= siemens
    solver = NodalSolver(network)
    matrix = solver.matrix(conductance).toarray()
    np.testing.assert_allclose(matrix, laplacian[np.ix_(solver.rows, solver.rows)], atol=1e-15)
    current = -laplacian[solver.rows][:, list(network.inputs)] @ inputs
    volts = solver.solve(conductance, inputs).voltages[solver.rows]
    np.testing.assert_allclose(matrix @ volts, current, atol=1e-12)


def test_two_nodes_of_one_difference_are_held_apart() -> None:
    """A chain 5 V, a, b, 0 V of 1 ohm each: a and b held at 4 and 3 V."""
    network = Network("chain", 4, ((0, 1), (1, 2), (2, 3)), (0, 3), ((1, 2),))
    free = NodalSolver(network).solve(np.ones(3), np.array([5.0, 0]))
    np.testing.assert_allclose(free.voltages, [5, 10 / 3, 5 / 3, 0])
    np.testing.assert_allclose(free.clamp(np.array([4.0, 3.0])), [5, 4, 3, 0])


def test_a_network_of_inputs_has_nothing_to_solve() -> None:
    solver = NodalSolver(named("divider").with_roles((0, 1, 2), ()))
    assert len(solver.rows) == 0
    assert solver.matrix(np.ones(2)).shape == (0, 0)


def test_a_node_that_is_cut_off_is_an_error() -> None:
    network = named("divider").with_roles((0,), (2,))
    with pytest.raises(SpicelearnError, match="a node is cut off"):
        NodalSolver(network).solve(np.array([1e-3, 0]), np.array([1.0]))
