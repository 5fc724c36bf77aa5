"""The speed of a machine's plants, and of other simulations, against the size of the network."""

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

from .errors import UsageError
from .experiment import Experiment
from .formats.files import replace_json
from .machine import Benchmark
from .machines import DEFAULT, machine_named
from .plant import Drive, Reading, State
from .runs.folder import LOG, created
from .runs.isolation import Listener, isolated
from .runs.supervisor import Supervisor
from .runs.train import train
from .runs.worker import Training, recorder_of
from .spice.ngspice import Library

RESULTS, FIGURE = "bench.json", "bench.png"
SPAN = 0.5  # s, least duration of a measurement
LONGEST_SPAN = 30.0  # s after which another way is measured no more
WARM_UP = 40  # cycles at least before the first measurement
ENDLESS = 10**7  # cycles, more than any measurement takes


def benchmark_of(machine: str = DEFAULT) -> Benchmark:
    """Return a machine's benchmark; raise UsageError if it has none."""
    found = machine_named(machine).benchmark
    if found is None:
        raise UsageError(f"machine {machine} has no benchmark, expected one that has")
    return found


def write_bench(
    edges: Sequence[int],
    repeats: int,
    folder: Path,
    listener: Listener,
    machine: str = DEFAULT,
) -> list[dict[str, Any]]:
    """Measure all plants at these sizes, each in a process of its own; return their rows.

    Leaves ``bench.json`` and ``bench.png`` in the folder. ``listener`` is called with the name of
    each measurement as it begins. A row's figures are medians of ``repeats`` measurements. A
    circuit's row has the rates of other ways to simulate it too, by their names in ``others``; the
    first of them is the naive way, and ``ratio`` the circuit's rate over its. ``growth_exponent``
    is the slope of log(seconds per cycle) against log(edges) over the sizes of its plant, None for
    a single size. Raises UsageError if the machine has no benchmark.
    """
    benchmark_of(machine)  # raises before a folder is made
    with created(folder, RESULTS):
        return _measured(folder, edges, repeats, listener, machine)


def _measured(
    folder: Path, edges: Sequence[int], repeats: int, listener: Listener, machine: str
) -> list[dict[str, Any]]:
    """Measure and return the rows, kept in the folder as they come."""
    plants, chosen = machine_named(machine).plants, benchmark_of(machine)
    rate = chosen.laboratory_Hz
    rows = []
    for size in sorted(set(edges)):
        for plant, kind in plants.items():
            listener(f"{size} edges, {plant}")
            row = _apart(measure, folder, machine, size, plant, repeats)
            if kind.is_circuit:
                for way in chosen.others:
                    listener(f"{size} edges, {way}")
                    found = _apart(measure_other, folder, machine, size, plant, way, repeats)
                    row["others"][way] = found
            row |= naive_figures(row)
            rows.append(row)
            _keep(folder, rows, rate)
    for plant in plants:
        mine = [row for row in rows if row["plant"] == plant]
        slope = growth([row["edges"] for row in mine], [row["cycles_per_second"] for row in mine])
        for row in mine:
            row["growth_exponent"] = slope
    _keep(folder, rows, rate)
    return rows


def naive_figures(row: dict[str, Any]) -> dict[str, float | None]:
    """Return the rate of the naive way, the first of the others, 1/s, and the circuit's over it.

    Both are None where there are no others.
    """
    naive = next(iter(row["others"].values()), None)
    ratio = None if naive is None else row["cycles_per_second"] / naive
    return {"naive_cycles_per_second": naive, "ratio": ratio}


def _keep(folder: Path, rows: list[dict[str, Any]], rate: tuple[float, float]) -> None:
    """Write the rows so far and their figure."""
    from .report.speed import speed_figure  # noqa: PLC0415 - not into the processes that measure

    replace_json(folder / RESULTS, rows)
    speed_figure(rows, rate).write(folder)


def _apart(function: Callable[..., Any], folder: Path, *arguments: Any) -> Any:
    """Return what a function measures in a process of its own."""
    return isolated(function, *arguments, log=folder / LOG, listener=lambda _: None)


