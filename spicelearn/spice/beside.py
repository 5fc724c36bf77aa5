"""A second circuit, in a process of its own: ngspice holds one circuit per process.

The circuit that learns is not touched, so that its run is the same with and without such a one.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from ..errors import EngineError, SpicelearnError

PATIENCE = 300.0  # s

Answer = TypeVar("Answer")


class Beside(Generic[Answer]):
    """A circuit beside the one that runs; its process begins with the first request.

    ``opened`` loads it and gives a function of a request, which returns the answer. All of them are
    sent between the processes: they can be pickled. ``what`` names the answers, for a message.
    """

    def __init__(
        self, what: str, opened: Callable[[], AbstractContextManager[Callable[..., Answer]]]
    ) -> None:
        self._what = what
        self._opened = opened
        self._pipe: Connection | None = None

    def ask(self, cycle: int, *request: Any) -> Answer:
        """Return the answer of a cycle; raise EngineError if the process fails or ends."""
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            context.Process(target=serve, args=(theirs, self._opened), daemon=True).start()
            theirs.close()
        failure: object = f"nothing within {PATIENCE:g} s"
        try:
            self._pipe.send(request)
            if self._pipe.poll(PATIENCE):
                answer: Answer
                answer, failure = self._pipe.recv()
                if failure is None:
                    return answer
        except (EOFError, OSError):
            failure = "its process ended"
        raise EngineError(f"no {self._what} of cycle {cycle}: {failure}")

    def close(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()


def serve(
    pipe: Connection, opened: Callable[[], AbstractContextManager[Callable[..., Answer]]]
) -> None:
    """Send every answer and None, or None and what failed, until the pipe is closed."""
    try:
        with opened() as answered:
            while True:
                pipe.send((answered(*pipe.recv()), None))
    except SpicelearnError as failure:
        pipe.send((None, failure))
    except EOFError:
        pass
