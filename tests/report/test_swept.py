"""The page of a sweep, from its table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from spicelearn.errors import SpicelearnError, UsageError
from spicelearn.report.folder import page_of


def swept(folder: Path, points: int, fields: dict[str, list[Any]]) -> Path:
    """Write a sweep of so many points of which some are done, with these columns."""
    done = len(next(iter(fields.values())))
    columns: dict[str, list[Any]] = {
        "point": list(range(done)),
        "status": done * ["finished"],
        "reason": done * [""],
        "decades": [place / 10 for place in range(done)],
        "accuracy_final": done * [None],
        "run": [f"points/{place:06d}" for place in range(done)],
    }
    plan = {"swept": [name for name in fields if name not in columns], "points": points}
    (folder / "sweep.json").write_text(json.dumps(plan))
    pd.DataFrame(columns | fields).to_csv(folder / "sweep.csv", index=False)
    return folder


def names(folder: Path) -> set[str]:
    return {figure.name for figure in page_of(folder).figures}


def test_a_sweep_that_is_going_on_is_told_so_far(tmp_path: Path) -> None:
    fields: dict[str, list[Any]] = {
        "run.eta": [0.1, 0.2, 0.3],
        "status": ["finished", "failed", "finished"],
        "reason": ["", "too hot", ""],
    }
    page = page_of(swept(tmp_path, 5, fields))
    assert page.notes == ["1 point failed, the first: too hot", "3 of 5 points are done so far."]
    assert page.sentence == (
        "2 runs over run.eta: the error falls by 0.10 decades in the median, from 0.00 to 0.20."
    )


def test_a_sweep_without_a_finished_point_has_no_page(tmp_path: Path) -> None:
    swept(tmp_path, 2, {"run.eta": [0.1], "status": ["failed"]})
    with pytest.raises(SpicelearnError, match="holds no finished point yet: nothing to report"):
        page_of(tmp_path)


def test_of_seeds_alone_it_shows_the_spread(tmp_path: Path) -> None:
    page = page_of(swept(tmp_path, 1, {"run.seed": [0]}))
    assert page.sentence == "1 run: the error falls by 0.00 decades."
    assert names(swept(tmp_path, 4, {"run.seed": [0, 1, 2, 3]})) == {"decades"}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([*range(1, 41)], '"log"'),
        ([1 + place / 40 for place in range(40)], "3 to 4 per bin"),
        (20 * [True, False], "20 per value"),
        (20 * ["nets/one.csv", "nets/two.csv"], "two.csv"),
    ],
    ids=["logarithmic", "bins", "booleans", "files"],
)
def test_a_field_is_drawn_by_its_kind(tmp_path: Path, values: list[Any], told: str) -> None:
    page = page_of(swept(tmp_path, 40, {"board.x": values, "run.seed": [*range(40)]}))
    (figure,) = page.figures
    assert told in json.dumps(figure.on_page()) + figure.caption
    assert "from 0.20 to 3.71 in the middle nine tenths." in page.sentence


def test_of_many_points_the_first_are_listed(tmp_path: Path) -> None:
    page = page_of(swept(tmp_path, 250, {"run.seed": [*range(250)]}))
    (facts,) = page.facts
    assert (facts.title, len(facts.rows)) == ("The first 200 of 250 points", 200)


@pytest.mark.parametrize("missing", ["decades", "run", "status"])
def test_a_table_without_a_column_is_refused(tmp_path: Path, missing: str) -> None:
    table = pd.read_csv(swept(tmp_path, 1, {"run.seed": [0]}) / "sweep.csv")
    table.drop(columns=missing).to_csv(tmp_path / "sweep.csv", index=False)
    with pytest.raises(UsageError, match=r"sweep\.json or sweep\.csv is damaged: expected columns"):
        page_of(tmp_path)


def test_an_axis_has_the_unit_that_suits_its_values(tmp_path: Path) -> None:
    """Given in mV, volts in the table: mV on the page, and room between points and frame."""
    page = page_of(swept(tmp_path, 3, {"board.offset_sigma_V": [5e-4, 1e-3, 2e-3]}))
    (figure,) = page.figures
    assert figure.title == "decades against board.offset_sigma (mV)"
    assert "\n0.5," in figure.on_page()["datasets"]["runs"]
    axes = [layer["encoding"]["x"] for layer in figure.on_page()["layer"]]
    assert all(axis["scale"]["padding"] > 0 for axis in axes)
    assert page.facts[0].rows[0][1] == "500 µV"


@pytest.mark.parametrize(
    ("decades", "said"),
    [
        ([1.0], "1 run: the error falls by 1.00 decades."),
        ([-1.0], "1 run: the error rises by 1.00 decades."),
        ([-0.5, 1.0, 2.0], "falls by 1.00 decades in the median, from -0.50 to 2.00. Below 0"),
        ([0.5, 1.0, 2.0], "falls by 1.00 decades in the median, from 0.50 to 2.00."),
        ([-3.0, -1.0, 0.5], "rises by 1.00 decades in the median, from -0.50 to 3.00. Below 0"),
    ],
)
def test_errors_that_rise_do_not_fall_by_less_than_nothing(
    tmp_path: Path, decades: list[float], said: str
) -> None:
    fields: dict[str, list[Any]] = {"run.seed": list(range(len(decades))), "decades": decades}
    assert said in page_of(swept(tmp_path, len(decades), fields)).sentence


@pytest.mark.parametrize(("runs", "outer"), [(19, "of all"), (20, "of the middle nine tenths")])
def test_nine_tenths_are_told_of_many_runs_only(tmp_path: Path, runs: int, outer: str) -> None:
    fields: dict[str, list[Any]] = {"run.eta": runs * [0.1] + runs * [0.2]}
    (figure,) = page_of(swept(tmp_path, 2 * runs, fields)).figures
    assert f"bands of the middle half and {outer}, and every run." in figure.caption


def test_a_cell_of_a_map_tells_how_many_runs_it_is_of(tmp_path: Path) -> None:
    fields: dict[str, list[Any]] = {"run.a": [0, 0, 0, 0, 1, 1, 1, 1], "run.b": 4 * [0, 1]}
    figure = page_of(swept(tmp_path, 8, fields)).figures[-1]
    assert figure.caption == "8 runs, 2 per cell: a cell has the colour of its median."
