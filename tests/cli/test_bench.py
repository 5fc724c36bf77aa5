"""``spicelearn bench``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..conftest import Run

KEYS = "edges plant cycles_per_second naive_cycles_per_second ratio engine_share peak_rss_mb engine"


@pytest.mark.usefixtures("ngspice")
def test_it_prints_a_row_a_size_and_plant(spicelearn: Run, tmp_path: Path) -> None:
    arguments = ("bench", "--edges", "16", "--repeats", "1", "--out", "b")
    done = spicelearn(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["plant"] for row in rows] == ["spice", "ideal"]
    assert set(KEYS.split()) <= set(rows[0])
    again = spicelearn(*arguments)
    assert again.returncode == 2
    assert "b" in again.stderr


def test_a_size_that_is_not_measured_is_refused(spicelearn: Run) -> None:
    done = spicelearn("bench", "--edges", "17")
    assert done.returncode == 2
    assert "'17' is not one of '16', '112', '480', '1624'" in done.stderr
