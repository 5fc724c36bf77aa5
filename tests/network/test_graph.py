"""Networks: their edges, and outputs that are nodes or differences of two."""

from __future__ import annotations

from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.network.graph import Amplifier, Network, Output, label, named, terminals

sides = st.integers(3, 12)


@given(sides, sides)
def test_open_lattice_is_the_grid_graph(rows: int, columns: int) -> None:
    network = named(f"lattice-{rows}x{columns}")
    grid = nx.convert_node_labels_to_integers(nx.grid_2d_graph(rows, columns), ordering="sorted")
    assert nx.utils.graphs_equal(network.graph(), grid)
    assert network.edges[0] == (0, 1)
    assert network.edges[1] == (0, columns)


@given(sides, sides)
def test_torus_is_regular_of_degree_four(rows: int, columns: int) -> None:
    network = named(f"torus-{rows}x{columns}")
    assert len(network.edges) == 2 * rows * columns
    assert {degree for _, degree in network.graph().degree()} == {4}


def test_wheel9_numbers_rim_then_spokes() -> None:
    network = named("wheel9")
    assert len(network.edges) == 16
    assert network.edges[7] == (7, 0)
    assert network.edges[11] == (3, 8)


@given(st.text(max_size=30))
def test_any_other_name_is_refused_by_name(name: str) -> None:
    try:
        named(name)
    except UsageError as failure:
        assert name in str(failure) or repr(name) in str(failure)


@pytest.mark.parametrize(
    ("edges", "inputs", "outputs", "message"),
    [
        (((0, 0),), (), (), r"edge 0 \(0-0\) is a self-loop"),
        (((0, 1), (1, 0)), (), (), r"edge 1 \(1-0\) is there already"),
        (((0, 7),), (), (), r"edge 0 \(0-7\) names node 7, expected 0 to 2"),
        (((0, 1), (1, 2)), (0,), (0,), "node 0 is input and output, expected one role per node"),
        (((0, 1), (1, 2)), (5,), (), "input names node 5, expected 0 to 2"),
        (((0, 1), (1, 2)), (0,), ((1, 3),), "output names node 3, expected 0 to 2"),
        (((0, 1), (1, 2)), (0,), ((1, 0),), "node 0 is input and output, expected one role per"),
        (((0, 1), (1, 2)), (0,), ((1, 2), 2), "node 2 is output and output, expected one role"),
        (((0, 1), (1, 2)), (0,), ((1, 1),), "node 1 is output and output, expected one role"),
        (((0, 1),), (0,), (1,), "node 2 is not connected to any input"),
        ((), (), (), "has no edges"),
    ],
)
def test_bad_networks_are_refused(
    edges: tuple[tuple[int, int], ...],
    inputs: tuple[int, ...],
    outputs: tuple[Output, ...],
    message: str,
) -> None:
    with pytest.raises(UsageError, match=message):
        Network("bad", 3, edges, inputs, outputs)


def test_a_thin_torus_is_refused() -> None:
    with pytest.raises(UsageError, match="torus-2x5: expected at least 3 rows"):
        named("torus-2x5")


def test_an_output_is_called_by_its_nodes() -> None:
    assert [label(output) for output in (8, (0, 10))] == ["8", "0-10"]
    assert terminals([8, (0, 10), (3, 2)]) == (8, 0, 10, 3, 2)
    assert terminals([]) == ()


MIXED: tuple[Output, ...] = (3, (1, 4), 2, (5, 0))
WHEEL = named("wheel9").with_roles((7,), MIXED)


def test_what_is_read_held_and_nudged_by_hand() -> None:
    """A difference of 3 V that should be 5 V: half of the nudge for either node."""
    volts = np.array([0.5, 4.0, 2.5, 3.0, 1.0, 0.25, 9.0, 9.0, 9.0])
    assert WHEEL.read_out(volts).tolist() == [3.0, 3.0, 2.5, -0.25]
    several = np.stack([volts, 2 * volts])
    assert WHEEL.read_out(several).tolist() == [[3.0, 3.0, 2.5, -0.25], [6.0, 6.0, 5.0, -0.5]]
    nodes, places, parts = WHEEL.held
    assert nodes.tolist() == [3, 1, 4, 2, 5, 0]
    assert places.tolist() == [0, 1, 1, 2, 3, 3]
    assert parts.tolist() == [1, 0.5, -0.5, 1, 0.5, -0.5]
    targets = np.array([3.5, 5.0, 2.5, -1.25])
    assert WHEEL.nudged(volts, targets, 0.5).tolist() == [3.25, 4.5, 0.5, 2.5, 0.0, 0.75]
    assert WHEEL.nudged(volts, targets, 0.0).tolist() == volts[nodes].tolist()
    assert volts.tolist() == [0.5, 4.0, 2.5, 3.0, 1.0, 0.25, 9.0, 9.0, 9.0]


