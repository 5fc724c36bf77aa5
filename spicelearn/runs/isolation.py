"""Run a function in a child process, so that a crash in a library ends as one clear error.

ngspice may abort its process. Plant, trainer and records all run in that process, so that no data
cross a process boundary in every cycle.

A child is forked from a process that has imported what it needs and computes nothing itself, so
that it begins at once, and in the same state whatever ran before it: from this process where that
is allowed, else from a server, a fresh interpreter that is kept for the next child.

Unless OPENBLAS_NUM_THREADS says otherwise, a child has one thread only, and its parent never had
another one: the C library then takes no locks where it hands out memory, and ngspice asks it for
memory all the time.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..errors import EngineError, SpicelearnError

PATIENCE = 300.0  # s without a message after which the child is ended as stuck
START = 12  # times as long for the first message: a large circuit takes long to load
ALONE = {"OPENBLAS_NUM_THREADS": "1"}  # numpy's library would begin threads when it is imported
REQUEST_LIMIT = 2**16  # bytes that a server is sent
DESCRIPTOR_LIMIT = 8  # file descriptors that go with them

Listener = Callable[[Any], None]  # called with the progress of the work
Prepare = partial[None]  # of a function of a module and texts: imports what the work needs

_forks_allowed = False
_idle: list[Server] = []  # begun in this process, without a child


def allow_forks() -> None:
    """Let children be forked from this process, while it has no other thread.

    It is for a process that does nothing else, as the command does: a child inherits its state.
    """
    global _forks_allowed  # noqa: PLW0603 - of the process
    _forks_allowed = True


def _forks_here() -> bool:
    """Say whether children may be forked from this process now."""
    return _forks_allowed and threading.active_count() == 1


class Work:
    """A function that a child process computes: ``function(*arguments, listener)``.

    ``function`` is defined at the top of a module; calls of its listener are `received` here. The
    child's output is appended to the file ``log``; the child holds the file descriptors ``keep``
    open while it lives. ``prepare`` is called before the child is forked, if that is from a server.
    The child ends with this process.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        log: Path,
        keep: Sequence[int] = (),
        prepare: Prepare | None = None,
    ) -> None:
        ours, theirs = socket.socketpair()
        self.pipe = Connection(ours.detach())
        life, held = os.pipe()
        self._life = os.fdopen(held, "wb", 0)
        self._log = log
        self._server: Server | None = None
        self._status: int | None = None
        with theirs, os.fdopen(life, "rb", 0), log.open("ab") as output:
            self._before = output.tell()
            descriptors = [theirs.fileno(), output.fileno(), life, *keep]
            if _forks_here():
                self._pid = fork(descriptors)
            else:
                self._server = Server.idle()
                self._pid = self._server.fork(descriptors, function.__module__, prepare)
        with suppress(BrokenPipeError):  # it has ended already: that is told when it is asked
            self.pipe.send((function.__module__, function.__qualname__, arguments))

    def received(self, patience: float) -> tuple[str, Any]:
        """Return the next message: ``progress`` and what the listener was given, or the ``result``.

        Raises the SpicelearnError that the function raised; EngineError with the child's last words
        if it ended without a result or sent nothing for so many seconds; RuntimeError with a
        traceback for any other exception.
        """
        try:
            if not self.pipe.poll(patience):
                raise EngineError(
                    f"the engine sent nothing for {patience:g} s and was ended{self._last_words()}"
                )
            kind, content = self.pipe.recv()
        except (EOFError, ConnectionError) as failure:
            raise EngineError(f"the engine {self._ending()}{self._last_words()}") from failure
        if kind != "failure":
            return kind, content
        if isinstance(content, SpicelearnError):
            raise content
        raise RuntimeError(f"in the child process: {content}")

    def end(self) -> None:
        """End the child if it still runs."""
        self.pipe.close()
        self._life.close()
        if self._status is None:
            with suppress(ProcessLookupError):  # its server was ended, and it too
                os.kill(self._pid, signal.SIGKILL)
            self._wait()

    def _wait(self) -> int:
        """Return with which status the child ended, negative for a signal."""
        if self._server is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        else:
            self._status = self._server.status()
        return self._status

    def _ending(self) -> str:
        """Return how the child ended, for a message."""
        status = self._wait()
        if status < 0:
            return f"was ended by signal {-status} ({signal.Signals(-status).name})"
        return f"ended by itself with status {status}"

    def _last_words(self) -> str:
        """Return the last lines of the child's output, for a message."""
        lines = self._log.read_bytes()[self._before :].decode("utf-8", "replace").splitlines()
        words = [line.strip() for line in lines if line.strip()][-3:]
        return f"; its last words: {' | '.join(words) or 'none'}"


def isolated(
    function: Callable[..., Any],
    *arguments: Any,
    log: Path,
    listener: Listener,
    keep: Sequence[int] = (),
    prepare: Prepare | None = None,
) -> Any:
    """Return ``function(*arguments, listener)``, computed in a child process (see `Work`).

    The calls of its listener are passed on to ``listener`` here. A child that sends nothing for
    `PATIENCE` is ended. Raises as `Work.received` does.
    """
    work = Work(function, *arguments, log=log, keep=keep, prepare=prepare)
    try:
        kind, content = work.received(START * PATIENCE)
        while kind == "progress":
            listener(content)
            kind, content = work.received(PATIENCE)
        return content
    finally:
        work.end()


