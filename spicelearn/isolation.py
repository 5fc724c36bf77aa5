"""Run a function in a child process, so that a crash in a library ends as one clear error.

ngspice may abort and take its process with it. Whatever drives it runs here, whole: plant, trainer
and records, so that nothing crosses a process boundary in each clock cycle.
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

from .errors import EngineError, SpicelearnError

PATIENCE = 300.0  # s without a message after which the child is taken for stuck
START = 12  # times as long for the first: a large circuit is long in loading

Report = Callable[[Any], None]


def isolated(
    function: Callable[..., Any],
    *arguments: Any,
    log: Path,
    report: Report,
    keep: Sequence[int] = (),
) -> Any:
    """Return ``function(*arguments, report)``, computed in a child process.

    ``function`` is a module's own; what it reports is passed to ``report`` here. Everything the
    child prints is added to the file ``log``. Raises the SpicelearnError that it raised, or
    EngineError with the child's last words if it ended otherwise or sent nothing for ``PATIENCE``
    seconds. The child holds the file descriptors ``keep`` open while it lives.
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
            if kind == "report":
                report(content)
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
    """Say how the child ended."""
    status = child.wait(10)
    if status < 0:
        return f"was ended by signal {-status} ({signal.Signals(-status).name})"
    return f"ended by itself with status {status}"


def _last_words(log: Path, before: int) -> str:
    """Return the last lines after so many bytes of the log, for the end of a message."""
    lines = log.read_bytes()[before:].decode("utf-8", "replace").splitlines()
    words = [line.strip() for line in lines if line.strip()][-3:]
    return f"; its last words: {' | '.join(words) or 'none'}"


def end_with_parent(pipe: Connection) -> None:
    """End this process when the other end of the pipe is gone, whatever it is doing."""
    with suppress(EOFError, OSError):
        pipe.recv()
    os._exit(1)


def serve(pipe: Connection) -> None:
    """Compute what the parent asks for and answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    module, name, arguments = pipe.recv()
    threading.Thread(target=end_with_parent, args=[pipe], daemon=True).start()

    def report(content: Any) -> None:
        pipe.send(("report", content))

    try:
        function = getattr(import_module(module), name)
        gc.freeze()  # what is imported stays: the collector need not look at it again
        result = function(*arguments, report)
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
