"""The network, drawn: edges by their conductance, nodes by their voltage and their role."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import altair as alt
import networkx as nx
import numpy as np
import pandas as pd

from ..charts import CALM, HALO, Figure, domain, table
from ..errors import UsageError
from ..formats.quantity import scaled
from ..machine import View, Weights
from ..network.graph import Network, label, named, terminals
from ..plant import Bools, Floats
from ..tasks.taught import TaughtRun

DRAWN_EDGES = 3000  # at most, of a network that is drawn
NUMBERED_NODES = 64  # at most, that carry their number
EDGE_WIDTH = 9  # px, of the best conductor
THIN_WIDTH = 3  # px, of the same where edges are many
WIDE_EDGES = 100  # at most, that are drawn wide
EXACT_NODES = 400  # at most, whose places are computed exactly
FLAT = alt.Scale(zero=False, nice=False, padding=36)
X, Y = alt.X("x:Q", axis=None, scale=FLAT), alt.Y("y:Q", axis=None, scale=FLAT)
LINE = (X, Y, alt.X2("x2:Q"), alt.Y2("y2:Q"))
SHAPES = {"input": "square", "output": "diamond", "hidden": "circle"}
MICRO = 1e6  # microsiemens per siemens
STUB = 0.45  # of the distance of two nodes, that an edge around a torus is drawn at either end
TOLD_EDGES = 40  # at most, whose weights are written on them
DESIRED = ", in brackets the voltage that is desired"
NUMBER_AT = 0.6  # of the way to its weight, where an edge's number is written
LABEL_PX = 20  # from a node to the near end of its label
FIXED_DASH = [9, 3, 2, 3]  # of a fixed resistor
AMPLIFIER, AMPLIFIER_DASH = "#2a7f62", [2, 3]
NEAR_TARGET, GAIN_AT = 0.9, 0.7  # of an amplifier's length: its dot, its gain
APART = 2.0  # between the two tori of the cascade
MIDDLE, OUTSIDE = 0.6, 1.0  # of an edge's length, and of a stub's, where its weight is written


def is_built_in(network: Network) -> bool:
    """Return whether a network is the built-in one of its name."""
    try:
        return named(network.name).edges == network.edges
    except UsageError:
        return False


def places(network: Network) -> Floats:
    """Return where each node stands, shape (N, 2): as the built-in networks are, or by forces."""
    known = is_built_in(network)
    kind, _, size = network.name.partition("-")
    if known and kind == "wheel9":
        angles = np.pi / 2 + 2 * np.pi * np.arange(8) / 8
        return np.vstack([np.column_stack([np.cos(angles), np.sin(angles)]), [0, 0]])
    if known and kind == "cascade":
        torus = places(named("torus-4x4"))
        return np.vstack([torus, torus + np.array([np.ptp(torus[:, 0]) + APART, 0])])
    if known and size:
        rows, columns = (int(side) for side in size.split("x"))
        row, column = np.divmod(np.arange(network.nodes), columns)
        return np.column_stack([column, rows - 1 - row]).astype(float)
    graph = network.graph()
    if network.nodes <= EXACT_NODES:
        found: dict[int, Any] = nx.kamada_kawai_layout(graph)
    else:
        found = nx.spring_layout(graph, seed=0, iterations=30)
    return np.array([found[node] for node in range(network.nodes)])


def around(network: Network) -> Bools:
    """Return which edges lead around a torus, from one side of its drawing to the opposite one."""
    if not network.name.startswith(("torus-", "cascade")) or not is_built_in(network):
        return np.zeros(len(network.edges), dtype=np.bool_)
    where = places(network)
    first, second = network.ends.T
    return np.asarray(np.abs(where[first] - where[second]).max(axis=1) > 1)


@dataclass(frozen=True)
class Snapshot:
    """Hold a run's network in a cycle with these values of its weights, shape (P,)."""

    run: TaughtRun
    view: View
    weights: Weights
    values: Floats
    cycle: int

    @cached_property
    def inputs(self) -> Floats:
        """Return the inputs that stand for the cycle, V, shape (examples, inputs)."""
        return self.run.lesson_at(self.cycle).inputs_at(self.cycle)

    @cached_property
    def span(self) -> tuple[float, float]:
        """Return the conductances between which colours and widths change, µS."""
        low, high = self.view.span
        return MICRO * low, MICRO * high

    @property
    def per_edge(self) -> bool:
        """Say whether every edge has one weight."""
        return len(self.run.network.edges) == self.weights.count

    @property
    def tells_weights(self) -> bool:
        """Say whether the weight of every edge is written on it."""
        return self.per_edge and self.weights.count <= TOLD_EDGES

    def nodes(self, where: Floats) -> pd.DataFrame:
        """Return one row per node: place, voltage of the first example, role."""
        volts = self.view.voltages(self.values, self.cycle)[0]
        known = self.run.roles(self.cycle)
        roles = [known.get(node, "hidden") for node in range(len(where))]
        wanted = self.wanted()
        labels = [
            f"{level:.3g} V{f' ({wanted[node]:.3g})' if node in wanted else ''}"
            for node, level in enumerate(volts)
        ]
        return pd.DataFrame(
            {
                "node": range(len(where)),
                "x": where[:, 0],
                "y": where[:, 1],
                "volts": volts,
                "role": roles,
                "label": labels,
            }
        )

    def differences(self) -> list[str]:
        """Say of every output between two nodes what it is for the first example, and desired."""
        lesson = self.run.lesson_at(self.cycle)
        targets, said = lesson.targets_at(self.cycle), []
        volts = self.view.voltages(self.values, self.cycle)[0]
        for place, output in enumerate(lesson.outputs):
            if isinstance(output, tuple):
                level = volts[output[0]] - volts[output[1]]
                wanted = np.nan if targets is None else targets[0, place]
                desired = "" if np.isnan(wanted) else f", desired {scaled(wanted, 'V')}"
                said.append(f"Output {label(output)} is {scaled(level, 'V')}{desired}")
        return said

    def wanted(self) -> dict[int, float]:
        """Return what is desired of single nodes for the first example, V, where it is known."""
        lesson = self.run.lesson_at(self.cycle)
        targets = lesson.targets_at(self.cycle)
        if targets is None:
            return {}
        pairs = zip(lesson.outputs, targets[0], strict=True)
        return {
            output: float(volts)
            for output, volts in pairs
            if isinstance(output, int) and not np.isnan(volts)
        }

    def resistors(self, where: Floats) -> pd.DataFrame:
        """Return one row per fixed resistor: its ends and their places, its resistance.

        ``values`` are the smallest and the largest of all.
        """
        fixed = self.run.network.resistors
        ends = [where[[a, b]].ravel() for a, b, _ in fixed]
        rows = pd.DataFrame(np.reshape(ends, (-1, 4)), columns=["x", "y", "x2", "y2"])
        rows["between"] = [f"{a}-{b}" for a, b, _ in fixed]
        rows["resistance"] = [scaled(ohm, "Ω") for _, _, ohm in fixed]
        ohms = sorted(ohm for _, _, ohm in fixed)
        rows["values"] = " to ".join(
            dict.fromkeys(scaled(ohm, "Ω") for ohm in ohms[:: max(1, len(ohms) - 1)])
        )
        return rows

    def amplifiers(self, where: Floats) -> pd.DataFrame:
        """Return a row per node of an amplifier's source: the ends and their places, the gain."""
        rows = [
            (*where[node], *where[each.target], f"{node} to {each.target}", sign * each.gain, place)
            for place, each in enumerate(self.run.network.amplifiers)
            for node, sign in zip(terminals([each.source]), (1, -1), strict=False)
        ]
        found = pd.DataFrame(rows, columns=["x", "y", "x2", "y2", "leads", "gain", "amplifier"])
        each = [self.run.network.amplifiers[place] for place in found.pop("amplifier")]
        found["gain"] = [f"{gain:+.4g}" for gain in found["gain"]]
        found["level"] = [scaled(one.level_V, "V") for one in each]
        found["kind"] = ["bidirectional" if one.bidirectional else "one-way" for one in each]
        return found

    def edges(self, where: Floats) -> pd.DataFrame:
        """Return one row per edge: its ends and their places, its conductance, whether it is cut.

        Where every edge has one weight, that is there too. An edge that leads around a torus has
        two rows: a stub at either end.
        """
        ends = self.run.network.edges
        first, second = self.run.network.ends.T
        siemens = self.view.conductances(self.values, self.cycle)
        low, high = self.span
        drawn = (MICRO * siemens).clip(low, high)
        widest = EDGE_WIDTH if len(ends) <= WIDE_EDGES else THIN_WIDTH
        ohm = np.divide(1, siemens, out=np.full(len(ends), np.inf), where=siemens > 0)
        columns: dict[str, Any] = {
            "edge": range(len(ends)),
            "between": [f"{a}-{b}" for a, b in ends],
            "drawn": drawn,
            "conductance": [f"{MICRO * each:.3g} µS" for each in siemens],
            "resistance": [f"{each / 1e3:.3g} kΩ" for each in ohm],
            "width": 1 + (widest - 1) * np.log(drawn / low) / math.log(high / low),
            "cut": (~self.run.intact(self.cycle)).astype(int),
            "x": where[first, 0],
            "y": where[first, 1],
            "x2": where[second, 0],
            "y2": where[second, 1],
        }
        if self.per_edge:
            columns["weight"] = self.values
        drawn_edges = pd.DataFrame(columns)
        far = drawn_edges[around(self.run.network)]
        near = drawn_edges.drop(index=far.index)
        step = np.sign(far[["x2", "y2"]].to_numpy() - far[["x", "y"]].to_numpy()) * STUB
        stubs = pd.concat([far, far])
        begin = np.vstack([far[["x", "y"]], far[["x2", "y2"]]])
        stubs[["x", "y"]], stubs[["x2", "y2"]] = begin, begin + np.vstack([-step, step])
        return pd.concat([near.assign(told_at=MIDDLE), stubs.assign(told_at=OUTSIDE)])


