"""Carry out an experiment: plant, training, records, in a child process, into a run folder."""

from __future__ import annotations

import platform
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from . import record
from .errors import EngineError, SpicelearnError, UsageError
from .experiment import Experiment
from .ideal.twin import IdealTwin
from .isolation import Report, isolated
from .parts import Parts
from .plant import Drive, Plant, State
from .rule import for_board
from .spice.ngspice import library_path
from .spice.plant import SpicePlant
from .supervisor import Supervisor
from .tasks import Stage
from .train import Drives, train

LATE = 30  # cycles at the end of a stage over which its error is averaged
NOTICE_EVERY = 0.1  # s between notices of progress
HOLD = 0.2  # s that rows may wait where no engine can crash


@dataclass(frozen=True)
class Notice:
    """Tell how far a run is: cycles done, latest error in V^2, cycles a second so far."""

    cycle: int
    error: float
    cycles_per_second: float


def run(
    experiment: Experiment, folder: Path, report: Report = lambda notice: None
) -> dict[str, Any]:
    """Train and return the results, the keys of ``train --json``; ``report`` gets each Notice.

    Raises SpicelearnError; what was recorded until then stays in the folder.
    """
    started = time.perf_counter()
    if experiment.plant == "spice":
        library_path()  # what is missing is said before a folder is made
    record.create(folder)
    manifest: dict[str, Any] = {
        "experiment": experiment.as_dict(),
        "versions": {
            **{name: version(name) for name in ("spicelearn", "PySpice", "numpy")},
            "python": platform.python_version(),
        },
        "parts": experiment.parts().as_dict(),
        "status": "running",
    }
    record.write_manifest(folder, manifest)
    try:
        if experiment.plant == "spice":
            log = folder / record.LOG
            found = isolated(train_here, experiment, folder, log=log, report=report)
        else:
            found = train_here(experiment, folder, report)
    except UsageError:
        record.discard(folder)
        raise
    except BaseException as failure:
        manifest |= {"status": "failed", "reason": str(failure) or "interrupted"}
        with suppress(SpicelearnError):  # a full disk has been told of
            record.write_manifest(folder, manifest)
        if isinstance(failure, EngineError) and (folder / record.DECK).exists():
            raise EngineError(f"{failure}; the deck is {folder / record.DECK}") from failure
        raise
    results = {
        "task": experiment.task,
        "plant": experiment.plant,
        "detail": "event" if experiment.plant == "spice" else None,
        "cycles": experiment.length,
        "seed": experiment.seed,
        "eta": experiment.nudge,
        "probability": 1.0,
        **found["results"],
        "wall_seconds": time.perf_counter() - started,
        "run": str(folder),
    }
    manifest |= {**found["plant"], "status": "finished", "results": results}
    record.write_manifest(folder, manifest)
    return results


def train_here(experiment: Experiment, folder: Path, report: Report) -> dict[str, Any]:
    """Train in this process; return results and what is to be known of the circuit."""
    network, board, state = experiment.chosen_network, experiment.constants, experiment.start()
    parts = experiment.parts()
    plant = make_plant(experiment, parts, folder / record.DECK)
    hold = 0 if experiment.plant == "spice" else HOLD
    supervisor = make_supervisor(experiment, plant)
    recorder = record.Recorder(folder, experiment.edges, supervisor.measure, hold)
    rule = for_board(network, board, parts)
    with closing(plant), closing(recorder):
        started = time.perf_counter()
        drives = Announced(supervisor, recorder, report)
        state = train(plant, drives, state, recorder, rule, experiment.length)
        seconds = time.perf_counter() - started
        recorder.keep(state, *supervisor.conclude(state))
    return {
        "results": {
            **record.summary(recorder.errors),
            "accuracy_initial": recorder.accuracies[0] if recorder.accuracies else None,
            "accuracy_final": record.late(recorder.accuracies) if recorder.accuracies else None,
            "cycles_per_second": experiment.length / seconds,
            "unsettled_cycles": recorder.unsettled + supervisor.unsettled,
            "engine": plant.engine,
            "stages": [staged(stage, recorder.errors) for stage in experiment.stages()],
        },
        "plant": plant.details,
    }


def make_plant(experiment: Experiment, parts: Parts, deck_file: Path | None = None) -> Plant:
    """Return the plant that the experiment names; a circuit's deck goes to ``deck_file``."""
    network, board = experiment.chosen_network, experiment.constants
    if experiment.plant == "ideal":
        return IdealTwin(network, board, parts)
    return SpicePlant(
        network, board, parts, experiment.start(), experiment.first_drive(), deck_file
    )


def make_supervisor(experiment: Experiment, plant: Plant) -> Supervisor:
    """Return who teaches this plant."""
    task, every = experiment.chosen_task, experiment.interval
    return Supervisor(plant, task, experiment.edges, experiment.nudge, every)


class Announced:
    """Pass the supervisor's drives on, reporting a Notice now and then."""

    def __init__(self, drives: Drives, recorder: record.Recorder, report: Report) -> None:
        self._drives = drives
        self._recorder = recorder
        self._report = report
        self._started = self._last = time.perf_counter()

    def drive(self, state: State) -> Drive:
        """Return what is applied, and report."""
        now = time.perf_counter()
        if now - self._last >= NOTICE_EVERY and self._recorder.errors:
            self._last = now
            rate = state.cycle / (now - self._started)
            self._report(Notice(state.cycle, self._recorder.errors[-1], rate))
        return self._drives.drive(state)


def staged(stage: Stage, errors: list[float]) -> dict[str, Any]:
    """Return how well a stage was followed.

    ``error_late_V`` is the mean over its last cycles of the root mean squared error of the
    outputs: for one output, the mean absolute error.
    """
    late = errors[max(stage.first, stage.end - LATE) : stage.end]
    return {
        "first_cycle": stage.first,
        "last_cycle": stage.end - 1,
        "targets_V": list(stage.targets),
        "error_late_V": float(np.mean(np.sqrt(late))),
    }
