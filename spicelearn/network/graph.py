"""The graph of a learning network: nodes, edges, and which nodes are inputs and outputs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UsageError, nearest
from ..plant import Floats, Ints

if TYPE_CHECKING:
    import networkx as nx

NODES_LIMIT = 100_000
GAIN_LIMITS = (1e-6, 1e6)  # magnitudes
LEVEL_LIMIT_V = 1e3
Output = int | tuple[int, int]  # a node, or two nodes: the first minus the second
Resistor = tuple[int, int, float]  # two nodes, ohm


def terminals(outputs: Sequence[Output]) -> tuple[int, ...]:
    """Return the nodes of outputs in their order; a difference has two."""
    return tuple(
        node for output in outputs for node in (output if isinstance(output, tuple) else (output,))
    )


def label(output: Output) -> str:
    """Return the name of an output: ``8``, or ``0-10`` for a difference."""
    return "-".join(str(node) for node in terminals([output]))


@dataclass(frozen=True)
class Amplifier:
    """Hold node ``target`` at ``level_V``, V, plus ``gain`` times the voltage of ``source``.

    The source is a node, or the difference of two. A one-way amplifier senses the free network and
    drives the target in both. In either network a ``bidirectional`` one draws from its source, for
    every ampere that it supplies, 1/gain: a nudge behind it is felt before it (J. Kendall et al.,
    *Training end-to-end analog neural networks with equilibrium propagation*, 2020).
    """

    source: Output
    target: int
    gain: float
    level_V: float = 0.0
    bidirectional: bool = False

    def __str__(self) -> str:
        """Return what it leads from and to."""
        return f"amplifier {label(self.source)} to {self.target}"


@dataclass(frozen=True)
class Network:
    """Hold ``nodes`` nodes numbered from 0, the edges in order, and the roles of nodes.

    An output is a node, or the difference of two nodes, first minus second. ``resistors`` are
    fixed: beside the edges, which learn, they join nodes in every copy of the network.
    ``amplifiers`` hold nodes, too. Raises UsageError for an unknown node, a self-loop, a duplicate
    edge, a node with two roles, a resistor or an amplifier that is none, amplifiers in a loop or in
    a ring with gains that disagree, and a node that nothing holds and no held node reaches (its
    voltage would be undefined).
    """

    name: str
    nodes: int
    edges: tuple[tuple[int, int], ...]
    inputs: tuple[int, ...] = ()
    outputs: tuple[Output, ...] = ()
    resistors: tuple[Resistor, ...] = ()
    amplifiers: tuple[Amplifier, ...] = ()

    def __post_init__(self) -> None:
        self._check_edges()
        self._check_resistors()
        self._check_amplifiers()
        self._check_roles()
        self._check_loops()

    def _check_edges(self) -> None:
        seen: set[frozenset[int]] = set()
        for index, (a, b) in enumerate(self.edges):
            for node in (a, b):
                self._check_node(node, f"edge {index} ({a}-{b})")
            if a == b:
                raise UsageError(f"network {self.name}: edge {index} ({a}-{b}) is a self-loop")
            if frozenset((a, b)) in seen:
                raise UsageError(f"network {self.name}: edge {index} ({a}-{b}) is there already")
            seen.add(frozenset((a, b)))
        if not self.edges:
            raise UsageError(f"network {self.name} has no edges, expected at least one")

    def _check_resistors(self) -> None:
        for a, b, ohm in self.resistors:
            for node in (a, b):
                self._check_node(node, f"resistor {a}-{b}")
            if a == b or not 0 < ohm < math.inf:
                raise UsageError(
                    f"network {self.name}: resistor {a}-{b} of {ohm:g} ohm, expected two nodes and "
                    "more than 0 ohm"
                )

    def _check_amplifiers(self) -> None:
        for each in self.amplifiers:
            ends = [*terminals([each.source]), each.target]
            for node in ends:
                self._check_node(node, str(each))
            if len(set(ends)) < len(ends):
                raise UsageError(
                    f"network {self.name}: {each} has a node twice, expected nodes of its own"
                )
            low, high = GAIN_LIMITS
            if not (low <= abs(each.gain) <= high and abs(each.level_V) <= LEVEL_LIMIT_V):
                raise UsageError(
                    f"network {self.name}: {each} has gain {each.gain:g} and level "
                    f"{each.level_V:g} V, expected a gain of magnitude {low:g} to {high:g} and a "
                    f"level of magnitude {LEVEL_LIMIT_V:g} V at most"
                )

    def _check_loops(self) -> None:
        """Refuse an amplifier that, through others or not, amplifies what it supplies.

        What a one-way amplifier supplies may come back from bidirectional ones, too. A ring of
        these alone returns power, as long as their gains agree (`_check_rings`).
        """
        if not self.amplifiers or not self.inputs:
            return
        firm = self._firm()
        for each in self.amplifiers:
            moved: set[int] = set()
            new = {each.target}
            while new:
                moved |= new | self.reached(new, firm) - firm
                new = set()
                for other in self.amplifiers:
                    source = {*terminals([other.source])}
                    if source & moved:
                        new.add(other.target)
                    if other.bidirectional and other.target in moved and not each.bidirectional:
                        new |= source - firm
                new -= moved
            if moved & {*terminals([each.source])}:
                raise UsageError(
                    f"network {self.name}: {each} is in a loop, expected a target from which "
                    "nothing leads to its source: a loop with gain may have no stable state"
                )
        self._check_rings(firm)

    def _check_rings(self, firm: set[int]) -> None:
        """Refuse bidirectional amplifiers whose gains around a ring disagree.

        A part of the network between firm nodes has one size: that of a source's times the
        magnitude of the gain. Then all parts, their conductances over size squared, are one passive
        network (docs/depth.md).
        """
        sizes: dict[int, float] = {}
        left = [
            (node, each)
            for each in self.amplifiers
            if each.bidirectional
            for node in terminals([each.source])
            if node not in firm
        ]
        while left:
            known = (each for each in left if sizes.keys() & {each[0], each[1].target})
            node, joined = next(known, left[0])
            left.remove((node, joined))
            gain = abs(joined.gain)
            if node not in sizes:
                size = sizes.get(joined.target, gain) / gain
                sizes |= dict.fromkeys(self.reached([node], firm) - firm, size)
            if joined.target not in sizes:
                size = sizes[node] * gain
                sizes |= dict.fromkeys(self.reached([joined.target], firm) - firm, size)
            wanted = sizes[joined.target] / sizes[node]
            if not math.isclose(gain, wanted, rel_tol=1e-6):
                raise UsageError(
                    f"network {self.name}: {joined} has gain {joined.gain:.7g}, expected "
                    f"{wanted:.7g} or {-wanted:.7g}: bidirectional amplifiers in a ring may have "
                    "no stable state unless their gains agree"
                )

    def _firm(self) -> set[int]:
        """Return the nodes at which current is not felt: what they are at depends on no load.

        Inputs, targets of one-way amplifiers, and of those that draw from firm nodes only.
        """
        firm: set[int] = set()
        new = {*self.inputs}
        while new:
            firm |= new
            new = {
                each.target
                for each in self.amplifiers
                if not each.bidirectional or firm >= {*terminals([each.source])}
            } - firm
        return firm

    def _check_node(self, node: int, what: str) -> None:
        if not 0 <= node < self.nodes:
            raise UsageError(
                f"network {self.name}: {what} names node {node}, expected 0 to {self.nodes - 1}"
            )

    def _check_roles(self) -> None:
        roles = [
            *((node, "amplified") for node in self.amplified),
            *((node, "input") for node in self.inputs),
            *((node, "output") for node in terminals(self.outputs)),
        ]
        taken: dict[int, str] = {}
        for node, role in roles:
            self._check_node(node, role)
            if node in taken:
                raise UsageError(
                    f"network {self.name}: node {node} is {taken[node]} and {role}, "
                    "expected one role per node"
                )
            taken[node] = role
        if self.inputs:
            lost = sorted(set(range(self.nodes)) - self.reached([*self.inputs, *self.amplified]))
            if lost:
                raise UsageError(
                    f"network {self.name}: node {lost[0]} is not connected to any input"
                )

    def reached(self, nodes: Collection[int], ends: Collection[int] = ()) -> set[int]:
        """Return the nodes that paths from these nodes reach, themselves included.

        No path goes on from one of ``ends``.
        """
        neighbours: dict[int, list[int]] = {node: [] for node in range(self.nodes)}
        for a, b in [*self.edges, *((a, b) for a, b, _ in self.resistors)]:
            neighbours[a].append(b)
            neighbours[b].append(a)
        found, left = set(nodes), list(nodes)
        while left:
            new = set(neighbours[left.pop()]) - found
            found |= new
            left += new - set(ends)
        return found

    def graph(self) -> nx.Graph[int]:
        """Return the network as an undirected networkx graph: all that joins nodes."""
        import networkx as nx  # noqa: PLC0415 - slow to import

        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(self.nodes))
        graph.add_edges_from(self.edges)
        graph.add_edges_from((a, b) for a, b, _ in self.resistors)
        for each in self.amplifiers:
            graph.add_edges_from((node, each.target) for node in terminals([each.source]))
        return graph

    def with_roles(self, inputs: tuple[int, ...], outputs: tuple[Output, ...]) -> Network:
        """Return the same graph with these inputs and outputs."""
        return replace(self, inputs=inputs, outputs=outputs)

    @cached_property
    def amplified(self) -> tuple[int, ...]:
        """Return the nodes that amplifiers hold."""
        return tuple(each.target for each in self.amplifiers)

    @cached_property
    def common(self) -> dict[int, None]:
        """Return the nodes that are at one voltage in the free and the clamped network.

        Inputs, then the nodes that one-way amplifiers hold.
        """
        driven = (each.target for each in self.amplifiers if not each.bidirectional)
        return dict.fromkeys([*self.inputs, *driven])

    @cached_property
    def ends(self) -> Ints:
        """Return the two nodes of every edge, shape (E, 2)."""
        return np.array(self.edges, dtype=np.int64)

    @cached_property
    def held(self) -> tuple[Ints, Ints, Floats]:
        """Return the nodes held in the clamped state, their outputs and parts of the nudge.

        All have shape (T,), in the order of `terminals`. The part is 1; for a difference it is 1/2
        at the first node and -1/2 at the second.
        """
        listed = [
            (node, place, part)
            for place, output in enumerate(self.outputs)
            for node, part in zip(
                terminals([output]),
                (0.5, -0.5) if isinstance(output, tuple) else (1.0,),
                strict=True,
            )
        ]
        nodes, places, parts = zip(*listed, strict=True) if listed else ((), (), ())
        return np.array(nodes, np.int64), np.array(places, np.int64), np.array(parts, np.float64)

    @cached_property
    def _differences(self) -> tuple[Ints, Ints, Ints]:
        """Return every output's first node, which outputs are differences, their second nodes."""
        pairs = [output if isinstance(output, tuple) else (output, -1) for output in self.outputs]
        first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T.copy()
        places = np.flatnonzero(second >= 0)
        return first, places, second[places]

    def drops(self, volts: Floats) -> Floats:
        """Return the drop across every edge, V, shape (..., E), for node voltages, (..., N)."""
        first, second = self.ends.T
        return np.asarray(volts.take(first, axis=-1) - volts.take(second, axis=-1))

    def read_out(self, volts: Floats) -> Floats:
        """Return the outputs, shape (..., outputs), for node voltages, shape (..., N), V."""
        first, places, second = self._differences
        found: Floats = volts.take(first, axis=-1)
        if len(places):
            found[..., places] -= volts.take(second, axis=-1)
        return found

    def nudged(self, volts: Floats, targets: Floats, eta: float) -> Floats:
        """Return the voltages at which the clamped state holds its nodes by Eq. 1, shape (T,), V.

        ``volts`` are the free state's node voltages, shape (N,), ``targets`` those of the outputs.
        """
        outputs = self.read_out(volts)
        nudge = eta * (targets - outputs)
        if not len(self._differences[1]):
            return np.asarray(outputs + nudge)
        nodes, places, parts = self.held
        return np.asarray(volts[nodes] + parts * nudge[places])

    def without(self, gone: Collection[int]) -> Network:
        """Return the network without these edges; the others keep their order."""
        left = tuple(ends for edge, ends in enumerate(self.edges) if edge not in gone)
        return replace(self, edges=left)


