"""The folder of a sweep, and what comes of its points."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from spicelearn.errors import EngineError, SpicelearnError, UsageError
from spicelearn.runs.carry_out import begin as begin_run
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


class Scripted:
    """Work at points that sends what a script says and is then killed, or None: says nothing.

    The script gets the numbers of the points, whether they are alone, and how many have begun.
    """

    script: Callable[[list[int], bool, int], Sequence[Outcome | Exception | str] | None]
    begun: list[tuple[list[int], bool]]

    def __init__(
        self, function: object, points: list[Point], base: Path, folder: Path, alone: bool, **_: Any
    ) -> None:
        numbers = [point.number for point in points]
        self.begun.append((numbers, alone))
        self.pipe, other = Pipe()
        sent = type(self).script(numbers, alone, len(self.begun))
        self._sent = deque(sent or ())
        for _message in self._sent:
            other.send("something")
        self._other = None if sent is not None else other  # else it is closed here

    def received(self, patience: float) -> tuple[str, Outcome | str]:
        if not self._sent:
            raise EngineError("the engine was ended by signal 9")
        self.pipe.recv()
        sent = self._sent.popleft()
        if isinstance(sent, Exception):
            raise sent
        return "progress", sent

    def end(self) -> None:
        self.pipe.close()


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[Scripted]:
    monkeypatch.setattr(farm, "Work", Scripted)
    monkeypatch.setattr(Scripted, "begun", [], raising=False)
    return Scripted


def carried_out(
    folder: Path, points: Sequence[Point], workers: int = 1
) -> list[tuple[Outcome | None, int]]:
    first = experiment_of(points[0], folder, folder)
    return list(farm.here(points, folder, folder, workers, first))


def finished(number: int) -> Outcome:
    return Outcome(number, "finished", "", {})


def failed(number: int, reason: str) -> Outcome:
    return Outcome(number, "failed", reason, {})


def test_a_point_whose_process_is_killed_begins_again_but_not_for_ever(
    tmp_path: Path, scripted: type[Scripted]
) -> None:
    scripted.script = lambda numbers, alone, begun: [finished(1)] if begun == 3 else []
    sweep = planned(tmp_path)
    assert carried_out(tmp_path, sweep.points[1::-1]) == [
        (finished(1), 1),
        (failed(0, "too many workers died while running it"), 1),
    ]
    once = [([1], False), ([1], True), ([1], True), ([0], False)]
    assert scripted.begun == once + [([0], True)] * farm.DEATHS_LIMIT


def test_what_fails_among_others_is_tried_alone_and_the_others_are_not_run_twice(
    tmp_path: Path, scripted: type[Scripted]
) -> None:
    """Point 1 fails each time, 2 crashes the others' process, 3 ends with a mistake of ours."""
    mistake = RuntimeError("in the child process:\nZeroDivisionError: of ours")

    def script(numbers: list[int], alone: bool, begun: int) -> Sequence[Outcome | Exception | str]:
        first = numbers[0]
        if alone:
            return [mistake if first == 3 else failed(1, "no such") if first == 1 else finished(2)]
        if first == 0:
            return ["progress", finished(0), failed(1, "among others")]
        return [] if first == 2 else [mistake] if first == 3 else [*map(finished, numbers)]

    scripted.script = script
    found = carried_out(tmp_path, planned(tmp_path).points)
    told = {outcome.number: outcome.reason for outcome, _ in found if outcome}
    reasons = {1: "no such", 3: "ZeroDivisionError: of ours"}
    assert told == {number: reasons.get(number, "") for number in range(12)}
    assert len(found) == len(told)
    assert [numbers for numbers, alone in scripted.begun if alone] == [[1], [2], [3]]
    assert scripted.begun[0] == ([0, 1, 2, 3, 4, 5], False)


def test_a_process_that_says_nothing_is_ended(
    tmp_path: Path, scripted: type[Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(farm, "PATIENCE", 0.05)
    monkeypatch.setattr(farm, "TELL_EVERY", 0.01)
    scripted.script = lambda numbers, alone, begun: [finished(0)] if alone else None
    *before, last = carried_out(tmp_path, planned(tmp_path).points[:1])
    assert last == (finished(0), 1)
    assert {*before} == {(None, 1)}
    assert scripted.begun == [([0], False), ([0], True)]


def test_points_of_one_process_are_of_one_structure(
    tmp_path: Path, scripted: type[Scripted]
) -> None:
    scripted.script = lambda numbers, alone, begun: [*map(finished, numbers)]
    text = SPEC.replace("[grid.board]", "[grid.run]\neta = [0.1, 0.2]\n[grid.board]")
    found = carried_out(tmp_path, planned(tmp_path, text).points, workers=2)
    assert sorted(outcome.number for outcome, _ in found if outcome) == list(range(24))
    batches = [numbers for numbers, _ in scripted.begun]
    assert max(map(len, batches)) > 2
    assert all((numbers[0] < 12) == (numbers[-1] < 12) for numbers in batches)


@pytest.mark.usefixtures("ngspice")
def test_a_run_among_others_is_that_of_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte: what ngspice keeps of one circuit changes nothing in the next."""
    monkeypatch.setattr(farm, "SHARES", 1)
    text = SPEC.replace("400", "20\nprobability = 0.5").replace("seeds = 6", "seeds = 2")
    points = planned(tmp_path, text).points[1:]
    assert {outcome.status for outcome, _ in carried_out(tmp_path, points) if outcome} == {
        "finished"
    }
    last = points[-1]
    begin_run(experiment_of(last, tmp_path, tmp_path), tmp_path / "own")
    for name in ("cycles.csv", "deck.cir", "clocked.txt", "engine.log"):
        held = [tmp_path / "points" / last.name / name, tmp_path / "own" / name]
        assert held[0].read_bytes() == held[1].read_bytes()


def test_all_deaths_are_told() -> None:
    class Future:
        status = "error"

        def exception(self) -> Exception:
            return RuntimeError("no\nspicelearn here")

    assert cluster._outcome(Future(), 4).reason == "RuntimeError: no spicelearn here"
    Future.status = "cancelled"
    with pytest.raises(SpicelearnError, match=r"^the Dask scheduler is gone; the same"):
        cluster._outcome(Future(), 4)
