"""Figures of a sweep: bands against a field, a map for two, the spread where nothing varies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import SpicelearnError

MEASURES = {
    "decades": "decades: log10 of first over final error",
    "accuracy_final": "accuracy at the end",
}
BANDS = ((0.05, 0.95), (0.25, 0.75))  # quantiles
BINS = 12  # of a field with more values than that
MOST_MAPS = 6


def draw_sweep(table: pd.DataFrame, swept: Sequence[str], folder: Path) -> list[Path]:
    """Write the figures of a sweep's finished points into its folder and return their paths.

    A median with bands of quantiles against every field that varies, a map of medians for every two
    of them; where only the seed varies, how the results are spread.
    """
    done = table[table["status"] == "finished"]
    varied = [field for field in swept if field != "run.seed" and done[field].nunique() > 1]
    drawn: list[Path] = []
    for measure in MEASURES:
        if not len(done) or done[measure].isna().all():
            continue
        if not varied:
            drawn.append(_figure(folder, measure, draw_spread, done, measure))
        for field in varied:
            name = f"{measure}-{field}"
            drawn.append(_figure(folder, name, draw_bands, done, field, measure))
        pairs = [
            (one, other)
            for n, one in enumerate(varied)
            for other in varied[n + 1 :]
            if len(done[[one, other]].drop_duplicates()) > done[[one, other]].nunique().max()
        ]  # not those that vary together
        for one, other in pairs[:MOST_MAPS]:
            name = f"{measure}-{one}-{other}"
            drawn.append(_figure(folder, name, draw_map, done, one, other, measure))
    return drawn


def _figure(folder: Path, name: str, draw: Callable[..., None], *arguments: Any) -> Path:
    """Draw a figure and return where it is."""
    figure = Figure(figsize=(8, 4.5), dpi=130, layout="constrained")
    draw(figure.subplots(), *arguments)
    path = folder / f"{name}.png"
    try:
        figure.savefig(path)
    except OSError as failure:
        raise SpicelearnError(f"cannot write {path}: {failure.strerror}") from None
    return path


def grouped(values: pd.Series) -> tuple[pd.Series, bool]:
    """Return which group each row belongs to, and whether groups stand at numbers.

    Those are the values themselves, or the medians of as many bins as there may be.
    """
    if not pd.api.types.is_numeric_dtype(values) or values.dtype == bool:
        return values.astype(str), False
    if values.nunique() <= BINS:
        return values.astype(float), True
    bins = pd.qcut(values, BINS, duplicates="drop")
    return values.groupby(bins, observed=True).transform("median"), True


def draw_bands(axes: Axes, table: pd.DataFrame, field: str, measure: str) -> None:
    """Draw the median and bands of quantiles of a measure against a field, and every point."""
    groups, numeric = grouped(table[field])
    by = table[measure].groupby(groups)
    middle = by.median()
    places = middle.index.to_numpy() if numeric else np.arange(len(middle))
    for low, high in BANDS:
        label = f"{100 * low:.0f} to {100 * high:.0f} %"
        axes.fill_between(
            places, by.quantile(low), by.quantile(high), alpha=0.25, color="C0", label=label
        )
    axes.plot(places, middle, "o-", color="C0", label="median")
    own = table[field] if numeric else groups.map(dict(zip(middle.index, places, strict=True)))
    axes.plot(own, table[measure], ".", color="0.3", markersize=3, alpha=0.5, label="runs")
    if numeric and table[field].min() > 0 and table[field].max() / table[field].min() > 30:
        axes.set_xscale("log")
    if not numeric:
        axes.set_xticks(places, list(middle.index))
    axes.set_xlabel(field)
    axes.set_ylabel(MEASURES[measure])
    axes.set_title(f"{len(table)} runs")
    axes.legend(fontsize=8)


def draw_map(axes: Axes, table: pd.DataFrame, one: str, other: str, measure: str) -> None:
    """Draw the medians of a measure over two fields."""
    frame = pd.DataFrame(
        {"x": grouped(table[one])[0], "y": grouped(table[other])[0], "z": table[measure]}
    )
    medians = frame.pivot_table(index="y", columns="x", values="z", aggfunc="median")
    picture = axes.imshow(medians.to_numpy(), origin="lower", aspect="auto", cmap="viridis")
    axes.set_xticks(range(medians.shape[1]), [_short(value) for value in medians.columns])
    axes.set_yticks(range(medians.shape[0]), [_short(value) for value in medians.index])
    axes.set_xlabel(one)
    axes.set_ylabel(other)
    axes.figure.colorbar(picture, ax=axes, label=f"median {measure}")


def draw_spread(axes: Axes, table: pd.DataFrame, measure: str) -> None:
    """Draw how a measure is spread over runs."""
    axes.hist(table[measure], bins="auto", color="C0", alpha=0.7)
    axes.axvline(table[measure].median(), color="0.2", linestyle="--", label="median")
    axes.set_xlabel(MEASURES[measure])
    axes.set_ylabel("runs")
    axes.legend()


def _short(value: object) -> str:
    """Return a tick's text."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
