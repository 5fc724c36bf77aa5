"""One gradient: the output as it is sampled, its spectrum, and what the lock-ins read."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from ....charts import CALM, COLOURS, Figure, table
from ....formats.waves import CYCLE, Waves
from ....plant import Floats
from ....tasks.taught import TaughtRun
from ..board import HomodyneBoard
from ..devices import device_named
from ..lockin import demodulated

MILLI = 1e3
FLOOR = 1e-6  # of the largest line: lower ones are drawn there


def gradient_figures(run: TaughtRun, waves: Waves) -> list[Figure]:
    """Return the output of the last gradient that was kept, its spectrum and its lock-ins."""
    board = HomodyneBoard().with_values(run.experiment["board"])
    controls = device_named(run.network.name).electrodes.controls
    points, step = board.points(controls), board.window_s / board.points(controls)
    hertz = np.array(board.periods(controls)) / board.window_s
    begun, number = waves.changes[CYCLE][-1]
    rows = waves.time > begun + step * FLOOR
    since, output = waves.time[rows] - begun, waves["v(out)"][rows]
    example_s = (points + board.lead) * step
    examples = round(float(since[-1]) / example_s)
    last = [
        int(np.searchsorted(since, (k + 1) * example_s - step * FLOOR)) for k in range(examples)
    ]
    windows = np.array([output[end - points : end] for end in last])
    times = np.array([since[end - points : end] - k * example_s for k, end in enumerate(last)])
    return [
        signal_figure(int(number), windows, times, example_s),
        spectrum_figure(windows, board.window_s, hertz),
        readings_figure(windows, times, hertz, np.array(board.amplitudes(controls))),
    ]


def signal_figure(cycle: int, windows: Floats, times: Floats, example_s: float) -> Figure:
    """Return the output in every window, V, less its mean there; times since its example began, s.

    Both have shape (examples, points).
    """
    examples = np.arange(len(windows))
    ms = MILLI * (times + example_s * examples[:, None])
    frame = pd.DataFrame(
        {
            "ms": ms.ravel(),
            "mV": MILLI * (windows - windows.mean(axis=1, keepdims=True)).ravel(),
            "example": np.repeat(examples, windows.shape[1]),
        }
    )
    shade = pd.DataFrame(
        {
            "from": ms[:, 0],
            "to": ms[:, -1],
            "name": [f"example {k}: {windows[k].mean():.3g} V" for k in examples],
        }
    )
    base = alt.Chart(table(shade, "windows"))
    areas = base.mark_rect(color=CALM, opacity=0.15)
    names = base.mark_text(align="left", dx=4, dy=9, baseline="top")
    line = alt.Chart(table(frame)).mark_line(point=alt.OverlayMarkDef(size=8))
    return Figure(
        "gradient",
        "One gradient",
        f"The output in cycle {cycle}, example after example, less its mean in each window, which "
        "is written there; the sines of all controls are in it at once. Lock-ins integrate where "
        "it is grey: over whole periods of each sine. In between, inputs change and all settles.",
        [
            areas.encode(alt.X("from:Q", title="time (ms)"), x2="to:Q"),
            line.encode(
                alt.X("ms:Q", title="time (ms)"),
                alt.Y("mV:Q", title="output less its mean (mV)"),
                detail="example:N",
            ),
            names.encode(alt.X("from:Q"), y=alt.value(0), text="name:N"),
        ],
        zoomed=["x"],
    )


def spectrum_figure(windows: Floats, window_s: float, hertz: Floats) -> Figure:
    """Return the amplitude of every line of the output, the mean over the examples."""
    lines = 2 * np.abs(np.fft.rfft(windows, axis=1)).mean(axis=0)[1:] / windows.shape[1]
    used = np.round(hertz * window_s).astype(int)
    frame = pd.DataFrame(
        {
            "hertz": np.arange(1, len(lines) + 1) / window_s,
            "volts": np.maximum(lines, FLOOR * lines.max()),
            "line": np.where(
                np.isin(np.arange(1, len(lines) + 1), used), "of a control", "mixed by the device"
            ),
        }
    )
    bars = (
        alt.Chart(table(frame))
        .mark_point(filled=True, size=45, opacity=1)
        .encode(
            alt.X("hertz:Q", title="frequency (Hz)"),
            alt.Y("volts:Q", title="amplitude (V)", scale=alt.Scale(type="log")),
            alt.Color(
                "line:N",
                title=None,
                scale=alt.Scale(
                    domain=["of a control", "mixed by the device"], range=[COLOURS[1], CALM]
                ),
            ),
            tooltip=["hertz:Q", alt.Tooltip("volts:Q", format=".3~g"), "line:N"],
        )
    )
    return Figure(
        "spectrum",
        "The output's spectrum",
        "In the window of a lock-in, the mean over the examples. Sums and differences of the "
        "controls' frequencies, by which the device mixes them, stay off the lines that are read.",
        [bars],
    )


def readings_figure(windows: Floats, times: Floats, hertz: Floats, amplitudes: Floats) -> Figure:
    """Return what each lock-in reads of each example, in phase and in quadrature."""
    found = demodulated(windows, times, hertz) / amplitudes
    frame = pd.DataFrame(
        [
            {"control": str(k), "example": str(e), "part": part, "slope": float(value)}
            for e, row in enumerate(found)
            for k, each in enumerate(row)
            for part, value in (("in phase", each.real), ("in quadrature", each.imag))
        ]
    )
    bars = (
        alt.Chart(table(frame))
        .mark_bar()
        .encode(
            alt.X("example:N", title="example", axis=alt.Axis(labelAngle=0)),
            alt.Y("slope:Q", title="output over sine (V/V)"),
            alt.XOffset("control:N"),
            alt.Color("control:N", title="control"),
            alt.Opacity(
                "part:O",
                title=None,
                scale=alt.Scale(domain=["in phase", "in quadrature"], range=[1, 0.45]),
            ),
            tooltip=["control:N", "example:N", "part:N", alt.Tooltip("slope:Q", format=".3~g")],
        )
    )
    return Figure(
        "lock-ins",
        "What the lock-ins read",
        "Per example and control, before the amplifier's phase is undone.",
        [bars],
    )
