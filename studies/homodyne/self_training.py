"""How good the multipliers of a machine that trains itself must be: gates solved, of all.

``python studies/homodyne/self_training.py [SEEDS]`` trains every gate from so many starts (2) with
every kind of multipliers, each by bare ``ngspice -b`` on the deck of the form ``self-training``,
and writes studies/homodyne/self-training.md and docs/self-training.png.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path

import altair as alt
import pandas as pd

from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.board import HomodyneBoard
from spicelearn.machines.homodyne.decks.self_training import (
    IDEAL,
    ROUNDS,
    Multipliers,
    self_training_deck,
)
from spicelearn.machines.homodyne.tasks import TABLES

PAGE = Path(__file__).with_name("self-training.md")
PICTURE = Path(__file__).parents[2] / "docs" / "self-training.png"
BOARD = HomodyneBoard(  # an octave of slow sines: 54 time points an example instead of 102
    frequencies_Hz=(25.0, 30.0, 35.0, 40.0, 45.0), samples=44, lead=10, ramp=4, bandwidth_Hz=100.0
)
CYCLES = 200
VARIED = {  # what is put into ideal multipliers: unit of the figure, and values in that unit
    "offset_V": ("offset at the output, mV", 1e-3, (20, 50, 200)),
    "input_V": ("offset at the inputs, mV", 1e-3, (30, 100, 300)),
    "gain_error": ("gain error, %", 1e-2, (30, 60)),
    "bandwidth_Hz": ("bandwidth, Hz", 1.0, (30, 10, 3)),
}
TYPICAL = "AD633, typical"


@dataclass(frozen=True)
class Outcome:
    """Hold what a deck prints at its end: whether the gate is solved, and the gap, V."""

    kind: str
    value: float
    gate: str
    seed: int
    solved: bool
    gap_V: float


def kinds() -> list[tuple[str, float, Multipliers]]:
    """Return what is tried: the field that is varied, its value in the figure's unit, and all."""
    found = [("ideal", 0.0, IDEAL), (TYPICAL, 0.0, Multipliers())]
    for field, (_, unit, values) in VARIED.items():
        found += [(field, value, replace(IDEAL, **{field: value * unit})) for value in values]
    return found


def trained(kind: str, value: float, multipliers: Multipliers, gate: str, seed: int) -> Outcome:
    """Run a deck; raise RuntimeError if ngspice does not say whether the gate is solved."""
    experiment = Experiment(gate, seed=seed, board=BOARD, cycles=CYCLES)
    text = self_training_deck(experiment.setup(experiment.lesson), multipliers)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "deck.cir").write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["ngspice", "-b", "deck.cir"], cwd=folder, capture_output=True, text=True, check=False
        )
    found = dict(re.findall(r"^(\w+)\s+=\s+(\S+)", done.stdout, re.MULTILINE))
    if not {"solved", "gap_after", "off_step"} <= set(found) or float(found["off_step"]) > 1e-3:
        raise RuntimeError(f"{gate}, seed {seed}, {multipliers}: {done.stderr[-500:]}")
    solved = float(found["solved"]) == 1
    return Outcome(kind, value, gate, seed, solved, float(found["gap_after"]))


def page(table: pd.DataFrame, seeds: int) -> str:
    """Return the text with the table: gates solved by kind of multipliers."""
    lines = [
        "# Multipliers of a machine that trains itself",
        "",
        "Gates solved by the circuit that trains itself (form `self-training`), of the device",
        f"`mosfets`, from {seeds} starts each (seeds from 0), {round(ROUNDS * CYCLES)} rounds of",
        "the examples. One thing at a time is put into ideal multipliers; offsets and gain errors",
        "are standard deviations of what is drawn for each of six AD633. The second row has all",
        "that is typical by the data sheet. Sines have 25 to 45 Hz and 10 mV, references 10 V.",
        "Solved is the task's own definition: a gap of at least half the range of the outputs, and",
        "50 mV.",
        "",
        f"`python studies/homodyne/self_training.py {seeds}`",
        "",
        f"| multipliers | {' | '.join(TABLES)} | solved | median gap, V |",
        f"|---|{'---|' * (len(TABLES) + 2)}",
    ]
    for (kind, value), rows in table.groupby(["kind", "value"], sort=False):
        title = VARIED[str(kind)][0] if kind in VARIED else kind
        name = f"{title}: {value:g}" if kind in VARIED else title
        counts = [int(rows[rows.gate == gate].solved.sum()) for gate in TABLES]
        cells = [name, *map(str, counts), f"{sum(counts)} of {len(rows)}"]
        lines.append(f"| {' | '.join([*map(str, cells), f'{rows.gap_V.median():.3f}'])} |")
    return "\n".join(lines) + "\n"


def picture(table: pd.DataFrame) -> alt.HConcatChart:
    """Return how many starts are solved over what the multipliers lack."""
    ideal = float(table[table.kind == "ideal"].solved.mean())
    panels = []
    for field, (title, _, _) in VARIED.items():
        rows = table[table.kind == field]
        solved = rows.groupby("value").solved.mean().reset_index()
        base = alt.Chart(solved, width=170, height=150)
        line = base.mark_line(point=True).encode(
            alt.X("value", type="quantitative").scale(type="log").title(title),
            alt.Y("solved", type="quantitative")
            .scale(domain=(0, 1))
            .title("share of starts solved"),
        )
        without = alt.Chart(pd.DataFrame({"solved": [ideal]})).mark_rule(strokeDash=[4, 3])
        panels.append(line + without.encode(y="solved:Q"))
    return alt.hconcat(*panels, title="Dashed: ideal multipliers")


def main(seeds: int) -> None:
    """Run all, and write the table and the figure."""
    trials = list(product(kinds(), TABLES, range(seeds)))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(trained, *kind, gate, seed) for kind, gate, seed in trials]
        outcomes = []
        for place, each in enumerate(waiting, 1):
            outcomes.append(each.result())
            print(f"{place}/{len(waiting)} {outcomes[-1]}", flush=True)
    table = pd.DataFrame([asdict(outcome) for outcome in outcomes])
    PAGE.write_text(page(table, seeds), encoding="utf-8")
    picture(table).save(PICTURE, scale_factor=2)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
