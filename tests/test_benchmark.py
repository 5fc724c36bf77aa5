"""Speed: what is measured and what follows from it; how fast it is, ``spicelearn bench`` says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spicelearn import benchmark
from spicelearn.benchmark import Stopwatch, benchmark_of, growth, measure, write_bench
from spicelearn.errors import UsageError
from spicelearn.machines import DEFAULT, machine_named
from spicelearn.network.graph import named
from spicelearn.plant import Drive
from spicelearn.report.speed import speed_figure
from spicelearn.spice.session import TRANSIENTS

BENCHMARK = benchmark_of()
SIZES = list(BENCHMARK.networks)


def test_the_sizes_are_those_of_their_networks() -> None:
    for size, network in BENCHMARK.networks.items():
        assert len(named(network).edges) == size


def test_the_growth_is_the_slope_between_the_logarithms() -> None:
    edges = [16, 112, 480]
    assert growth(edges, [1e4 / size**1.25 for size in edges]) == pytest.approx(1.25)
    assert growth([16], [100.0]) is None


def test_a_stopwatch_gives_the_rates_of_all_cycles_but_the_first() -> None:
    drive = Drive.to_all(np.zeros(1), np.zeros(1), 0.5, 1)
    watch = Stopwatch(drive, lambda number: None)
    watch.times = [0.0, 3.0, 3.5, 3.75]
    assert watch.rates == [2, 4]


def test_a_machine_without_a_benchmark_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(machine_named(DEFAULT), benchmark=None)
    monkeypatch.setattr(benchmark, "machine_named", lambda name: bare)
    with pytest.raises(UsageError, match=f"machine {DEFAULT} has no benchmark, expected one that"):
        benchmark_of(DEFAULT)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """Let measurements skip their cycles and find these times per cycle, s, and shares, in turn."""
    times = [(1e-2, 0.0), (4e-3, 0.5), (1e-3, 0.9), (2e-3, 0.7)]  # the first is that of warming up
    following: Iterator[tuple[float, float]] = iter(times)

    def timed(advance: Callable[[int], None], training: Any, cycles: int, library: Any) -> Any:
        training.state = replace(training.state, cycle=training.state.cycle + cycles)
        return next(following)

    monkeypatch.setattr(benchmark, "_timed", timed)
    monkeypatch.setattr(benchmark, "SPAN", 0.25)
    return times


@pytest.mark.usefixtures("told")
def test_a_figure_is_the_median_of_the_measurements() -> None:
    """0.25 s at 10 ms per cycle of the first 40: 25 cycles per measurement."""
    heard: list[int] = []
    row = measure(DEFAULT, 16, "ideal", 3, heard.append)
    assert heard == [0, 1, 2]
    assert row["cycles_per_second"] == pytest.approx(1 / 2e-3, rel=1e-12)
    assert row["cycles"] == 40 + 3 * 25
    assert row["engine_share"] is row["naive_cycles_per_second"] is row["ratio"] is None
    assert row["engine"].startswith("numpy-")


@pytest.mark.usefixtures("told", "ngspice")
def test_loading_the_circuit_anew_is_counted_in_proportion() -> None:
    row = measure(DEFAULT, 16, "spice", 3, lambda number: None)
    block = row["cycles"] / 4  # warming up, and three measurements of a block
    reload = row["load_seconds"] / (TRANSIENTS * block)
    assert block == 1000
    assert 1 / row["cycles_per_second"] == pytest.approx(2e-3 + reload, rel=1e-12)
    assert row["engine_share"] == 0.7


@pytest.mark.usefixtures("ngspice")
def test_both_plants_are_measured_and_the_naive_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, as short as can be: rows, their keys, the files."""

    def here(function: Callable[..., Any], folder: Path, *arguments: Any) -> Any:
        return function(*arguments, lambda number: None)

    monkeypatch.setattr(benchmark, "_apart", here)
    monkeypatch.setattr(benchmark, "SPAN", 1e-9)
    heard: list[str] = []
    rows = write_bench([16, 16], 1, tmp_path / "bench", heard.append)
    assert [(row["edges"], row["plant"]) for row in rows] == [(16, "spice"), (16, "ideal")]
    assert len(heard) == 3
    circuit, ideal = rows
    assert set(circuit) == set(ideal)
    for row in rows:
        assert row["cycles_per_second"] > 0
        assert row["peak_rss_mb"] > 0
        assert row["network"] == "wheel9"
        assert row["growth_exponent"] is None
    assert circuit["naive_cycles_per_second"] > 0
    assert circuit["ratio"] == circuit["cycles_per_second"] / circuit["naive_cycles_per_second"]
    assert isinstance(circuit["engine_share"], float)
    assert circuit["engine"].startswith("ngspice-")
    assert circuit["unsettled_cycles"] == 0
    assert ideal["naive_cycles_per_second"] is ideal["ratio"] is ideal["engine_share"] is None
    assert json.loads((tmp_path / "bench" / "bench.json").read_text()) == rows
    assert (tmp_path / "bench" / "bench.png").stat().st_size > 10_000


def test_the_figure_shows_every_size_and_the_laboratory() -> None:
    rows = [
        {
            "plant": plant,
            "edges": size,
            "cycles_per_second": 1e4 / size,
            "naive_cycles_per_second": 10 / size if plant == "spice" else None,
        }
        for plant in ("spice", "ideal")
        for size in SIZES
    ]
    figure = speed_figure(rows, BENCHMARK.laboratory_Hz)
    spec = figure.on_page()
    shown = pd.read_csv(StringIO(spec["datasets"]["points"]))
    assert list(shown.groupby("what")["edges"].apply(list)) == [SIZES] * 3
    assert spec["datasets"]["laboratory"] == "rate,to\n3,5\n"
    assert "3-5 cycles per second" in figure.caption