def test_a_network_without_outputs_holds_nothing() -> None:
    none = named("divider").with_roles((0, 1, 2), ())
    assert [len(array) for array in none.held] == [0, 0, 0]
    assert none.read_out(np.ones(3)).shape == (0,)
    assert none.nudged(np.ones(3), np.empty(0), 0.5).shape == (0,)


volt = st.floats(-10, 10)


@given(
    st.permutations(range(9)),
    st.lists(st.booleans(), max_size=4),
    st.lists(volt, min_size=9, max_size=9),
    st.lists(volt, min_size=4, max_size=4),
    st.floats(0, 1),
)
def test_the_clamped_read_out_is_nudged_by_equation_1_and_at_eta_1_on_target(
    order: list[int], paired: list[bool], volts: list[float], targets: list[float], eta: float
) -> None:
    nodes = iter(order)
    outputs = tuple((next(nodes), next(nodes)) if pair else next(nodes) for pair in paired)
    network = named("wheel9").with_roles((), outputs)
    free, desired = np.array(volts), np.array(targets[: len(outputs)])
    read = network.read_out(free)
    for nudge, expected in ((eta, read + eta * (desired - read)), (1.0, desired)):
        clamped = free.copy()
        clamped[list(terminals(outputs))] = network.nudged(free, desired, nudge)
        np.testing.assert_allclose(network.read_out(clamped), expected, atol=1e-12)
        for output in network.outputs:
            if isinstance(output, tuple):  # both nodes are moved by as much
                a, b = output
                assert clamped[a] + clamped[b] == pytest.approx(free[a] + free[b], abs=1e-12)


