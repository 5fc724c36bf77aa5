"""What the edges decide at circuit level, counted for docs/reproduction.md.

``python studies/reproduction/decisions.py runs/reproduction/decisions.csv`` writes a row per run:
the share of decisions where the free and the clamped drop have one sign, and the share of wrong
ones, against Eq. 5 on the node voltages, where the drops differ by less than 10 mV and by more.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

import spicelearn as sl
from spicelearn.experiment import default_board
from spicelearn.machine import SURE_V
from spicelearn.network.graph import Network
from spicelearn.plant import Drive, Reading, State
from spicelearn.runs.supervisor import Supervisor
from spicelearn.runs.train import train

HERE = Path(__file__).parent
BOARDS = {
    "clean": HERE.parent.parent / "examples" / "clean.toml",
    "default": HERE / "default.toml",
    "noisy": HERE / "noisy.toml",
}
TASKS = ("allostery", "regression")
ETAS = (0.05, 0.1, 0.2, 0.5, 1.0)
CYCLES = 400


class Decisions:
    """Record of every decision the drops of both twins, V, and the latched bit."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._rows: list[np.ndarray] = []

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Add the decisions of a cycle."""
        del state, drive
        free, clamped = (self._network.drops(reading.probes[name]) for name in ("free", "clamped"))
        self._rows.append(np.column_stack([free, clamped, reading.signal]))

    def counted(self) -> dict[str, float]:
        """Return how many decisions there are, and the shares of one sign and of wrong ones."""
        free, clamped, up = np.concatenate(self._rows).T
        margin = np.abs(clamped) - np.abs(free)
        wrong = (margin >= 0) != (up > 0)
        near = np.abs(margin) < SURE_V
        return {
            "decisions": len(free),
            "one_sign": float((free * clamped >= 0).mean()),
            "near": int(near.sum()),
            "wrong_near": float(wrong[near].mean()) if near.any() else np.nan,
            "wrong_far": float(wrong[~near].mean()) if (~near).any() else np.nan,
        }


def decisions(task: str, board: str, eta: float) -> dict[str, float]:
    """Train a circuit and count its decisions."""
    constants = default_board("rheostat", "spice").with_file(BOARDS[board])
    experiment = sl.Experiment(task, eta=eta, cycles=CYCLES, board=constants)
    lesson = experiment.lesson
    setup = experiment.setup(lesson)
    records = Decisions(setup.network)
    with closing(experiment.plant_of(setup)) as plant:
        supervisor = Supervisor(plant, lesson, experiment.damage)
        rule = experiment.rule_of(setup)
        train(plant, supervisor, experiment.start(), records, rule, experiment.length)
    return records.counted()


def main(path: Path) -> None:
    """Count the decisions of every task, board and nudge."""
    rows = [
        {"task": task, "board": board, "eta": eta, **decisions(task, board, eta)}
        for task in TASKS
        for board in BOARDS
        for eta in ETAS
    ]
    pd.DataFrame(rows).to_csv(path, index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
