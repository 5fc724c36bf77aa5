"""Carry out a sweep: in processes of this computer, or on a Dask cluster of any others."""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from ..constants import Constants
from ..errors import EngineError, SpicelearnError, UsageError
from ..experiment import Experiment, names_file
from ..formats.files import content as read
from ..formats.files import json_table, replace_json
from ..machines import curriculum
from ..runs.carry_out import prepare
from ..runs.folder import LOG, owned
from ..runs.inputs import sha256
from ..runs.isolation import PATIENCE, Listener, Prepare, Work
from ..runs.versions import version
from .point import Outcome, board_before, carry_out, experiment_of
from .spec import Point, Sweep

SWEEP, OUTCOMES = "sweep.json", "outcomes.jsonl"
DEATHS_LIMIT = 20  # processes that may die at one point
TOO_MANY_DEATHS = "too many workers died while running it"
TABLE_EVERY = 5.0  # s at least between tables
TABLE_SPACING = 20  # times the duration of writing a table, at least between tables
DRAWN = ("board.", "run.seed")  # beginnings of what differs between points of one process
BATCH = 32  # points at most that one process carries out, one after another
SHARES = 2  # batches of each worker at least: the last ones are short
POINTS_TRIED = 100  # first points, of which one must be a valid experiment
CONSTANTS_TRIED = 10_000  # first points whose constants must be valid
CONSTANTS_OF = ("run.task", "run.machine", "run.plant", "run.board")  # what they are put into
TELL_EVERY = 5.0  # s between progress calls while no point ends


@dataclass(frozen=True)
class SweepProgress:
    """Hold how far a sweep is: points done, of how many, points failed, workers."""

    done: int
    total: int
    failed: int
    workers: int


def carry_out_sweep(
    sweep: Sweep,
    folder: Path,
    workers: int,
    scheduler: str | None,
    retry: bool,
    listener: Callable[[SweepProgress], None],
) -> dict[str, Any]:
    """Carry out the points of a sweep that are left; return how many finished and failed.

    The folder gets ``points/``, one run folder per point, and ``sweep.parquet`` and ``sweep.csv``,
    one row per point. An interrupted sweep goes on in its folder; with ``retry``, failed points are
    run again. ``listener`` is called after every point. Raises UsageError if the folder holds
    another sweep or no point is valid, SpicelearnError if there is no scheduler or it is lost.
    """
    check_constants(sweep)
    first = _try(sweep)
    begin(sweep, folder)
    with owned(folder):
        outcomes = recorded(folder / OUTCOMES)
        if retry:
            outcomes = {n: each for n, each in outcomes.items() if each.status == "finished"}
        left = [point for point in sweep.points if point.number not in outcomes]
        failed = sum(each.status == "failed" for each in outcomes.values())
        due = time.monotonic() + TABLE_EVERY
        with (
            (folder / OUTCOMES).open("a", encoding="utf-8") as kept,
            closing(_outcomes(sweep, folder, left, workers, scheduler, first)) as ended,
        ):
            for outcome, there in ended:
                if outcome is not None:
                    outcomes[outcome.number] = outcome
                    kept.write(json.dumps(asdict(outcome)) + "\n")
                    kept.flush()
                    failed += outcome.status == "failed"
                listener(SweepProgress(len(outcomes), len(sweep.points), failed, there))
                if (begun := time.monotonic()) > due:
                    keep_table(sweep, outcomes, folder)
                    due = begun + max(TABLE_EVERY, TABLE_SPACING * (time.monotonic() - begun))
        keep_table(sweep, outcomes, folder)
    failures = [outcomes[n].reason for n in sorted(outcomes) if outcomes[n].status == "failed"]
    return {
        "points": len(sweep.points),
        "finished": len(outcomes) - len(failures),
        "failed": len(failures),
        "reason": failures[0] if failures else None,
        "sweep": str(folder),
    }


def keep_table(sweep: Sweep, outcomes: dict[int, Outcome], folder: Path) -> None:
    """Write the table of all outcomes so far."""
    from .table import write_table  # noqa: PLC0415 - pandas and pyarrow are slow to load

    write_table(sweep, outcomes, folder)


