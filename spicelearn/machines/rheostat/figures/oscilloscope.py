"""One cycle of one edge, as an oscilloscope shows it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from ....charts import CALM, Figure, evenly, table
from ....formats.waves import CLOCK, CYCLE, Waves
from ....plant import Floats
from ....tasks.taught import TaughtRun

CLOCKS = ("latch", "step")
CHANNELS = {  # digital nodes, the highest first, and what they mean
    "latch": "latch clock",
    "step": "step clock",
    "xe{edge}.more": "comparator dV(C) > dV(F)",
    "xe{edge}.negative": "comparator dV(F) < 0",
    "e{edge}.ud": "flip-flop U/D",
}
TRACES = (
    "Digital, from above: two clocks, whose falling edges count; the comparators of the edge, high "
    "where what they say is so; and the decision that the flip-flop holds, high for a code that "
    "is to rise. Below: its free and its clamped drop."
)
COMPARATORS = ("xe{edge}.more", "xe{edge}.negative")
DROPS = {"f": "free drop", "c": "clamped drop"}  # by the letter that begins the twin's nodes
LANE = 0.7  # height of a digital channel, of 1
ANALOG = 1.8  # height of the drops' lane
TOP = 0.6  # where it ends, below the lowest digital one
BOTTOM = TOP - ANALOG
HEIGHT = alt.Scale(domain=[BOTTOM - LANE, len(CHANNELS) + 1], nice=False)
AFTER = 0.15  # of the clock edges' time is shown after the second
STILL_V = 1e-9  # by which a drop changes that does not move
MOVES = 0.01  # of what a drop changes by, so near to its end it has settled
ZOOM = 1.6  # times what lies between the first rise of a clock and the end
LINE_POINTS = 3000
MICRO = 1e6  # microseconds per second


@dataclass(frozen=True)
class Window:
    """Say what a figure shows: an edge and its nodes, from ``begin`` to ``end``, s.

    Its time axis is 0 at ``zero``, s.
    """

    edge: int
    nodes: tuple[int, int]
    begin: float
    end: float
    zero: float

    def microseconds(self, times: Floats) -> Floats:
        """Return times, s, as the axis has them, µs."""
        return np.asarray(MICRO * (times - self.zero))


def cycle_figures(run: TaughtRun, waves: Waves) -> list[Figure]:
    """Return one cycle of the waveforms: whole, while drops move if they do, its clock edges."""
    begin, end, edge = chosen(waves, len(run.network.edges))
    cycle = [value for time, value in waves.changes[CYCLE] if time <= begin][-1]
    times, levels = digital_wave(waves, "latch")
    high = times[(levels > 0.5) & (times > begin) & (times < end)]
    near = max(begin, end - ZOOM * (end - high[0])) if len(high) else begin
    after = min(float(waves.time[-1]), end + AFTER * (end - near))
    a, b = run.network.edges[edge]
    what = f"Edge {edge} ({a}-{b}) in cycle {cycle}"
    whole = Window(edge, (a, b), begin, end, begin)
    edges = Window(edge, (a, b), near, after, begin)
    figures = [
        figure(
            "cycle",
            "One clock cycle",
            f"{what}; dotted: falling clock edges. {TRACES}",
            waves,
            whole,
        )
    ]
    if (still := settled(waves, whole)) > begin:
        text = (
            f"{what}, while its drops move: wipers have stepped, or inputs changed, at 0. "
            "A comparator answers one response time after its inputs cross."
        )
        moving = Window(edge, (a, b), begin, still, begin)
        figures.append(figure("settling", "Its beginning", text, waves, moving))
    text = (
        f"{what}, the end of it. The first falling edge (dotted) latches the decision, the "
        "second steps the rheostats."
    )
    return [*figures, figure("clock-edges", "Its clock edges", text, waves, edges)]


def settled(waves: Waves, window: Window) -> float:
    """Return when both drops are near their last values, s, with room beyond.

    Not before the last answer of the edge's comparators; the window's begin if nothing moves.
    """
    last = window.begin
    for twin in DROPS:
        times, volts = within(waves.time, drop(waves, window.nodes, twin), window.begin, window.end)
        away = np.abs(volts - volts[-1])
        if away.max() > STILL_V:
            last = max(last, float(times[away > MOVES * away.max()].max()))
    for node in COMPARATORS:
        times, levels = digital_wave(waves, node.format(edge=window.edge))
        inside = (times[1:] > window.begin) & (times[1:] < window.end)
        last = max(last, float(times[1:][inside & (np.diff(levels) != 0)].max(initial=last)))
    return min(window.end, window.begin + ZOOM * (last - window.begin))


def figure(name: str, title: str, caption: str, waves: Waves, window: Window) -> Figure:
    """Return the digital channels one above the other, and the drops below them."""
    drops = {
        twin: within(waves.time, drop(waves, window.nodes, twin), window.begin, window.end)
        for twin in DROPS
    }
    every = np.concatenate([values for _, values in drops.values()])
    low, span = float(every.min()), float(np.ptp(every)) or 1.0
    lanes = digital_lanes(waves, window)
    for twin, (times, volts) in drops.items():
        drawn = BOTTOM + ANALOG * (volts - low) / span
        lanes.append(lane(DROPS[twin], window.microseconds(times), volts, drawn, "V"))
    domain = window.microseconds(np.array([window.begin, window.end])).tolist()
    x = alt.X(
        "time:Q",
        title="time in the cycle (µs)",
        scale=alt.Scale(domain=domain, nice=False, zero=False),
    )
    order = [*CHANNELS.values(), *DROPS.values()]
    lines = (
        alt.Chart(table(pd.concat(lanes)))
        .mark_line(strokeWidth=1.6, clip=True)
        .encode(
            x,
            alt.Y("at:Q", title=None, axis=named_lanes(low, span), scale=HEIGHT),
            alt.Color(
                "signal:N",
                sort=order,
                title=None,
                scale=alt.Scale(domain=order),
                legend=alt.Legend(values=list(DROPS.values())),
            ),
            order="time:Q",
            tooltip=["signal:N", alt.Tooltip("value:Q", format=".4~g"), "unit:N"],
        )
    )
    return Figure(name, title, caption, [falls(waves, window, x), lines], zoomed=["x"])


def digital_lanes(waves: Waves, window: Window) -> list[pd.DataFrame]:
    """Return the rows of every digital channel, each in a lane of its own."""
    lanes = []
    for height, (node, meaning) in zip(heights(), CHANNELS.items(), strict=True):
        wave = digital_wave(waves, node.format(edge=window.edge))
        times, levels = within(*wave, window.begin, window.end)
        drawn = height + LANE * levels
        lanes.append(lane(meaning, window.microseconds(times), levels, drawn, ""))
    return lanes


def falls(waves: Waves, window: Window, x: alt.X) -> alt.Chart:
    """Return dotted lines where a clock falls."""
    times = [time for clock in CLOCKS for time in falling(waves, clock, window.begin, window.end)]
    frame = pd.DataFrame({"time": window.microseconds(np.array(times, dtype=float))})
    rules: alt.Chart = alt.Chart(table(frame, "falls")).mark_rule(
        strokeDash=[2, 3], color=CALM, clip=True
    )
    return rules.encode(x)


def heights() -> range:
    """Return where the lane of each channel begins."""
    return range(len(CHANNELS), 0, -1)


def named_lanes(low: float, span: float) -> alt.Axis:
    """Return the axis that names the channels, and the ends of the drops' lane, V."""
    names = {
        height + LANE / 2: meaning
        for height, meaning in zip(heights(), CHANNELS.values(), strict=True)
    } | {BOTTOM: f"{low:.3g} V", TOP: f"{low + span:.3g} V"}
    cases = [f"abs(datum.value - {at}) < 0.01 ? '{name}'" for at, name in names.items()]
    return alt.Axis(
        values=list(names),
        labelExpr=" : ".join([*cases, "''"]),
        grid=False,
        domain=False,
        ticks=False,
        labelOverlap=False,
    )


def lane(signal: str, times: Floats, values: Floats, drawn: Floats, unit: str) -> pd.DataFrame:
    """Return one signal's rows: time in µs, its value, and at which height it is drawn."""
    places = evenly(len(times), LINE_POINTS)
    return pd.DataFrame(
        {
            "signal": signal,
            "time": times[places],
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


def drop(waves: Waves, nodes: tuple[int, int], twin: str) -> Floats:
    """Return the drop, V, between two nodes of the free network, ``f``, or the clamped, ``c``."""
    names = [f"v({twin}{node})" for node in nodes]
    ends = [
        waves[name if name in waves.names else f"v(in{node})"]
        for name, node in zip(names, nodes, strict=True)
    ]
    return np.asarray(ends[0] - ends[1])
