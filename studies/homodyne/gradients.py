"""How exact and how fast lock-in gradients are, for docs/homodyne.md.

``python studies/homodyne/gradients.py accuracy``, ``published`` or ``speed`` prints tables and, but
for the last, leaves a picture in ``docs``. Exact derivatives are those of the idealised model.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from scipy.signal import lfilter

from spicelearn import charts
from spicelearn.experiment import Experiment
from spicelearn.machine import Setup
from spicelearn.machines.homodyne.board import HomodyneBoard
from spicelearn.machines.homodyne.circuit.plant import LockinPlant
from spicelearn.machines.homodyne.devices import device_named
from spicelearn.machines.homodyne.lockin import demodulated
from spicelearn.machines.homodyne.naive import Differences, SmallSignal
from spicelearn.plant import Drive, Floats, Plant, State
from spicelearn.schedules.clocks import Clock
from spicelearn.tasks.separation import Separation

DOCS = Path(__file__).parents[2] / "docs"
SETS = 15  # of control voltages: 300 derivatives of five controls and four examples
SEED = 5
TINY = 1e-6  # V/V: smaller derivatives have no relative error worth counting
PUBLISHED_HZ = (25.0, 45.0, 65.0, 95.0, 115.0)
SPACED_HZ = {
    "10 Hz apart": (20.0, 30.0, 40.0, 50.0, 60.0),
    "40 Hz apart": (40.0, 80.0, 120.0, 160.0, 200.0),
}
POINT_S = 0.1  # per point, in the paper's comparison
RANDOM = 1000  # sets of voltages there
POINTS = 200  # per such window
FILTER_S = 0.01  # time constant of each of the filter's four poles
AMPLITUDE_V, OFF_V = 0.01, 1e-6
EXAMPLES = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])  # V
FEWEST, SPAN_S = 4, 3.0  # gradients, s of processor time, that a rate is measured over
DEVICES = (
    *("mosfets", "mosfets-2i7c-1", "mosfets-8x60-2i15c-1", "mosfets-8x90-2i31c-1"),
    *("mosfets-12x100-1", "mosfets-20x200-1", "mosfets-30x400-1"),
)


def states(experiment: Experiment, count: int) -> list[State]:
    """Return random controls, uniform over their range."""
    board = experiment.constants
    rng = np.random.default_rng(SEED)
    shape = (count, experiment.weights.count)
    rows = rng.uniform(board.control_low_V, board.control_high_V, shape)  # type: ignore[attr-defined]
    return [State(row, cycle) for cycle, row in enumerate(rows)]


def signals(plant: Plant, experiment: Experiment, count: int = SETS) -> Floats:
    """Return derivatives, V/V, shape (count, examples, controls)."""
    drive = experiment.lesson.first_drive()
    return np.array([plant.cycle(state, drive).signal[:, 0] for state in states(experiment, count)])


def built(way: Any, **choices: Any) -> tuple[Plant, Experiment]:
    """Return a plant and its experiment; ``way`` makes it from a setup, None is the machine's."""
    experiment = Experiment("xor-gate", **choices)
    setup = experiment.setup(experiment.lesson)
    return (way(setup) if way else experiment.plant_of(setup)), experiment


def measured(way: Any = None, **choices: Any) -> Floats:
    """Return the derivatives that a plant measures."""
    plant, experiment = built(way, **choices)
    with closing(plant):
        return signals(plant, experiment)


def errors(found: Floats, exact: Floats) -> tuple[float, float]:
    """Return the median and the ninth decile of the relative errors, %."""
    counted = np.abs(exact) > TINY
    relative = 100 * np.abs(found - exact)[counted] / np.abs(exact[counted])
    return float(np.median(relative)), float(np.quantile(relative, 0.9))


