"""Update against gradient, for docs/rules.md: positive and centred nudges, small and large eta.

Run ``python studies/nudges.py OUT.csv``: the idealised models of both machines, at random weights.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from spicelearn.experiment import Experiment, default_board
from spicelearn.plant import Drive, Floats, Plant, State

DOCS = Path(__file__).parents[1] / "docs"
TASKS = {
    "allostery": "allostery (linear, three outputs)",
    "regression": "regression (linear, two outputs)",
    "nonlinear-regression": "nonlinear-regression (transistors, one node)",
    "xor": "xor (transistors, a difference)",
    "iris": "iris (linear, three outputs, 30 examples)",
    "iris-transistor": "iris-transistor (a difference, 30 examples)",
    "digits": "digits (transistors, ten differences, 1,438 examples)",
}
ETAS = (0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0)
TINY = 1e-3  # a nudge of which the third order does not count
USUAL_STATES, STATES = 20, {"digits": 2}  # random weights per task
EXAMPLES = 8  # at most, of a task
Rows = list[tuple[Floats, Floats]]  # inputs and targets, V, of examples
STEP = 1e-4  # of a weight, relative to its range, by which its derivative is found


class Updates:
    """Hold a machine's idealised model, with some examples of its task."""

    def __init__(self, task: str) -> None:
        experiment = Experiment(task, plant="ideal")
        if experiment.machine != "transistor":
            board = default_board(str(experiment.machine), "ideal")
            experiment = Experiment(
                task,
                plant="ideal",
                board=replace(board, update="continuous"),  # type: ignore[call-arg]
            )
        self.experiment, self.lesson = experiment, experiment.lesson
        self.plant: Plant = experiment.plant_of(experiment.setup(self.lesson))
        self.transistors = experiment.machine == "transistor"

    def weights(self, seed: int) -> Floats:
        """Return random weights: gates from 1.2 to 4 V, codes from 20 to 110."""
        low, high = (1.2, 4.0) if self.transistors else (20.0, 110.0)
        return np.random.default_rng(seed).uniform(low, high, self.experiment.weights.count)

    def outputs(self, weights: Floats, inputs: Floats) -> Floats:
        """Return the outputs of the free network, V, shape (rows, outputs)."""
        nothing = np.zeros(len(self.lesson.task.outputs))
        drives = [self.drive((row, nothing), 0.0) for row in inputs]
        shown = [self.plant.cycle(State(weights), drive).outputs[0] for drive in drives]
        return np.array(shown)

    def rows(self, weights: Floats) -> Rows:
        """Return inputs and targets of the examples, V; those that are queried by its answers."""
        task = self.lesson.task
        given = task.given()
        if given is not None and task.queries(0) is None:
            return list(zip(given[0][:EXAMPLES], given[1][:EXAMPLES], strict=True))
        found, responses = [], None
        for cycle in range(EXAMPLES):
            if (queries := task.queries(cycle)) is not None:
                responses = self.outputs(weights, queries)
            example = task.example(cycle, responses)
            found.append((example.inputs[0], example.targets[0]))
        return found

    def drive(self, row: tuple[Floats, Floats], eta: float) -> Drive:
        """Return what is applied for a row, while nothing learns."""
        plain = Drive.to_all(*row, eta, self.experiment.edges)
        return replace(plain, learning=~plain.learning)

    def contrast(self, weights: Floats, eta: float, rows: Rows) -> Floats:
        """Return the squared clamped drops less the free ones, V^2, summed over the rows."""
        total = np.zeros(self.experiment.edges)
        for row in rows:
            probes = self.plant.cycle(State(weights), self.drive(row, eta)).probes
            free, clamped = (
                self.lesson.network.drops(probes[name]) for name in ("free", "clamped")
            )
            total += clamped**2 - free**2
        return total

    def update(self, weights: Floats, eta: float, nudge: str, rows: Rows) -> Floats:
        """Return the update of the conductances per unit of eta, by a nudge of this kind."""
        towards = -self.contrast(weights, eta, rows) if nudge != "negative" else 0.0
        away = self.contrast(weights, -eta, rows) if nudge != "positive" else 0.0
        return np.asarray((towards + away) / (eta * (2 if nudge == "centred" else 1)))

    def error(self, weights: Floats, rows: Rows) -> float:
        """Return the summed squared error of the rows, V^2."""
        inputs, targets = (np.array(part) for part in zip(*rows, strict=True))
        return float(((self.outputs(weights, inputs) - targets) ** 2).sum())

    def descent(self, weights: Floats, rows: Rows) -> Floats:
        """Return the direction of steepest descent: of gates, or of the rheostats' conductances."""
        step = STEP * (5.0 if self.transistors else 128.0)
        found = []
        for place in range(len(weights)):
            moved = np.zeros(len(weights))
            moved[place] = step
            rise = self.error(weights + moved, rows) - self.error(weights - moved, rows)
            found.append(-rise / (2 * step))
        if self.transistors:
            return np.array(found)
        ohm: Floats = self.experiment.constants.resistance(weights)  # type: ignore[attr-defined]
        return -np.array(found) * ohm**2  # dR = -R^2 dk


