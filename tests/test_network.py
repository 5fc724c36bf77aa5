from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.network import Network, named

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
        (((0, 1), (1, 2)), (0,), (0,), "node 0 is input and output, expected one role a node"),
        (((0, 1), (1, 2)), (5,), (), "input names node 5, expected 0 to 2"),
        (((0, 1),), (0,), (1,), "node 2 is not connected to any input"),
        ((), (), (), "has no edges"),
    ],
)
def test_bad_networks_are_refused(
    edges: tuple[tuple[int, int], ...],
    inputs: tuple[int, ...],
    outputs: tuple[int, ...],
    message: str,
) -> None:
    with pytest.raises(UsageError, match=message):
        Network("bad", 3, edges, inputs, outputs)


def test_a_thin_torus_is_refused() -> None:
    with pytest.raises(UsageError, match="torus-2x5: expected at least 3 rows"):
        named("torus-2x5")
