"""The page of a validation: circuit against theory, and what each imperfection costs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from ..charts import CALM, COLOURS, Figure, decades, table
from ..errors import UsageError
from ..formats.files import json_table
from ..machine import SURE_V
from ..runs.verdict import unsettled_told
from ..validation.folder import FIGURES, RESULTS
from ..validation.verdict import accounted, changed, departures, millivolts, tables
from .facts import board_facts
from .names import rows
from .page import Facts, Page
from .training import errors_figure

SAID = ("verdict", "folder")  # results that stand elsewhere on the page, or on none
LEAST = 1e-3  # in a table: what is smaller is not told apart from nothing
TINY = re.compile(r"\d(\.\d+)?e-\d+")  # texts of numbers below 1e-4
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
    numbers = {
        key: value
        for key, value in results.items()
        if isinstance(value, int | float | str) and key not in SAID
    }
    ladder, words = results["ladder"], results["words"]
    moves = results["step_error"] is not None
    return Page(
        title=f"{results['task']}: circuit against theory",
        sentence=said(results),
        figures=[
            final_figure(ladder, results["perfect"]) if moves else ladder_figure(ladder),
            errors_figure(
                {
                    name: pd.DataFrame(points, columns=["cycle", "error"])
                    for name, points in data["errors"].items()
                },
                "Mean squared error of the outputs, circuit and idealised model each trained by "
                "itself.",
            ),
            decisions_figure(data["decisions"], words),
            voltages_figure(data["voltages"], words["place"]),
        ],
        facts=[
            *(
                Facts(title, [[*map(sensible, row)] for row in cells], heads)
                for title, heads, cells in tables(results)
            ),
            Facts("Results", rows(numbers)),
            *made_of(results),
        ],
    )


def sensible(cell: str) -> str:
    """Return a cell without digits that mean nothing beside those of the others."""
    return f"below {LEAST:g}" if TINY.fullmatch(cell) else cell


def made_of(results: dict[str, Any]) -> list[Facts]:
    """Return the versions and the board, where a validation has kept them."""
    versions, board = results.get("versions"), results.get("board")
    found = [Facts("Versions", rows(versions))] if isinstance(versions, dict) else []
    return [*found, board_facts(board)] if isinstance(board, dict) else found


def said(results: dict[str, Any]) -> str:
    """Say how far the circuit is from the theory."""
    circuit, model = (float(results[f"decades_{name}"]) for name in ("spice", "ideal"))
    compared, cycles = results["compared_cycles"], results["cycles"]
    among = f"{compared:,} of {cycles:,}" if compared < cycles else f"{cycles:,}"
    unsolved = ""
    if results["unsolved_cycles"]:
        unsolved = (
            f"In {results['unsolved_cycles']:,} further cycles the idealised model finds no "
            "voltages. "
        )
    unsettled = unsettled_told(results["unsettled_cycles"], "The circuit")
    return (
        f"{unsettled} Of {results['decisions']:,} decisions in {among} cycles of "
        f"{results['task']}, {100 * results['agreement']:.2f} % are those of the idealised model. "
        f"{departures(results, results['words']['rule'])} {accounted(results)} {unsolved}"
        f"The circuit's error {changed(circuit)}, the idealised model's {changed(model)}. "
        f"{results['verdict']}"
    ).lstrip()


def ladder_frame(ladder: list[dict[str, Any]]) -> pd.DataFrame:
    """Return two rows per imperfection: with all before it, and alone."""
    return pd.DataFrame(
        [
            {
                "effect": rung["effect"],
                "way": way,
                "disagree": 100 * (1 - figures["learning_agreement"]),
                "voltage_rms_mV": 1e3 * figures["voltage_rms"],
                "final_mV": millivolts(figures),
                "decades": figures["decades"],
            }
            for rung in ladder
            for way, figures in zip(WAYS, (rung, rung["alone"]), strict=True)
        ]
    )


def ladder_chart(ladder: list[dict[str, Any]], length: alt.X) -> alt.Chart:
    """Return one row per imperfection, with all above it and alone, without marks."""
    return alt.Chart(table(ladder_frame(ladder))).encode(
        length,
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


def ladder_figure(ladder: list[dict[str, Any]]) -> Figure:
    """Return one bar per imperfection: decisions that differ, alone and with all before it."""
    bars = ladder_chart(
        ladder, alt.X("disagree:Q", title="decisions that differ, while it learns (%)")
    )
    return Figure(
        "ladder",
        "From the perfect machine to the circuit",
        "One imperfection of the circuit after another: how many decisions differ from those of "
        "the idealised model while the machine learns, with this one added to all above it, and "
        "with this one alone.",
        [bars.mark_bar()],
        height=60 + 30 * len(ladder),
    )


def final_figure(ladder: list[dict[str, Any]], perfect: dict[str, Any]) -> Figure:
    """Return the error at the end, one row per imperfection, alone and with all before it."""
    title = "error of the outputs at the end (mV rms)"
    length = alt.X("final_mV:Q", title=title, scale=alt.Scale(type="log", nice=True))
    none = alt.Chart(table(pd.DataFrame({"final_mV": [millivolts(perfect)]}), "none"))
    return Figure(
        "ladder",
        "From the perfect machine to the circuit",
        "One imperfection after another: the error that is left at the end, with this one added to "
        "all above it, and with this one alone. The dashed line is at that of the machine without "
        "any.",
        [
            none.mark_rule(strokeDash=[5, 4], color=CALM).encode(length),
            ladder_chart(ladder, length).mark_point(filled=True, size=70, opacity=1),
        ],
        height=60 + 30 * len(ladder),
    )


def decisions_figure(decisions: dict[str, list[list[float]]], words: dict[str, str]) -> Figure:
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
            title=f"margin of the decision: {words['margin']}",
            scale=alt.Scale(type="log"),
            axis=decades(float(frame["margin"].min()), float(frame["margin"].max())),
        ),
        alt.Y("share:Q", title="part that differs"),
        alt.Color("from:N", title=None, sort=None, legend=alt.Legend(labelLimit=320, columns=1)),
        tooltip=[alt.Tooltip("margin:Q", format=".2~g"), alt.Tooltip("share:Q", format=".3~g")],
    )
    sure = alt.Chart(table(pd.DataFrame({"margin": [SURE_V]}), "sure"))
    line = sure.mark_rule(strokeDash=[5, 4], color=CALM).encode(
        alt.X("margin:Q", scale=alt.Scale(type="log"))
    )
    caption = f"{words['decision']} Where the margin is small, imperfections decide."
    return Figure(
        "decisions",
        "Where decisions differ",
        f"{caption} {words['sure']}".strip(),
        [base.mark_line(point=True), *([line] if words["sure"] else [])],
    )


def voltages_figure(voltages: dict[str, list[float]], place: str) -> Figure:
    """Return the root mean square voltage difference at every node, or other ``place``."""
    frame = pd.DataFrame(
        [
            {place: node, "network": name, "mV": 1e3 * float(volts)}
            for name, row in voltages.items()
            for node, volts in enumerate(row)
        ]
    )
    bars = alt.Chart(table(frame)).encode(
        alt.X(f"{place}:O", axis=alt.Axis(labelAngle=0)),
        alt.Y("mV:Q", title="circuit minus model (mV rms)"),
        alt.XOffset("network:N", sort=[*voltages]),
        alt.Color("network:N", title=None, sort=None, scale=alt.Scale(range=list(COLOURS[:2]))),
        tooltip=[f"{place}:O", "network:N", alt.Tooltip("mV:Q", format=".3~g")],
    )
    return Figure(
        "voltages",
        "Voltages",
        f"By how much the circuit's voltages differ from the idealised model's, by {place}, over "
        "the cycles that were compared.",
        [bars.mark_bar()],
    )