def network_figure(snapshot: Snapshot, where: Floats, name: str, title: str) -> Figure:
    """Return the network of a snapshot, its nodes at the places ``where``, shape (N, 2)."""
    edges = snapshot.edges(where)
    lines = alt.Chart(table(edges, "edges"))
    layers = [edge_marks(lines, snapshot), *weight_marks(edges, snapshot)]
    layers += resistor_marks(snapshot.resistors(where))
    layers += amplifier_marks(snapshot.amplifiers(where))
    layers += node_marks(snapshot, where)
    if edges["cut"].any():
        gone = lines.transform_filter("datum.cut == 1")
        rule = gone.mark_rule(strokeDash=[5, 5], color=CALM, strokeWidth=1.5)
        layers.insert(0, rule.encode(*LINE, tooltip=["edge:N", "between:N"]))
    row = "the first test input" if len(snapshot.inputs) > 1 else "the inputs"
    clauses = [
        f"Edges by conductance, nodes by the free network's voltage for {row} of cycle "
        f"{snapshot.cycle}: {snapshot.view.remark}"
    ]
    if len(where) <= NUMBERED_NODES:
        clauses.append(f"Squares are inputs, diamonds outputs{DESIRED * bool(snapshot.wanted())}")
    clauses += snapshot.differences()
    if snapshot.tells_weights:
        clauses.append(f"On each edge its number, slanted, and its {labelled(snapshot.weights)}")
    if snapshot.run.network.resistors:
        clauses.append("Dash-dotted lines are fixed resistors, which do not learn")
    if snapshot.run.network.amplifiers:
        clauses.append("Dotted lines are amplifiers with their gain, a dot where they drive")
    if around(snapshot.run.network).any():
        clauses.append("An edge that leaves on one side comes back on the opposite one")
    return Figure(
        name,
        title,
        f"{'. '.join(clauses)}.",
        layers,
        square=True,
    )


