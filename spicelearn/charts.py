"""Figures from one specification each: interactive on a page, and as files for a paper."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from .errors import SpicelearnError
from .formats import files

WIDTH = 640  # px, in a file
SHARP = 2  # pixels per px, of a PNG
SIDE = 440  # px, of a square figure
FOLDER = "figures"
COLOURS = ("#3b82c4", "#e07b1f", "#2f9e6e", "#b05cc6", "#c9a227", "#d1495b", "#5c9ead", "#8d6e63")
CALM = "#8a8a8a"  # colour of marker lines, on a light and on a dark page
HALO = "halo"  # the style of the outline of text, in the colour of the paper
DATA = "points"  # the name of a figure's data, so that a live page can replace them
LABELS = (  # of a logarithmic axis
    "datum.value >= 0.01 && datum.value < 1e5 ? format(datum.value, ',~g') : "
    "replace(format(datum.value, '~e'), '+', '')"
)


Chart = alt.Chart | alt.LayerChart


@dataclass(frozen=True)
class Figure:
    """Hold a figure: a name for files, a heading, what it shows, and layers of Altair's charts.

    On a page there are also layers ``over`` it, which respond to the pointer, and the channels in
    ``zoomed`` can be zoomed. A ``square`` figure is as high as wide.
    """

    name: str
    title: str
    caption: str
    layers: Sequence[Chart]
    over: Sequence[Chart] = ()
    zoomed: Sequence[str] = ()
    square: bool = False
    height: int = 300  # px, unless it is square

    def chart(self) -> Any:
        """Return all layers as one chart of Altair's, for a notebook."""
        width, height = (SIDE, SIDE) if self.square else (WIDTH, self.height)
        chart = alt.layer(*self.layers, *self.over)
        chart = chart.add_params(zoom(*self.zoomed)) if self.zoomed else chart
        return chart.properties(title=self.title, width=width, height=height)

    def on_page(self) -> dict[str, Any]:
        """Return the Vega-Lite specification for a page: as wide as its place, in its colours."""
        layers = [*self._drawn, *map(drawn, self.over)]
        if self.zoomed:
            first, window = layers[0], zoom(*self.zoomed).param.to_dict()  # type: ignore[union-attr]
            layers[0] = {**first, "params": [*first.get("params", []), window]}
        spec = self._spec(layers, "currentColor", "var(--card)")
        return {**spec, "width": "container", "background": "transparent"}

    def in_file(self) -> dict[str, Any]:
        """Return the Vega-Lite specification for a file: black on white."""
        spec = self._spec(self._drawn, "black", "white")
        return {**spec, "width": SIDE if self.square else WIDTH, "background": "white"}

    @cached_property
    def _drawn(self) -> list[dict[str, Any]]:
        """Return the layers of a file, each as the specification of its own."""
        return [drawn(layer) for layer in self.layers]

    def _spec(self, layers: list[dict[str, Any]], ink: str, paper: str) -> dict[str, Any]:
        kept: dict[str, str] = {}
        return {
            "$schema": alt.SCHEMA_URL,
            "layer": hoisted(layers, kept),
            "datasets": kept,
            "height": SIDE if self.square else self.height,
            "config": config(ink, paper),
            "autosize": {"type": "fit", "contains": "padding"},
        }

    def write(self, folder: Path) -> None:
        """Write it as SVG, PNG and PDF, and its Vega-Lite specification, ``.vl.json``."""
        spec = self.in_file()
        svg = vl_convert.vegalite_to_svg(spec)
        write(folder / f"{self.name}.svg", svg.encode())
        write(folder / f"{self.name}.png", vl_convert.svg_to_png(svg, scale=SHARP))
        write(folder / f"{self.name}.pdf", vl_convert.svg_to_pdf(svg))
        write(folder / f"{self.name}.vl.json", json.dumps(spec).encode())


def unchecked() -> AbstractContextManager[None]:
    """Return a context in which charts are not checked against Vega-Lite's schema as they are made.

    The check takes half the time of making them.
    """
    context: AbstractContextManager[None] = alt.utils.schemapi.debug_mode(False)
    return context


