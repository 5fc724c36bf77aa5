"""Networks from files, CSV edge lists and GraphML, and as GraphML."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from ..errors import UsageError, nearest
from ..formats import files
from ..formats.csv_table import Table, read_table
from ..plant import Floats, Ints
from .graph import NODES_LIMIT, Amplifier, Network, Resistor, label, named, terminals

ENDS = ("source", "target")  # the columns of an edge list
AMPLIFIED = ("value", "level_V")  # gain and level
KINDS: dict[str, tuple[str, ...]] = {  # of its rows, with the columns that tell their values
    "": (),
    "resistor": ("value",),
    "amplifier": AMPLIFIED,
    "bidirectional": AMPLIFIED,
}
SUFFIXES = (".csv", ".graphml", ".xml")
FIXED = "fixed_ohm"  # what an edge of GraphML has that is a fixed resistor


def is_file(name: str) -> bool:
    """Return whether the name of a network is that of a file."""
    return Path(name).suffix.lower() in SUFFIXES


def chosen(name: str) -> Network:
    """Return the built-in network of this name, or the one in the file of this name.

    Raises UsageError if there is none, or if the file is wrong.
    """
    return from_file(Path(name)) if is_file(name) else named(name)


def from_file(path: Path) -> Network:
    """Read a network from an edge list (``.csv``) or from GraphML (``.graphml``, ``.xml``).

    Nodes are whole numbers from 0, in GraphML also ``n0``, ``n1`` and so on; edges are numbered in
    the order of the file. An edge of GraphML with a `FIXED` is a fixed resistor. Raises UsageError,
    naming the file and the line or the edge.
    """
    return _from_csv(path) if path.suffix.lower() == ".csv" else _from_graphml(path)


def _network(
    path: Path,
    edges: Sequence[tuple[int, int]],
    nodes: Collection[int] = (),
    resistors: Sequence[Resistor] = (),
    amplifiers: Sequence[Amplifier] = (),
) -> Network:
    """Return the network of these edges; raise UsageError, naming the file, if it is wrong."""
    joined = [*edges, *((a, b) for a, b, _ in resistors)]
    named_nodes = {*nodes, *(node for ends in joined for node in ends)}
    gaps = set(range(max(named_nodes, default=-1) + 1)) - named_nodes
    if gaps:
        raise UsageError(
            f"network {path}: no edge has node {min(gaps)}, expected nodes from 0 without gaps"
        )
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", path.stem)[:60]
    parts = tuple(resistors), tuple(amplifiers)
    try:
        return Network(name, len(named_nodes), tuple(edges), (), (), *parts)
    except UsageError as failure:
        raise UsageError(str(failure).replace(f"network {name}", f"network {path}", 1)) from None


class _Row:
    """A row of an edge list; `wrong` returns the error for a cell."""

    def __init__(self, table: Table, place: int) -> None:
        self.line = table.lines[place]
        self.cells = {name: column[place] for name, column in table.columns.items()}
        self.wrong = partial(table.wrong, self.line)

    def node(self, name: str, cell: str) -> int:
        """Return the node that is named in the column."""
        if re.fullmatch(r"\d{1,9}", cell, re.ASCII) is None or int(cell) >= NODES_LIMIT:
            raise self.wrong(name, cell, f"a node, a whole number from 0 to {NODES_LIMIT - 1}")
        return int(cell)

    def ends(self) -> tuple[int, int]:
        """Return both nodes."""
        first, second = (self.node(name, self.cells[name]) for name in ENDS)
        return first, second

    def number(self, name: str, default: str = "") -> float:
        """Return the number in a column."""
        cell = self.cells.get(name, "") or default
        try:
            return float(cell)
        except ValueError:
            raise self.wrong(name, cell, f"a number for kind {self.cells['kind']}") from None

    def refuse(self, names: Collection[str]) -> None:
        """Raise UsageError if a cell of these columns is not empty."""
        for name in sorted(names):
            if cell := self.cells.get(name):
                raise self.wrong(name, cell, "nothing: only another kind has it")

    def amplifier(self) -> Amplifier:
        """Return the amplifier of a row, whose source may be the difference of two nodes."""
        source, target = (self.cells[name] for name in ENDS)
        first, minus, second = source.partition("-")
        nodes = [self.node("source", each) for each in (first, second)[: 1 + len(minus)]]
        return Amplifier(
            source=(nodes[0], nodes[1]) if minus else nodes[0],
            target=self.node("target", target),
            gain=self.number("value"),
            level_V=self.number("level_V", "0"),
            bidirectional=self.cells["kind"] == "bidirectional",
        )


def _from_csv(path: Path) -> Network:
    """Read an edge list: one edge per line, the columns ``source`` and ``target``.

    A column ``kind`` tells what is not an edge: a ``resistor`` of so many ohm in ``value``; an
    ``amplifier``, or a ``bidirectional`` one, with its gain there and its level in ``level_V``.
    """
    table = read_table(path)
    for name in ENDS:
        table.texts(name)
    named = [*ENDS, "kind", *AMPLIFIED]
    for name in table.columns if "kind" in table.columns else ():
        if name not in named:
            raise UsageError(
                f"{path} has a column {name!r}{nearest(name, named)}, expected {', '.join(named)}"
            )
    edges: list[tuple[int, int]] = []
    resistors: list[Resistor] = []
    amplifiers: list[Amplifier] = []
    seen: dict[frozenset[int], int] = {}
    for row in (_Row(table, place) for place in range(len(table.lines))):
        kind = row.cells.get("kind", "")
        if kind not in KINDS:
            raise row.wrong("kind", kind, f"{', '.join([*KINDS][1:])}, or nothing for an edge")
        row.refuse({*AMPLIFIED} - {*KINDS[kind]} if "kind" in row.cells else ())
        if kind == "resistor":
            resistors.append((*row.ends(), row.number("value")))
        elif kind:
            amplifiers.append(row.amplifier())
        else:
            a, b = row.ends()
            if a == b:
                raise UsageError(f"{path}, line {row.line}: edge {a}-{b} is a self-loop")
            if (first := seen.setdefault(frozenset((a, b)), row.line)) != row.line:
                raise UsageError(
                    f"{path}, line {row.line}: edge {a}-{b} is in line {first} already"
                )
            edges.append((a, b))
    return _network(path, edges, (), resistors, amplifiers)


def _from_graphml(path: Path) -> Network:
    """Read GraphML; directions, and attributes but `FIXED`, are ignored."""
    import networkx as nx  # noqa: PLC0415 - slow to import

    content = files.content(path, f"network {path}")
    try:
        graph = nx.read_graphml(BytesIO(content))
        root = ElementTree.fromstring(content)
        listed = root.findall(".//{*}edge")  # networkx keeps no order
        ends = [(edge.attrib["source"], edge.attrib["target"]) for edge in listed]
        keys = {key.get("id") for key in root.findall("{*}key") if key.get("attr.name") == FIXED}
        fixed = [_fixed(edge, keys) for edge in listed]
    except Exception as failure:  # of many types, from the XML parser and from networkx
        reason = " ".join(str(failure).split())[:200]
        raise UsageError(f"network {path}: {reason}, expected GraphML") from None
    numbers = {str(name): _number(path, str(name)) for name in graph.nodes}
    if len(set(numbers.values())) < len(numbers):
        raise UsageError(f"network {path}: two names stand for one node, expected one per node")
    for end in (end for pair in ends for end in pair):
        if end not in numbers:
            raise UsageError(
                f"network {path}: an edge ends at {end[:40]!r}, expected a node of the graph"
            )
    pairs = [(numbers[a], numbers[b], ohm) for (a, b), ohm in zip(ends, fixed, strict=True)]
    edges = [(a, b) for a, b, ohm in pairs if ohm is None]
    resistors = tuple((a, b, ohm) for a, b, ohm in pairs if ohm is not None)
    return _network(path, edges, numbers.values(), resistors)


def _fixed(edge: ElementTree.Element, keys: Collection[str | None]) -> float | None:
    """Return the resistance of an edge, ohm, if one of these keys says that it is fixed."""
    found = [data.text for data in edge.findall("{*}data") if data.get("key") in keys]
    return float(found[0] or "nothing") if found else None


def graphml(network: Network, weight: str, values: Ints | Floats) -> str:
    """Return a network as GraphML, with the weight of this name of every edge, shape (E,).

    Nodes have a ``role``: input, output or inner; those of outputs name their ``output``. Edges
    stand in their order and lead from their first to their second node, fixed resistors after them
    with a `FIXED`, so that `from_file` reads the same network. Raises UsageError for one with
    amplifiers.
    """
    import networkx as nx  # noqa: PLC0415 - slow to import

    if network.amplifiers:
        raise UsageError(
            f"network {network.name} has amplifiers, expected none in GraphML: an edge of it has "
            "no difference of two nodes as its source"
        )
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(network.nodes), role="inner")
    graph.add_nodes_from(network.inputs, role="input")
    for output in network.outputs:
        graph.add_nodes_from(terminals([output]), role="output", output=label(output))
    for ends, value in zip(network.edges, values, strict=True):
        graph.add_edge(*ends, **{weight: value.item()})
    root = ElementTree.fromstring("".join(nx.generate_graphml(graph)))
    (holder,) = root.findall("{*}graph")
    found = {
        (int(edge.attrib["source"]), int(edge.attrib["target"])): edge
        for edge in holder.findall("{*}edge")
    }
    holder[-len(found) :] = [found[ends] for ends in network.edges]  # networkx sorts by nodes
    if network.resistors:
        kind = {"id": "fixed", "for": "edge", "attr.name": FIXED, "attr.type": "double"}
        root.insert(0, ElementTree.Element("key", kind))
    for a, b, ohm in network.resistors:
        edge = ElementTree.SubElement(holder, "edge", source=str(a), target=str(b))
        ElementTree.SubElement(edge, "data", key="fixed").text = repr(ohm)
    space = root.tag[1:].partition("}")[0]
    for element in root.iter():  # a name space of the whole file; a registered one is the process's
        element.tag = element.tag.rpartition("}")[2]
    root.set("xmlns", space)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _number(path: Path, name: str) -> int:
    """Return a GraphML node's number."""
    match = re.fullmatch(r"n?(\d{1,9})", name, re.ASCII)
    if match is None or int(match[1]) >= NODES_LIMIT:
        raise UsageError(
            f"network {path}: node {name[:40]!r}, expected a whole number from 0 to "
            f"{NODES_LIMIT - 1}, or n0, n1 and so on"
        )
    return int(match[1])
