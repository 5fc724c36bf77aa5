"""Every hundredth update of digits on the idealised model, made by the circuit too.

``spicelearn sweep studies/transistor/digits.toml --out runs/digits``, then
``python studies/digits.py runs/digits/points/000000``: prints how far the circuit is from the
idealised model at the same gates and inputs, what the circuit answers on a part of the test set,
and how fast and on what energy. With the folders of sweeps after it, it draws what their runs have
learned. Figures and tables are in docs/digits.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
from answers import answers, line
from sklearn.linear_model import LogisticRegression

import spicelearn as sl
from spicelearn import charts
from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.imperfections import NEAR_V
from spicelearn.plant import Drive, Floats, Plant, State
from spicelearn.runs.supervisor import Supervisor
from spicelearn.sweep.table import load_table
from spicelearn.tasks.classification import Classification

DOCS = Path(__file__).parents[1] / "docs"
STILL_V = 1e-9  # V rms, an update below which nothing is taught
EVERY = 100  # cycles between updates that are checked
TESTED = 6  # one test digit of so many is shown to the circuit
STEPPED = 3  # test digits whose answers are timed: each after each other one
CHECKS = "checks.csv"


def twins(folder: Path) -> tuple[Experiment, Experiment]:
    """Return the experiment of a run on the idealised model, and the same on the circuit."""
    chosen = sl.load(folder).manifest["experiment"]
    ideal = Experiment.from_dict(chosen, folder)
    return ideal, replace(ideal, plant="spice", detail=None)


def recorded(folder: Path) -> Iterator[State]:
    """Yield the states of a run before every `EVERY`-th cycle."""
    table = sl.load(folder).cycles
    rows = table[table["cycle"] % EVERY == 0]
    for cycle, gates in zip(rows["cycle"], rows.filter(like="gate_").to_numpy(float), strict=True):
        yield State(gates, int(cycle))


def deviation(
    state: State, drive: Drive, model: Plant, circuit: Plant, lowest_V: float
) -> dict[str, float]:
    """Return how far the circuit's outputs and update are from the model's in a cycle, V rms.

    ``update`` is the model's own, ``along`` the circuit's along it: 1 if they are the same, nothing
    where there is no update. Gates at or below ``lowest_V``, where diodes hold them, are ``held``,
    a share of all, and not in the updates.
    """
    expected, found = model.cycle(state, drive), circuit.cycle(state, drive)
    free = state.weights > lowest_V
    update, other = ((np.asarray(each.signal) - state.weights)[free] for each in (expected, found))
    moved = rms(update)
    return {
        "cycle": state.cycle,
        "outputs": rms(found.outputs - expected.outputs),
        "update": moved,
        "apart": rms(other - update),
        "along": float(other @ update / (update @ update)) if moved > STILL_V else np.nan,
        "held": float(1 - free.mean()),
    }


def rms(values: Floats) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def checked(folder: Path) -> pd.DataFrame:
    """Return the deviations of a run, of every `EVERY`-th cycle; those known are in its folder."""
    file = folder / CHECKS
    if file.exists():
        return pd.read_csv(file)
    ideal, circuit = twins(folder)
    lesson, board = ideal.lesson, ideal.constants
    assert isinstance(board, TransistorBoard)
    lowest = board.gate_low_V + NEAR_V
    with (
        closing(ideal.plant_of(ideal.setup(lesson))) as model,
        closing(circuit.plant_of(circuit.setup(circuit.lesson))) as other,
    ):
        supervisor = Supervisor(model, lesson, ideal.damage)
        rows = []
        for state in recorded(folder):
            if state.cycle < lesson.end:
                rows.append(deviation(state, supervisor.drive(state), model, other, lowest))
    table = pd.DataFrame(rows)
    table.to_csv(file, index=False)
    return table


def right(folder: Path, gates: Floats) -> pd.DataFrame:
    """Return whether model and circuit name the digit, of every `TESTED`-th of the test set."""
    found = {}
    for experiment in twins(folder):
        task = experiment.lesson.task
        assert isinstance(task, Classification)
        part = replace(task, test=(task.test[0][::TESTED], task.test[1][::TESTED]))
        lesson = replace(experiment.lesson, task=part)
        with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as plant:
            supervisor = Supervisor(plant, lesson, experiment.damage)
            seen = supervisor.examine(State(gates, lesson.end), experiment.damage.intact(0))
        assert seen.labels is not None
        found[experiment.plant] = seen.found
    return pd.DataFrame(found).assign(digit=seen.labels)


def timed(folder: Path, gates: Floats) -> str:
    """Return a row of settling time, energy and power per edge of the circuit's answers."""
    _, circuit = twins(folder)
    task = circuit.lesson.task
    assert isinstance(task, Classification)
    few = replace(task, test=(task.test[0][:STEPPED], task.test[1][:STEPPED]))
    return line("digits", answers(circuit, gates, folder, replace(circuit.lesson, task=few)))


