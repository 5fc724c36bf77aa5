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
from importlib.metadata import version
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from ..errors import EngineError, SpicelearnError, UsageError
from ..experiment import Experiment, names_file
from ..formats.files import content as read
from ..formats.files import json_table, replace_json
from ..machines import curriculum
from ..runs.carry_out import prepare
from ..runs.folder import LOG, owned
from ..runs.inputs import sha256
from ..runs.isolation import Work
from .point import Outcome, carry_out, experiment_of
from .spec import Point, Sweep

SWEEP, OUTCOMES = "sweep.json", "outcomes.jsonl"
DEATHS_LIMIT = 20  # processes that may die at one point
TOO_MANY_DEATHS = "too many workers died while running it"
TABLE_EVERY = 5.0  # s at least between tables
TABLE_SPACING = 20  # times the duration of writing a table, at least between tables
POINTS_TRIED = 100  # first points, of which one must be a valid experiment
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
    """Carry out points on this computer, ``workers`` at once, each in a process of its own.

    Yields what `_outcomes` does. ``base`` is the folder of the specification. A point whose process
    is killed begins again: its run is resumed. The processes are ended if the iterator is closed.
    """
    ready = partial(prepare, first.apparatus.name, first.plant)
    with suppress(SpicelearnError):  # every point tells it
        ready()  # what is imported here need not be in each process
    waiting, deaths = deque(points), Counter[int]()
    running: dict[Any, tuple[Point, Work]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                point = waiting.popleft()
                work = Work(worked, point, base, folder, log=folder / LOG, prepare=ready)
                running[work.pipe] = point, work
            ended = wait(list(running), TELL_EVERY)
            if not ended:
                yield None, len(running)
            for pipe in ended:
                point, work = running.pop(pipe)
                outcome = ended_of(work, point)
                deaths[point.number] += outcome is None
                if outcome is None and deaths[point.number] < DEATHS_LIMIT:
                    waiting.appendleft(point)
                    continue
                yield (
                    outcome or Outcome(point.number, "failed", TOO_MANY_DEATHS, {}),
                    len(running) + 1,
                )
    finally:
        for _, work in running.values():
            work.end()


def ended_of(work: Work, point: Point) -> Outcome | None:
    """Return the outcome of a point that has ended, None if its process was killed."""
    try:
        outcome: Outcome = work.received(0)[1]
    except EngineError:
        return None
    except RuntimeError as failure:
        return Outcome(point.number, "failed", str(failure).splitlines()[-1], {})
    finally:
        work.end()
    return outcome


def worked(point: Point, base: Path, folder: Path, listener: object) -> Outcome:
    """Carry out a point in a process of its own."""
    del listener
    return carry_out(point, base, folder)
