"""How fast both plants train, against the size of the network, and how fast the naive way is."""

from __future__ import annotations

import math
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from .experiment import Experiment
from .isolation import Report, isolated
from .plants import block, machine, make_plant
from .record import LOG, Recorder, create, replace_json
from .rule import for_board
from .spice.engine import TRANSIENTS
from .spice.naive import NaivePlant
from .spice.ngspice import Library
from .supervisor import Supervisor
from .train import train
from .worker import HOLD, Desk, Run

TASK = "allostery"
SIZES = {16: "wheel9", 112: "lattice-8x8", 480: "lattice-16x16", 1624: "lattice-29x29"}
PLANTS = ("spice", "ideal")
RESULTS, FIGURE = "bench.json", "bench.png"
SPAN = 0.5  # s that a measurement takes at least
LABORATORY = (3.0, 5.0)  # Hz, the clock of the machine of 16 edges (2022 paper)
NAIVE = 30.0  # s after which the naive way is not tried again, but for a second time


def write_bench(
    edges: Sequence[int], repeats: int, folder: Path, report: Report
) -> list[dict[str, Any]]:
    """Measure both plants at these sizes, each in a process of its own; return a row each.

    Leaves ``bench.json`` and ``bench.png`` in the folder. ``report`` hears what is measured next.
    A row's figures are medians of ``repeats`` measurements; ``growth_exponent`` is the slope of
    log(seconds a cycle) against log(edges) over the sizes of its plant, None where there is one.
    """
    create(folder, RESULTS)
    rows = []
    for size in sorted(set(edges)):
        for plant in PLANTS:
            report(f"{size} edges, {plant}")
            row = _apart(measure, folder, size, plant, repeats)
            if plant == "spice":
                report(f"{size} edges, a fresh transient each clock")
                naive = _apart(measure_naive, folder, size, repeats)
                row |= {
                    "naive_cycles_per_second": naive,
                    "ratio": row["cycles_per_second"] / naive,
                }
            rows.append(row)
            _keep(folder, rows)
    for plant in PLANTS:
        mine = [row for row in rows if row["plant"] == plant]
        slope = growth([row["edges"] for row in mine], [row["cycles_per_second"] for row in mine])
        for row in mine:
            row["growth_exponent"] = slope
    _keep(folder, rows)
    return rows


def _keep(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Write what is known so far."""
    from .report.speed import speed_figure  # noqa: PLC0415 - not into the processes that measure

    replace_json(folder / RESULTS, rows)
    speed_figure(rows, LABORATORY).write(folder)


def _apart(function: Callable[..., Any], folder: Path, *arguments: Any) -> Any:
    """Return what a function measures in a process of its own."""
    return isolated(function, *arguments, log=folder / LOG, report=lambda _: None)


def growth(edges: Sequence[int], rates: Sequence[float]) -> float | None:
    """Return the exponent with which the time of a cycle grows with the number of edges."""
    if len(edges) < 2:
        return None
    return float(-np.polyfit(np.log(edges), np.log(rates), 1)[0])


def measure(size: int, plant_name: str, repeats: int, report: Report) -> dict[str, Any]:
    """Train in this process, as ``spicelearn train`` does, and return a row without naive figures.

    A measurement takes whole blocks of cycles, so that beginning a transient is in it; the time to
    load the circuit anew every so many transients is added in proportion.
    """
    experiment = Experiment(TASK, network=SIZES[size], plant=plant_name, cycles=10**7)
    lesson, parts = experiment.lesson, experiment.parts()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        hold = 0 if plant_name == "spice" else HOLD
        begun = time.perf_counter()
        plant = make_plant(experiment, parts, lesson, folder)
        load = time.perf_counter() - begun
        with (
            closing(Recorder(folder, experiment.edges, hold)) as recorder,
            closing(plant),
        ):
            run = Run(experiment, folder, None, recorder, lambda _: None)
            run.engine = plant.engine
            desk = Desk(run, plant, Supervisor(plant, lesson, experiment.damage))
            rule = for_board(lesson.network, experiment.constants, parts)
            library = Library.get() if plant_name == "spice" else None
            state = experiment.start()

            def advance(cycles: int) -> None:
                nonlocal state
                state = train(plant, desk, state, desk, rule, state.cycle + cycles)

            first, _ = _timed(advance, block(lesson), library)
            cycles = math.ceil(SPAN / first / block(lesson)) * block(lesson)
            found = []
            for number in range(repeats):
                report(number)
                found.append(_timed(advance, cycles, library))
        seconds, shares = zip(*found, strict=True)
        reload = load / (TRANSIENTS * block(lesson)) if library else 0.0
        return {
            "edges": size,
            "plant": plant_name,
            "cycles_per_second": 1 / (statistics.median(seconds) + reload),
            "naive_cycles_per_second": None,
            "ratio": None,
            "engine_share": statistics.median(shares) if library else None,
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "engine": plant.engine,
            "network": SIZES[size],
            "load_seconds": load,
            "unsettled_cycles": recorder.unsettled,
            "cycles": state.cycle,
        }


def _timed(
    advance: Callable[[int], None], cycles: int, library: Library | None
) -> tuple[float, float]:
    """Return how long a cycle takes, s, and the part of it that passes within ngspice."""
    before, notices = (library.seconds, library.notices) if library else (0.0, 0)
    begun = time.perf_counter()
    advance(cycles)
    seconds = time.perf_counter() - begun
    inside = 0.0
    if library:
        python = (library.notices - notices) * library.notice_seconds()
        inside = library.seconds - before - python
    return seconds / cycles, inside / seconds


def measure_naive(size: int, repeats: int, report: Report) -> float:
    """Return the cycles a second of the naive way, a median."""
    experiment = Experiment(TASK, network=SIZES[size], cycles=10**7)
    lesson, parts = experiment.lesson, experiment.parts()
    plant = NaivePlant(machine(experiment, parts, lesson))
    rule = for_board(lesson.network, experiment.constants, parts)
    state = experiment.start()
    rates: list[float] = []
    begun = time.perf_counter()
    while len(rates) <= repeats and (len(rates) < 2 or time.perf_counter() - begun < NAIVE):
        report(len(rates))
        started = time.perf_counter()
        reading = plant.cycle(state, lesson.first_drive())
        state = rule.advance(state, reading, lesson.first_drive())
        rates.append(1 / (time.perf_counter() - started))
    return statistics.median(rates[1:])  # the first loads the library too
