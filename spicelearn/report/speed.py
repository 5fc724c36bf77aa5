"""The figure of a benchmark: how fast each plant is against its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from ..charts import CALM, Figure, decades, table

TITLES = {"spice": "circuit", "ideal": "idealised model"}  # of plants; others by their name


def rates(row: dict[str, Any]) -> dict[str, float]:
    """Return the rates of a row, cycles per second, its plant's first, by the titles of lines."""
    plant = TITLES.get(row["plant"], row["plant"])
    others = {f"{plant}, {way}": rate for way, rate in row["others"].items()}
    return {plant: row["cycles_per_second"], **others}


def speed_figure(rows: Sequence[dict[str, Any]], laboratory_Hz: tuple[float, float]) -> Figure:
    """Return cycles per second against edges, both logarithmic, with the laboratory's rate, Hz."""
    frame = pd.DataFrame(
        [
            {"edges": row["edges"], "rate": rate, "what": what}
            for row in rows
            for what, rate in rates(row).items()
        ]
    )
    sizes = sorted(set(frame["edges"]))
    logarithmic = alt.Scale(type="log")
    axis = decades(float(frame["rate"].min()), float(frame["rate"].max()))
    x = alt.X("edges:Q", scale=logarithmic, axis=alt.Axis(values=sizes, format=","))
    y = alt.Y("rate:Q", title="cycles per second", scale=logarithmic, axis=axis)
    lines = alt.Chart(table(frame)).mark_line(point=True)
    low, high = laboratory_Hz
    laboratory = pd.DataFrame({"rate": [low], "to": [high]})
    band = alt.Chart(table(laboratory, "laboratory")).mark_rect(color=CALM, opacity=0.35)
    told = ["what:N", "edges:Q", alt.Tooltip("rate:Q", format=",.3~g")]
    return Figure(
        "bench",
        "Cycles per second",
        f"Grey: the machine in the laboratory, {low:g}-{high:g} cycles per second.",
        [
            band.encode(alt.Y("rate:Q", scale=logarithmic), alt.Y2("to:Q")),
            lines.encode(x, y, alt.Color("what:N", title=None, sort=None), tooltip=told),
        ],
        height=360,
    )
