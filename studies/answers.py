"""Settling and energy of the transistor network's answers: trained XOR, and larger networks.

``python studies/answers.py [OUT]``: trains where OUT, ``runs/answers`` by default, has no run yet,
runs the decks of the form ``answer`` under plain ngspice and prints the tables of docs/answers.md.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from spicelearn import Experiment, train
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.plant import Floats, State
from spicelearn.tasks.lessons import Lesson

FAST = TransistorBoard(gate_F=30.3e-9)
CYCLES = 6000
SIZES = (4, 8, 12, 16)


def answers(
    experiment: Experiment, gates: Floats, out: Path, lesson: Lesson | None = None
) -> pd.DataFrame:
    """Return settling time, s, energy, J, and power, W, per edge, of every step of the inputs.

    These are the test examples of the experiment's lesson, or of another one.
    """
    setup = replace(experiment.setup(lesson or experiment.lesson), state=State(gates))
    deck = out / "answer.cir"
    deck.write_text(experiment.apparatus.forms["answer"].make(setup), encoding="utf-8")
    done = subprocess.run(["ngspice", "-b", str(deck)], capture_output=True, text=True, check=True)
    found = re.findall(r"^(settle|energy|power)_(\d+_\d+)\s+=\s+(\S+)", done.stdout, re.MULTILINE)
    table = pd.DataFrame(found, columns=["what", "step", "value"]).astype({"value": float})
    return table.pivot(index="step", columns="what", values="value")


def line(name: str, table: pd.DataFrame) -> str:
    """Return a row of the tables: median and largest of every figure."""
    columns = (("settle", 1e6), ("energy", 1e12), ("power", 1e6))
    cells = [
        f"{scale * table[column].median():.3g} ({scale * table[column].max():.3g})"
        for column, scale in columns
    ]
    return f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Print both tables."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/answers")
    out.mkdir(parents=True, exist_ok=True)
    print(
        "| network | settling, us | energy per edge, pJ | power per edge, uW |\n|---|---|---|---|"
    )
    paper = replace(FAST, gate_start_V=1.5, gate_spread_V=0.5)
    for task, board, seed in (("xor", FAST, 0), ("xor-paper", paper, 0)):
        experiment = Experiment(task, board=board, seed=seed, cycles=CYCLES)
        folder = out / f"{task}-{seed}"
        if not folder.exists():
            train(experiment, out=folder)
        cycles = pd.read_csv(folder / "cycles.csv")
        rms = 1e3 * np.sqrt(cycles["error"].dropna().iloc[-1])
        gates = cycles.filter(like="gate_").to_numpy(dtype=float)[-1]
        name = f"{task}, seed {seed}, {rms:.2g} mV rms"
        print(line(name, answers(experiment, gates, out)), flush=True)
    for size in SIZES:
        experiment = Experiment("xor", board=FAST, network=f"torus-{size}x{size}")
        gates = experiment.switched_on.weights.astype(float)
        print(line(f"{size} x {size}, not taught", answers(experiment, gates, out)), flush=True)


if __name__ == "__main__":
    main()