@pytest.mark.parametrize(
    ("resistor", "message"),
    [
        ((0, 0, 1.0), "resistor 0-0 of 1 ohm, expected two nodes and more than 0 ohm"),
        ((0, 2, 0.0), "resistor 0-2 of 0 ohm, expected two nodes and more"),
        ((0, 7, 1.0), "resistor 0-7 names node 7, expected 0 to 2"),
    ],
)
def test_resistors_that_are_none_are_refused(
    resistor: tuple[int, int, float], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        Network("bad", 3, ((0, 1),), resistors=(resistor,))


def test_a_resistor_joins_its_nodes() -> None:
    network = Network("joined", 3, ((0, 1),), (0,), (2,), resistors=((1, 2, 1e3),))
    assert sorted(network.graph().edges) == [(0, 1), (1, 2)]


def test_a_dense_layer_joins_each_of_the_first_nodes_to_each_of_the_others() -> None:
    network = named("dense-3x2")
    assert network.nodes == 5
    assert network.edges == ((0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (2, 4))


def test_the_families_are_named_where_a_name_is_unknown() -> None:
    with pytest.raises(UsageError, match="fork, cascade, lattice-RxC, torus-RxC or dense-RxC"):
        named("dense-3")


CHAINS = ((0, 1), (1, 2), (3, 4), (4, 5))  # two, of three nodes each


def drawing(source: Output, target: int, gain: float) -> Amplifier:
    """Return a bidirectional amplifier."""
    return Amplifier(source, target, gain, bidirectional=True)


@pytest.mark.parametrize(
    ("amplifiers", "message"),
    [
        ([Amplifier(1, 9, 2.0)], "amplifier 1 to 9 names node 9, expected 0 to 5"),
        ([Amplifier((1, 1), 3, 2.0)], "amplifier 1-1 to 3 has a node twice"),
        ([Amplifier((1, 3), 3, 2.0)], "amplifier 1-3 to 3 has a node twice"),
        ([Amplifier(1, 3, 0.0)], "amplifier 1 to 3 has gain 0 and level 0 V, expected a gain"),
        ([Amplifier(1, 3, -9e-7)], "amplifier 1 to 3 has gain -9e-07 and level 0 V, expected"),
        ([Amplifier(1, 3, 1e300)], "gain 1e\\+300 .* of magnitude 1e-06 to 1e\\+06 and a level"),
        ([Amplifier(1, 3, 2.0, -1001.0)], "level -1001 V, expected .* level of magnitude 1000 V"),
        ([Amplifier(1, 3, float("nan"))], "amplifier 1 to 3 has gain nan and level 0 V"),
        ([Amplifier(1, 3, 2.0, float("inf"))], "amplifier 1 to 3 has gain 2 and level inf V"),
        ([Amplifier(1, 0, 2.0)], "node 0 is amplified and input, expected one role per node"),
        ([Amplifier(1, 4, 2.0)], "node 4 is amplified and output, expected one role per node"),
        ([Amplifier(1, 3, 2.0), Amplifier(2, 3, 2.0)], "node 3 is amplified and amplified"),
        ([Amplifier(0, 2, 2.0)], "node 3 is not connected to any input"),
        ([Amplifier(1, 3, 2.0), Amplifier(5, 2, 2.0)], "amplifier 1 to 3 is in a loop, expected"),
        ([Amplifier(4, 3, 2.0)], "amplifier 4 to 3 is in a loop, expected a target from which"),
        ([drawing(1, 3, 2.0), Amplifier(1, 5, 8.0)], "amplifier 1 to 5 is in a loop, expected"),
        ([Amplifier(2, 5, 2.0), drawing(1, 3, 2.0)], "amplifier 2 to 5 is in a loop, expected"),
        ([drawing(1, 3, 2.0), drawing(2, 5, -8.0)], "2 to 5 has gain -8, expected 2 or -2: bidir"),
        ([drawing((2, 4), 3, 1.0)], "amplifier 2-4 to 3 is in a loop, expected a target"),
    ],
)
def test_amplifiers_that_are_none_are_refused(amplifiers: list[Amplifier], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Network("bad", 6, CHAINS, (0,), (4,), amplifiers=tuple(amplifiers))


def test_what_an_input_holds_makes_no_loop() -> None:
    """Of the middle of a chain that is an input nothing leads on, nor from one amplifier's target
    through that of another."""
    pair = Amplifier(1, 3, 2.0), Amplifier(5, 2, 2.0)
    network = Network("two", 6, CHAINS, (0, 4), amplifiers=pair)
    assert network.amplified == (3, 2)
    third = Network("three", 6, CHAINS, (0,), amplifiers=(*pair, Amplifier(0, 4, 2.0)))
    assert third.amplified == (3, 2, 4)


def parts(*amplifiers: Amplifier) -> Network:
    """Return a network of an input, two nodes beside it and two chains with a load each."""
    edges = ((0, 1), (0, 2), (3, 4), (4, 5), (6, 7), (7, 8))
    loads = ((0, 4, 1.0), (0, 7, 1.0))
    return Network("parts", 9, edges, (0,), resistors=loads, amplifiers=amplifiers)


@pytest.mark.parametrize(
    "amplifiers",
    [
        (Amplifier(1, 3, -1e-6, -1e3), Amplifier(2, 5, 1e6, 1e3)),  # at the limits
        (drawing(1, 3, 2.0), drawing(1, 5, -2.0)),  # of one size
        (drawing(1, 3, 2.0), drawing(2, 5, 8.0)),  # of two parts: no ring
        (drawing(0, 3, 2.0), drawing(0, 5, 8.0)),  # an input feels nothing
        (Amplifier(1, 3, 2.0), drawing(3, 6, 2.0), drawing(3, 8, 8.0)),  # nor does what is driven
        (drawing(1, 3, 2.0), drawing(5, 6, 4.0), drawing(1, 8, -8.0)),  # two stages, or one
    ],
)
def test_what_comes_back_in_one_size_or_is_not_felt_makes_no_loop(
    amplifiers: tuple[Amplifier, ...],
) -> None:
    assert parts(*amplifiers).amplifiers == amplifiers


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_two_stages_have_the_gain_of_one_beside_them(order: tuple[int, ...]) -> None:
    ring = drawing(1, 3, 2.0), drawing(5, 6, 4.0), drawing(1, 8, 7.0)
    with pytest.raises(UsageError, match=r"has gain [247], expected .* gains agree"):
        parts(*(ring[place] for place in order))
    with pytest.raises(UsageError, match="amplifier 1 to 8 is in a loop"):
        parts(*ring[:2], Amplifier(1, 8, 8.0))


def test_inputs_and_what_one_way_amplifiers_hold_are_common_to_both_networks() -> None:
    pair = Amplifier(1, 3, 2.0), drawing(0, 5, 2.0)
    assert list(Network("two", 6, CHAINS, (0,), amplifiers=pair).common) == [0, 3]


def test_a_cascade_is_two_tori() -> None:
    network = named("cascade")
    torus = named("torus-4x4").edges
    assert network.edges[:32] == torus
    assert network.edges[32:] == tuple((a + 16, b + 16) for a, b in torus)
    assert not network.reached([0]) & network.reached([16])
