"""The folder of a sweep, and what comes of its points."""

from __future__ import annotations

from multiprocessing import Pipe
from pathlib import Path

import pytest

from spicelearn.errors import EngineError, SpicelearnError, UsageError
from spicelearn.sweep import cluster, farm
from spicelearn.sweep.farm import begin, recorded
from spicelearn.sweep.point import Outcome, experiment_of
from spicelearn.sweep.spec import Point

from .conftest import SPEC, planned


def test_a_folder_keeps_its_sweep(tmp_path: Path) -> None:
    begin(planned(tmp_path), tmp_path / "sweep")
    begin(planned(tmp_path), tmp_path / "sweep")
    with pytest.raises(UsageError, match="sweep holds another sweep, or a file"):
        begin(planned(tmp_path, SPEC.replace("6", "7")), tmp_path / "sweep")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").touch()
    with pytest.raises(UsageError, match="other holds something else, expected a new folder"):
        begin(planned(tmp_path), tmp_path / "other")


def test_a_file_that_has_changed_is_noticed(tmp_path: Path) -> None:
    """The base of a point's own task file too, and files of later points."""
    task = 'network = "net.csv"\n[inputs]\n0 = 5.0\n2 = 0.0\n[outputs]\n1 = 2.0\n'
    (tmp_path / "net.csv").write_text("source,target\n0,1\n1,2\n")
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "t.toml").write_text(task.replace("net.csv", "../net.csv"))
    (tmp_path / "b.toml").write_text("noise_V = 0.0\n")
    text = (
        '[run]\ntask = "tasks/t.toml"\n[[case]]\nrun.board = "b.toml"\n[[case]]\n'
        'run.board = "c.toml"\n[grid.task]\neta = [0.1, 0.5]\n'
    )
    (tmp_path / "c.toml").write_text("noise_V = 0.001\n")
    sweep = planned(tmp_path, text)
    begin(sweep, tmp_path / "sweep")
    for name, other in (("tasks/t.toml", "1 = 2.5"), ("c.toml", "up_bias = 0.0")):
        before = (tmp_path / name).read_text()
        (tmp_path / name).write_text(f"{before}\n# {other}\n")
        with pytest.raises(UsageError, match="or a file or a version has changed"):
            begin(sweep, tmp_path / "sweep")
        (tmp_path / name).write_text(before)
    begin(sweep, tmp_path / "sweep")


def test_a_torn_outcome_is_none_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.jsonl"
    line = '{"number": 3, "status": "failed", "reason": "x", "results": {}}\n'
    path.write_text(line + line[:20])
    assert list(recorded(path)) == [3]
    assert path.read_text() == line
    path.write_text("[]\n" + line)
    with pytest.raises(UsageError, match=r"outcomes.jsonl is damaged"):
        recorded(path)
    assert recorded(tmp_path / "none") == {}


def test_a_point_whose_process_is_killed_begins_again_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    class Killed:
        """Work at a point, killed at once; that at the second one ends at the third attempt."""

        def __init__(self, function: object, point: Point, *_: object, **__: object) -> None:
            begun.append(point.number)
            self.pipe, other = Pipe()
            other.close()

        def received(self, patience: float) -> tuple[str, Outcome]:
            if begun[2:] == [1]:
                return "result", Outcome(1, "finished", "", {})
            raise EngineError("the engine was ended by signal 9")

        def end(self) -> None:
            self.pipe.close()

    monkeypatch.setattr(farm, "Work", Killed)
    sweep = planned(tmp_path)
    first = experiment_of(sweep.points[0], tmp_path, tmp_path)
    found = list(farm.here(sweep.points[1::-1], tmp_path, tmp_path, 1, first))
    assert found == [
        (Outcome(1, "finished", "", {}), 1),
        (Outcome(0, "failed", "too many workers died while running it", {}), 1),
    ]
    assert begun == [1] * 3 + [0] * farm.DEATHS_LIMIT


def test_all_deaths_are_told() -> None:
    class Future:
        status = "error"

        def exception(self) -> Exception:
            return RuntimeError("no\nspicelearn here")

    assert cluster._outcome(Future(), 4).reason == "RuntimeError: no spicelearn here"
    Future.status = "cancelled"
    with pytest.raises(SpicelearnError, match=r"^the Dask scheduler is gone; the same"):
        cluster._outcome(Future(), 4)
