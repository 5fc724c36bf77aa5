"""``spicelearn bench``."""

from __future__ import annotations

import json

import pytest

from ..conftest import Run

KEYS = "edges plant cycles_per_second naive_cycles_per_second ratio engine_share peak_rss_mb engine"


@pytest.mark.usefixtures("ngspice")
def test_it_prints_a_row_a_size_and_plant(command: Run) -> None:
    arguments = ("bench", "--edges", "16", "--repeats", "1", "--out", "b")
    done = command(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [row["plant"] for row in rows] == ["spice", "ideal"]
    assert set(KEYS.split()) <= set(rows[0])
    again = command(*arguments)
    assert again.returncode == 2
    assert "b holds a run already" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--edges", "17"], "--edges 17, expected one of 16, 112, 480, 1624"),
        (["--edges", "few"], "'few' is not a valid integer"),
        (["--machine", "nosuch"], "no machine 'nosuch', expected rheostat"),
        (["--repeats", "0"], "0 is not in the range 1<=x<=1000"),
    ],
)
def test_what_is_not_measured_is_refused(command: Run, arguments: list[str], message: str) -> None:
    done = command("bench", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
