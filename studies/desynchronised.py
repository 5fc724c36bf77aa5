"""Figures and table of docs/desynchronised.md, from the folder of a sweep.

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

import spicelearn as sl
from spicelearn.experiment import default_board
from spicelearn.machines.rheostat.board import Board
from spicelearn.plant import Floats, Ints, State
from spicelearn.sweep.table import load_table

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
CLEAN = HERE.parent / "examples" / "clean.toml"
LAST = 64  # cycles that are searched for a limit cycle
PERIODS = range(1, 9)  # of a limit cycle, cycles
DRAWN = 300  # random steps per number of edges
MEASURES = {
    "decades": "decades of the error at equal updates",
    "tenth": "cycles to a tenth of the first error",
    "hundredth": "cycles to a hundredth",
    "cycling": "fraction of edges in a limit cycle",
}
NAMES = {"clean": "clean", "noise": "noise", "offsets": "offsets", "noisy": "all"}


def measured(folder: Path, run: str) -> dict[str, float]:
    """Return the cycles until a run's error fell to a tenth and to a hundredth of the first one.

    Also the fraction of edges that end in a limit cycle.
    """
    cycles = sl.load(folder / run).cycles
    error = cycles["error"].to_numpy()
    found = {}
    for name, part in (("tenth", 0.1), ("hundredth", 0.01)):
        below = np.flatnonzero(error <= part * error[0])
        found[name] = float(below[0]) if len(below) else np.nan
    found["cycling"] = cycling(cycles.filter(like="code_").to_numpy())
    return found


def cycling(codes: Ints) -> float:
    """Return the fraction of edges whose wiper codes, shape (cycles + 1, E), end in a limit cycle.

    They move, and come back after the same few cycles.
    """
    late = codes[-LAST - 1 : -1]
    moving = (late != late[0]).any(axis=0)
    again = [(late[period:] == late[:-period]).all(axis=0) for period in PERIODS]
    return float((np.any(again, axis=0) & moving).mean())


def draw(axes: Axes, table: pd.DataFrame, measure: str) -> None:
    """Draw the medians of a measure against p; for the circuit also first to ninth decile."""
    for colour, board in enumerate(NAMES):
        for plant, style in (("circuit", "o-"), ("ideal", "x--")):
            rows = table[(table["board"] == board) & (table["plant"] == plant)]
            by = rows.groupby("p")[measure]
            middle = by.median()
            label = f"{plant}, {NAMES[board]}"
            axes.plot(middle.index, middle, style, color=f"C{colour}", label=label, markersize=4)
            if plant == "circuit":
                band = (by.quantile(0.1), by.quantile(0.9))
                axes.fill_between(middle.index, *band, color=f"C{colour}", alpha=0.15)
    axes.set_xscale("log")
    axes.set_xticks(sorted(table["p"].unique()), [f"{p:g}" for p in sorted(table["p"].unique())])
    axes.minorticks_off()
    if measure in ("tenth", "hundredth"):
        axes.set_yscale("log")
    axes.set_xlabel("probability p that an edge is clocked")
    axes.set_ylabel(MEASURES[measure])


def away(folder: Path, runs: pd.Series) -> pd.DataFrame:
    """Return the decades of the error when k edges are one random step from the best wiper codes.

    The best codes are those of each run; one column per run, one row per number k = 1, 2, ... of
    edges.
    """
    board = default_board("rheostat", "ideal").with_file(CLEAN)
    assert isinstance(board, Board)
    positions = board.positions
    experiment = sl.Experiment("allostery", plant="ideal", board=board)
    lesson, drive = experiment.lesson, experiment.lesson.first_drive()
    plant = experiment.plant_of(experiment.setup(lesson))

    def error(codes: Ints | Floats) -> float:
        within = np.clip(codes, 0, positions - 1)
        return lesson.task.score(plant.cycle(State(np.asarray(within, float)), drive), drive)

    rng = np.random.default_rng(0)
    first, edges = error(experiment.start().weights), experiment.edges
    found = {}
    for run in runs:
        cycles = sl.load(folder / run).cycles
        best = cycles.filter(like="code_").to_numpy(dtype=int)[cycles["error"].argmin()]
        middles = []
        for stepping in range(1, edges + 1):
            errors = []
            for _ in range(DRAWN):
                step = np.zeros(edges, dtype=int)
                step[rng.choice(edges, stepping, replace=False)] = rng.choice([-1, 1], stepping)
                errors.append(error(best + step))
            middles.append(np.log10(first / np.median(errors)))
        found[run] = middles
    return pd.DataFrame(found, index=range(1, edges + 1))


def draw_away(axes: Axes, distances: pd.DataFrame, table: pd.DataFrame) -> None:
    """Draw the floor that steps of k edges at once leave, and the floors of the runs."""
    axes.plot(distances.index, distances.median(axis=1), color="C3")
    band = (distances.quantile(0.1, axis=1), distances.quantile(0.9, axis=1))
    label = "k edges one random step from the best codes"
    axes.fill_between(distances.index, *band, color="C3", alpha=0.2, label=label)
    for plant, style in (("circuit", "o"), ("ideal", "x")):
        rows = table[(table["board"] == "clean") & (table["plant"] == plant)]
        middle = rows.groupby("p")["decades"].median()
        places = middle.index * len(distances)
        axes.plot(places, middle, style, color="C0", label=f"{plant}, clean: floor at k = 16 p")
    axes.set_xscale("log", base=2)
    axes.set_xticks([1, 2, 4, 8, 16], ["1", "2", "4", "8", "16"])
    axes.set_xlabel("edges k that step at once")
    axes.set_ylabel("decades below the first error")
    axes.legend(fontsize=8)


def main(folder: Path) -> None:
    """Draw the figures and print the table."""
    table = load_table(folder)
    table = table.join(pd.DataFrame([measured(folder, run) for run in table["run"]]))
    table["p"] = table["run.probability"]
    table["board"] = table["run.board"].map(lambda name: Path(name).stem)
    table["plant"] = table["run.plant"].map({"ideal": "ideal", "spice": "circuit"})
    figure = Figure(figsize=(10, 7), dpi=130, layout="constrained")
    for axes, measure in zip(figure.subplots(2, 2).ravel(), MEASURES, strict=True):
        draw(axes, table, measure)
    figure.axes[0].legend(fontsize=7)
    figure.savefig(DOCS / "desynchronised.png")
    calm = table[(table["board"] == "clean") & (table["plant"] == "ideal")]
    distances = away(folder, calm.loc[calm["p"] == calm["p"].min(), "run"])
    figure = Figure(figsize=(7, 4), dpi=130, layout="constrained")
    draw_away(figure.subplots(), distances, table)
    figure.savefig(DOCS / "simultaneous.png")
    print("| board | machine | p |", " | ".join(MEASURES.values()), "|")
    print("|---|---|---|" + "---|" * len(MEASURES))
    for board, name in NAMES.items():
        for (plant, p), rows in table[table["board"] == board].groupby(["plant", "p"]):
            cells = []
            for measure in MEASURES:
                low, middle, high = rows[measure].quantile([0.1, 0.5, 0.9])
                cells.append(f"{middle:.3g} [{low:.3g}, {high:.3g}]")
            print(f"| {name} | {plant} | {p:g} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
