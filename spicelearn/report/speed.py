"""The figure of a bench: how fast each plant is against its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from ..charts import CALM, Figure, decades, table


def speed_figure(rows: Sequence[dict[str, Any]], rate: tuple[float, float]) -> Figure:
    """Return cycles a second against edges, both logarithmic, with the laboratory's rate, Hz."""
    kinds = (
        ("spice", "cycles_per_second", "circuit"),
        ("spice", "naive_cycles_per_second", "circuit, a fresh transient each clock"),
        ("ideal", "cycles_per_second", "idealised twin"),
    )
    frame = pd.DataFrame(
        [
            {"edges": row["edges"], "rate": row[key], "what": what}
            for plant, key, what in kinds
            for row in rows
            if row["plant"] == plant and row[key]
        ]
    )
    sizes = sorted(set(frame["edges"]))
    logarithmic = alt.Scale(type="log")
    axis = decades(float(frame["rate"].min()), float(frame["rate"].max()))
    x = alt.X("edges:Q", scale=logarithmic, axis=alt.Axis(values=sizes, format=","))
    y = alt.Y("rate:Q", title="clock cycles per second", scale=logarithmic, axis=axis)
    order = [what for _, _, what in kinds]
    lines = alt.Chart(table(frame)).mark_line(point=True)
    low, high = rate
    laboratory = pd.DataFrame({"rate": [low], "to": [high]})
    band = alt.Chart(table(laboratory, "laboratory")).mark_rect(color=CALM, opacity=0.35)
    told = ["what:N", "edges:Q", alt.Tooltip("rate:Q", format=",.3~g")]
    return Figure(
        "bench",
        "Cycles per second",
        f"Grey: the laboratory's machine of 16 edges, {low:g}-{high:g} cycles per second.",
        [
            band.encode(alt.Y("rate:Q", scale=logarithmic), alt.Y2("to:Q")),
            lines.encode(x, y, alt.Color("what:N", title=None, sort=order), tooltip=told),
        ],
        height=360,
    )
