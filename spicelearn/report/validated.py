"""The page of a validation: circuit against theory, and what each imperfection costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ..charts import CALM, COLOURS, Figure, decades, table
from ..errors import UsageError
from ..formats.files import json_table
from ..validation.compare import SURE_V
from ..validation.folder import FIGURES, RESULTS
from .facts import rows
from .page import Facts, Page
from .training import errors_figure

WAYS = ("with all above it", "alone")


def validation_page(folder: Path) -> Page:
    """Return the page of a validation's folder; raise UsageError if it is damaged."""
    results, data = (
        json_table(folder / name, f"{folder / name}", "what validate writes")
        for name in (RESULTS, FIGURES)
    )
    try:
        return _page(results, data)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        raise UsageError(
            f"{folder / RESULTS} or {FIGURES} is damaged, expected what validate writes"
        ) from None


def _page(results: dict[str, Any], data: dict[str, Any]) -> Page:
    """Return the page of what validate wrote."""
    numbers = {key: value for key, value in results.items() if isinstance(value, int | float | str)}
    return Page(
        title=f"{results['task']}: circuit against theory",
        sentence=said(results),
        figures=[
            ladder_figure(results["ladder"]),
            errors_figure(
                {
                    name: pd.DataFrame({"cycle": range(len(values)), "error": values})
                    for name, values in data["errors"].items()
                },
                "Mean squared error of the outputs, circuit and idealised model each trained by "
                "itself; the cycles are those in which it was measured.",
            ),
            decisions_figure(data["decisions"]),
            voltages_figure(data["voltages"]),
        ],
        facts=[ladder_facts(results["ladder"]), Facts("Results", rows(numbers))],
    )


def said(results: dict[str, Any]) -> str:
    """Say how far the circuit is from the theory."""
    circuit, model = (float(results[f"decades_{name}"]) for name in ("spice", "ideal"))
    return (
        f"Of {results['decisions']:,} decisions in {results['cycles']:,} cycles of "
        f"{results['task']} on {results['edges']} edges, {100 * results['agreement']:.2f} % are "
        f"those of the idealised model. The voltages are {1e3 * results['voltage_rms']:.3g} mV rms "
        f"apart. The circuit's error {changed(circuit)}, the idealised model's {changed(model)}. "
        f"{results['verdict']}"
    )


def changed(fallen: float) -> str:
    """Say by how many decades an error fell or rose."""
    return f"{'rises' if fallen < 0 else 'falls'} by {abs(fallen):.2f} decades"


def ladder_figure(ladder: list[dict[str, Any]]) -> Figure:
    """Return one bar per imperfection: decisions that differ, alone and with all before it."""
    frame = pd.DataFrame(
        [
            {
                "effect": rung["effect"],
                "way": way,
                "disagree": 100 * (1 - figures["agreement"]),
                "voltage_rms_mV": 1e3 * figures["voltage_rms"],
                "decades": figures["decades"],
            }
            for rung in ladder
            for way, figures in zip(WAYS, (rung, rung["alone"]), strict=True)
        ]
    )
    bars = alt.Chart(table(frame)).encode(
        alt.X("disagree:Q", title="decisions that differ (%)"),
        alt.Y("effect:N", title=None, sort=None, axis=alt.Axis(labelLimit=210)),
        alt.YOffset("way:N", sort=list(WAYS)),
        alt.Color("way:N", title=None, sort=list(WAYS), legend=alt.Legend(columns=1)),
        tooltip=[
            "effect:N",
            alt.Tooltip("way:N"),
            alt.Tooltip("disagree:Q", title="differ (%)", format=".3~g"),
            alt.Tooltip("voltage_rms_mV:Q", title="mV rms", format=".3~g"),
            alt.Tooltip("decades:Q", format=".2f"),
        ],
    )
    return Figure(
        "ladder",
        "From the perfect machine to the circuit",
        "One imperfection after another: how many decisions differ from those of the machine "
        "without any, with this one added to all above it, and with this one alone.",
        [bars.mark_bar()],
        height=60 + 30 * len(ladder),
    )


def ladder_facts(ladder: list[dict[str, Any]]) -> Facts:
    """Return the same as a table."""
    figures = ("agree", "mV rms", "decades")
    heads = ["imperfection", *figures, "model's decades", *(f"alone: {name}" for name in figures)]
    cells = [
        [
            str(rung["effect"]),
            f"{rung['agreement']:.4f}",
            f"{1e3 * rung['voltage_rms']:.3g}",
            f"{rung['decades']:.2f}",
            f"{rung['decades_ideal']:.2f}",
            f"{rung['alone']['agreement']:.4f}",
            f"{1e3 * rung['alone']['voltage_rms']:.3g}",
            f"{rung['alone']['decades']:.2f}",
        ]
        for rung in ladder
    ]
    return Facts("Imperfections, against the perfect machine", cells, heads)


def decisions_figure(decisions: dict[str, list[list[float]]]) -> Figure:
    """Return which part of the decisions differs against the margin by which they are made."""
    frame = pd.DataFrame(
        [
            {"margin": margin, "share": share, "from": name}
            for name, points in decisions.items()
            for margin, share in points
        ]
    )
    base = alt.Chart(table(frame)).encode(
        alt.X(
            "margin:Q",
            title="margin of the decision: difference of the drops (V)",
            scale=alt.Scale(type="log"),
            axis=decades(float(frame["margin"].min()), float(frame["margin"].max())),
        ),
        alt.Y("share:Q", title="part that differs"),
        alt.Color("from:N", title=None, sort=None, legend=alt.Legend(labelLimit=320, columns=1)),
        tooltip=[alt.Tooltip("margin:Q", format=".2~g"), alt.Tooltip("share:Q", format=".3~g")],
    )
    sure = alt.Chart(table(pd.DataFrame({"margin": [SURE_V]}), "sure"))
    return Figure(
        "decisions",
        "Where decisions differ",
        "Where the drops are nearly alike, imperfections decide. The dashed line is at "
        f"{1e3 * SURE_V:g} mV, from which on the machine in the laboratory decides right.",
        [
            base.mark_line(point=True),
            sure.mark_rule(strokeDash=[5, 4], color=CALM).encode(
                alt.X("margin:Q", scale=alt.Scale(type="log"))
            ),
        ],
    )


def voltages_figure(voltages: list[list[float]]) -> Figure:
    """Return every node's root mean square voltage difference, free and clamped."""
    rms = 1e3 * np.array(voltages, dtype=float)
    frame = pd.DataFrame(
        [
            {"node": node, "network": name, "mV": float(rms[row, node])}
            for row, name in enumerate(("free", "clamped"))
            for node in range(rms.shape[1])
        ]
    )
    bars = alt.Chart(table(frame)).encode(
        alt.X("node:O", axis=alt.Axis(labelAngle=0)),
        alt.Y("mV:Q", title="circuit minus model (mV rms)"),
        alt.XOffset("network:N", sort=["free", "clamped"]),
        alt.Color("network:N", title=None, sort=None, scale=alt.Scale(range=list(COLOURS[:2]))),
        tooltip=["node:O", "network:N", alt.Tooltip("mV:Q", format=".3~g")],
    )
    return Figure(
        "voltages",
        "Voltages",
        "By how much the circuit's node voltages differ from the idealised model's, over all "
        "cycles.",
        [bars.mark_bar()],
    )
