"""One learning window, as an oscilloscope shows it."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from ....charts import CALM, Figure, table
from ....formats.waves import CYCLE, Waves
from ....network.graph import Network, label
from ....plant import Bools, Floats
from ....spice.twins import clamped_node, free_node, target_node
from ....tasks.taught import TaughtRun

MOVED_EDGES = 6  # at most, whose gates are drawn
MICRO, MILLI = 1e6, 1e3


@dataclass(frozen=True)
class Cycle:
    """Hold one kept cycle: its number, times from its beginning, s, and which rows are its own."""

    number: int
    times: Floats
    rows: Bools


def window_figures(run: TaughtRun, waves: Waves) -> list[Figure]:
    """Return outputs and gates in the kept cycle in which gates move most."""
    gates = np.column_stack([waves[f"v(g{edge})"] for edge in range(len(run.network.edges))])
    cycle = max(cycles_of(waves), key=lambda each: float(np.ptp(gates[each.rows], axis=0).max()))
    lesson = run.lesson_at(cycle.number)
    network = run.network.with_roles(lesson.inputs, lesson.outputs)
    learning = [name for name in waves.names if name.startswith("v(learn")]
    on = np.max([waves[name][cycle.rows] for name in learning], axis=0) > 0.5
    signals, moved = outputs(network, waves, cycle), changes(gates[cycle.rows])
    applied = ", ".join(
        f"{waves[f'v(in{node})'][cycle.rows][0]:.3g} V at node {node}" for node in lesson.inputs
    )
    when = f"cycle {cycle.number}, of those kept the one in which gates move most"
    largest = max(map(abs, (values[-1] for values in moved.values())))
    return [
        figure(
            "window",
            "One learning window",
            f"Outputs in {when}. Inputs: {applied}. The learning signal is on where it is grey. "
            f"{settling(run.experiment['detail'])}",
            (cycle.times, signals, on),
            "output (mV)",
        ),
        figure(
            "window-gates",
            "The gates in it",
            f"By how much gates have changed, of the {len(moved)} edges that move most: by "
            f"{largest:.3g} mV at most. While the learning signal is off, no gate of the network "
            f"moves by more than {idle_mV(gates[cycle.rows], on):.2g} mV.",
            (cycle.times, moved, on),
            "change of the gate (mV)",
        ),
    ]


def settling(detail: str) -> str:
    """Say what keeps nodes from following at once, in a circuit of this detail."""
    if detail == "parts":
        return "Nodes follow as fast as amplifiers, multipliers and transistors let them."
    return "No capacitance but that of the gates is simulated: nodes follow at once."


def cycles_of(waves: Waves) -> list[Cycle]:
    """Return the kept cycles."""
    begins = [time for time, _ in waves.changes[CYCLE]]
    ends = [*begins[1:], float(waves.time[-1])]
    found = []
    for (begin, number), end in zip(waves.changes[CYCLE], ends, strict=True):
        near = 1e-9 * end
        rows = (waves.time > begin + near) & (waves.time <= end + near)
        found.append(Cycle(int(number), waves.time[rows] - begin, rows))
    return found


def outputs(network: Network, waves: Waves, cycle: Cycle) -> dict[str, Floats]:
    """Return label, clamped and free value of every output in a cycle, mV, by name."""
    found = {}
    twins = {
        twin: network.read_out(
            np.column_stack(
                [waves[f"v({name(network, node)})"][cycle.rows] for node in range(network.nodes)]
            )
        )
        for twin, name in (("free", free_node), ("clamped", clamped_node))
    }
    for place, output in enumerate(network.outputs):
        found[f"{label(output)} label"] = MILLI * waves[f"v({target_node(output)})"][cycle.rows]
        for twin, volts in twins.items():
            found[f"{label(output)} {twin}"] = MILLI * volts[:, place]
    return found


def changes(gates: Floats) -> dict[str, Floats]:
    """Return the change of the gates that move most, mV, by edge; ``gates`` V, (times, E)."""
    moved = MILLI * (gates - gates[0])
    most = np.argsort(-np.abs(moved[-1]), kind="stable")[:MOVED_EDGES]
    return {f"edge {edge}": moved[:, edge] for edge in most}


def idle_mV(gates: Floats, on: Bools) -> float:
    """Return by how much the least quiet gate moves in all steps without learning, mV."""
    moved = np.abs(np.diff(gates, axis=0))[~on[1:]].sum(axis=0)
    return MILLI * float(moved.max())


def figure(
    name: str, title: str, caption: str, traces: tuple[Floats, dict[str, Floats], Bools], y: str
) -> Figure:
    """Return signals against time; ``traces`` are times, s, signals, and where gates move."""
    times, signals, on = traces
    wide = pd.DataFrame(signals).assign(time=MICRO * times)
    long = wide.melt("time", var_name="trace", value_name="value")
    axes = [
        alt.X("time:Q", title="time in the cycle (µs)", scale=alt.Scale(nice=False, zero=True)),
        alt.Y("value:Q", title=y, scale=alt.Scale(zero=False)),
        alt.Color("trace:N", title=None, sort=list(signals)),
    ]
    told = ["trace:N", alt.Tooltip("time:Q", title="µs"), alt.Tooltip("value:Q", format=".4~g")]
    lines = alt.Chart(table(long)).mark_line(clip=True).encode(*axes)
    over = alt.Chart(table(long)).mark_point(filled=True, size=50, opacity=0, clip=True)
    steps = np.diff(times, prepend=0.0)
    learning = pd.DataFrame({"time": MICRO * (times - steps)[on], "until": MICRO * times[on]})
    layers = [lines]
    if on.any():
        ends = learning.agg({"time": "min", "until": "max"}).to_frame().T
        band = alt.Chart(table(ends, "learning")).mark_rect(color=CALM, opacity=0.18, clip=True)
        layers.insert(0, band.encode(alt.X("time:Q"), alt.X2("until:Q")))
    return Figure(name, title, caption, layers, [over.encode(*axes, tooltip=told)], ["x"])