def edge_marks(lines: alt.Chart, snapshot: Snapshot) -> alt.Chart:
    """Return the edges that are there, wide and red where they conduct well."""
    weights = snapshot.weights
    told = [alt.Tooltip(f"{name}:N") for name in ("edge", "between", "conductance", "resistance")]
    if snapshot.per_edge:
        shown = "d" if weights.whole else ".4~g"
        told.insert(2, alt.Tooltip("weight:Q", title=labelled(weights), format=shown))
    scale = alt.Scale(
        type="log", domain=list(snapshot.span), clamp=True, range=["#9db7d1", "#c2364a"]
    )
    legend = alt.Legend(format="~g", values=labels_between(*snapshot.span), gradientLength=120)
    rules: alt.Chart = lines.transform_filter("datum.cut == 0").mark_rule(strokeCap="round")
    return rules.encode(
        *LINE,
        color=alt.Color("drawn:Q", title="conductance (µS)", scale=scale, legend=legend),
        strokeWidth=alt.StrokeWidth("width:Q", scale=None),
        tooltip=told,
    )


def resistor_marks(resistors: pd.DataFrame) -> list[alt.Chart]:
    """Return the fixed resistors, their values in the legend, and on them where they are few."""
    if resistors.empty:
        return []
    lines = alt.Chart(table(resistors, "resistors"))
    values = resistors["values"].unique().tolist()
    dashed = alt.Scale(domain=values, range=[FIXED_DASH])
    layers = [
        lines.mark_rule(color=CALM, strokeWidth=2).encode(
            *LINE,
            strokeDash=alt.StrokeDash(
                "values:N", title="fixed resistor", scale=dashed, legend=alt.Legend(symbolSize=1600)
            ),
            tooltip=[alt.Tooltip("between:N"), alt.Tooltip("resistance:N")],
        )
    ]
    if len(resistors) <= TOLD_EDGES:
        base = along(lines, MIDDLE).encode(X, Y, text=alt.Text("resistance:N"))
        layers += [base.mark_text(style=HALO, fontSize=10), base.mark_text(fontSize=10)]
    return layers


