"""Carry out points on a Dask cluster."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import dask
from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from ..errors import SpicelearnError
from .farm import TELL_EVERY, TOO_MANY_DEATHS
from .point import Outcome, carry_out
from .spec import Point

POINTS_AHEAD = 1000  # points that wait at the scheduler
CONNECT = 10.0  # s to connect to a scheduler
POLL = 0.02  # s


def connected(scheduler: str) -> Any:
    """Return a client of the scheduler; raise SpicelearnError if there is none at the address."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with dask.config.set({"distributed.comm.timeouts.connect": CONNECT}):
        try:
            return Client(scheduler, timeout=CONNECT)
        except (OSError, ValueError, TypeError) as failure:
            raise SpicelearnError(
                f"no Dask scheduler at {scheduler}: {str(failure).splitlines()[0]}"
            ) from None


def there(
    points: Sequence[Point], base: Path, folder: Path, scheduler: str
) -> Iterator[tuple[Outcome | None, int]]:
    """Yield the outcome of every point as it ends, or None meanwhile, and the workers' number.

    ``base`` is the folder of the specification, ``folder`` that of the sweep. Raises
    SpicelearnError if there is no scheduler or it is lost.
    """
    with connected(scheduler) as client:
        own, numbers = uuid4().hex, dict[str, int]()
        waiting = as_completed([], loop=client.loop)

        def submit(some: Iterable[Point]) -> None:
            for point in some:
                key = f"spicelearn-{own}-{point.number}"
                numbers[key] = point.number
                waiting.add(client.submit(carry_out, point, base, folder, key=key, pure=False))

        def workers() -> int:
            return len(client.scheduler_info(n_workers=-1)["workers"])

        yield None, workers()
        rest = iter(points)
        submit(itertools.islice(rest, POINTS_AHEAD))
        told = time.monotonic()
        while not waiting.is_empty():
            if waiting.has_ready():
                future = next(waiting)
                yield _outcome(future, numbers.pop(future.key)), workers()
                submit(itertools.islice(rest, 1))
                continue
            time.sleep(POLL)
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                yield None, workers()


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
        reason = TOO_MANY_DEATHS
    return Outcome(number, "failed", " ".join(reason.split()), {})
