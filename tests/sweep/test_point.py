"""One point of a sweep."""

from __future__ import annotations

from pathlib import Path

import pytest

from spicelearn.errors import EngineError
from spicelearn.sweep import point
from spicelearn.sweep.point import carry_out

from .conftest import planned


def test_an_engine_that_crashes_is_an_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise EngineError("the engine was ended by signal 11\n(SIGSEGV)")

    monkeypatch.setattr(point, "begin", crash)
    outcome = carry_out(planned(tmp_path).points[2], tmp_path, tmp_path / "sweep")
    assert (outcome.number, outcome.status) == (2, "failed")
    assert outcome.reason == "the engine was ended by signal 11 (SIGSEGV)"


def test_a_run_that_was_killed_before_its_manifest_begins_anew(tmp_path: Path) -> None:
    sweep = planned(tmp_path, '[run]\ntask = "divider"\nplant = "ideal"\ncycles = 20\n')
    place = tmp_path / "sweep" / "points" / "000000"
    place.mkdir(parents=True)
    for name in ("engine.log", "clocked.txt.part", "manifest.json.part"):
        (place / name).touch()
    outcome = carry_out(sweep.points[0], tmp_path, tmp_path / "sweep")
    assert outcome.status == "finished"
    again = carry_out(sweep.points[0], tmp_path, tmp_path / "sweep")
    assert again == outcome  # its wall time too: it was not run again