def along(lines: alt.Chart, share: float) -> alt.Chart:
    """Return lines as points, at this share of the way from their first to their second end."""
    place = {axis: f"datum.{axis} + {share} * (datum.{axis}2 - datum.{axis})" for axis in "xy"}
    found: alt.Chart = lines.transform_calculate(**place)
    return found


def amplifier_marks(amplifiers: pd.DataFrame) -> list[alt.Chart]:
    """Return the amplifiers: a line from each node of a source, with the gain, to the target."""
    if amplifiers.empty:
        return []
    lines = alt.Chart(table(amplifiers, "amplifiers"))
    told = [alt.Tooltip(f"{name}:N") for name in ("leads", "gain", "level", "kind")]
    rule = lines.mark_rule(color=AMPLIFIER, strokeWidth=2, strokeDash=AMPLIFIER_DASH)
    dot = along(lines, NEAR_TARGET).mark_point(filled=True, opacity=1, color=AMPLIFIER, size=60)
    gain = along(lines, GAIN_AT).encode(X, Y, text=alt.Text("gain:N"))
    return [
        rule.encode(*LINE, tooltip=told),
        dot.encode(X, Y, tooltip=told),
        gain.mark_text(style=HALO, fontSize=10),
        gain.mark_text(fontSize=10, color=AMPLIFIER),
    ]


def weight_marks(edges: pd.DataFrame, snapshot: Snapshot) -> list[alt.Chart]:
    """Return the weight of every edge, written on it, where edges are few."""
    if not snapshot.tells_weights:
        return []
    shown = "d" if snapshot.weights.whole else ".2f"
    layers: list[alt.Chart] = []
    for name, share, style in (("edge", NUMBER_AT, "italic"), ("weight", 1.0, "normal")):
        along = share * edges["told_at"]
        texts_at = pd.DataFrame(
            {
                "x": edges["x"] + along * (edges["x2"] - edges["x"]),
                "y": edges["y"] + along * (edges["y2"] - edges["y"]),
                name: edges[name],
            }
        )
        shape = shown if name == "weight" else "d"
        base = alt.Chart(table(texts_at, f"written-{name}"))
        texts = base.encode(X, Y, text=alt.Text(f"{name}:Q", format=shape))
        font: dict[str, Any] = {"fontSize": 10, "fontStyle": style}
        ink: dict[str, Any] = {"color": CALM} if name == "edge" else {}
        layers += [texts.mark_text(style=HALO, **font), texts.mark_text(**font, **ink)]
    return layers


