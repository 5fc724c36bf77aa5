"""Error against power, for docs/rules.md: from the folders of sweeps over the bias.

Run ``spicelearn sweep studies/power.toml --out runs/power``, likewise
``studies/power-continuous.toml``, and ``python studies/power.py docs/power.png runs/power
runs/power-continuous``; or with another figure and the folder of ``studies/power-circuit.toml``.
Power is what the free network dissipates, the mean over the test set.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

import spicelearn as sl
from spicelearn.machines import machine_named
from spicelearn.sweep.table import load_table
from spicelearn.tasks.taught import TaughtRun

BIAS = "board.up_bias"
KNOWN = ("run.task", "run.seed", BIAS)  # what varies, and is told by itself


def powers(folder: Path) -> dict[str, Any]:
    """Return what the free network of a run dissipates before its first cycle and at its end, W.

    Also the name of its task.
    """
    run = sl.load(folder)
    taught = TaughtRun.of(run.manifest, str(folder))
    make = machine_named(run.manifest["experiment"]["machine"]).view
    assert make is not None
    view, weights = make(taught), run.cycles.filter(regex="^(code|gate)_").to_numpy()
    return {
        "task": Path(run.manifest["experiment"]["task"]).stem,
        "power_initial": view.power(weights[0], 0),
        "power_final": view.power(weights[-1], int(run.cycles["cycle"].iloc[-1]) - 1),
    }


def rows_of(folder: Path) -> pd.DataFrame:
    """Return the finished runs of a sweep with their powers; ``sweep`` tells what else varies."""
    table = load_table(folder)
    table = table[table["status"] == "finished"].reset_index(drop=True)
    found: list[dict[str, Any]] = [powers(folder / run) for run in table["run"]]
    varied = {name for name in map(str, table) if name.startswith(("run.", "board."))}
    others = sorted(varied.difference(KNOWN))
    kinds = [
        " ".join([folder.name, *map(str, values)])
        for values in table[others].itertuples(index=False)
    ]
    return table.join(pd.DataFrame(found)).assign(sweep=kinds)


def draw(table: pd.DataFrame, file: Path) -> None:
    """Draw error and power against the bias: medians with the first to ninth decile."""
    figure = Figure(figsize=(10, 4.5), dpi=130, layout="constrained")
    panels = zip(figure.subplots(1, 2), ("error_final", "power_ratio"), strict=True)
    for axes, what in panels:
        for colour, ((sweep, task), rows) in enumerate(table.groupby(["sweep", "task"])):
            by = rows[rows[BIAS] > 0].groupby(BIAS)[what]
            label = f"{task}, {sweep}"
            axes.plot(by.median(), "o-", color=f"C{colour}", label=label, markersize=4)
            axes.fill_between(
                by.median().index,
                by.quantile(0.1),
                by.quantile(0.9),
                color=f"C{colour}",
                alpha=0.15,
            )
            none = rows[rows[BIAS] == 0][what].median()
            axes.axhline(none, color=f"C{colour}", linestyle=":", linewidth=1)
        axes.set_xscale("log")
        axes.set_xlabel("bias: by how much more the clamped drop counts")
    left, right = figure.axes
    left.set_yscale("log")
    left.set_ylabel("final error, V² (dotted: without a bias)")
    right.set_ylabel("power at the end over power at the beginning")
    left.legend(fontsize=7)
    figure.savefig(file)


def main(file: Path, folders: list[Path]) -> None:
    """Draw, and print medians with deciles."""
    table = pd.concat(map(rows_of, folders), ignore_index=True)
    table["power_ratio"] = table["power_final"] / table["power_initial"]
    draw(table, file)
    for (sweep, task, bias), rows in table.groupby(["sweep", "task", BIAS]):
        cells = []
        for what in ("error_final", "power_final", "power_ratio"):
            low, middle, high = rows[what].quantile([0.1, 0.5, 0.9])
            cells.append(f"{middle:.3g} [{low:.3g}, {high:.3g}]")
        print("|", " | ".join([str(sweep), str(task), f"{bias:g}", *cells]), "|")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
