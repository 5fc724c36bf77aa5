"""Two tasks in turn, for docs/imperfect.md: combined error and excursion of the gates.

Run ``python studies/transistor/two_tasks.py runs/two-tasks``: it computes every point of
``two-tasks.toml`` by the idealised model, many machines at once. A folder of ``spicelearn sweep
studies/transistor/two-tasks-circuit.toml`` after it adds what the circuit does.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from ensemble import trained
from matplotlib.figure import Figure

import spicelearn as sl
from spicelearn.experiment import Experiment
from spicelearn.plant import Ints
from spicelearn.sweep.point import experiment_of
from spicelearn.sweep.spec import Sweep
from spicelearn.sweep.table import load_table

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
ROUNDS = 2  # at the end, each of two turns, over which errors and gates are looked at
LOOKS = 10  # per turn
LINES = {
    ("ordinary", "perfect"): "no offset",
    ("ordinary", "laboratory"): "measured offsets",
    ("overclamp", "perfect"): "no offset",
    ("overclamp", "laboratory"): "measured offsets",
}
LABELS = {
    "error": "combined error, V²",
    "excursion": "squared excursion of a gate in two rounds, V²",
}
FLOORS = {"error": 1e-9, "excursion": 1e-7}


Point = tuple[dict[str, object], Experiment]


def experiments(spec: Path) -> Iterator[list[Point]]:
    """Yield the experiments of a specification, those of one task and one turn together."""
    with tempfile.TemporaryDirectory() as folder:
        made = [
            (point.values, experiment_of(point, spec.parent, Path(folder)))
            for point in Sweep.from_toml(spec).points
        ]

        def kind(each: Point) -> tuple[str, float]:
            return each[1].curriculum.name, turn_s(each[1])

        for _, together in groupby(sorted(made, key=kind), key=kind):
            yield list(together)


def turn_s(experiment: Experiment) -> float:
    """Return for how long one task is taught on end, s."""
    hold: int = experiment.lesson.task.hold  # type: ignore[attr-defined]
    window_s: float = experiment.constants.window_s  # type: ignore[attr-defined]
    return round(hold * window_s, 9)


def measured(experiment: Experiment) -> Ints:
    """Return the cycles of the last `ROUNDS`, `LOOKS` per turn, the end of every turn included."""
    hold: int = experiment.lesson.task.hold  # type: ignore[attr-defined]
    turns = np.arange(2 * ROUNDS) * hold + experiment.length - 2 * ROUNDS * hold
    within = np.unique(np.linspace(0, hold, LOOKS + 1).round().astype(int))
    return np.unique((turns[:, None] + within).ravel())


def computed(together: list[Point]) -> pd.DataFrame:
    """Return a row per machine: what varied, its combined error, V^2, and excursion, V^2.

    The error is the mean over the last rounds, the excursion the mean over the gates of the squared
    range in them. ``before`` and ``after`` are the errors, V^2, of the task that is taught, as its
    last turn begins and ends; ``other`` that of the other task at its end.
    """
    _, first = together[0]
    learned = trained([each for _, each in together], measured(first).tolist())
    each = (learned.outputs - learned.desired)[:, :, :, 0] ** 2  # the last turn is that of task B
    rows = pd.DataFrame(
        [
            {
                "task": experiment.curriculum.name,
                "turn_s": turn_s(experiment),
                "rule": experiment.rule,
                "board": Path(str(values["run.board"])).stem,
                "seed": experiment.seed,
            }
            for values, experiment in together
        ]
    )
    start = len(learned.cycles) - 1 - (len(learned.cycles) - 1) // (2 * ROUNDS)
    return rows.assign(
        error=learned.errors.mean(axis=0),
        excursion=(np.ptp(learned.gates, axis=0) ** 2).mean(axis=1),
        gate=learned.gates.mean(axis=(0, 2)),
        before=each[start, :, 1],
        after=each[-1, :, 1],
        other=each[-1, :, 0],
    )


def draw(table: pd.DataFrame) -> None:
    """Draw error and excursion against the turn, medians with the first to ninth decile."""
    figure = Figure(figsize=(10, 7), dpi=130, layout="constrained")
    axes = figure.subplots(2, 2, sharex=True)
    for column, task in enumerate(sorted(set(table["task"]))):
        for row, what in enumerate(("error", "excursion")):
            ax = axes[row, column]
            for colour, (rule, board) in enumerate(LINES):
                rows = table[
                    (table["task"] == task)
                    & table["rule"].str.startswith(rule)
                    & (table["board"] == board)
                ]
                for plant, style in (("ideal", "-"), ("spice", "o")):
                    by = rows[rows["plant"] == plant].groupby("turn_s")[what]
                    if not len(by):
                        continue
                    middle = by.median().clip(lower=FLOORS[what])
                    label = f"{rule}, {LINES[rule, board]}{', circuit' if plant == 'spice' else ''}"
                    ax.plot(middle.index, middle, style, color=f"C{colour}", label=label)
                    low, high = (by.quantile(q).clip(lower=FLOORS[what]) for q in (0.1, 0.9))
                    if plant == "ideal":
                        ax.fill_between(middle.index, low, high, color=f"C{colour}", alpha=0.15)
                    else:
                        bars = np.array([middle - low, high - middle])
                        ax.errorbar(middle.index, middle, bars, fmt="none", color=f"C{colour}")
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.set_ylim(bottom=FLOORS[what])
            ax.set_ylabel(LABELS[what])
        axes[0, column].set_title(task)
        axes[1, column].set_xlabel("turn, s")
    turns = np.array([1e-3, 0.1])
    axes[1, 0].plot(turns, 50 * turns**2, "k:", label="square of the turn")
    axes[0, 0].legend(fontsize=7)
    axes[1, 0].legend(fontsize=7)
    figure.savefig(DOCS / "two-tasks.png")


def of_sweep(folder: Path) -> pd.DataFrame:
    """Return the same rows of a sweep's circuits, from the rows of their tables at the end."""
    found = []
    table = load_table(folder)
    for _, point in table[table["status"] == "finished"].iterrows():
        run = sl.load(folder / point["run"])
        experiment = Experiment.from_dict(run.manifest["experiment"], run.folder)
        hold: int = experiment.lesson.task.hold  # type: ignore[attr-defined]
        late = run.cycles[run.cycles["cycle"] >= experiment.length - 2 * ROUNDS * hold]
        gates = late.filter(like="gate_").to_numpy()
        found.append(
            {
                "task": experiment.curriculum.name,
                "turn_s": turn_s(experiment),
                "rule": experiment.rule,
                "board": Path(str(point["run.board"])).stem,
                "seed": experiment.seed,
                "error": late["error"].mean(),
                "excursion": (np.ptp(gates, axis=0) ** 2).mean(),
                "gate": gates.mean(),
            }
        )
    return pd.DataFrame(found).assign(plant="spice")


def main(out: Path, circuits: list[Path]) -> None:
    """Compute, or take what was computed before; draw, and print medians with deciles."""
    kept = out / "ideal.csv"
    if not kept.exists():
        out.mkdir(parents=True, exist_ok=True)
        pd.concat(map(computed, experiments(HERE / "two-tasks.toml"))).to_csv(kept, index=False)
    table = pd.concat([pd.read_csv(kept).assign(plant="ideal"), *map(of_sweep, circuits)])
    draw(table)
    by = table.groupby(["plant", "task", "rule", "board", "turn_s"])
    for named, rows in by:
        *names, turn = cast(tuple[Any, ...], named)
        cells = []
        for what in ("error", "excursion"):
            low, middle, high = rows[what].quantile([0.1, 0.5, 0.9])
            cells.append(f"{middle:.2g} [{low:.2g}, {high:.2g}]")
        print("|", " | ".join([*names, f"{1e3 * turn:g}", *cells]), "|")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
