"""The table of a sweep."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from spicelearn.sweep.point import Outcome
from spicelearn.sweep.table import load_table, write_table

from .conftest import planned


def test_values_of_several_kinds_stand_as_json(tmp_path: Path) -> None:
    text = '[run]\ntask = "allostery"\n[grid.run]\ncuts = [["3@5"], []]\ncycles = [9, 9.5, "x"]\n'
    sweep = planned(tmp_path, text)
    found = {point.number: Outcome(point.number, "failed", "no", {}) for point in sweep.points}
    written = write_table(sweep, found, tmp_path)
    assert list(written["run.cycles"][:3]) == ["9", "9.5", '"x"']
    assert list(written["run.cuts"])[::3] == ['["3@5"]', "[]"]
    pd.testing.assert_frame_equal(load_table(tmp_path)[["run.cuts"]], written[["run.cuts"]])


def test_lists_of_one_number_stand_as_that_number(tmp_path: Path) -> None:
    text = '[run]\ntask = "and"\n[grid.board]\namplitudes_V = [[0.002], [0.05]]\n'
    sweep = planned(tmp_path, text)
    found = {point.number: Outcome(point.number, "failed", "no", {}) for point in sweep.points}
    assert list(write_table(sweep, found, tmp_path)["board.amplitudes_V"]) == [0.002, 0.05]
