"""Figures and the table of docs/desynchronised.md, from the folder of its sweep.

Run ``spicelearn sweep studies/desynchronised.toml --out runs/desynchronised``, then
``python studies/desynchronised.py runs/desynchronised``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

DOCS = Path(__file__).parent.parent / "docs"
LAST = 64  # cycles that are looked at for a limit cycle
PERIODS = range(1, 9)  # cycles after which all codes of an edge are the same again
MEASURES = {
    "decades": "decades of the error at equal updates",
    "tenth": "cycles to a tenth of the first error",
    "hundredth": "cycles to a hundredth",
    "cycling": "fraction of edges in a limit cycle",
}


def measured(folder: Path, run: str) -> dict[str, float]:
    """Return when a run's error first fell to a tenth and a hundredth, and how many edges cycle."""
    cycles = pd.read_csv(folder / run / "cycles.csv")
    error = cycles["error"].to_numpy()
    found = {}
    for name, part in (("tenth", 0.1), ("hundredth", 0.01)):
        below = np.flatnonzero(error <= part * error[0])
        found[name] = float(below[0]) if len(below) else np.nan
    codes = cycles.filter(like="code_").to_numpy()[-LAST - 1 : -1]
    moving = (codes != codes[0]).any(axis=0)
    again = [(codes[period:] == codes[:-period]).all(axis=0) for period in PERIODS]
    found["cycling"] = float((np.any(again, axis=0) & moving).mean())
    return found


def draw(axes: Axes, table: pd.DataFrame, measure: str) -> None:
    """Draw a measure against p: medians, and the middle eight tenths as a band."""
    for colour, (kind, rows) in enumerate(table.groupby("kind", sort=False)):
        by = rows.groupby("p")[measure]
        middle = by.median()
        label = str(kind)
        axes.plot(middle.index, middle, "o-", color=f"C{colour}", label=label, markersize=4)
        band = (by.quantile(0.1), by.quantile(0.9))
        axes.fill_between(middle.index, *band, color=f"C{colour}", alpha=0.15)
    axes.set_xscale("log")
    axes.set_xticks(sorted(table["p"].unique()), [f"{p:g}" for p in sorted(table["p"].unique())])
    axes.minorticks_off()
    if measure in ("tenth", "hundredth"):
        axes.set_yscale("log")
    axes.set_xlabel("probability p that an edge is clocked")
    axes.set_ylabel(MEASURES[measure])


def main(folder: Path) -> None:
    """Draw the figure and print the table."""
    table = pd.read_parquet(folder / "sweep.parquet")
    table = table.join(pd.DataFrame([measured(folder, run) for run in table["run"]]))
    table["p"] = table["run.probability"]
    board = table["run.board"].map(lambda name: Path(name).stem)
    table["kind"] = table["run.plant"].map({"ideal": "ideal", "spice": "circuit"}) + ", " + board
    figure = Figure(figsize=(10, 7), dpi=130, layout="constrained")
    for axes, measure in zip(figure.subplots(2, 2).ravel(), MEASURES, strict=True):
        draw(axes, table, measure)
    figure.axes[0].legend(fontsize=8)
    figure.savefig(DOCS / "desynchronised.png")
    print("| machine, board | p |", " | ".join(MEASURES.values()), "|")
    print("|---|---|" + "---|" * len(MEASURES))
    for (kind, p), rows in table.groupby(["kind", "p"]):
        cells = []
        for measure in MEASURES:
            low, middle, high = rows[measure].quantile([0.1, 0.5, 0.9])
            cells.append(f"{middle:.3g} [{low:.3g}, {high:.3g}]")
        print(f"| {kind} | {p:g} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
