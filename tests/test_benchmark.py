"""Speed: what is measured and what follows from it; how fast it is, ``spicelearn bench`` says."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spicelearn import benchmark
from spicelearn.benchmark import (
    benchmark_of,
    growth,
    measure,
    measure_other,
    naive_figures,
    write_bench,
)
from spicelearn.errors import UsageError
from spicelearn.machine import Setup
from spicelearn.machines import DEFAULT, folders, machine_named
from spicelearn.plant import Drive, Model, Plant, Reading, State
from spicelearn.report.speed import speed_figure
from spicelearn.spice.session import TRANSIENTS

BENCHMARK = benchmark_of()
SIZES = list(BENCHMARK.networks)
MEASURED = [name for name in folders() if machine_named(name).benchmark]


@pytest.mark.parametrize("machine", MEASURED)
def test_the_sizes_are_those_of_their_networks(machine: str) -> None:
    for size, network in benchmark_of(machine).networks.items():
        assert len(machine_named(machine).network(network).edges) == size


def test_the_growth_is_the_slope_between_the_logarithms() -> None:
    edges = [16, 112, 480]
    assert growth(edges, [1e4 / size**1.25 for size in edges]) == pytest.approx(1.25)
    assert growth([16], [100.0]) is None


def test_the_naive_way_is_the_first_of_the_others() -> None:
    row = {"cycles_per_second": 600.0, "others": {"slow": 3.0, "better": 100.0}}
    assert naive_figures(row) == {"naive_cycles_per_second": 3.0, "ratio": 200.0}
    none = {"naive_cycles_per_second": None, "ratio": None}
    assert naive_figures({"cycles_per_second": 600.0, "others": {}}) == none


class Slow(Model):
    """The idealised model, in these times per cycle, s, in turn: a clock of its own."""

    engine = "slow"

    def __init__(self, seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.cycles, self.closed = 0.0, 0, False
        self._seconds = seconds
        self._plant: Plant | None = None
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)
        chosen = replace(BENCHMARK, others={"slow": self._built})
        monkeypatch.setattr(benchmark, "benchmark_of", lambda machine: chosen)

    def _built(self, setup: Setup) -> Plant:
        self._plant = machine_named(DEFAULT).plants["ideal"].make(setup)
        return self

    def cycle(self, state: State, drive: Drive) -> Reading:
        assert self._plant
        self.now += self._seconds[min(self.cycles, len(self._seconds) - 1)]
        self.cycles += 1
        return self._plant.cycle(state, drive)

    def close(self) -> None:
        self.closed = True


def test_another_way_is_measured_without_its_first_cycle(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.5 s at 0.125 s in the second: four cycles per measurement, the median of three."""
    slow = Slow([9.0, 0.125, *[1.0] * 4, *[0.25] * 4, 0.5], monkeypatch)
    heard: list[int] = []
    assert measure_other(DEFAULT, 16, "ideal", "slow", 3, heard.append) == 2
    assert (slow.cycles, heard, slow.closed) == (14, [0, 1, 2], True)


def test_a_slow_way_is_measured_for_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second cycle is a measurement of its own; after 31 s there is no other."""
    slow = Slow([1.0, 10.0, 20.0, 40.0], monkeypatch)
    found = measure_other(DEFAULT, 16, "ideal", "slow", 5, lambda number: None)
    assert (slow.cycles, found) == (3, 1 / 15)


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
    assert row["engine_share"] is None
    assert row["others"] == {}
    assert row["engine"].startswith("numpy-")


@pytest.mark.usefixtures("told", "ngspice")
def test_loading_the_circuit_anew_is_counted_in_proportion() -> None:
    row = measure(DEFAULT, 16, "spice", 3, lambda number: None)
    block = row["cycles"] / 4  # warming up, and three measurements of a block
    reload = row["load_seconds"] / (TRANSIENTS * block)  # a small circuit: the most there are
    assert block == 1000
    assert 1 / row["cycles_per_second"] == pytest.approx(2e-3 + reload, rel=1e-12)
    assert row["engine_share"] == 0.7


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize("machine", MEASURED)
def test_both_plants_are_measured_and_the_other_ways(
    machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, as short as can be: rows, their keys, the files."""

    def here(function: Callable[..., Any], folder: Path, *arguments: Any) -> Any:
        return function(*arguments, lambda number: None)

    monkeypatch.setattr(benchmark, "_apart", here)
    monkeypatch.setattr(benchmark, "SPAN", 1e-9)
    heard: list[str] = []
    chosen = benchmark_of(machine)
    size, network = next(iter(chosen.networks.items()))
    rows = write_bench([size, size], 1, tmp_path / "bench", heard.append, machine)
    assert [(row["edges"], row["plant"]) for row in rows] == [(size, "spice"), (size, "ideal")]
    told = ["spice", *chosen.others, "ideal"]
    assert heard == [f"{size} edges, {what}" for what in told]
    circuit, ideal = rows
    assert set(circuit) == set(ideal)
    for row in rows:
        assert row["cycles_per_second"] > 0
        assert row["peak_rss_mb"] > 0
        assert row["network"] == network
        assert row["growth_exponent"] is None
    assert list(circuit["others"]) == list(chosen.others)
    assert min(circuit["others"].values()) > 0
    assert circuit["naive_cycles_per_second"] == next(iter(circuit["others"].values()))
    assert circuit["ratio"] == circuit["cycles_per_second"] / circuit["naive_cycles_per_second"]
    assert ideal["others"] == {}
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
            "others": {"slowly": 10 / size, "better": 100 / size} if plant == "spice" else {},
        }
        for plant in ("spice", "ideal")
        for size in SIZES
    ]
    figure = speed_figure(rows, BENCHMARK.laboratory_Hz)
    spec = figure.on_page()
    shown = pd.read_csv(StringIO(spec["datasets"]["points"]))
    lines = shown.groupby("what", sort=False)
    titles = ["circuit", "circuit, slowly", "circuit, better", "idealised model"]
    assert [what for what, _ in lines] == titles
    assert list(lines["edges"].apply(list)) == [SIZES] * 4
    assert shown.query("what == 'circuit, better'")["rate"].iloc[0] == 6.25
    assert spec["datasets"]["laboratory"] == "rate,to\n3,5\n"
    assert "3-5 cycles per second" in figure.caption