def drawn(chart: Chart) -> dict[str, Any]:
    """Return a chart as one layer of a specification; layered by Altair it is copied in depth."""
    spec: dict[str, Any] = chart.to_dict(validate=False, context={"top_level": False})
    return spec


def hoisted(spec: Any, kept: dict[str, str]) -> Any:
    """Return a specification whose data are moved to ``kept``, by name: once for all layers."""
    if isinstance(spec, list):
        return [hoisted(each, kept) for each in spec]
    if not isinstance(spec, dict):
        return spec
    if "values" in spec and "name" in spec and isinstance(spec["values"], str):
        kept[spec["name"]] = spec["values"]
        return {"name": spec["name"], "format": spec["format"]}
    return {key: hoisted(value, kept) for key, value in spec.items()}


def write(path: Path, content: bytes) -> None:
    """Write a file into a folder, made if need be; raise SpicelearnError if that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise SpicelearnError(f"cannot write {path}: {failure.strerror}") from None
    if path.parent.is_symlink() and path.parent.name == FOLDER:
        raise SpicelearnError(f"cannot write {path}: {path.parent} is a link, expected a folder")
    files.replace(path, content)


def config(ink: str, paper: str) -> dict[str, Any]:
    """Return Vega's configuration: text and axes in this ink, lines of the grid faint."""
    return {
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": ink,
            "titleColor": ink,
            "domainColor": ink,
            "tickColor": ink,
            "domainOpacity": 0.4,
            "tickOpacity": 0.4,
            "gridColor": ink,
            "gridOpacity": 0.1,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelOverlap": "greedy",
        },
        "axisX": {"tickCount": {"signal": "ceil(width / 90)"}},
        "legend": {
            "labelColor": ink,
            "titleColor": ink,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "orient": "bottom",
            "gradientLength": 160,
            "labelLimit": 220,
            "columns": 3,
            "layout": {"bottom": {"anchor": "start", "direction": "vertical"}},
        },
        "text": {"color": ink, "fontSize": 12},
        "range": {"category": list(COLOURS)},
        "line": {"strokeWidth": 1.4},
        "style": {HALO: {"stroke": paper, "strokeWidth": 3.5, "strokeOpacity": 0.85}},
    }


def table(frame: pd.DataFrame, name: str = DATA) -> alt.InlineData:
    """Return a table as a chart's data: text, a third of the size of records."""
    kinds = {
        str(column): "number" if pd.api.types.is_numeric_dtype(frame[column]) else "string"
        for column in frame
    }  # of every column: Vega-Lite takes for text what is on no axis
    told = alt.CsvDataFormat(type="csv", parse=kinds)
    return alt.InlineData(frame.to_csv(index=False, float_format="%.6g"), told, name)


def decades(low: float, high: float) -> alt.Axis:
    """Return the axis of a logarithmic scale: one label per decade, or per several."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = max(1, (last - first) // 8)
    values = [10.0**power for power in range(first, last + 1, step)]
    return alt.Axis(values=values, labelExpr=LABELS)


def zoom(*channels: str) -> alt.Parameter:
    """Return what zooms a chart by Ctrl and wheel, and pans it by dragging with a mouse.

    A wheel by itself, and a finger, scroll the page.
    """
    return alt.selection_interval(
        name="window",
        bind="scales",
        encodings=list(channels),  # type: ignore[arg-type]
        zoom="wheel![event.ctrlKey]",
        translate="[pointerdown[event.pointerType === 'mouse'], window:pointerup] > "
        "window:pointermove!",
    )


def evenly(length: int, most: int) -> list[int]:
    """Return places spread evenly over a length, the first and the last among them."""
    if length <= most:
        return list(range(length))
    return [round(place * (length - 1) / (most - 1)) for place in range(most)]


def domain(values: Sequence[float], margin: float = 0.05) -> tuple[float, float]:
    """Return the extremes of values with a margin."""
    low, high = min(values), max(values)
    room = margin * ((high - low) or 1.0)
    return low - room, high + room