def growth(edges: Sequence[int], rates: Sequence[float]) -> float | None:
    """Return the exponent with which the time per cycle grows with the number of edges."""
    if len(edges) < 2:
        return None
    return float(-np.polyfit(np.log(edges), np.log(rates), 1)[0])


def experiment_of(machine: str, size: int, plant: str) -> Experiment:
    """Return the endless run of which some cycles are measured."""
    chosen = benchmark_of(machine)
    network = chosen.networks[size]
    return Experiment(
        chosen.task,
        network=network,
        plant=plant,
        cycles=ENDLESS,
        machine=machine,
        record_every=1,  # as in a run of common length
    )


def measure(
    machine: str, size: int, plant: str, repeats: int, listener: Listener
) -> dict[str, Any]:
    """Train in this process, as ``spicelearn train`` does, and return a row without naive figures.

    A measurement takes whole blocks of cycles, so that beginning a transient is in it; the time to
    load the circuit anew every so many cycles is added in proportion.
    """
    experiment = experiment_of(machine, size, plant)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        begun = time.perf_counter()
        with closing(recorder_of(experiment, folder)) as recorder:
            training = Training(experiment, folder, None, recorder, lambda _: None)
            with closing(training.bench(experiment.lesson)) as bench:
                load = time.perf_counter() - begun
                library = Library.get() if experiment.kind.is_circuit else None
                block = bench.block
                warm_up = block * math.ceil(WARM_UP / block)
                first, _ = _timed(bench.advance, training, warm_up, library)
                cycles = math.ceil(SPAN / first / block) * block
                found = []
                for number in range(repeats):
                    listener(number)
                    found.append(_timed(bench.advance, training, cycles, library))
                engine = bench.plant.engine
        seconds, shares = zip(*found, strict=True)
        loaded_for = bench.plant.details.get("cycles_of_a_load", math.inf)
        return {
            "edges": size,
            "plant": plant,
            "cycles_per_second": 1 / (statistics.median(seconds) + load / loaded_for),
            "others": {},
            "engine_share": statistics.median(shares) if library else None,
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "engine": engine,
            "network": benchmark_of(machine).networks[size],
            "load_seconds": load,
            "unsettled_cycles": recorder.unsettled,
            "cycles": training.state.cycle,
        }


def _timed(
    advance: Callable[[int], None], training: Training, cycles: int, library: Library | None
) -> tuple[float, float]:
    """Return the time per cycle, s, and the fraction of it that is spent in ngspice."""
    before, notices = (library.seconds, library.notices) if library else (0.0, 0)
    begun = time.perf_counter()
    advance(training.state.cycle + cycles)
    seconds = time.perf_counter() - begun
    inside = 0.0
    if library:
        python = (library.notices - notices) * library.notice_seconds()
        inside = library.seconds - before - python
    return seconds / cycles, inside / seconds


class Unrecorded:
    """Keep nothing of a cycle."""

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Do nothing."""


def measure_other(
    machine: str, size: int, plant: str, way: str, repeats: int, listener: Listener
) -> float:
    """Return the cycles per second of another way to simulate a circuit: a median, unrecorded.

    The first cycle is not counted: it loads the library and, where a circuit is kept, the circuit.
    A measurement takes `SPAN`, or a cycle if that is longer.
    """
    experiment = experiment_of(machine, size, plant)
    lesson = experiment.lesson
    setup = experiment.setup(lesson)
    rule = experiment.rule_of(setup)
    with closing(benchmark_of(machine).others[way](setup)) as other:
        supervisor = Supervisor(other, lesson, experiment.damage)
        state = experiment.start()

        def timed(cycles: int) -> float:
            """Return the time per cycle, s."""
            nonlocal state
            begun = time.perf_counter()
            state = train(other, supervisor, state, Unrecorded(), rule, state.cycle + cycles)
            return (time.perf_counter() - begun) / cycles

        begun = time.perf_counter()
        timed(1)
        first = timed(1)
        cycles = math.ceil(SPAN / first)
        found = [first] if cycles == 1 else []
        while len(found) < repeats and not (found and time.perf_counter() - begun > LONGEST_SPAN):
            listener(len(found))
            found.append(timed(cycles))
    return 1 / statistics.median(found)