def node_marks(snapshot: Snapshot, where: Floats) -> list[alt.Chart]:
    """Return the nodes, and their numbers and roles where these are few."""
    nodes = snapshot.nodes(where)
    few = len(nodes) <= NUMBERED_NODES
    size = 420 if few else 40
    levels = domain([*snapshot.inputs.ravel().tolist(), *nodes["volts"]], 0)
    dots = alt.Chart(table(nodes, "nodes"))
    points = dots.mark_point(filled=True, opacity=1, stroke=CALM, strokeWidth=1).encode(
        X,
        Y,
        fill=alt.Fill(
            "volts:Q",
            title="node (V)",
            scale=alt.Scale(range=["#fdf3d8", "#e8871e"], domain=levels),
            legend=alt.Legend(gradientLength=120),
        ),
        shape=alt.Shape(
            "role:N",
            title=None,
            scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())),
            legend=None if few else alt.Legend(),
        ),
        size=alt.condition("datum.role == 'hidden'", alt.value(size), alt.value(1.6 * size)),
        tooltip=[
            alt.Tooltip("node:N"),
            alt.Tooltip("role:N"),
            alt.Tooltip("volts:Q", title="V", format=".4~g"),
        ],
    )
    if not few:
        return [points]
    numbers = dots.mark_text(color="#222", fontSize=11).encode(X, Y, text=alt.Text("node:N"))
    named_nodes = nodes[nodes["role"] != "hidden"]
    layers = [points, numbers]
    for node, row in named_nodes.iterrows():
        angle = widest_gap(directions(snapshot.run.network, where, int(str(node))))
        base = alt.Chart(table(pd.DataFrame([row[["x", "y", "label"]]]), f"label-{node}"))
        text = base.encode(X, Y, text=alt.Text("label:N"))
        layers += [text.mark_text(style=HALO, **beside(angle)), text.mark_text(**beside(angle))]
    return layers


def directions(network: Network, where: Floats, node: int) -> list[float]:
    """Return the directions, rad, in which all that is drawn at a node leaves it."""
    fixed = [(a, b) for a, b, _ in network.resistors]
    fixed += [(a, each.target) for each in network.amplifiers for a in terminals([each.source])]
    lines, far = [*network.edges, *fixed], [*around(network), *(False for _ in fixed)]
    found = []
    for ends, away in zip(lines, far, strict=True):
        if node in ends:
            x, y = where[sum(ends) - node] - where[node]
            found.append(math.atan2(-y, -x) if away else math.atan2(y, x))
    return found


def widest_gap(angles: Sequence[float]) -> float:
    """Return the middle of the widest gap between directions, rad; of like ones the uppermost."""
    if not angles:
        return math.pi / 2
    ordered = sorted(angles)
    gaps = [
        (after - before, (after + before) / 2)
        for before, after in pairwise([*ordered, ordered[0] + 2 * math.pi])
    ]
    widest = max(gap for gap, _ in gaps)
    return max((middle for gap, middle in gaps if gap > widest - 1e-6), key=math.sin)


def beside(angle: float) -> dict[str, Any]:
    """Return how a text is placed beside a point, in a direction, rad."""
    x, y = math.cos(angle), math.sin(angle)
    align = "center" if abs(x) < 0.3 else ("left" if x > 0 else "right")
    return {"align": align, "dx": round(LABEL_PX * x), "dy": round(-LABEL_PX * y)}


def labelled(weights: Weights) -> str:
    """Return the label of weights with their unit, if they have one: ``gate voltage (V)``."""
    return f"{weights.label} ({weights.unit})" if weights.unit else weights.label


def labels_between(low: float, high: float) -> list[float]:
    """Return the powers of ten that a scale from ``low`` to ``high`` labels, or its two ends."""
    first, last = math.ceil(math.log10(low) - 0.05), math.floor(math.log10(high) + 0.05)
    powers = [10.0**power for power in range(first, last + 1)]
    return powers if len(powers) > 1 else [float(f"{end:.2g}") for end in (low, high)]
