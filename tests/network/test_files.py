"""Networks from files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.network import files as network_files
from spicelearn.network.graph import lattice, wheel9

Edges = list[tuple[int, int]]


def written(folder: Path, edges: Edges) -> tuple[Path, Path]:
    """Write the edges both ways."""
    table, markup = folder / "net.csv", folder / "net.graphml"
    table.write_text("source,target\n" + "".join(f"{a},{b}\n" for a, b in edges))
    lines = "".join(f'<edge source="n{a}" target="n{b}"/>' for a, b in edges)
    nodes = "".join(f'<node id="n{node}"/>' for node in sorted({n for pair in edges for n in pair}))
    markup.write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        f'<graph edgedefault="undirected">{nodes}{lines}</graph></graphml>'
    )
    return table, markup


@given(
    st.sets(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted).map(tuple), min_size=1)
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, pairs: set[tuple[int, ...]]
) -> None:
    ends = [(a, b) if a % 2 else (b, a) for a, b in pairs if a != b]
    places = {node: place for place, node in enumerate(sorted({n for pair in ends for n in pair}))}
    edges = [(places[a], places[b]) for a, b in ends]
    if not edges:
        return
    table, markup = written(tmp_path_factory.getbasetemp(), edges)
    assert list(network_files.chosen(str(table)).edges) == edges
    assert list(network_files.chosen(str(markup)).edges) == edges


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("0,1\n1,0\n", "net.csv, line 3: edge 1-0 is in line 2 already"),
        ("0,1\n\n2,2\n", "net.csv, line 4: edge 2-2 is a self-loop"),
        ("0,one\n", "net.csv, line 2, column 'target': 'one', expected a node, a whole number"),
        ("0,-1\n", "net.csv, line 2, column 'target': '-1', expected a node"),
        ("0,1.5\n", "net.csv, line 2, column 'target': '1.5', expected a node"),
        ("0,100000\n", "'100000', expected a node, a whole number from 0 to 99999"),
        ("0,\n", "net.csv, line 2, column 'target': '', expected a value"),
        ("0,1,2\n", "net.csv, line 2: 3 cells, expected 2"),
        ("0,1\n1,3\n", "net.csv: no edge has node 2, expected nodes from 0 without gaps"),
    ],
)
def test_a_wrong_edge_is_named_by_file_and_line(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "net.csv"
    path.write_text("source,target\n" + rows)
    with pytest.raises(UsageError) as failure:
        network_files.from_file(path)
    assert message in str(failure.value)
    assert str(path) in str(failure.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no element found"),
        ("<graphml/>", "expected GraphML"),
        ("<a>", "no element found"),
    ],
)
def test_what_is_no_graphml_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "net.graphml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message) as failure:
        network_files.from_file(path)
    assert "\n" not in str(failure.value)
    assert str(path) in str(failure.value)


def test_names_of_other_programs_are_read_and_words_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.graphml"
    nx.write_graphml(nx.relabel_nodes(nx.path_graph(3), lambda node: f"n{node}"), path)
    assert network_files.from_file(path).edges == ((0, 1), (1, 2))
    nx.write_graphml(nx.Graph([("a\n.control", "b")]), path)
    with pytest.raises(UsageError, match="expected a whole number from 0 to 99999, or n0, n1"):
        network_files.from_file(path)
    nx.write_graphml(nx.MultiGraph([(0, 1), (0, 1)]), path)
    with pytest.raises(UsageError, match=r"net.graphml: edge 1 \(0-1\) is there already"):
        network_files.from_file(path)


def test_a_part_that_no_input_reaches_is_refused(tmp_path: Path) -> None:
    edges = [*wheel9().edges, (9, 10)]
    path, _ = written(tmp_path, edges)
    with pytest.raises(UsageError, match="node 9 is not connected to any input"):
        Experiment("allostery", network=str(path))


def test_ten_thousand_edges_are_read_and_are_too_many_for_a_circuit(tmp_path: Path) -> None:
    path, markup = written(tmp_path, list(lattice(71, 71).edges))
    assert len(network_files.from_file(markup).edges) == 9940
    experiment = Experiment("allostery", network=str(path), plant="ideal", cycles=3)
    assert experiment.edges == 9940
    large = replace(experiment, plant="spice", board=None)
    setup = large.setup(large.lesson)
    with pytest.raises(UsageError, match="has 9940 edges, expected at most 4000 for a circuit"):
        large.plant_of(setup)
