"""The network, drawn: edges by their conductance, nodes by their voltage and their role."""

from __future__ import annotations

from typing import Any

import altair as alt
import networkx as nx
import numpy as np
import pandas as pd

from ..charts import CALM, HALO, Figure, domain, table
from ..errors import UsageError
from ..network import Network, named
from ..plant import Floats
from .machine import Machine

MOST = 3000  # edges that are drawn
LABELLED = 64  # nodes that carry their number
WIDEST, CROWDED = 9, 100  # px of an edge; edges that are drawn thinner
SETTLED = 400  # nodes whose places are computed exactly


def places(network: Network) -> Floats:
    """Return where each node stands, shape (N, 2): as the built-in networks are, or by forces."""
    try:
        known = named(network.name).edges == network.edges
    except UsageError:
        known = False
    kind, _, size = network.name.partition("-")
    if known and kind == "wheel9":
        angles = np.pi / 2 + 2 * np.pi * np.arange(8) / 8
        return np.vstack([np.column_stack([np.cos(angles), np.sin(angles)]), [0, 0]])
    if known and size:
        rows, columns = (int(side) for side in size.split("x"))
        row, column = np.divmod(np.arange(network.nodes), columns)
        return np.column_stack([column, rows - 1 - row]).astype(float)
    graph = network.graph()
    if network.nodes <= SETTLED:
        found: dict[int, Any] = nx.kamada_kawai_layout(graph)
    else:
        found = nx.spring_layout(graph, seed=0, iterations=30)
    return np.array([found[node] for node in range(network.nodes)])


def network_figure(
    machine: Machine, where: Floats, codes: Floats, cycle: int, name: str, title: str
) -> Figure:
    """Return the network at these wiper codes, its nodes at the voltages of a cycle's inputs."""
    network, lesson = machine.network, machine.lesson_at(cycle)
    volts = machine.voltages(codes, cycle)[0]
    nodes = _nodes(machine, where, volts, cycle)
    edges = _edges(machine, where, codes, cycle)
    flat = alt.Scale(zero=False, nice=False, padding=36)
    x, y = alt.X("x:Q", axis=None, scale=flat), alt.Y("y:Q", axis=None, scale=flat)
    lines = alt.Chart(table(edges, "edges"))
    told = ["edge:N", "between:N", alt.Tooltip("code:Q"), alt.Tooltip("kilohm:Q", format=".3~g")]
    colours = ["#9db7d1", "#c2364a"]
    scale = alt.Scale(type="log", domain=_span(machine), clamp=True, range=colours)
    wired = (
        lines.transform_filter("datum.cut == 0")
        .mark_rule(strokeCap="round")
        .encode(
            x,
            y,
            alt.X2("x2:Q"),
            alt.Y2("y2:Q"),
            color=alt.Color(
                "conductance:Q",
                title="conductance (µS)",
                scale=scale,
                legend=alt.Legend(format="~g", values=[10, 100, 1000], gradientLength=120),
            ),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None),
            tooltip=told,
        )
    )
    gone = (
        lines.transform_filter("datum.cut == 1")
        .mark_rule(strokeDash=[5, 5], color=CALM, strokeWidth=1.5)
        .encode(x, y, alt.X2("x2:Q"), alt.Y2("y2:Q"), tooltip=["edge:N", "between:N"])
    )
    levels = domain(lesson.inputs_at(cycle).ravel().tolist(), 0)
    size = 420 if network.nodes <= LABELLED else 40
    dots = alt.Chart(table(nodes, "nodes"))
    points = dots.mark_point(filled=True, opacity=1, stroke=CALM, strokeWidth=1).encode(
        x,
        y,
        fill=alt.Fill(
            "volts:Q",
            title="node (V)",
            scale=alt.Scale(range=["#fdf3d8", "#e8871e"], domain=levels),
            legend=alt.Legend(gradientLength=120),
        ),
        shape=alt.Shape(
            "role:N",
            title=None,
            scale=alt.Scale(
                domain=["input", "output", "hidden"], range=["square", "diamond", "circle"]
            ),
            legend=None if network.nodes <= LABELLED else alt.Legend(),
        ),
        size=alt.condition("datum.role == 'hidden'", alt.value(size), alt.value(1.6 * size)),
        tooltip=["node:N", "role:N", alt.Tooltip("volts:Q", title="V", format=".4~g")],
    )
    layers = [wired, points]
    if edges["cut"].any():
        layers.insert(0, gone)
    if network.nodes <= LABELLED:
        layers.append(dots.mark_text(color="#222", fontSize=11).encode(x, y, text="node:N"))
        roles = dots.transform_filter("datum.role != 'hidden'").encode(x, y, text="label:N")
        layers += [roles.mark_text(dy=-20, style=HALO), roles.mark_text(dy=-20)]
    row = "the first test input" if len(lesson.inputs_at(cycle)) > 1 else "the inputs"
    return Figure(
        name,
        title,
        f"Edges by conductance, nodes by the free network's voltage for {row} of cycle {cycle}, "
        "by Kirchhoff's laws at the recorded codes: averagers load it, the comparators' input "
        "currents are left out.",
        layers,
        square=True,
    )


def _span(machine: Machine) -> list[float]:
    """Return the conductances, µS, between which colours and widths change: codes 1 to the last."""
    board = machine.board
    step = board.rheostat_ohm / board.positions
    return [1e6 / (code * step + board.wiper_ohm) for code in (board.positions - 1, 1)]


def _nodes(machine: Machine, where: Floats, volts: Floats, cycle: int) -> pd.DataFrame:
    lesson = machine.lesson_at(cycle)
    roles = {**dict.fromkeys(lesson.inputs, "input"), **dict.fromkeys(lesson.outputs, "output")}
    role = [roles.get(node, "hidden") for node in range(len(where))]
    labels = [f"{kind} {level:.3g} V" for kind, level in zip(role, volts, strict=True)]
    return pd.DataFrame(
        {
            "node": range(len(where)),
            "x": where[:, 0],
            "y": where[:, 1],
            "volts": volts,
            "role": role,
            "label": labels,
        }
    )


def _edges(machine: Machine, where: Floats, codes: Floats, cycle: int) -> pd.DataFrame:
    first, second = np.array(machine.network.edges).T
    siemens = machine.conductances(codes)
    low, high = _span(machine)
    widest = WIDEST if len(codes) <= CROWDED else WIDEST / 3
    return pd.DataFrame(
        {
            "edge": range(len(codes)),
            "between": [f"{a}-{b}" for a, b in machine.network.edges],
            "code": codes,
            "conductance": 1e6 * siemens,
            "kilohm": 1e-3 / siemens,
            "width": 1
            + (widest - 1)
            * np.log(1e6 * siemens / low).clip(0, np.log(high / low))
            / np.log(high / low),
            "cut": (~machine.intact(cycle)).astype(int),
            "x": where[first, 0],
            "y": where[first, 1],
            "x2": where[second, 0],
            "y2": where[second, 1],
        }
    )