def show(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table in Markdown."""
    print(f"\n{title}\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in rows:
        cells = [f"{cell:.2g}" if isinstance(cell, float) else str(cell) for cell in row]
        print(f"| {' | '.join(cells)} |", flush=True)


def accuracy(device: str) -> None:
    """Print the error of derivatives over amplitude, plan, points, bandwidth and noise."""
    board = HomodyneBoard()
    exact = measured(plant="ideal", network=device)
    heads = ("median error (%)", "ninth decile (%)")

    def at(**constants: Any) -> tuple[float, float]:
        chosen = board.with_values(constants)
        return errors(measured(board=chosen, network=device), exact)

    rows = [
        (f"{1e3 * a:g}", *at(amplitudes_V=(a,)))
        for a in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
    ]
    show("Amplitude", ("amplitude (mV)", *heads), rows)
    frame = pd.DataFrame(rows, columns=["mV", "median", "ninth decile"]).astype(float)
    picture(frame.melt("mV", var_name="of all errors", value_name="error"), device)
    plans: dict[str, dict[str, Any]] = {
        "computed, fewest points": {},
        "computed, twice the points": {"samples": 164},
        "7, 11, 16, 17, 19 periods, 78 points": {"frequencies_Hz": (35, 55, 80, 85, 95)},
        "the same, 64 points: 57 folds onto 7": {
            "frequencies_Hz": (35, 55, 80, 85, 95),
            "samples": 64,
        },
        "published: 25, 45, 65, 95, 115 Hz": {"frequencies_Hz": PUBLISHED_HZ},
    }
    many = [(name, *at(**plan), *at(**plan, amplitudes_V=(0.05,))) for name, plan in plans.items()]
    show(
        "Plan, at 10 mV and at 50 mV",
        ("plan", *(f"{head}, {mV} mV" for mV in (10, 50) for head in heads)),
        many,
    )
    wide = [
        (f"{hertz:g}", *(at(bandwidth_Hz=hertz, phase=phase, samples=246)[0] for phase in PHASES))
        for hertz in (1000.0, 300.0, 100.0, 30.0)
    ]
    show("Bandwidth, 246 points, medians (%)", ("bandwidth (Hz)", *PHASES), wide)
    noisy = [
        (f"{1e6 * noise:g}", *at(noise_V_rtHz=noise)) for noise in (1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
    ]
    show("Noise, 10 mV", ("density (uV/sqrt(Hz))", *heads), noisy)
    others = [
        ("small-signal analysis", *errors(measured(SmallSignal, network=device), exact)),
        ("differences of 1 mV", *errors(measured(Differences, network=device), exact)),
    ]
    show("Other ways", ("way", *heads), others)


PHASES = ("rotated", "magnitude", "in-phase")


def picture(frame: pd.DataFrame, device: str) -> None:
    """Write the figure of errors against amplitude."""
    lines = (
        alt.Chart(charts.table(frame))
        .mark_line(point=True)
        .encode(
            alt.X("mV:Q", title="amplitude of the sines (mV)", scale=alt.Scale(type="log")),
            alt.Y("error:Q", title="relative error (%)", scale=alt.Scale(type="log")),
            alt.Color("of all errors:N"),
        )
    )
    figure = charts.Figure(
        f"lock-in-error-{device}",
        f"Error of lock-in derivatives, {device}",
        "It rises as the square of the amplitude.",
        [lines],
    )
    figure.write(DOCS)


def setup_of(device: str, board: HomodyneBoard, inputs: Floats) -> Setup:
    """Return what a plant is built from, for any device and any examples, V, shape (n, inputs)."""
    experiment = Experiment("xor-gate", board=board)
    known = device_named(device)
    rows = inputs, np.arange(len(inputs)) % 2
    taught = experiment.lesson.task
    assert isinstance(taught, Separation)
    task = replace(taught, outputs=(known.electrodes.output,), training=rows, test=rows)
    lesson = replace(
        experiment.lesson,
        task=task,
        network=known.network.with_roles(task.inputs, task.outputs),
        clock=Clock("synchronous", known.electrodes.controls, 1.0, 0),
    )
    setup = experiment.setup(experiment.lesson)
    return replace(setup, lesson=lesson, state=State(np.zeros(known.electrodes.controls)))


def published() -> None:
    """Compare single with multiple perturbations, as in the paper: filter against integration."""
    rows, rng = [], np.random.default_rng(SEED)
    voltages = rng.uniform(-1.5, 1.5, (RANDOM, 5))
    inputs = rng.uniform(0, 1, (RANDOM, 1, 2))
    alone = rng.integers(0, 5, RANDOM)
    for name, hertz in SPACED_HZ.items():
        one = {way: np.zeros(RANDOM) for way in WAYS}
        many = {way: np.zeros(RANDOM) for way in WAYS}
        for control in (*range(5), None):
            amplitudes = tuple(AMPLITUDE_V if control in (k, None) else OFF_V for k in range(5))
            board = HomodyneBoard(
                frequencies_Hz=hertz, window_s=POINT_S, samples=POINTS, amplitudes_V=amplitudes
            )
            with closing(LockinPlant(setup_of("mosfets", board, inputs[0]))) as plant:
                for place in np.flatnonzero((alone == control) | (control is None)).tolist():
                    drive = Drive.to_all(inputs[place], np.zeros(1), 0.1, 1, 5)
                    since, output, _ = plant.sampled(State(voltages[place]), drive)
                    for way, read in WAYS.items():
                        found = many if control is None else one
                        found[way][place] = read(since[0], output[0], hertz[alone[place]])
        for way in WAYS:
            miss = np.sqrt(np.mean((many[way] - one[way]) ** 2) / np.mean(one[way] ** 2))
            r = np.corrcoef(one[way], many[way])[0, 1]
            rows.append((name, way, f"{r:.6f}", f"{100 * miss:.3g}"))
    show(
        f"Single against multiple perturbations, {RANDOM} random sets, {POINT_S:g} s per point",
        ("frequencies", "lock-in", "correlation r", "rms difference (%)"),
        rows,
    )


def integrated(since: Floats, output: Floats, hertz: float) -> float:
    """Return the amplitude in phase, V, over whole periods."""
    return float(demodulated(output, since, np.array([hertz]))[0].real)


def filtered(since: Floats, output: Floats, hertz: float) -> float:
    """Return the amplitude in phase, V, at the end of a low pass of four poles."""
    seen = 2 * (output - output.mean()) * np.sin(2 * np.pi * hertz * since)
    share = 1 - np.exp(-(since[1] - since[0]) / FILTER_S)
    for _ in range(4):
        seen = lfilter([share], [1, share - 1], seen)
    return float(seen[-1])


WAYS = {"four-pole low pass": filtered, "whole periods": integrated}


def speed() -> None:
    """Print gradients per second over the number of controls and the size of the device."""
    rows: list[tuple[Any, ...]] = []
    for name in DEVICES:
        setup = setup_of(name, HomodyneBoard(), EXAMPLES)
        board, controls = setup.constants, len(setup.state.weights)
        rates = [rate_of(way, setup) for way in (LockinPlant, Differences, SmallSignal)]
        periods = board.periods(controls)
        rows.append(
            (name, controls, board.points(controls), max(periods), *(f"{r:.3g}" for r in rates))
        )
        print(rows[-1], file=sys.stderr, flush=True)
    show(
        "Gradients per second, four examples each",
        (
            "device",
            "controls",
            "points per window",
            "fastest sine, periods",
            "lock-in",
            "differences",
            "small-signal",
        ),
        rows,
    )


def rate_of(way: Any, setup: Setup) -> float:
    """Return gradients per second of processor time."""
    drive = setup.lesson.first_drive()
    rng = np.random.default_rng(SEED)
    with closing(way(setup)) as plant:
        spent, count = 0.0, 0
        while count < FEWEST or spent < SPAN_S:
            state = State(rng.uniform(-1.5, 1.5, len(setup.state.weights)))
            begun = time.process_time()
            plant.cycle(state, drive)
            spent += (time.process_time() - begun) * (count > 0)  # the first one warms up
            count += 1
    return (count - 1) / spent


if __name__ == "__main__":
    what, device = (*sys.argv[1:], "mosfets")[:2]
    {"accuracy": lambda: accuracy(device), "published": published, "speed": speed}[what]()
