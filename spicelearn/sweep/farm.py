"""Carry out a sweep on a Dask cluster, of processes on this computer or any other."""

from __future__ import annotations

import itertools
import json
import logging
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, as_completed
from distributed.scheduler import KilledWorker

from ..errors import SpicelearnError, UsageError
from ..experiment import names_file
from ..formats.files import content as read
from ..formats.files import json_table, replace_json
from ..machines import curriculum
from ..runs.folder import LOG, owned
from ..runs.inputs import sha256
from .point import Outcome, carry_out, experiment_of
from .spec import Point, Sweep

SWEEP, OUTCOMES = "sweep.json", "outcomes.jsonl"
POINTS_AHEAD = 1000  # points that wait at the scheduler
DEATHS_LIMIT = 20  # workers that may die at one point
CONNECT = 10.0  # s to connect to a scheduler
TABLE_EVERY = 5.0  # s at least between tables
TABLE_SPACING = 20  # times the duration of writing a table, at least between tables
POINTS_TRIED = 100  # first points, of which one must be a valid experiment
POLL = 0.02  # s
TELL_EVERY = 5.0  # s between progress calls while no point ends
SETTINGS = {
    "distributed.scheduler.allowed-failures": DEATHS_LIMIT,
    "distributed.comm.timeouts.connect": CONNECT,
    "distributed.worker.profile.enabled": False,  # it would take a twentieth of a processor
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}


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
    _try(sweep)
    begin(sweep, folder)
    with owned(folder):
        outcomes = recorded(folder / OUTCOMES)
        if retry:
            outcomes = {n: each for n, each in outcomes.items() if each.status == "finished"}
        left = [point for point in sweep.points if point.number not in outcomes]
        failed = sum(each.status == "failed" for each in outcomes.values())
        due = time.monotonic() + TABLE_EVERY
        with (folder / OUTCOMES).open("a", encoding="utf-8") as kept:
            for outcome, there in _outcomes(sweep, folder, left, workers, scheduler):
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


def _try(sweep: Sweep) -> None:
    """Raise the first point's UsageError unless one of the first `POINTS_TRIED` is valid."""
    first: UsageError | None = None
    with tempfile.TemporaryDirectory() as folder:
        for point in sweep.points[:POINTS_TRIED]:
            try:
                experiment_of(point, sweep.path.absolute().parent, Path(folder))
            except UsageError as failure:
                first = first or failure
            else:
                return
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


@contextmanager
def connected(workers: int, scheduler: str | None) -> Iterator[Any]:
    """Yield a client of the scheduler, or of single-threaded processes on this computer.

    Raises SpicelearnError if there is no scheduler at the address.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", "Port .* is already in use")  # of a dashboard, which is off
    with dask.config.set(SETTINGS):
        if scheduler is None:
            with (
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    memory_limit=0,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                    preload=["spicelearn.sweep.preload"],
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(scheduler, timeout=CONNECT)
        except (OSError, ValueError, TypeError) as failure:
            raise SpicelearnError(
                f"no Dask scheduler at {scheduler}: {str(failure).splitlines()[0]}"
            ) from None
        with client:
            yield client


def _outcomes(
    sweep: Sweep, folder: Path, left: Sequence[Point], workers: int, scheduler: str | None
) -> Iterator[tuple[Outcome | None, int]]:
    """Yield the outcome of every point as it ends, or None meanwhile, and the workers' number."""
    if not left:
        return
    base = sweep.path.absolute().parent
    with connected(min(workers, len(left)), scheduler) as client:
        numbers: dict[str, int] = {}
        waiting = as_completed([], loop=client.loop)

        def submit(points: Iterable[Point]) -> None:
            for point in points:
                arguments = (point, base, folder.absolute())
                key = f"spicelearn-{sweep.sha256[:16]}-{time.time_ns()}-{point.number}"
                numbers[key] = point.number
                waiting.add(client.submit(carry_out, *arguments, key=key, pure=False))

        def there() -> int:
            return len(client.scheduler_info(n_workers=-1)["workers"])

        yield None, there()
        rest = iter(left)
        submit(itertools.islice(rest, POINTS_AHEAD))
        told = time.monotonic()
        while not waiting.is_empty():
            if waiting.has_ready():
                future = next(waiting)
                yield _outcome(future, numbers.pop(future.key)), there()
                submit(itertools.islice(rest, 1))
                continue
            time.sleep(POLL)
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                yield None, there()


def _outcome(future: Any, number: int) -> Outcome:
    """Return the outcome of a future; raise SpicelearnError if the scheduler is lost."""
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    if future.status != "error":
        raise SpicelearnError("the Dask scheduler is gone; the same command goes on with the sweep")
    failure = future.exception()
    reason = f"{type(failure).__name__}: {failure}"
    if isinstance(failure, KilledWorker):
        reason = "too many workers died while running it"
    return Outcome(number, "failed", " ".join(reason.split()), {})
