"""A second circuit, in a process of its own: ngspice holds one circuit per process.

The circuit that learns is not touched, so that a run is the same with and without waveforms.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from typing import Any

from ..errors import EngineError, SpicelearnError
from .scope import Trace

PATIENCE = 300.0  # s

# Loads a circuit; what it gives returns the Trace of a cycle, from whatever a request holds.
Opened = Callable[[], AbstractContextManager[Callable[..., Trace]]]


class Beside:
    """A circuit beside the one that runs; its process begins with the first request.

    ``opened`` and the requests are sent to that process: they can be pickled.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._pipe: Connection | None = None

    def trace(self, cycle: int, *request: Any) -> Trace:
        """Return the waveforms of a cycle; raise EngineError if the process fails or ends."""
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            context.Process(target=serve, args=(theirs, self._opened), daemon=True).start()
            theirs.close()
        found: Trace | SpicelearnError | str = f"nothing within {PATIENCE:g} s"
        try:
            self._pipe.send(request)
            if self._pipe.poll(PATIENCE):
                found = self._pipe.recv()
        except (EOFError, OSError):
            found = "its process ended"
        if not isinstance(found, Trace):
            raise EngineError(f"no waveforms of cycle {cycle}: {found}")
        return found

    def close(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()


def serve(pipe: Connection, opened: Opened) -> None:
    """Answer every request with its Trace, or an error, until the pipe is closed."""
    try:
        with opened() as traced:
            while True:
                pipe.send(traced(*pipe.recv()))
    except SpicelearnError as failure:
        pipe.send(failure)
    except EOFError:
        pass
