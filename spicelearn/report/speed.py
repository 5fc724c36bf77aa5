"""The figure of a benchmark: how fast each plant is against its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from ..charts import CALM, Figure, decades, table

TITLES = {"spice": "circuit", "ideal": "idealised model"}  # of plants; others by their name
RATES = {"cycles_per_second": "", "naive_cycles_per_second": ", a fresh transient per cycle"}


def speed_figure(rows: Sequence[dict[str, Any]], rate: tuple[float, float]) -> Figure:
    """Return cycles per second against edges, both logarithmic, with the laboratory's rate, Hz."""
    frame = pd.DataFrame(
        [
            {
                "edges": row["edges"],
                "rate": row[key],
                "what": f"{TITLES.get(row['plant'], row['plant'])}{how}",
            }
            for row in rows
            for key, how in RATES.items()
            if row[key]
        ]
    )
    sizes = sorted(set(frame["edges"]))
    logarithmic = alt.Scale(type="log")
    axis = decades(float(frame["rate"].min()), float(frame["rate"].max()))
    x = alt.X("edges:Q", scale=logarithmic, axis=alt.Axis(values=sizes, format=","))
    y = alt.Y("rate:Q", title="cycles per second", scale=logarithmic, axis=axis)
    lines = alt.Chart(table(frame)).mark_line(point=True)
    low, high = rate
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