def logistic(folder: Path) -> float:
    """Return the share of the run's test set that logistic regression names right."""
    task = twins(folder)[0].lesson.task
    assert isinstance(task, Classification)
    scale = max(task.applied())
    (inputs, labels), (tested, digits) = task.training, task.test
    model = LogisticRegression(C=3.0, max_iter=500).fit(inputs / scale, labels)
    return float(model.score(tested / scale, digits))


def draw(table: pd.DataFrame) -> None:
    """Draw the deviations against the cycle, where anything is taught."""
    names = {"update": "update", "apart": "update, circuit less model", "outputs": "outputs, same"}
    long = table.melt(["cycle"], list(names), "what", "size").replace({"what": names})
    long["size"] *= 1e3
    scale = alt.Scale(type="log")
    layer = (
        alt.Chart(charts.table(long))
        .mark_point(filled=True, size=30, opacity=0.7)
        .encode(
            x=alt.X("cycle:Q", title="examples"),
            y=alt.Y("size:Q", scale=scale, title="mV rms"),
            color=alt.Color("what:N", title=None, sort=list(names.values())),
        )
    )
    title = "Every hundredth update, made by the circuit too"
    caption = "At the gates of the idealised model, before the same example."
    charts.Figure("digits-checks", title, caption, [layer]).write(DOCS)


def learned(sweep: Path) -> pd.DataFrame:
    """Return the accuracy of every run of a sweep in the cycles in which it was measured."""
    table = load_table(sweep)
    found = []
    for run in table[table["status"] == "finished"]["run"]:
        cycles = sl.load(sweep / run).cycles.dropna(subset=["accuracy"])
        found.append(cycles[["cycle", "accuracy"]].assign(run=run, board=sweep.name))
    return pd.concat(found)


def draw_learning(sweeps: list[Path]) -> None:
    """Draw the accuracy against the cycle, one line per run; print the last ones."""
    runs = pd.concat([learned(sweep) for sweep in sweeps])
    ends = runs.groupby(["board", "run"])["accuracy"].last().unstack("board")
    print(ends.quantile([0.1, 0.5, 0.9]).to_string(), flush=True)
    later = runs[runs["cycle"] > 0]
    layer = (
        alt.Chart(charts.table(later))
        .mark_line(point=True)
        .encode(
            x=alt.X("cycle:Q", title="examples"),
            y=alt.Y("accuracy:Q", scale=alt.Scale(zero=False), title="right, of the test set"),
            color=alt.Color("board:N", title=None),
            detail="run:N",
        )
    )
    title = "Digits: what is right of the test set"
    caption = "One line per seed, from the first epoch on."
    charts.Figure("digits", title, caption, [layer]).write(DOCS)


def main(folder: Path, *sweeps: Path) -> None:
    """Print the figures of a run, draw its deviations, and what the runs of sweeps have learned."""
    if sweeps:
        draw_learning([*sweeps])
    table = checked(folder)
    moved = table[table["along"].notna()]
    draw(moved)
    quantiles = moved.assign(relative=moved["apart"] / moved["update"]).quantile([0.1, 0.5, 0.9])
    print(f"{len(table)} updates checked, {len(table) - len(moved)} of them nothing to teach")
    print(
        quantiles[["outputs", "update", "apart", "relative", "along", "held"]].to_string(),
        flush=True,
    )
    print(f"logistic regression on the run's split: {logistic(folder):.3f}", flush=True)
    last = sl.load(folder).cycles.filter(like="gate_").to_numpy(float)[-1]
    print(timed(folder, last), flush=True)
    named = right(folder, last)
    same = (named["spice"] == named["ideal"]).mean()
    scores = ", ".join(
        f"{plant} {(named[plant] == named['digit']).mean():.3f}" for plant in ("spice", "ideal")
    )
    print(f"{len(named)} test digits: {scores}; the same answer {same:.3f}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
