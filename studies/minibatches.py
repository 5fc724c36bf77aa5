"""The figure and the table on mini-batches in docs/desynchronised.md, from the folder of a sweep.

Run ``spicelearn sweep studies/minibatches.toml --out runs/minibatches``, then
``python studies/minibatches.py runs/minibatches``. The mini-batches are made here: the ideal
machine, all edges clocked at once, each after so many examples and by the sign of their sum.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from spicelearn.board import Board
from spicelearn.experiment import BOARDS, Experiment
from spicelearn.network import Network
from spicelearn.plant import Drive, Reading, State
from spicelearn.plants import make_plant
from spicelearn.record import summary
from spicelearn.supervisor import Supervisor
from spicelearn.train import train

DOCS = Path(__file__).parent.parent / "docs"
CLEAN = Path(__file__).parent.parent / "examples" / "clean.toml"
SIZES = (1, 2, 4, 10, 20)  # examples
UPDATES, SEEDS = 1000, 10
BATCHES = "ideal, mini-batches"
MEASURES = {"decades": "decades of the error", "hundredth": "examples to a hundredth"}


class MiniBatch:
    """Step all edges by the sign of dV_C^2 - dV_F^2, summed over the examples of a batch."""

    def __init__(self, network: Network, positions: int, size: int) -> None:
        self._first, self._second = np.array(network.edges).T
        self._most, self._size = positions - 1, size
        self._sum = np.zeros(len(network.edges))

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Add this example; after the last one of a batch step, and begin anew."""
        del drive
        for sign, volts in ((1, reading.clamped), (-1, reading.free)):
            self._sum += sign * (volts[self._first] - volts[self._second]) ** 2
        codes = state.codes
        if (state.cycle + 1) % self._size == 0:
            codes = np.clip(codes + np.where(self._sum >= 0, 1, -1), 0, self._most)
            self._sum[:] = 0
        return State(codes, state.cycle + 1)


class Errors:
    """Keep when the error was measured, and what it was."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self.cycles: list[int] = []
        self.errors: list[float] = []

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Measure the test set where it is time to."""
        measured = self._supervisor.measure(state, drive, reading)
        if measured is not None:
            self.cycles.append(state.cycle)
            self.errors.append(measured.error)


def hundredth(cycles: np.ndarray, errors: np.ndarray) -> float:
    """Return when the error first was a hundredth of the first one."""
    below = np.flatnonzero(errors <= errors[0] / 100)
    return float(cycles[below[0]]) if len(below) else np.nan


def batched(size: int, seed: int) -> dict[str, float]:
    """Return how well the ideal machine learns the regression from mini-batches."""
    board = Board.from_toml(CLEAN, BOARDS["ideal"])
    cycles = UPDATES * size
    experiment = Experiment("regression", plant="ideal", board=board, seed=seed, cycles=cycles)
    lesson = experiment.lesson
    plant = make_plant(experiment, experiment.parts(), lesson)
    supervisor = Supervisor(plant, lesson, experiment.damage)
    errors = Errors(supervisor)
    rule = MiniBatch(lesson.network, board.positions, size)
    train(plant, supervisor, experiment.start(), errors, rule, cycles)
    first = hundredth(np.array(errors.cycles), np.array(errors.errors))
    return {"decades": summary(errors.errors)["decades"], "hundredth": first}


def clocked(folder: Path) -> pd.DataFrame:
    """Return the same of the sweep's runs."""
    table = pd.read_parquet(folder / "sweep.parquet")
    rows = []
    for run in table["run"]:
        measured = pd.read_csv(folder / run / "cycles.csv").dropna(subset="error")
        rows.append(hundredth(measured["cycle"].to_numpy(), measured["error"].to_numpy()))
    kinds = {"ideal": "ideal, edges clocked with p", "spice": "circuit, edges clocked with p"}
    return pd.DataFrame(
        {
            "kind": table["run.plant"].map(kinds),
            "examples": (1 / table["run.probability"]).round().astype(int),
            "decades": table["decades"],
            "hundredth": rows,
        }
    )


def main(folder: Path) -> None:
    """Draw the figure and print the table."""
    made = [
        {"kind": BATCHES, "examples": size, **batched(size, seed)}
        for size in SIZES
        for seed in range(SEEDS)
    ]
    table = pd.concat([clocked(folder), pd.DataFrame(made)])
    figure = Figure(figsize=(10, 4), dpi=130, layout="constrained")
    print("| machine | examples an update |", " | ".join(MEASURES.values()), "|")
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
        axes.set_xlabel("examples an update: 1/p, or the size of a mini-batch")
        axes.set_ylabel(name)
    panels[1].set_yscale("log")
    panels[0].legend(fontsize=8)
    figure.savefig(DOCS / "minibatches.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
