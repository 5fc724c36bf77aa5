"""Run a function in a child process, so that a crash in a library ends as one clear error.

ngspice may abort its process. Plant, trainer and records all run in that process, so that no data
cross a process boundary in every cycle.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..errors import EngineError, SpicelearnError

PATIENCE = 300.0  # s without a message after which the child is ended as stuck
START = 12  # times as long for the first message: a large circuit takes long to load

Listener = Callable[[Any], None]  # called with the progress of the work


def isolated(
    function: Callable[..., Any],
    *arguments: Any,
    log: Path,
    listener: Listener,
    keep: Sequence[int] = (),
) -> Any:
    """Return ``function(*arguments, listener)``, computed in a child process.

    ``function`` is defined at the top of a module; the calls of its listener are passed on to
    ``listener`` here. The child's output is appended to the file ``log``. The child holds the file
    descriptors ``keep`` open while it lives. Raises the SpicelearnError that the function raised;
    EngineError with the child's last words if it ended without a result or sent nothing for
    `PATIENCE`; RuntimeError with a traceback for any other exception.
    """
    ours, theirs = socket.socketpair()
    with theirs, log.open("ab") as output:
        before = output.tell()
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno(), *keep],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
            },
        )
    pipe = Connection(ours.detach())
    try:
        pipe.send((function.__module__, function.__qualname__, arguments))
        patience = START * PATIENCE
        while True:
            if not pipe.poll(patience):
                words = _last_words(log, before)
                raise EngineError(
                    f"the engine sent nothing for {patience:g} s and was ended{words}"
                )
            patience = PATIENCE
            kind, content = pipe.recv()
            if kind == "progress":
                listener(content)
            elif kind == "result":
                return content
            elif isinstance(content, SpicelearnError):
                raise content
            else:
                raise RuntimeError(f"in the child process: {content}")
    except (EOFError, ConnectionError) as failure:
        raise EngineError(f"the engine {_ending(child)}{_last_words(log, before)}") from failure
    finally:
        pipe.close()
        if child.poll() is None:
            child.kill()
        child.wait()


def _ending(child: subprocess.Popen[bytes]) -> str:
    """Return how the child ended, for a message."""
    status = child.wait(10)
    if status < 0:
        return f"was ended by signal {-status} ({signal.Signals(-status).name})"
    return f"ended by itself with status {status}"


def _last_words(log: Path, before: int) -> str:
    """Return the last lines of the log beyond its first ``before`` bytes, for a message."""
    lines = log.read_bytes()[before:].decode("utf-8", "replace").splitlines()
    words = [line.strip() for line in lines if line.strip()][-3:]
    return f"; its last words: {' | '.join(words) or 'none'}"


def end_with_parent(pipe: Connection) -> None:
    """End this process as soon as the other end of the pipe is closed."""
    with suppress(EOFError, OSError):
        pipe.recv()
    os._exit(1)


def serve(pipe: Connection) -> None:
    """Run the function that the parent sends, and send its result or its exception."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    module, name, arguments = pipe.recv()
    threading.Thread(target=end_with_parent, args=[pipe], daemon=True).start()

    def listener(content: Any) -> None:
        pipe.send(("progress", content))

    try:
        function = getattr(import_module(module), name)
        gc.freeze()  # imported objects stay: the garbage collector may skip them
        result = function(*arguments, listener)
    except BrokenPipeError:  # the parent is gone
        return
    except SpicelearnError as failure:
        pipe.send(("failure", failure))
    except BaseException:
        pipe.send(("failure", traceback.format_exc()))
    else:
        pipe.send(("result", result))


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