def cosine(first: Floats, second: Floats) -> float:
    """Return the cosine of the angle between two directions."""
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))


def measured(task: str) -> Iterator[dict[str, Any]]:
    """Yield, for random weights, nudges and etas, how far an update is from what it should be.

    ``bias`` is its distance from that of a vanishing nudge, relative; ``cosine`` that of the angle
    between it and the gradient of the squared error.
    """
    machine = Updates(task)
    with closing(machine.plant):
        for seed in range(STATES.get(task, USUAL_STATES)):
            weights = machine.weights(seed)
            rows = machine.rows(weights)
            limit = machine.update(weights, TINY, "centred", rows)
            descent = machine.descent(weights, rows)
            for nudge in ("positive", "negative", "centred"):
                for eta in ETAS:
                    update = machine.update(weights, eta, nudge, rows)
                    yield {
                        "task": task,
                        "nudge": nudge,
                        "eta": eta,
                        "seed": seed,
                        "bias": np.linalg.norm(update - limit) / np.linalg.norm(limit),
                        "cosine": cosine(update, descent),
                    }


def draw(table: pd.DataFrame) -> None:
    """Draw bias and angle against eta, medians with the first to ninth decile."""
    figure = Figure(figsize=(10, 5), dpi=130, layout="constrained")
    left, right = figure.subplots(1, 2)
    for colour, (task, name) in enumerate(TASKS.items()):
        for nudge, style in (("positive", "--"), ("centred", "-")):
            rows = table[(table["task"] == task) & (table["nudge"] == nudge)]
            by = rows.groupby("eta")["bias"]
            label = name if nudge == "centred" else None
            left.plot(by.median(), style, color=f"C{colour}", label=label)
            left.fill_between(
                ETAS, by.quantile(0.1), by.quantile(0.9), color=f"C{colour}", alpha=0.1
            )
            angle = np.degrees(np.arccos(rows.groupby("eta")["cosine"].median().clip(-1, 1)))
            right.plot(angle, style, color=f"C{colour}")
    left.set_yscale("log")
    left.set_ylim(bottom=1e-6)
    left.set_ylabel("bias of the update, relative")
    right.set_ylabel("angle between update and gradient, degrees")
    names, title = left.get_legend_handles_labels(), "solid: centred, dashed: positive"
    figure.legend(*names, loc="outside lower center", ncol=3, fontsize=8, title=title)
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlabel("eta")
    figure.savefig(DOCS / "nudges.png")


def main(out: Path) -> None:
    """Compute, or take what was computed before; draw, and print the medians."""
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame([row for task in TASKS for row in measured(task)]).to_csv(out, index=False)
    table = pd.read_csv(out)
    draw(table)
    for (task, nudge, eta), rows in table.groupby(["task", "nudge", "eta"], sort=False):
        cells = []
        for what in ("bias", "cosine"):
            low, middle, high = rows[what].quantile([0.1, 0.5, 0.9])
            cells.append(f"{middle:.3g} [{low:.3g}, {high:.3g}]")
        print(f"| {task} | {nudge} | {eta:g} | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
