"""Two tasks in turn, for docs/imperfect.md: combined error and excursion of the gates.

Run ``python studies/transistor/two_tasks.py runs/two-tasks``: it computes every point of
``two-tasks.toml`` and ``overclamp.toml`` by the idealised model, compiled. A folder of
``spicelearn sweep studies/transistor/two-tasks-circuit.toml`` after it adds what the circuit does.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

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
SPECS = ("two-tasks", "overclamp")
RULES = ("ordinary", "overclamp:0.2", "overclamp:0.05", "centred overclamp:0.2")
BOARDS = {"perfect": "no offset", "laboratory": "measured offsets"}
LINES = [(rule, board) for rule in RULES for board in BOARDS]
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

        def kind(each: Point) -> tuple[str, float, int]:
            return each[1].curriculum.name, turn_s(each[1]), each[1].length

        for _, together in groupby(sorted(made, key=kind), key=kind):
            yield list(together)


def turn_s(experiment: Experiment) -> float:
    """Return for how long one task is taught on end, s."""
    seconds: float = cycles_of_turn(experiment) * experiment.constants.window_s  # type: ignore[attr-defined]
    return round(seconds, 9)


def cycles_of_turn(experiment: Experiment) -> int:
    """Return for how many cycles one task is taught on end."""
    hold: int = experiment.lesson.task.hold  # type: ignore[attr-defined]
    return hold * experiment.lesson.nudge.cycles


def rule_of(experiment: Experiment) -> str:
    """Return the name of a rule with its nudge."""
    if experiment.nudge == "positive":
        return experiment.rule
    return f"{experiment.nudge} {experiment.rule}"


def measured(experiment: Experiment) -> Ints:
    """Return the cycles of the last `ROUNDS`, `LOOKS` per turn, the end of every turn included."""
    hold = cycles_of_turn(experiment)
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
                "rule": rule_of(experiment),
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
    figure = Figure(figsize=(10, 8.5), dpi=130, layout="constrained")
    axes = figure.subplots(2, 2, sharex=True)
    for column, task in enumerate(sorted(set(table["task"]))):
        for row, what in enumerate(("error", "excursion")):
            ax = axes[row, column]
            for place, (rule, board) in enumerate(LINES):
                colour, dash = place // 2, "-" if board == "laboratory" else "--"
                rows = table[
                    (table["task"] == task) & (table["rule"] == rule) & (table["board"] == board)
                ]
                for plant, style in (("ideal", dash), ("spice", "o")):
                    by = rows[rows["plant"] == plant].groupby("turn_s")[what]
                    if not len(by):
                        continue
                    middle = by.median().clip(lower=FLOORS[what])
                    label = f"{rule}, {BOARDS[board]}" if plant == "ideal" else None
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
    names = axes[1, 0].get_legend_handles_labels()
    figure.legend(*names, loc="outside lower center", ncol=3, fontsize=8, title="dots: circuits")
    figure.savefig(DOCS / "two-tasks.png")


def of_sweep(folder: Path) -> pd.DataFrame:
    """Return the same rows of a sweep's circuits, from the rows of their tables at the end.

    A board that does not vary is that of the laboratory.
    """
    found = []
    table = load_table(folder)
    for _, point in table[table["status"] == "finished"].iterrows():
        run = sl.load(folder / point["run"])
        experiment = Experiment.from_dict(run.manifest["experiment"], run.folder)
        hold = cycles_of_turn(experiment)
        late = run.cycles[run.cycles["cycle"] >= experiment.length - 2 * ROUNDS * hold]
        gates = late.filter(like="gate_").to_numpy()
        found.append(
            {
                "task": experiment.curriculum.name,
                "turn_s": turn_s(experiment),
                "rule": rule_of(experiment),
                "board": Path(str(point.get("run.board", "laboratory"))).stem,
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
        groups = (each for spec in SPECS for each in experiments(HERE / f"{spec}.toml"))
        pd.concat(map(computed, groups)).to_csv(kept, index=False)
    table = pd.concat([pd.read_csv(kept).assign(plant="ideal"), *map(of_sweep, circuits)])
    draw(table)
    by = table.groupby(["plant", "task", "rule", "board", "turn_s"])
    for values, rows in by:
        plant, task, rule, board, turn = (*map(str, values[:4]), float(str(values[4])))
        cells = []
        for what in ("error", "excursion"):
            low, middle, high = rows[what].quantile([0.1, 0.5, 0.9])
            cells.append(f"{middle:.2g} [{low:.2g}, {high:.2g}]")
        print("|", " | ".join([plant, task, rule, board, f"{1e3 * turn:g}", *cells]), "|")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
