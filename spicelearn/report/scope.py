"""One clock cycle of one edge, as an oscilloscope shows it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from ..charts import CALM, Figure, evenly, table
from ..plant import Floats
from ..waves import CLOCK, CYCLE, Waves

CHANNELS = ("latch", "step", "xe{edge}.more", "xe{edge}.negative", "e{edge}.ud")
MEANING = {
    "latch": "latch clock",
    "step": "step clock",
    "xe{edge}.more": "dV(C) > dV(F)",
    "xe{edge}.negative": "dV(F) < 0",
    "e{edge}.ud": "U/D, latched",
}
LANE = 0.7  # height of a digital channel, of 1
ANALOG = 1.8  # height of the drops' lane
TOP = 0.6  # where it ends, below the lowest digital one
AFTER = 0.15  # of the clock edges' time is shown after the second
DOTTED = "; dotted: falling clock edges"
ZOOM = 1.6  # times what lies between the first rise of a clock and the end
POINTS = 3000


def cycle_figures(waves: Waves, edges: Sequence[Sequence[int]]) -> list[Figure]:
    """Return one clock of the waveforms, whole, and its clock edges.

    ``edges`` are the pairs of nodes of the network's edges.
    """
    begin, end, edge = chosen(waves, len(edges))
    cycle = [value for time, value in waves.changes[CYCLE] if time <= begin][-1]
    times, levels = digital_wave(waves, "latch")
    high = times[(levels > 0.5) & (times > begin) & (times < end)]
    near = max(begin, end - ZOOM * (end - high[0])) if len(high) else begin
    after = min(float(waves.time[-1]), end + AFTER * (end - near))
    a, b = edges[edge]
    what = f"Edge {edge} ({a}-{b}) in cycle {cycle}"
    return [
        _figure(
            "cycle",
            "One clock cycle",
            f"{what}; dotted: falling clock edges.",
            waves,
            edge,
            edges[edge],
            begin,
            end,
            begin,
        ),
        _figure(
            "clock-edges",
            "Its clock edges",
            f"{what}, the end of it: the first falling edge latches the decision, the second steps "
            "the rheostats.",
            waves,
            edge,
            edges[edge],
            near,
            after,
            begin,
        ),
    ]


def _figure(
    name: str,
    title: str,
    caption: str,
    waves: Waves,
    edge: int,
    nodes: Sequence[int],
    begin: float,
    end: float,
    zero: float,
) -> Figure:
    """Return the channels one above the other, the drops below them; times are from ``zero`` on."""
    lanes: list[pd.DataFrame] = []
    for place, channel in enumerate(CHANNELS):
        times, levels = digital_wave(waves, channel.format(edge=edge))
        height = len(CHANNELS) - place
        shown = within(times, levels, begin, end)
        lanes.append(lane(MEANING[channel], *shown, height + LANE * shown[1], ""))
    drops = {twin: within(waves.time, drop(waves, nodes, twin), begin, end) for twin in "fc"}
    every = np.concatenate([values for _, values in drops.values()])
    low, span = float(every.min()), float(np.ptp(every)) or 1.0
    for twin, label in (("f", "free drop"), ("c", "clamped drop")):
        times, volts = drops[twin]
        drawn = TOP - ANALOG + ANALOG * (volts - low) / span
        lanes.append(lane(label, times, volts, drawn, "V"))
    frame = pd.concat(lanes)
    frame["time"] -= 1e6 * zero
    names = {
        height: MEANING[c] for c, height in zip(CHANNELS, range(len(CHANNELS), 0, -1), strict=True)
    }
    axis = alt.Axis(
        values=[height + LANE / 2 for height in names] + [TOP - ANALOG, TOP],
        labelExpr=_labels(
            {height + LANE / 2: text for height, text in names.items()}
            | {TOP - ANALOG: f"{low:.3g} V", TOP: f"{low + span:.3g} V"}
        ),
        grid=False,
        domain=False,
        ticks=False,
        labelOverlap=False,
    )
    x = alt.X(
        "time:Q",
        title="time in the cycle (µs)",
        scale=alt.Scale(domain=[1e6 * (begin - zero), 1e6 * (end - zero)], nice=False, zero=False),
    )
    order = [*MEANING.values(), "free drop", "clamped drop"]
    lines = (
        alt.Chart(table(frame))
        .mark_line(strokeWidth=1.6, clip=True)
        .encode(
            x,
            alt.Y("at:Q", title=None, axis=axis, scale=alt.Scale(zero=False)),
            alt.Color(
                "signal:N",
                sort=order,
                title=None,
                scale=alt.Scale(domain=order),
                legend=alt.Legend(values=order[-2:]),
            ),
            order="time:Q",
            tooltip=["signal:N", alt.Tooltip("value:Q", format=".4~g"), "unit:N"],
        )
    )
    falls = pd.DataFrame(
        {
            "time": [
                1e6 * (time - zero)
                for clock in ("latch", "step")
                for time in falling(waves, clock, begin, end)
            ]
        }
    )
    rules = (
        alt.Chart(table(falls, "falls"))
        .mark_rule(strokeDash=[2, 3], color=CALM, clip=True)
        .encode(x)
    )
    return Figure(name, title, caption, [rules, lines], zoomed=["x"])


def _labels(texts: dict[float, str]) -> str:
    """Return the Vega expression that names the heights of lanes."""
    parts = [f"abs(datum.value - {at}) < 0.01 ? '{text}'" for at, text in texts.items()]
    return " : ".join([*parts, "''"])


def lane(signal: str, times: Floats, values: Floats, drawn: Floats, unit: str) -> pd.DataFrame:
    """Return one signal's rows: time in µs, its value, and at which height it is drawn."""
    places = evenly(len(times), POINTS)
    return pd.DataFrame(
        {
            "signal": signal,
            "time": 1e6 * times[places],
            "value": values[places],
            "unit": unit,
            "at": drawn[places],
        }
    )


