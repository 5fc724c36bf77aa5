"""Networks from files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.network import files as network_files
from spicelearn.network.graph import Amplifier, Network, lattice, wheel9

from ..conftest import Run

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


KINDS = "source,target,kind,value,level_V\n"


def test_resistors_and_amplifiers_stand_among_the_edges(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    rows = ("0,1,,,", "1,2,resistor,500,", "0-2,3,amplifier,11.25,0.2", "3,4,,,")
    more = ("5,4,,,", "1,5,bidirectional,-3,")
    path.write_text(KINDS + "".join(f"{row}\n" for row in (*rows, *more)))
    network = network_files.from_file(path)
    assert network.edges == ((0, 1), (3, 4), (5, 4))
    assert network.resistors == ((1, 2, 500.0),)
    assert network.amplifiers == (
        Amplifier((0, 2), 3, 11.25, 0.2),
        Amplifier(1, 5, -3.0, bidirectional=True),
    )


def test_columns_of_a_table_without_kinds_are_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text("source,target,value\n0,1,7\n1,2,much\n")
    assert network_files.from_file(path) == Network("net", 3, ((0, 1), (1, 2)))


def test_a_misspelt_column_of_a_table_with_kinds_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.csv"
    path.write_text("source,target,kind,value,level_v\n0,1,,,\n1,2,amplifier,3,0.1\n")
    with pytest.raises(UsageError, match=r"a column 'level_v' \(did you mean 'level_V'\?\)"):
        network_files.from_file(path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,2,buffer,3,", "'kind': 'buffer', expected resistor, amplifier, bidirectional, or"),
        ("1,2,resistor,,", "column 'value': '', expected a number for kind resistor"),
        ("1,2,amplifier,ten,", "column 'value': 'ten', expected a number for kind amplifier"),
        ("1,2,amplifier,3,high", "column 'level_V': 'high', expected a number"),
        ("1-,2,amplifier,3,", "column 'source': '', expected a node"),
        ("1,0-2,amplifier,3,", "column 'target': '0-2', expected a node"),
        ("1-2-0,2,amplifier,3,", "column 'source': '2-0', expected a node"),
        ("0-1,2,,,", "column 'source': '0-1', expected a node"),
        ("2,0,,5,", "column 'value': '5', expected nothing: only another kind has it"),
        ("2,0,resistor,5,1", "column 'level_V': '1', expected nothing: only another kind"),
        ("1,2,resistor,-5,", "net.csv: resistor 1-2 of -5 ohm, expected two nodes and more"),
        ("1,2,amplifier,0,", "net.csv: amplifier 1 to 2 has gain 0 and level 0 V, expected"),
    ],
)
def test_a_wrong_part_is_named_by_file_and_line(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "net.csv"
    path.write_text(f"{KINDS}0,1,,,\n1,2,,,\n{row}\n")
    with pytest.raises(UsageError) as failure:
        network_files.from_file(path)
    assert message in str(failure.value)


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


@given(st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1), st.randoms())
def test_a_network_is_read_back_from_its_graphml(
    tmp_path_factory: pytest.TempPathFactory, pairs: set[tuple[int, int]], random: Random
) -> None:
    """Edges in their order and from their first to their second node, whatever they are."""
    ends = [pair for pair in sorted({tuple(sorted(pair)) for pair in pairs}) if pair[0] != pair[1]]
    names = {node: place for place, node in enumerate(sorted({n for pair in ends for n in pair}))}
    edges = [
        (names[a], names[b]) if random.random() < 0.5 else (names[b], names[a]) for a, b in ends
    ]
    random.shuffle(edges)
    if edges:
        network = Network("drawn", len(names), tuple(edges))
        path = tmp_path_factory.mktemp("graphml") / "drawn.graphml"
        path.write_text(network_files.graphml(network, "code", np.arange(len(edges))))
        assert network_files.from_file(path) == network


def test_fixed_resistors_are_read_back_from_graphml(tmp_path: Path) -> None:
    """One of them beside an edge."""
    network = Network("fixed", 3, ((1, 2), (0, 1)), resistors=((0, 2, 500.0), (1, 0, 2e3)))
    path = tmp_path / "fixed.graphml"
    path.write_text(network_files.graphml(network, "gate", np.array([2.0, 3.0])))
    assert network_files.from_file(path) == network
    path.write_text(path.read_text().replace(">500.0<", ">-500<"))
    with pytest.raises(UsageError, match=r"fixed.graphml: resistor 0-2 of -500 ohm, expected"):
        network_files.from_file(path)


def test_other_programs_read_roles_and_weights(tmp_path: Path) -> None:
    network = wheel9().with_roles((2, 0, 6), (8, (7, 5)))
    weights = np.linspace(0.5, 2, 16)
    path = tmp_path / "wheel.graphml"
    path.write_text(network_files.graphml(network, "gate", weights))
    graph = nx.read_graphml(path, node_type=int)
    roles = nx.get_node_attributes(graph, "role")
    assert {node for node, role in roles.items() if role == "input"} == {0, 2, 6}
    assert {node for node, role in roles.items() if role == "output"} == {5, 7, 8}
    assert {node for node, role in roles.items() if role == "inner"} == {1, 3, 4}
    assert nx.get_node_attributes(graph, "output") == {8: "8", 7: "7-5", 5: "7-5"}
    assert nx.get_edge_attributes(graph, "gate") == dict(zip(network.edges, weights, strict=True))


def test_an_exported_network_trains_as_the_one_it_came_from(command: Run, tmp_path: Path) -> None:
    train = ("train", "allostery", "--plant", "ideal", "--cycles", "30", "--out")
    assert command(*train, "first").returncode == 0
    export = ("export", "allostery", "--form", "graphml", "--weights", "first", "-o", "n.graphml")
    assert command(*export).returncode == 0
    codes = pd.read_csv(tmp_path / "first" / "cycles.csv").filter(like="code_").iloc[-1].tolist()
    graph = nx.read_graphml(tmp_path / "n.graphml", node_type=int)
    assert [graph.edges[ends]["code"] for ends in wheel9().edges] == codes
    assert command(*train, "again", "--network", "n.graphml").returncode == 0
    first, again = (pd.read_csv(tmp_path / run / "cycles.csv") for run in ("first", "again"))
    pd.testing.assert_frame_equal(first, again)


def test_a_machine_without_a_weight_per_edge_has_no_such_form(command: Run) -> None:
    done = command("export", "and", "--form", "graphml", "-o", "-")
    assert done.returncode == 2
    assert "no form 'graphml', expected gradient or self-training" in done.stderr


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


def test_graphml_leaves_the_prefixes_of_other_files_alone() -> None:
    drawing = ElementTree.fromstring('<svg xmlns="http://www.w3.org/2000/svg"/>')
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    network_files.graphml(wheel9(), "code", np.zeros(16, dtype=np.int64))
    assert ElementTree.tostring(drawing).startswith(b"<svg ")
