"""Speed: what is measured and what follows; how fast it is is for ``spicelearn bench`` to say."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from spicelearn.bench import LABORATORY, SIZES, growth, write_bench
from spicelearn.network import named
from spicelearn.report.speed import speed_figure


def test_the_sizes_are_those_of_their_networks() -> None:
    assert {size: len(named(network).edges) for size, network in SIZES.items()} == {
        size: size for size in SIZES
    }


def test_the_growth_is_the_slope_between_the_logarithms() -> None:
    edges = [16, 112, 480]
    assert growth(edges, [1e4 / size**1.25 for size in edges]) == pytest.approx(1.25)
    assert growth([16], [100.0]) is None


@pytest.mark.usefixtures("ngspice")
def test_both_plants_are_measured_and_the_naive_way(tmp_path: Path) -> None:
    heard: list[str] = []
    rows = write_bench([16, 16], 1, tmp_path / "bench", heard.append)
    assert [(row["edges"], row["plant"]) for row in rows] == [(16, "spice"), (16, "ideal")]
    assert len(heard) == 3
    circuit, ideal = rows
    assert circuit["ratio"] == circuit["cycles_per_second"] / circuit["naive_cycles_per_second"]
    assert circuit["ratio"] > 2
    assert 0.1 < circuit["engine_share"] < 1
    assert circuit["engine"].startswith("ngspice-")
    assert circuit["unsettled_cycles"] == 0
    assert 50 < circuit["peak_rss_mb"] < 1000
    assert ideal["naive_cycles_per_second"] is ideal["ratio"] is ideal["engine_share"] is None
    assert ideal["cycles_per_second"] > circuit["cycles_per_second"]
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
    spec = speed_figure(rows, LABORATORY).on_page()
    shown = pd.read_csv(StringIO(spec["datasets"]["points"]))
    assert list(shown.groupby("what")["edges"].apply(list)) == [list(SIZES)] * 3
    assert spec["datasets"]["laboratory"] == "rate,to\n3,5\n"
    assert "3-5 cycles per second" in speed_figure(rows, LABORATORY).caption