def within(times: Floats, values: Floats, begin: float, end: float) -> tuple[Floats, Floats]:
    """Return what lies between two times, s, with the values at both ends."""
    inside = (times > begin) & (times < end)
    first, last = np.interp([begin, end], times, values)
    return (
        np.concatenate([[begin], times[inside], [end]]),
        np.concatenate([[first], values[inside], [last]]),
    )


def chosen(waves: Waves, edges: int) -> tuple[float, float, int]:
    """Return when a clock begins and ends, s, and an edge: the first whose latched bit changes.

    If none does, the first clock and edge 0.
    """
    starts = [time for time, _ in waves.changes[CLOCK]]
    spans = list(pairwise([*starts, float(waves.time[-1])]))
    bits = [digital_wave(waves, f"e{edge}.ud") for edge in range(edges)]
    for begin, end in spans:
        for edge, (times, levels) in enumerate(bits):
            inside = levels[(times > begin) & (times < end)]
            if len(inside) and np.ptp(inside) > 0.5:
                return begin, end, edge
    return *spans[0], 0


def falling(waves: Waves, node: str, begin: float, end: float) -> list[float]:
    """Return when a digital node falls within this time, s."""
    times, levels = digital_wave(waves, node)
    falls = times[1:][(levels[:-1] > 0.5) & (levels[1:] <= 0.5)]
    return [float(time) for time in falls if begin < time <= end * (1 + 1e-9)]


def digital_wave(waves: Waves, name: str) -> tuple[Floats, Floats]:
    """Return times and levels, 0 to 1, of a digital node, be it an event node or an analog one."""
    if name in waves.changes:
        times, values = zip(*waves.changes[name], strict=True)
        levels = [{"0": 0.0, "1": 1.0}.get(value, 0.5) for value in values]
        ends = [*times, waves.time[-1]]
        return np.repeat(ends, 2)[1:-1], np.repeat(levels, 2)
    volts = waves[f"v({name})"]
    return waves.time, volts / max(1.0, float(volts.max()))


def drop(waves: Waves, nodes: Sequence[int], twin: str) -> Floats:
    """Return the drop, V, between two nodes of the free network, ``f``, or the clamped, ``c``."""
    names = [f"v({twin}{node})" for node in nodes]
    ends = [
        waves[name if name in waves.names else f"v(in{node})"]
        for name, node in zip(names, nodes, strict=True)
    ]
    return np.asarray(ends[0] - ends[1])
