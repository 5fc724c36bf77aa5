"""What docs/reproduction.md measures in a run folder: numbers by name, a function per task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid

import spicelearn as sl
from spicelearn.api import Run
from spicelearn.experiment import default_board
from spicelearn.machines.rheostat.board import Board
from spicelearn.plant import Floats, State
from spicelearn.tasks.classification import Classification

BOARD = Board()
STEP_V = float(
    5 * BOARD.resistance(np.array(1)) / (2 * BOARD.resistance(np.array(BOARD.start_code)))
)
SETTLED = 50  # last cycles of a stage of the divider
AT_FLOOR = 100  # last cycles of an allostery of ``seven``


def codes_of(run: Run) -> Floats:
    """Return the wiper codes before every step and after the last one, shape (cycles + 1, E)."""
    return run.cycles.filter(like="code_").to_numpy(dtype=float)


def fallen(errors: Floats, final: float) -> float:
    """Return the decades from the first of some errors to a final one."""
    return float(np.log10(errors[0] / final))


def learning(run: Run) -> dict[str, float]:
    """Return the decades at the end and at the best moment, when that was, and the rise since.

    Also the cycles until the error is a hundredth of the first one, the network's slowest time
    constant, us, and the clock's frequency, Hz.
    """
    circuit = run.manifest["plants"].get(run.results["task"], {})
    measured = run.cycles.dropna(subset="error")
    errors, cycles = measured["error"].to_numpy(), measured["cycle"].to_numpy()
    below = np.flatnonzero(errors <= errors[0] / 100)
    return {
        "decades": run.results["decades"],
        "best": fallen(errors, errors.min()),
        "best_cycle": float(cycles[errors.argmin()]),
        "rise": float(run.results["error_final"] / errors.min()),
        "hundredth": float(cycles[below[0]]) if len(below) else np.inf,
        "constant_us": 1e6 * circuit.get("slowest_time_constant_s", np.nan),
        "clock_Hz": 1 / circuit.get("clock_period_s", np.nan),
    }


def divider(run: Run) -> dict[str, float]:
    """Return how near the output comes to its targets, mV, and how the two resistances move.

    A drift is the change of the mean logarithm from the first to the second half of the settled
    cycles of a target, absolute, averaged over the targets.
    """
    codes, stages = codes_of(run), run.results["stages"]
    errors = np.sqrt(run.cycles["error"].to_numpy())
    moves = np.diff(codes, axis=0)
    away = errors[: len(moves)] > STEP_V
    logs = np.log(BOARD.resistance(codes))
    both, ratio, first = [], [], []
    for stage in stages:
        end = stage["last_cycle"] + 1
        halves = logs[end - SETTLED : end].reshape(2, SETTLED // 2, 2).mean(axis=1)
        change = halves[1] - halves[0]
        both.append(abs(change.mean()))
        ratio.append(abs(change[1] - change[0]))
        near = np.flatnonzero(errors[stage["first_cycle"] : end] <= STEP_V)
        first.append(near[0] if len(near) else np.inf)
    return {
        "late_mV": 1e3 * max(stage["error_late_V"] for stage in stages),
        "reached_cycle": float(np.max(first)),
        "opposite": float((moves[away].prod(axis=1) < 0).mean()),
        "drifting": float(np.mean(both) / np.mean(ratio)),
    }


def iris(run: Run) -> dict[str, float]:
    """Return the accuracy at the start and at the end, and that of logistic regression.

    Logistic regression has the same training and test flowers; so has the nearest of the classes'
    mean flowers, in all four measures.
    """
    task = sl.Experiment("iris", seed=run.results["seed"], plant="ideal").lesson.task
    assert isinstance(task, Classification)
    others = {"logistic": LogisticRegression(max_iter=10_000), "centroid": NearestCentroid()}
    return {
        "first": run.results["accuracy_initial"],
        "accuracy": run.results["accuracy_final"],
        **{
            name: float(model.fit(*task.training).score(*task.test))
            for name, model in others.items()
        },
    }


def seven(run: Run) -> dict[str, float]:
    """Return how many of the nine lessons are learned, and what the three of task ii have alike."""
    codes, stages = codes_of(run), run.results["stages"]
    lessons = [stage for stage in stages if stage["accuracy_final"] is None]
    (classes,) = (stage for stage in stages if stage["accuracy_final"] is not None)
    again = [stage for stage in lessons if stage["task"] == "ii"]
    solved = [codes[stage["last_cycle"] + 1] for stage in again]
    apart = [np.sqrt(np.mean((one - other) ** 2)) for one, other in combinations(solved, 2)]
    constant = [stage for stage in lessons if stage["targets_V"]]
    ends = [stage["last_cycle"] + 1 for stage in constant]
    first = [stage["error_initial"] for stage in again]
    return {
        "learned": sum(stage["error_final"] <= stage["error_initial"] / 10 for stage in lessons),
        "first": classes["accuracy_initial"],
        "accuracy": classes["accuracy_final"],
        "forgotten": min(first[1:]) / max(stage["error_final"] for stage in again[:-1]),
        "alike": max(first) / min(first),
        "apart": float(min(apart)),
        "within": float(
            max(np.sqrt(np.mean((codes[end] - codes[end - AT_FLOOR]) ** 2)) for end in ends)
        ),
        "upwards": float(np.mean([(codes[end] - codes[end - AT_FLOOR]).mean() for end in ends])),
    }


def damage(run: Run) -> dict[str, float]:
    """Return how far the error falls before a cut, how many cuts make it rise, and are survived.

    An edge is of modest weight if the error stays below ten times the final one, as the trained
    network has it, when this edge alone is cut before the first cut.
    """
    stages = run.results["stages"]
    errors = run.cycles["error"].to_numpy()
    before = [stage["error_final"] for stage in stages[:-1]]
    spikes = [errors[stage["first_cycle"]] for stage in stages[1:]]
    return {
        "decades": stages[0]["decades"],
        "spikes": sum(spike > 10 * floor for spike, floor in zip(spikes, before, strict=True)),
        "recovered": sum(stage["error_final"] <= errors[0] / 100 for stage in stages[1:]),
        "modest": modest(run),
    }


def modest(run: Run) -> float:
    """Return the share of edges without which the error stays below ten times what it was."""
    experiment = sl.Experiment("damage", plant="ideal", board=default_board("rheostat", "ideal"))
    lesson = experiment.lesson
    drive, plant = lesson.first_drive(), experiment.plant_of(experiment.setup(lesson))
    trained = run.results["stages"][0]
    state = State(codes_of(run)[trained["last_cycle"]])
    kept = []
    for edge in range(experiment.edges):
        intact = np.arange(experiment.edges) != edge
        reading = plant.cycle(state, replace(drive, intact=intact))
        kept.append(lesson.task.score(reading, drive) <= 10 * trained["error_final"])
    return float(np.mean(kept))


MEASURES: dict[str, Callable[[Run], dict[str, float]]] = {
    "divider": divider,
    "allostery": learning,
    "regression": learning,
    "iris": iris,
    "seven": seven,
    "damage": damage,
}


def measured(run: Run) -> dict[str, Any]:
    """Return the measures of a run, by the name of its task."""
    return MEASURES[run.results["task"]](run)