def divider() -> Network:
    """Return two edges in series: a voltage divider."""
    return Network("divider", 3, ((0, 1), (1, 2)))


def wheel9() -> Network:
    """Return the 16-edge network: a rim of eight nodes, then eight spokes to node 8."""
    rim = tuple((i, (i + 1) % 8) for i in range(8))
    spokes = tuple((i, 8) for i in range(8))
    return Network("wheel9", 9, rim + spokes)


def fork() -> Network:
    """Return node 3 between two rails, nodes 1 and 2, by an edge each, and 500 ohm from node 0."""
    return Network("fork", 4, ((1, 3), (2, 3)), resistors=((0, 3, 500.0),))


def cascade() -> Network:
    """Return two 4 x 4 tori; the difference of nodes 0 and 10 is amplified into node 22.

    Nodes and edges of the second begin at 16 and at 32. 20 mV become 0.225 V, half of the swing of
    an input, about the middle of it.
    """
    first = torus(4, 4)
    edges = first.edges + tuple((a + first.nodes, b + first.nodes) for a, b in first.edges)
    joined = Amplifier((0, 10), 22, gain=11.25, level_V=0.225)
    return Network("cascade", 2 * first.nodes, edges, amplifiers=(joined,))


def lattice(rows: int, columns: int) -> Network:
    """Return an open square lattice; node = row * columns + column; edges right, then down."""
    edges = []
    for row in range(rows):
        for column in range(columns):
            node = row * columns + column
            if column + 1 < columns:
                edges.append((node, node + 1))
            if row + 1 < rows:
                edges.append((node, node + columns))
    return Network(f"lattice-{rows}x{columns}", rows * columns, tuple(edges))


