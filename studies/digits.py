"""Digits: what many seeds learn, and some updates of the idealised model made by the circuit too.

``spicelearn train digits-pairs --plant ideal --board examples/digits-pairs.toml --out runs/pairs``,
the same with ``digits-pairs-mismatch.toml``, then ``python studies/digits.py runs/pairs
runs/pairs-mismatch``: lets `SEEDS` machines of each board learn by the compiled equations, draws
it, and prints how far the circuit is from the idealised model at the same gates and inputs of each
run. Of the first run it also prints what the circuit answers on a part of the test set, and how
fast and on what energy. Figures and tables are in docs/digits.md.
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
from layer import learned
from sklearn.linear_model import LogisticRegression

import spicelearn as sl
from spicelearn import charts
from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.imperfections import NEAR_V
from spicelearn.network.graph import dense
from spicelearn.plant import Drive, Floats, Plant, State
from spicelearn.runs.supervisor import Supervisor
from spicelearn.tasks.classification import Classification

DOCS = Path(__file__).parents[1] / "docs"
STILL_V = 1e-9  # V rms, an update below which nothing is taught
EVERY = 2800  # cycles between updates that are checked, of the first run
SELDOM = 5600  # and of others
TESTED = 12  # one test digit of so many is shown to the circuit
PAIRS = 5  # of digits, whose outputs are timed
STEPPED = 3  # test digits whose answers are timed: each after each other one
CHECKS, LEARNED = "checks.csv", "learned.csv"  # in the folder of a run
SEEDS = 10


def twins(folder: Path) -> tuple[Experiment, Experiment]:
    """Return the experiment of a run on the idealised model, and the same on the circuit."""
    chosen = sl.load(folder).manifest["experiment"]
    ideal = Experiment.from_dict(chosen, folder)
    return ideal, replace(ideal, plant="spice", detail=None)


def recorded(folder: Path, every: int) -> Iterator[State]:
    """Yield the states of a run before every ``every``-th cycle."""
    table = sl.load(folder).cycles
    rows = table[table["cycle"] % every == 0]
    for cycle, gates in zip(rows["cycle"], rows.filter(like="gate_").to_numpy(float), strict=True):
        yield State(gates, int(cycle))


def deviation(
    state: State, drives: tuple[Drive, Drive], model: Plant, circuit: Plant, lowest_V: float
) -> dict[str, float]:
    """Return how far the circuit's outputs and update are from the model's in a cycle, V rms.

    ``drives`` are the model's and the circuit's: each was queried for its own outputs.

    ``update`` is the model's own, ``along`` the circuit's along it: 1 if they are the same, nothing
    where there is no update. Gates at or below ``lowest_V``, where diodes hold them, are ``held``,
    a share of all, and not in the updates.
    """
    expected, found = model.cycle(state, drives[0]), circuit.cycle(state, drives[1])
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


def checked(folder: Path, every: int) -> pd.DataFrame:
    """Return the deviations of a run, of every so many cycles; those known are in its folder."""
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
        plants = model, other
        supervisors = [Supervisor(plant, lesson, ideal.damage) for plant in plants]
        rows = []
        for state in recorded(folder, every):
            if state.cycle < lesson.end:
                drives = supervisors[0].drive(state), supervisors[1].drive(state)
                rows.append(deviation(state, drives, *plants, lowest))
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
    """Return a row of settling time, energy and power per edge of the circuit's answers.

    Output nodes hang on ideal sources alone: `PAIRS` of them are timed as if others were not there.
    """
    _, circuit = twins(folder)
    task = circuit.lesson.task
    assert isinstance(task, Classification)
    assert task.targets is not None
    pixels = len(task.inputs)
    nodes = np.array(task.outputs[:PAIRS]).ravel() - pixels
    outputs = tuple((node, node + 1) for node in range(pixels, pixels + len(nodes), 2))
    few = replace(
        task,
        outputs=outputs,
        targets=task.targets[:, :PAIRS],
        test=(task.test[0][:STEPPED], task.test[1][:STEPPED]),
    )
    network = dense(pixels, len(nodes)).with_roles(task.inputs, outputs)
    part = gates.reshape(-1, pixels)[nodes].ravel()
    lesson = replace(circuit.lesson, task=few, network=network)
    return line("digits", answers(circuit, part, folder, lesson))


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
    title = f"Every {EVERY}th update, made by the circuit too"
    caption = "At the gates of the idealised model, before the same example."
    charts.Figure("digits-checks", title, caption, [layer]).write(DOCS)


def trained(folder: Path) -> pd.DataFrame:
    """Return the accuracy of machines like a run's, by seed and cycle; known ones are in FOLDER."""
    file = folder / LEARNED
    if not file.exists():
        found = []
        for seed in range(SEEDS):
            table = learned(replace(twins(folder)[0], seed=seed))
            found.append(table.assign(seed=seed))
            print(f"seed {seed}: {table['accuracy'].iloc[-1]:.4f}", flush=True)
        pd.concat(found).to_csv(file, index=False)
    return pd.read_csv(file).assign(board=folder.name)


def draw_learning(folders: list[Path]) -> None:
    """Draw the accuracy against the cycle, one line per seed; print the last ones' deciles."""
    runs = pd.concat([trained(folder) for folder in folders])
    ends = runs.groupby(["board", "seed"])["accuracy"].last().unstack("board")
    print(ends.quantile([0, 0.1, 0.5, 0.9, 1]).to_string(), flush=True)
    later = runs[runs["cycle"] > 0]
    layer = (
        alt.Chart(charts.table(later))
        .mark_line(point=True)
        .encode(
            x=alt.X("cycle:Q", title="examples"),
            y=alt.Y("accuracy:Q", scale=alt.Scale(zero=False), title="right, of the test set"),
            color=alt.Color("board:N", title=None),
            detail="seed:N",
        )
    )
    title = "Digits: what is right of the test set"
    caption = "One line per seed, from the first epoch on."
    charts.Figure("digits", title, caption, [layer]).write(DOCS)


def report(table: pd.DataFrame) -> None:
    """Print the deciles of deviations."""
    moved = table[table["along"].notna()]
    quantiles = moved.assign(relative=moved["apart"] / moved["update"]).quantile([0.1, 0.5, 0.9])
    print(f"{len(table)} updates checked, {len(table) - len(moved)} of them nothing to teach")
    columns = ["outputs", "update", "apart", "relative", "along", "held"]
    print(quantiles[columns].to_string(), flush=True)


def main(*folders: Path) -> None:
    """Draw what many seeds learn, check updates of the runs, time the answers of the first."""
    draw_learning([*folders])
    first, *others = folders
    table = checked(first, EVERY)
    draw(table[table["along"].notna()])
    report(table)
    for folder in others:
        report(checked(folder, SELDOM))
    print(f"logistic regression on the run's split: {logistic(first):.3f}", flush=True)
    last = sl.load(first).cycles.filter(like="gate_").to_numpy(float)[-1]
    named = right(first, last)
    same = (named["spice"] == named["ideal"]).mean()
    scores = ", ".join(
        f"{plant} {(named[plant] == named['digit']).mean():.3f}" for plant in ("spice", "ideal")
    )
    print(f"{len(named)} test digits: {scores}; the same answer {same:.3f}", flush=True)
    print(timed(first, last))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
