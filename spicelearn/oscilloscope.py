"""One clock cycle of one edge, as an oscilloscope shows it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .plant import Floats
from .waves import CLOCK, CYCLE, Waves

CHANNELS = ("latch", "step", "xe{edge}.more", "xe{edge}.negative", "e{edge}.ud")
MEANING = {
    "latch": "latch clock",
    "step": "step clock",
    "xe{edge}.more": "dV$^C$ > dV$^F$",
    "xe{edge}.negative": "dV$^F$ < 0",
    "e{edge}.ud": "U/D, latched",
}
ZOOM = 1.6  # times what lies between the first rise of a clock and the end


def draw_cycle(figure: Figure, waves: Waves, edges: Sequence[Sequence[int]]) -> None:
    """Draw one clock of the waveforms: whole on the left, its clock edges on the right.

    ``edges`` are the pairs of nodes of the network's edges.
    """
    begin, end, edge = chosen(waves, len(edges))
    cycle = [value for time, value in waves.changes[CYCLE] if time <= begin][-1]
    times, levels = digital_wave(waves, "latch")
    high = times[(levels > 0.5) & (times > begin) & (times < end)]
    near = max(begin, end - ZOOM * (end - high[0])) if len(high) else begin
    falls = [time for clock in ("latch", "step") for time in falling(waves, clock, begin, end)]
    axes = figure.subplots(2, 2, sharey="row", gridspec_kw={"height_ratios": (1.3, 1)})
    for column, first in enumerate((begin, near)):
        digital, analog = axes[0, column], axes[1, column]
        draw_digital(digital, waves, edge)
        draw_drops(analog, waves, edges[edge])
        analog.set_xlabel("time (µs)")
        for panel in (digital, analog):
            panel.set_xlim(first * 1e6, end * 1e6)
            panel.margins(y=0.1)
            panel.grid(color="0.9", linewidth=0.6)
    axes[1, 0].set_ylim(*visible(axes[1, 0], begin * 1e6, end * 1e6))
    for panel in axes.flat:
        for at in falls:
            panel.axvline(at * 1e6, color="0.6", linestyle=":", linewidth=0.8)
    axes[1, 0].set_ylabel("drop (V)")
    axes[1, 0].legend(loc="best", fontsize=8)
    a, b = edges[edge]
    axes[0, 0].set_title(f"cycle {cycle}, edge {edge} ({a}-{b})", fontsize=10)
    axes[0, 1].set_title("its clock edges", fontsize=10)


def chosen(waves: Waves, edges: int) -> tuple[float, float, int]:
    """Return when a clock begins and ends, s, and an edge: the first whose latched bit changes.

    If none does, the first clock and edge 0.
    """
    starts = [time for time, _ in waves.changes[CLOCK]]
    spans = list(pairwise([*starts, float(waves.time[-1])]))
    bits = [digital_wave(waves, f"e{edge}.ud") for edge in range(edges)]
    for begin, end in spans:
        for edge, (times, levels) in enumerate(bits):
            within = levels[(times > begin) & (times < end)]
            if len(within) and np.ptp(within) > 0.5:
                return begin, end, edge
    return *spans[0], 0


def falling(waves: Waves, node: str, begin: float, end: float) -> list[float]:
    """Return when a digital node falls within this time, s."""
    times, levels = digital_wave(waves, node)
    falls = times[1:][(levels[:-1] > 0.5) & (levels[1:] <= 0.5)]
    return [float(time) for time in falls if begin < time <= end * (1 + 1e-9)]


def visible(axes: Axes, left: float, right: float) -> tuple[float, float]:
    """Return the limits of what is drawn between two abscissae, with a margin."""
    shown = np.concatenate(
        [
            np.asarray(line.get_ydata())[
                (np.asarray(line.get_xdata()) >= left) & (np.asarray(line.get_xdata()) <= right)
            ]
            for line in axes.lines
        ]
    )
    margin = 0.1 * (np.ptp(shown) or 1)
    return float(shown.min() - margin), float(shown.max() + margin)


def digital_wave(waves: Waves, name: str) -> tuple[Floats, Floats]:
    """Return times and levels, 0 to 1, of a digital node, be it an event node or an analog one."""
    if name in waves.changes:
        times, values = zip(*waves.changes[name], strict=True)
        levels = [{"0": 0.0, "1": 1.0}.get(value, 0.5) for value in values]
        ends = [*times, waves.time[-1]]
        return np.repeat(ends, 2)[1:-1], np.repeat(levels, 2)
    volts = waves[f"v({name})"]
    return waves.time, volts / max(1.0, float(volts.max()))


def draw_digital(axes: Axes, waves: Waves, edge: int) -> None:
    """Draw the channels one above the other."""
    for place, channel in enumerate(CHANNELS):
        times, levels = digital_wave(waves, channel.format(edge=edge))
        height = len(CHANNELS) - place
        axes.axhline(height, color="0.85", linewidth=0.6, zorder=0)
        axes.plot(times * 1e6, height + 0.7 * levels, linewidth=1.2)
    axes.set_yticks(
        [len(CHANNELS) - place + 0.35 for place in range(len(CHANNELS))],
        [MEANING[channel] for channel in CHANNELS],
    )
    axes.set_ylim(0.8, len(CHANNELS) + 0.9)
    axes.tick_params(labelbottom=False)


def draw_drops(axes: Axes, waves: Waves, nodes: Sequence[int]) -> None:
    """Draw the free and the clamped drop across an edge between these nodes."""
    for twin, label in (("f", "free"), ("c", "clamped")):
        names = [f"v({twin}{node})" for node in nodes]
        ends = [
            waves[name if name in waves.names else f"v(in{node})"]
            for name, node in zip(names, nodes, strict=True)
        ]
        axes.plot(waves.time * 1e6, ends[0] - ends[1], linewidth=1.2, label=label)