def begin(sweep: Sweep, folder: Path) -> None:
    """Make the folder of a sweep; raise UsageError if it holds another one or other files."""
    known = {
        "sha256": sweep.sha256,
        "files": {str(path): sha256(path) for path in files_of(sweep)},
        "swept": list(sweep.swept),
        "points": len(sweep.points),
        "spicelearn": version("spicelearn"),
    }
    try:
        if (folder / SWEEP).exists():
            what = f"{folder / SWEEP} is damaged"
            if json_table(folder / SWEEP, what, "what a sweep writes") != known:
                raise UsageError(
                    f"{folder} holds another sweep, or a file or a version has changed since; "
                    "expected a new folder for --out"
                )
            return
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} holds something else, expected a new folder for --out")
        replace_json(folder / SWEEP, known)
        (folder / LOG).touch()
    except OSError as failure:
        raise SpicelearnError(f"cannot write the folder {folder}: {failure.strerror}") from None


def _try(sweep: Sweep) -> Experiment:
    """Return the first valid experiment; raise the first point's UsageError if there is none.

    `POINTS_TRIED` are tried.
    """
    first: UsageError | None = None
    with tempfile.TemporaryDirectory() as folder:
        for point in sweep.points[:POINTS_TRIED]:
            try:
                return experiment_of(point, sweep.path.absolute().parent, Path(folder))
            except UsageError as failure:
                first = first or failure
    raise UsageError(f"sweep {sweep.path}: {first}")


def check_constants(sweep: Sweep) -> None:
    """Raise UsageError for the first point, of `CONSTANTS_TRIED`, whose constants cannot be.

    A point whose task, machine, plant or board file cannot be is left to its run.
    """
    boards: dict[str, Constants | None] = {}
    for point in sweep.points[:CONSTANTS_TRIED]:
        chosen = {field: point.choices.get(field) for field in CONSTANTS_OF}
        key = json.dumps(chosen, sort_keys=True, default=str)
        if key not in boards:
            try:
                boards[key] = board_before(point, sweep.path.absolute().parent)
            except UsageError:
                boards[key] = None
        board = boards[key]
        try:
            if board is not None:
                board.with_values(point.table("board"))
        except UsageError as failure:
            raise UsageError(f"sweep {sweep.path}, point {point.number}: {failure}") from None


def files_of(sweep: Sweep) -> list[Path]:
    """Return the files that the points are made from, including data sets of tasks."""
    base = sweep.path.absolute().parent
    named = {
        (name, value)
        for point in sweep.points
        for name in ("task", "network", "board", "clock")
        if isinstance(value := point.choices.get(f"run.{name}"), str) and names_file(name, value)
    }
    found = {base / value for _, value in named}
    for name, value in named:
        if name == "task":
            with suppress(UsageError):  # it fails when the point is run
                found.update(curriculum(str(base / value)).files)
    return sorted(path for path in found if path.is_file())


def recorded(path: Path) -> dict[int, Outcome]:
    """Return the latest recorded outcome of each point; remove an incomplete last line.

    Raises UsageError if the file is damaged.
    """
    outcomes = {}
    if path.exists():
        content = read(path, str(path))
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            path.write_bytes(whole)
        for line in whole.splitlines():
            try:
                outcome = Outcome(**json.loads(line))
            except (ValueError, TypeError):
                raise UsageError(f"{path} is damaged, expected one outcome per line") from None
            outcomes[outcome.number] = outcome
    return outcomes


def _outcomes(
    sweep: Sweep,
    folder: Path,
    left: Sequence[Point],
    workers: int,
    scheduler: str | None,
    first: Experiment,
) -> Generator[tuple[Outcome | None, int]]:
    """Yield the outcome of every point as it ends, or None meanwhile, and the workers' number.

    ``first`` is one of the experiments.
    """
    place = (sweep.path.absolute().parent, folder.absolute())
    if not left:
        return
    if scheduler is None:
        yield from here(left, *place, workers, first)
        return
    from .cluster import there  # noqa: PLC0415 - slow to import

    yield from there(left, *place, scheduler)


def here(
    points: Sequence[Point], base: Path, folder: Path, workers: int, first: Experiment
) -> Generator[tuple[Outcome | None, int]]:
    """Carry out points on this computer, in so many processes at once.

    Yields what `_outcomes` does. ``base`` is the folder of the specification. The processes are
    ended if the iterator is closed.
    """
    ready = partial(prepare, first.apparatus.name, first.plant)
    with suppress(SpicelearnError):  # every point tells it
        ready()  # what is imported here need not be in each process
    crew = Crew(points, base, folder, workers, ready)
    yielded = time.monotonic()
    try:
        while crew.begin():
            there = len(crew.shifts)
            for pipe in crew.heard():
                if outcome := crew.told(pipe):
                    yielded = time.monotonic()
                    yield outcome, there
            if time.monotonic() - yielded > TELL_EVERY:
                yielded = time.monotonic()
                yield None, there
    finally:
        for shift in crew.shifts.values():
            shift.work.end()


