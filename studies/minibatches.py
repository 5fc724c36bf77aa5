"""The figure and the table on mini-batches in docs/desynchronised.md, from two sweeps.

Run ``spicelearn sweep studies/minibatches.toml --out runs/clocked`` and
``spicelearn sweep studies/batches.toml --out runs/batches``, then
``python studies/minibatches.py runs/clocked runs/batches``. The first clocks edges with
probability p; in the second all edges step at once, by the sign of a sum over a batch.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import spicelearn as sl
from spicelearn.sweep.table import load_table

DOCS = Path(__file__).parent.parent / "docs"
SIZES = (1, 2, 4, 10, 20)  # examples per update
CLOCKED = {"ideal": "ideal, edges clocked with p", "spice": "circuit, edges clocked with p"}
BATCHES = "ideal, mini-batches"
MEASURES = {"decades": "decades of the error", "hundredth": "examples to a hundredth"}


def hundredth(run: Path) -> float:
    """Return the cycle in which a run's error fell to a hundredth of the first one, or nan."""
    measured = sl.load(run).cycles.dropna(subset="error")
    errors = measured["error"].to_numpy()
    below = np.flatnonzero(errors <= errors[0] / 100)
    return float(measured["cycle"].to_numpy()[below[0]]) if len(below) else np.nan


def measured(folder: Path) -> pd.DataFrame:
    """Return the measures of a sweep's runs, with the number of examples per update."""
    table = load_table(folder)
    if "board.batch_cycles" in table:
        kinds, examples = [BATCHES] * len(table), table["board.batch_cycles"]
    else:
        kinds, examples = table["run.plant"].map(CLOCKED).tolist(), 1 / table["run.probability"]
    return pd.DataFrame(
        {
            "kind": kinds,
            "examples": examples.round().astype(int),
            "decades": table["decades"],
            "hundredth": [hundredth(folder / run) for run in table["run"]],
        }
    )


def main(*folders: str) -> None:
    """Draw the figure and print the table."""
    table = pd.concat([measured(Path(folder)) for folder in folders])
    figure = Figure(figsize=(10, 4), dpi=130, layout="constrained")
    print("| machine | examples per update |", " | ".join(MEASURES.values()), "|")
    print("|---|---|" + "---|" * len(MEASURES))
    panels = figure.subplots(1, 2)
    for colour, (kind, rows) in enumerate(table.groupby("kind")):
        by = rows.groupby("examples")
        low, middle, high = (by[list(MEASURES)].quantile(part) for part in (0.1, 0.5, 0.9))
        for axes, measure in zip(panels, MEASURES, strict=True):
            axes.plot(middle.index, middle[measure], "o-", color=f"C{colour}", label=str(kind))
            band = (low[measure], high[measure])
            axes.fill_between(middle.index, *band, color=f"C{colour}", alpha=0.15)
        for size in middle.index:
            cells = [
                f"{middle[name][size]:.3g} [{low[name][size]:.3g}, {high[name][size]:.3g}]"
                for name in MEASURES
            ]
            print(f"| {kind} | {size} |", " | ".join(cells), "|")
    for axes, name in zip(panels, MEASURES.values(), strict=True):
        axes.set_xscale("log")
        axes.set_xticks(SIZES, [str(size) for size in SIZES])
        axes.minorticks_off()
        axes.set_xlabel("examples per update: 1/p, or the size of a mini-batch")
        axes.set_ylabel(name)
    panels[1].set_yscale("log")
    panels[0].legend(fontsize=8)
    figure.savefig(DOCS / "minibatches.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
