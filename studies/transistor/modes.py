"""Error modes against time, for docs/transistor.md: mean, slope and curvature of the residual.

Run ``spicelearn sweep studies/transistor/TASK.toml --out runs/TASK`` for ``parabola`` or
``nonlinear-regression``, then ``python studies/transistor/modes.py runs/TASK``. The outputs are
measured on each run's circuit, at the recorded gates, with learning off.
"""

from __future__ import annotations

import sys
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd

import spicelearn as sl
from spicelearn import charts
from spicelearn.experiment import Experiment
from spicelearn.plant import Drive, State
from spicelearn.report.modes import MODES, coefficients, passage
from spicelearn.sweep.table import load_table
from spicelearn.tasks.regression import Regression

DOCS = Path(__file__).parents[2] / "docs"
TIMES = 60  # measurements per run, evenly spread on a logarithmic scale


def sizes(folder: Path) -> pd.DataFrame:
    """Return the sizes of the residual's modes, V rms, at some cycles of a run."""
    run = sl.load(folder)
    experiment = Experiment.from_dict(run.manifest["experiment"])
    lesson, task = experiment.lesson, experiment.lesson.task
    assert isinstance(task, Regression)
    inputs, labels = task.test
    rows = run.cycles[run.cycles["cycle"] % len(inputs) == 0]  # whole epochs
    places = np.unique(np.geomspace(1, len(rows), TIMES).round().astype(int)) - 1
    plant = experiment.plant_of(experiment.setup(lesson))
    edges = np.ones(experiment.edges, dtype=bool)
    found: list[dict[str, float]] = []
    cycle = 0
    try:
        for _, row in rows.iloc[places].iterrows():
            gates = row[run.cycles.columns[3:]].to_numpy(float)
            cycle += 1
            while not plant.begins(cycle):  # a transient of its own, so that nothing adds up
                cycle += 1
            answers = []
            for example in inputs:
                drive = Drive(example[None], labels[:1], 0.0, ~edges, edges)
                answers.append(plant.cycle(State(gates, cycle), drive).outputs[0, 0])
            residual = np.array(answers) - labels[:, 0]
            modes = np.abs(coefficients(inputs[:, 0], residual[None])[0])
            found.append({"cycle": int(row["cycle"]), **dict(zip(MODES, modes, strict=True))})
    finally:
        plant.close()
    return pd.DataFrame(found)


def passages(table: pd.DataFrame) -> dict[str, float]:
    """Return when each mode is first below a third of its start, and from when on it stays there.

    Cycles; infinity for never.
    """
    found = {}
    for mode in MODES:
        fall = passage(table["cycle"].to_numpy(dtype=float), table[mode].to_numpy())
        found[f"{mode}, first"] = np.inf if fall.first is None else fall.first
        found[f"{mode}, stays"] = np.inf if fall.lasting is None else fall.lasting
    return found


def in_order(table: pd.DataFrame, kind: str) -> int:
    """Return in how many runs the modes fall one after another, or at once, mean first."""
    times = table[[f"{mode}, {kind}" for mode in MODES]].to_numpy()
    reached = np.isfinite(times[:, :-1]).all(axis=1)
    return int((reached & (times[:, 1:] >= times[:, :-1]).all(axis=1)).sum())


def draw(runs: pd.DataFrame, name: str) -> None:
    """Draw the medians of the sizes against time, with the middle half of the runs."""
    long = runs.melt(["run", "cycle"], list(MODES), "mode", "size")
    long["size"] *= 1e3
    long["cycle"] += 1
    by = long.groupby(["mode", "cycle"])["size"]
    quartiles = {"low": 0.25, "middle": 0.5, "high": 0.75}
    table = pd.DataFrame({name: by.quantile(part) for name, part in quartiles.items()})
    table = table.reset_index()
    cycles = alt.X("cycle:Q", scale=alt.Scale(type="log"), title="examples, plus one")
    colour = alt.Color("mode:N", sort=list(MODES), title=None)
    base = alt.Chart(charts.table(table)).encode(x=cycles, color=colour)
    scale, title = alt.Scale(type="log"), "size of the residual's mode, mV rms"
    line = base.mark_line().encode(y=alt.Y("middle:Q", scale=scale, title=title))
    band = base.mark_area(opacity=0.15).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    caption = "Medians, and the middle half of the runs."
    charts.Figure(f"modes-{name}", f"Error modes of {name}", caption, [band, line]).write(DOCS)


def main(folder: Path) -> None:
    """Draw the figure and print the table of a sweep."""
    found = load_table(folder)
    found = found[found["status"] == "finished"]
    tables = {run: sizes(folder / run) for run in found["run"]}
    name = sl.load(folder / found["run"].iloc[0]).manifest["experiment"]["task"]
    runs = pd.concat([table.assign(run=run) for run, table in tables.items()])
    draw(runs, name)
    falls = pd.DataFrame([passages(table) for table in tables.values()])
    print(f"| {name} |", " | ".join(MODES), "| in order |\n|---|---|---|---|---|")
    for kind, what in (("first", "first below a third"), ("stays", "stays below a third")):
        medians = [f"{falls[f'{mode}, {kind}'].median():g}" for mode in MODES]
        print(f"| {what} |", " | ".join(medians), f"| {in_order(falls, kind)} of {len(falls)} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
