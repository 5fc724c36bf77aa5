"""Figures from one specification each."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.charts import Figure, decades, evenly, table, unchecked
from spicelearn.errors import SpicelearnError


def figure() -> Figure:
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [0.1, 0.2, 0.4], "name": ["a", 'b,"c"', "d"]})
    base = alt.Chart(table(frame)).encode(alt.X("x:Q"), alt.Y("y:Q"))
    return Figure("one", "One", "A line.", [base.mark_line()], [base.mark_point()], ["x"])


def test_data_stand_once_in_a_specification() -> None:
    spec = figure().on_page()
    assert spec["datasets"] == {"points": 'x,y,name\n1,0.1,a\n2,0.2,"b,""c"""\n3,0.4,d\n'}
    assert json.dumps(spec).count("0.1") == 2  # data, and the grid's opacity
    parsed = {"x": "number", "y": "number", "name": "string"}
    for layer in spec["layer"]:
        assert layer["data"]["format"]["parse"] == parsed
    assert spec["width"] == "container"
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["line", "point"]


def test_a_file_shows_no_layer_that_answers_the_pointer() -> None:
    spec = figure().in_file()
    assert "layer" not in spec or len(spec["layer"]) == 1
    assert "params" not in spec
    assert spec["background"] == "white"


def test_it_is_written_as_pictures_and_as_their_specification(tmp_path: Path) -> None:
    figure().write(tmp_path / "new" / "folder")
    svg = (tmp_path / "new" / "folder" / "one.svg").read_text()
    assert svg.startswith("<svg")
    assert "currentColor" not in svg
    assert (tmp_path / "new" / "folder" / "one.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "new" / "folder" / "one.pdf").read_bytes().startswith(b"%PDF")
    spec = json.loads((tmp_path / "new" / "folder" / "one.vl.json").read_text())
    assert figure().chart().to_dict()  # raises if it is not valid
    assert spec["datasets"]["points"].startswith("x,y,name")
    (tmp_path / "file").touch()
    with pytest.raises(SpicelearnError, match=r"cannot write .*one\.svg: "):
        figure().write(tmp_path / "file")


@given(st.integers(1, 5000), st.integers(2, 500))
def test_places_are_spread_evenly_from_first_to_last(length: int, most: int) -> None:
    places = evenly(length, most)
    assert len(places) == min(length, most)
    assert (places[0], places[-1]) == (0, length - 1)
    steps = {after - before for before, after in pairwise(places)}
    assert not steps or 0 < min(steps) <= max(steps) <= min(steps) + 1


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(2e-4, 3.0, [-4, -3, -2, -1, 0, 1]), (1.0, 1.0, [0]), (1e-12, 1.0, [-12, -11])],
)
def test_a_logarithmic_axis_has_one_label_per_decade(
    low: float, high: float, expected: Any
) -> None:
    values = decades(low, high).to_dict()["values"]
    assert values[: len(expected)] == pytest.approx([10.0**power for power in expected])
    assert len(values) <= 13


def test_charts_are_checked_but_where_a_command_makes_its_page() -> None:
    wide: Any = "wide"

    def wrong() -> None:
        alt.Chart(alt.InlineData("")).mark_line(strokeWidth=wide)

    with pytest.raises(alt.utils.schemapi.SchemaValidationError):
        wrong()
    with unchecked():
        wrong()
    with pytest.raises(alt.utils.schemapi.SchemaValidationError):
        wrong()