def torus(rows: int, columns: int) -> Network:
    """Return a periodic square lattice, numbered as the open one; both sides at least 3."""
    if rows < 3 or columns < 3:
        raise UsageError(
            f"network torus-{rows}x{columns}: expected at least 3 rows and 3 columns, "
            "or edges would be doubled"
        )
    edges = []
    for row in range(rows):
        for column in range(columns):
            node = row * columns + column
            edges.append((node, row * columns + (column + 1) % columns))
            edges.append((node, ((row + 1) % rows) * columns + column))
    return Network(f"torus-{rows}x{columns}", rows * columns, tuple(edges))


def dense(rows: int, columns: int) -> Network:
    """Return a dense layer: each of the first ``rows`` nodes joined to each of ``columns`` others.

    Edges are those of the first of the others, then those of the second, and so on.
    """
    edges = tuple((row, rows + column) for column in range(columns) for row in range(rows))
    return Network(f"dense-{rows}x{columns}", rows + columns, edges)


SINGLE: dict[str, Callable[[], Network]] = {
    "divider": divider,
    "wheel9": wheel9,
    "fork": fork,
    "cascade": cascade,
}
FAMILIES: dict[str, Callable[[int, int], Network]] = {
    "lattice": lattice,
    "torus": torus,
    "dense": dense,
}


def named(name: str) -> Network:
    """Return the built-in network of this name: one of `SINGLE`, or of a family, like torus-4x4.

    Raises UsageError if there is none, or if it is too large.
    """
    if name in SINGLE:
        return SINGLE[name]()
    match = re.fullmatch(rf"({'|'.join(FAMILIES)})-(\d{{1,4}})x(\d{{1,4}})", name)
    if match is None:
        size = name.partition("-")[2] or "RxC"
        near = nearest(name, [*SINGLE, *(f"{family}-{size}" for family in FAMILIES)])
        raise UsageError(
            f"no network {name!r}{near}, expected {', '.join(SINGLE)}, lattice-RxC, torus-RxC or "
            "dense-RxC"
        )
    family, rows, columns = match.groups()
    if int(rows) * int(columns) > NODES_LIMIT:
        raise UsageError(f"network {name} is too large, expected at most {NODES_LIMIT} nodes")
    return FAMILIES[family](int(rows), int(columns))