class Server:
    """A process from which children are forked, one at a time: a fresh interpreter, kept."""

    def __init__(self) -> None:
        self.environment = environment()
        self.owner = os.getpid()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self.environment,
            )

    @classmethod
    def idle(cls) -> Server:
        """Return a server without a child that was begun in this environment, or a new one."""
        for server in [each for each in _idle if each.owner == os.getpid()]:
            _idle.remove(server)
            if server.environment == environment() and server._process.poll() is None:
                return server
            server.close()
        return cls()

    def fork(self, descriptors: Sequence[int], module: str, prepare: Prepare | None) -> int:
        """Fork a child with these file descriptors (see `fork`); return its process id.

        The server imports the module and calls ``prepare`` before.
        """
        call = [prepare.func.__module__, prepare.func.__name__, *prepare.args] if prepare else []
        request = json.dumps([os.getcwd(), module, call]).encode()
        try:
            socket.send_fds(self._control, [request], descriptors)
            return int(self._control.recv(REQUEST_LIMIT) or self._lost())
        except ConnectionError:
            return self._lost()

    def _lost(self) -> int:
        """Raise EngineError: the server has ended."""
        self.close()
        raise EngineError("the engine could not be begun: the process that forks it has ended")

    def status(self) -> int:
        """Wait for the child; return with which status it ended, and take the next.

        If the server was ended meanwhile, it is that of an unknown signal.
        """
        try:
            told = self._control.recv(REQUEST_LIMIT)
        except ConnectionError:
            told = b""
        if not told:
            self.close()
            return -signal.SIGKILL
        _idle.append(self)
        return int(told)

    def close(self) -> None:
        """End the server."""
        self._control.close()
        self._process.kill()
        self._process.wait()


def environment() -> dict[str, str]:
    """Return the environment in which a server begins."""
    search = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return {**ALONE, **os.environ, "PYTHONPATH": search}


@atexit.register
def _close_idle() -> None:
    """End the servers of this process."""
    for server in _idle:
        if server.owner == os.getpid():
            server.close()


def fork(descriptors: Sequence[int]) -> int:
    """Fork a child that computes what it is sent; return its process id.

    The file descriptors are its pipe, the file of its output, a pipe that ends with its parent, and
    those that it holds open; it closes all others.
    """
    pipe, output, life, *keep = descriptors
    gc.freeze()  # no object of this process is collected in the child, and its files closed there
    # what a handler raises while Python forks would be lost
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout = sys.stderr = os.fdopen(1, "w", 1, encoding="utf-8", closefd=False)
        for other in map(int, os.listdir("/dev/fd")):
            if other > 2 and other not in (pipe, life, *keep):
                with suppress(OSError):  # that of the list itself
                    os.close(other)
        end_with(life)
        serve(Connection(pipe))
        status = 0
    finally:
        os._exit(status)


@contextmanager
def output_in(log: Path) -> Iterator[None]:
    """Append this process's output to a file while the context lasts, that of its libraries too."""
    streams = (1, 2)
    before = [os.dup(stream) for stream in streams]
    try:
        with log.open("ab") as output:
            for stream in streams:
                os.dup2(output.fileno(), stream)
        yield
    finally:
        sys.stdout.flush()
        for stream, kept in zip(streams, before, strict=True):
            os.dup2(kept, stream)
            os.close(kept)


def end_with(life: int) -> None:
    """End this process as soon as the other end of a pipe is closed: by a signal, not a thread."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([life], [], [], 0)[0]:  # it was closed before
        os._exit(1)


def serve(pipe: Connection) -> None:
    """Run the function that the parent sends, and send its result or its exception."""
    module, name, arguments = pipe.recv()

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


def serve_forks(control: socket.socket) -> None:
    """Fork a child at every request, and tell its process id, and its status when it has ended.

    A child is reaped at the next request only: until then its process id is that of no other.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    allow_forks()
    pid = 0
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, REQUEST_LIMIT, DESCRIPTOR_LIMIT)
        if pid:
            os.waitpid(pid, 0)
        if not request:
            return
        with suppress(Exception):  # the child does it again, and tells what fails
            folder, module, call = json.loads(request)
            os.chdir(folder)
            import_module(module)
            if call:
                getattr(import_module(call[0]), call[1])(*call[2:])
        pid = fork(descriptors)
        for each in descriptors:
            os.close(each)
        control.send(b"%d" % pid)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert ended
        by_itself = ended.si_code == os.CLD_EXITED
        control.send(b"%d" % (ended.si_status if by_itself else -ended.si_status))


if __name__ == "__main__":
    server = import_module("spicelearn.runs.isolation")  # the module that children import
    server.serve_forks(socket.socket(fileno=int(sys.argv[1])))
