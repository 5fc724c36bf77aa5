"""Figures of a run against its cycles."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spicelearn.machine import Weights
from spicelearn.report import training
from spicelearn.report.subject import Subject
from spicelearn.report.training import apart, errors_figure, groups_of, medians, weights_figure


@given(arrays(float, st.integers(1, 30), elements=st.floats(0, 127)))
def test_numbers_at_the_ends_keep_their_order_and_do_not_touch(values: np.ndarray) -> None:
    found = apart(values, 5.0, 0.0, 127.0)
    order = np.argsort(values, kind="stable")
    gap = min(5.0, 127 / max(1, len(values) - 1))
    assert (np.diff(found[order]) >= gap - 1e-9).all()
    assert found.min() >= -1e-9
    assert found.max() <= 127 + 1e-9


def test_numbers_with_room_stay_where_they_are() -> None:
    assert apart(np.array([90.0, 10.0, 50.0]), 5.0, 0.0, 127.0).tolist() == [90, 10, 50]


def test_stretches_of_cycles_are_medians_and_the_last_row_is_kept() -> None:
    """Codes that go up and down by one would look like slow steps if rows were left out."""
    flicker = pd.DataFrame({"cycle": range(1001), "code_0": [64 + k % 2 for k in range(1001)]})
    found = medians(flicker, ["code_0"], 100)
    assert len(found) == 101
    assert set(found["code_0"].iloc[:-1]) == {64.5}
    assert found["cycle"].tolist()[::50] == [0, 500, 1000]
    assert medians(flicker, ["code_0"], 2000).equals(flicker)


def test_the_ends_of_a_range_are_within_the_frame() -> None:
    weights = Weights("code", "wiper code", "", 0, 127, True, 2)
    table = pd.DataFrame({"cycle": [0, 1], "error": 1.0, "code_0": [0, 1], "code_1": [127, 126]})
    spec = weights_figure(table, Subject(weights)).in_file()
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low < 0
    assert high > 127
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["line", "text"]


def test_of_very_many_weights_some_are_drawn_and_the_caption_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weights = Weights("w", "weight", "V", 0, 1, False, 9)
    table = pd.DataFrame({"cycle": [0, 1], "error": 1.0, **{f"w_{k}": [0, k] for k in range(9)}})
    for limit, said, drawn in ((9, False, list(range(9))), (3, True, [0, 4, 8])):
        monkeypatch.setattr(training, "SHOWN_LINES", limit)
        figure = weights_figure(table, Subject(weights))
        assert figure.caption.startswith("What is learned: 9 weights, ")
        assert (f"{limit} of them evenly spread" in figure.caption) is said
        fold = figure.in_file()["layer"][0]["transform"][0]["fold"]
        assert fold == [str(place) for place in drawn]


def test_weights_of_unknown_edges_have_a_colour_each_or_one_for_all() -> None:
    subject = Subject(Weights("w", "weight", "", 0, 1, False, 9))
    assert groups_of(subject, 0, list("012")) == ["0", "1", "2"]
    assert groups_of(subject, 0, list("012345678")) == ["weights"] * 9


def test_an_error_that_oscillates_is_a_median_in_a_band() -> None:
    """A short or a still one is a line, and nothing is said of a band."""
    cycles = range(1200)
    still = pd.DataFrame({"cycle": cycles, "error": 0.1})
    restless = still.assign(error=[1e-3 if cycle % 2 else 1e-1 for cycle in cycles])
    figure = errors_figure({"still": still, "restless": restless}, "Errors.")
    spec = figure.in_file()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["area", "line"]
    rows = pd.read_csv(StringIO(spec["datasets"]["points"])).query("what == 'restless'")
    assert {*rows["low"], *rows["high"]} == {1e-3, 1e-1}
    assert len(rows) == 120
    assert figure.caption.endswith("within the band of all of them.")
    assert errors_figure({"still": still}, "Errors.").caption == "Errors."