@dataclass
class Shift:
    """Hold a process and the points left to it, the first of which it carries out.

    If that is ``alone``, its circuit is in one more process. ``heard`` is when the process last
    sent something, s.
    """

    work: Work
    left: deque[Point]
    alone: bool
    heard: float


class Crew:
    """Hold the processes that carry out points, and the points that wait.

    A process carries out points that are `alike`, one after another, circuits too. One that fails
    there, or crashes the process, begins again in a process of its own, whose outcome counts; if
    that is killed, the point begins again: its run is resumed.
    """

    def __init__(
        self, points: Sequence[Point], base: Path, folder: Path, workers: int, ready: Prepare
    ) -> None:
        self.shifts: dict[Any, Shift] = {}  # by their pipes
        self._waiting = deque(points)
        self._alone = set[int]()  # numbers of points that need a process of their own
        self._deaths = Counter[int]()
        self._place = base, folder
        self._workers = workers
        self._ready = ready

    def begin(self) -> bool:
        """Begin as many processes as there may be; return whether there are any."""
        while self._waiting and len(self.shifts) < self._workers:
            batch = self._batch()
            alone = batch[0].number in self._alone
            work = Work(
                *(worked, list(batch), *self._place, alone),
                log=self._place[1] / LOG,
                prepare=self._ready,
            )
            self.shifts[work.pipe] = Shift(work, batch, alone, time.monotonic())
        return bool(self.shifts)

    def _batch(self) -> deque[Point]:
        """Take the next points for one process."""
        waiting = self._waiting
        most = max(1, min(BATCH, len(waiting) // (SHARES * self._workers)))
        batch = deque([waiting.popleft()])
        while (
            waiting
            and len(batch) < most
            and self._alone.isdisjoint({batch[0].number, waiting[0].number})
            and alike(batch[0], waiting[0])
        ):
            batch.append(waiting.popleft())
        return batch

    def heard(self) -> list[Any]:
        """Wait for processes; return the pipes of those that sent something, ended or are stuck.

        None is stuck whose circuit is in one more process: it looks after that.
        """
        heard = wait(list(self.shifts), TELL_EVERY)
        late = time.monotonic() - PATIENCE
        silent = [
            pipe
            for pipe, shift in self.shifts.items()
            if pipe not in heard and not shift.alone and shift.heard < late
        ]
        return [*heard, *silent]

    def told(self, pipe: Any) -> Outcome | None:
        """Receive what a process sends; return the outcome of its first point, if that has ended.

        A process that has no points left, or does not go on, is ended; its points wait again.
        """
        shift = self.shifts[pipe]
        shift.heard, goes_on, outcome = time.monotonic(), True, None
        number = shift.left[0].number
        try:
            content = shift.work.received(0)[1]
        except EngineError:  # it was killed, crashed or is stuck
            goes_on = False
        except RuntimeError as failure:
            goes_on, reason = False, str(failure).splitlines()[-1]
            outcome = Outcome(number, "failed", reason, {})
        else:
            if not isinstance(content, Outcome):
                return None  # the run's progress
            outcome = content
        if shift.alone:
            self._deaths[number] += outcome is None
            if self._deaths[number] == DEATHS_LIMIT:
                outcome = Outcome(number, "failed", TOO_MANY_DEATHS, {})
        elif outcome is None or outcome.status == "failed":
            self._alone.add(number)
            goes_on, outcome = False, None
        if outcome:
            shift.left.popleft()
        if not (goes_on and shift.left):
            del self.shifts[pipe]
            shift.work.end()
            self._waiting.extendleft(reversed(shift.left))
        return outcome


def alike(one: Point, other: Point) -> bool:
    """Return whether two points differ in nothing but their boards' constants and seeds."""
    kept = [
        {field: value for field, value in point.choices.items() if not field.startswith(DRAWN)}
        for point in (one, other)
    ]
    return kept[0] == kept[1]


def worked(
    points: Sequence[Point], base: Path, folder: Path, alone: bool, listener: Listener
) -> None:
    """Carry out points one after another; tell their progress, and the outcome of each."""
    for point in points:
        listener(carry_out(point, base, folder, listener, alone))
