"""The binding to libngspice: load, command, read; PySpice's NgSpiceShared with corrections.

Written for ngspice 39 to 46. There is one library per process: ngspice keeps its state in globals.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import logging
import os
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from cffi import FFI
from PySpice.Spice.NgSpice.Shared import NgSpiceShared, ffi

from ..errors import EngineError, SpicelearnError
from ..plant import Bools, Floats
from .heap import use_large_pages

LONGEST_COMMAND = 1023  # characters; ngspice cuts a longer command off
LARGE = 50_000  # characters of a deck from which on it is large: some 300 edges
HEAP = 2**28  # bytes, more than ngspice takes for the largest deck
FORGET_EVERY = 500  # commands, after which ngspice is told to free its history
NOISE = re.compile(  # what ngspice prints on its error stream without an error
    r"condition met|pause requested|simulation interrupted|breakpoint in the past"
    r"|^time: .* bkpt: |^Note: |Using .* as Direct Linear|Reference value|^$"
)
EVERY_CYCLE = (  # beginnings of what ngspice prints at every pause of a transient
    *(b"stderr doAnalyses: pause requested", b"stderr simulation interrupted"),
    *(b"stderr Stopped after ", b"stdout Doing analysis at TEMP"),
)
COMPLAINT = re.compile(r"(fatal )?error\b.*[:!.]", re.IGNORECASE)  # not a node named "error"

# Not in PySpice's api.h. ngspice 39 to 46 do not free the array evt_dect, 32 bytes per call: it is
# freed here, in these versions only.
EVENTS = FFI()
EVENTS.cdef(
    """
    typedef struct { int dcop; double step; char *node_value; } evt_data;
    typedef struct { evt_data **evt_dect; int num_steps; } evt_shared_data;
    evt_shared_data *ngGet_Evt_NodeInfo(char *);
    char **ngSpice_AllEvtNodes(void);
    typedef struct { char *name; int type; short flags; double *data; } vector_head;
    void free(void *);
    """
)
LEAKING = range(39, 47)
LEVELS = {0.0, 1.0}
UNKNOWN = 0.5
# What ngspice reports of event nodes, by the first arguments only: the others are left where they
# lie. Reports are many, and three arguments cost a third of what nine do.
CHANGE = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_double, ctypes.c_double)  # node, time, level
BEGIN = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_int)  # node, number of the last one


@cache
def system_library() -> str | None:
    """Return what the system's loader finds, None for nothing; it starts a program to look."""
    return ctypes.util.find_library("ngspice")


def library_path() -> str:
    """Return where libngspice is: NGSPICE_LIBRARY_PATH, or what the system's loader finds.

    Raises SpicelearnError if there is none.
    """
    named = os.environ.get("NGSPICE_LIBRARY_PATH")
    found = named or system_library() or ""
    try:
        ctypes.CDLL(found or "libngspice.so.0").ngSpice_Init  # noqa: B018 - or another library
    except (OSError, AttributeError) as failure:
        where = f"NGSPICE_LIBRARY_PATH={named}" if named else "the system's library path"
        raise SpicelearnError(
            f"libngspice cannot be loaded from {where}; install it (Debian, Ubuntu: "
            "apt install ngspice libngspice0) or point NGSPICE_LIBRARY_PATH at it"
        ) from failure
    return found or "libngspice.so.0"


class Library(NgSpiceShared):  # type: ignore[misc]
    """PySpice's binding, with errors recognised by their text and the last words kept.

    There is one per process: use `Library.get`. Raises SpicelearnError if libngspice is missing.
    """

    _only: Library | None = None

    def __init__(self) -> None:
        self.LIBRARY_PATH = library_path()
        self.words: deque[str] = deque(maxlen=20)
        self.exited = False
        self.busy = False
        self.sent = 0
        self.seconds = 0.0  # spent in ngspice's commands
        self.notices = 0  # of changes of event nodes, received in that time
        logging.getLogger("PySpice").setLevel(logging.CRITICAL)  # "Unsupported Ngspice version"
        super().__init__()
        self._events: Any = EVENTS.dlopen(self.library_path)
        self._stale = EVENTS.NULL
        self._levels: dict[int, float] = {}  # of event nodes, by index
        self._followed: Sequence[str] = ()
        self._first: dict[int, float] = {}  # levels of the followed nodes as a transient begins
        self._nodes = 0  # number of event nodes
        self._told = 0  # of them, whose changes ngspice reports
        self._heads: dict[str, Any] = {}  # of the vectors of the present run
        self._longest: Callable[[float], float] | None = None  # of a time step
        self._limit: Any = None  # what ngspice calls at every step
        self._anew = True  # the next vectors that are reported belong to a new run
        self._listen()
        for setting in ("nomoremode", "num_threads=1"):
            self.command(f"set {setting}")

    @classmethod
    def get(cls) -> Library:
        """Return this process's library, loading it at the first call."""
        if cls._only is None:
            cls._only = cls()
        return cls._only

    @staticmethod
    def _send_char(message: Any, ngspice_id: int, user_data: Any) -> int:
        """Keep a line of output; PySpice would raise at every pause of a transient."""
        raw = ffi.string(message)
        if raw.startswith(EVERY_CYCLE):
            return 0
        self = ffi.from_handle(user_data)
        stream, _, line = raw.decode("utf-8", "replace").partition(" ")
        line = line.strip()
        self._stdout.append(line)
        if (stream == "stderr" or COMPLAINT.match(line)) and not NOISE.search(line):
            self.words.append(line)
            print(line, flush=True)  # so that it survives a crash of the library
        return 0

    def _listen(self) -> None:
        """Make ngspice report every change of an event node: look-ups by name are slow.

        It reports only as many nodes as the first circuit of the process has.
        """
        levels = self._levels

        def change(place: int, time: float, level: float) -> None:
            self.notices += 1
            levels[place] = level

        def begin(place: int, last: int) -> None:
            self._told = last + 1

        self._change, self._begin = CHANGE(change), BEGIN(begin)
        ctypes.CDLL(self.library_path).ngSpice_Init_Evt(self._change, self._begin, None)

    @staticmethod
    def _send_init_data(data: Any, ngspice_id: int, user_data: Any) -> int:
        """Store where ngspice keeps the vectors of a run; ngspice repeats this at every resume."""
        self = ffi.from_handle(user_data)
        if not self._anew:
            return 0
        self._anew = False
        self._heads = {}
        for place in range(data.veccount):
            vector = data.vecs[place]
            head = EVENTS.cast("vector_head *", int(ffi.cast("uintptr_t", vector.pdvec)))
            self._heads[ffi.string(vector.vecname).decode().lower()] = head
        return 0

    @staticmethod
    def _send_stat(message: Any, ngspice_id: int, user_data: Any) -> int:
        """Ignore the progress counter."""
        return 0

    @staticmethod
    def _exit(status: int, unload: bool, quit_: bool, ngspice_id: int, user_data: Any) -> int:
        """Note that ngspice has exited: it cannot be used in this process any more."""
        ffi.from_handle(user_data).exited = True
        return status

    def command(self, text: str) -> None:
        """Run one command and keep its output; the caller has to check whether it worked.

        Raises EngineError for a command that ngspice would cut off.
        """
        if len(text) > LONGEST_COMMAND:
            raise EngineError(f"ngspice command of {len(text)} characters: {text[:60]}...")
        self._stdout.clear()
        self.sent += 1
        if self.sent % FORGET_EVERY == 0:
            self._ngspice_shared.ngSpice_Command(FFI.NULL)
        begun = time.perf_counter()
        self._ngspice_shared.ngSpice_Command(text.encode("ascii"))
        self.seconds += time.perf_counter() - begun

    def limit_steps(self, longest: Callable[[float], float] | None) -> None:
        """Let no time step be longer than this function of the time at which it begins, s.

        None takes the limit away.
        """
        self._longest = longest
        if self._limit is None:

            def limit(
                time: float, step: Any, last: float, redo: int, a: int, place: int, b: Any
            ) -> int:
                if self._longest and not redo:
                    step[0] = min(step[0], self._longest(time))
                return 0

            self._limit = call, handle = ffi.callback("GetSyncData", limit), ffi.new_handle(self)
            self._ngspice_shared.ngSpice_Init_Sync(
                self._get_vsrc_data_c, self._get_isrc_data_c, call, ffi.NULL, handle
            )

    def notice_seconds(self, times: int = 10_000) -> float:
        """Return the measured time per notice of a change, s; they are of no node."""
        begun = time.perf_counter()
        for _ in range(times):
            self._change(-1, 0.0, 0.0)
        return (time.perf_counter() - begun) / times

    def commands(self, texts: Sequence[str]) -> None:
        """Run commands, as many at once as fit in a line."""
        if texts:
            together = max(1, LONGEST_COMMAND // (max(map(len, texts)) + 1))
            for first in range(0, len(texts), together):
                self.command(";".join(texts[first : first + together]))

    def operating_point(self, vectors: Sequence[str]) -> Floats:
        """Find the operating point and return these vectors of it; empty if there is none.

        Raises EngineError for an unknown vector.
        """
        self._anew = True
        self.commands(["destroy all", "op"])  # the former point would be kept for ever
        if self.length(vectors[0].encode()) != 1:
            return np.empty(0)
        return np.array([head.data[0] for head in self._found(vectors)])

    def small_signal(self, vector: str, hertz: float) -> complex | None:
        """Return a vector's response at one frequency, V; None if there is none."""
        self.commands(["destroy all", f"ac lin 1 {hertz!r} {hertz!r}"])
        info = self._ngspice_shared.ngGet_Vec_Info(vector.encode())
        if info == FFI.NULL or info.v_length != 1 or info.v_compdata == FFI.NULL:
            return None
        return complex(info.v_compdata[0].cx_real, info.v_compdata[0].cx_imag)

    def begin(self, step: float, end: float) -> None:
        """Begin a transient to ``end`` with this longest step, s, up to a stop condition."""
        self._anew = True
        self.command(f"tran {step!r} {end!r} 0 {step!r}")

    def load(self, text: str) -> None:
        """Load a deck; `complaints` tells whether it was accepted.

        Event nodes keep their latest value only: ngspice never frees their history, and copies all
        of it at every look-up.
        """
        if len(text) > LARGE:
            use_large_pages(HEAP)
        lines = [ffi.new("char[]", line.encode()) for line in text.splitlines() if line]
        self._stdout.clear()
        self._ngspice_shared.ngSpice_Circ(ffi.new("char *[]", [*lines, FFI.NULL]))
        self.command("esave none")
        self._followed = ()

    def complaints(self) -> list[str]:
        """Return the errors among the last words, without names that contain the word."""
        return [line for line in self.words if COMPLAINT.match(line)]

    def plot_name(self) -> str:
        """Return the name of the present run, which ngspice calls a plot."""
        return bytes(ffi.string(self._ngspice_shared.ngSpice_CurPlot())).decode()

    def break_at(self, time: float) -> None:
        """Set a breakpoint: the transient gets a time point at exactly this time, s."""
        self._ngspice_shared.ngSpice_SetBkpt(time)

    def tail(self, vector: bytes, count: int) -> Floats:
        """Return a copy of the last ``count`` values of a vector, or fewer; empty if unknown."""
        place, length = self._stored(vector)
        if not length:
            return np.empty(0)
        size = min(count, length)
        buffer = ffi.buffer(place + (length - size), 8 * size)
        return np.frombuffer(buffer, dtype=np.float64).copy()

    def latest(self, vector: bytes, count: int) -> tuple[list[float], int]:
        """Return the few last values of a vector, as `tail` does, and how many it has."""
        place, length = self._stored(vector)
        size = min(count, length)
        return ffi.unpack(place + (length - size), size) if length else [], length

    def _stored(self, vector: bytes) -> tuple[Any, int]:
        """Return where the values of a vector are and how many it has; 0 if it is unknown."""
        info = self._ngspice_shared.ngGet_Vec_Info(vector)
        if not info or not info.v_realdata:
            return FFI.NULL, 0
        return info.v_realdata, int(info.v_length)

    def length(self, vector: bytes) -> int:
        """Return the number of values of a vector, 0 if it is unknown."""
        info = self._ngspice_shared.ngGet_Vec_Info(vector)
        return 0 if info == FFI.NULL else int(info.v_length)

    def analog(self, vectors: Sequence[str], *back: int) -> Floats:
        """Return each vector's values ``back`` places before its end, shape (back, vectors).

        Raises EngineError for an unknown vector.
        """
        length = self.length(b"time")
        return self.at(vectors, *(length - place for place in back))

    def at(self, vectors: Sequence[str], *points: int) -> Floats:
        """Return each vector's values at these points of the run, shape (points, vectors).

        Points are counted from 0. Raises EngineError for an unknown vector.
        """
        values = [head.data for head in self._found(vectors)]
        return np.array([[value[point] for value in values] for point in points])

    def _found(self, vectors: Sequence[str]) -> list[Any]:
        """Return where ngspice keeps vectors of the run; raise EngineError for an unknown one."""
        try:
            return [self._heads[vector] for vector in vectors]
        except KeyError as failure:
            raise EngineError(f"no vector {failure} in the circuit") from None

    def _event_node(self, node: bytes) -> Any:
        """Return ngspice's record of an event node; raise EngineError for an unknown node."""
        info = self._events.ngGet_Evt_NodeInfo(node)  # reads the previous array too
        if info == EVENTS.NULL:
            self._stale = EVENTS.NULL
            raise EngineError(f"no event node {node.decode()} in the circuit")
        if self.ngspice_version in LEAKING:
            self._events.free(self._stale)
            self._stale = info.evt_dect
        return info

    def vectors(self) -> list[str]:
        """Return the names of all vectors of the present run."""
        names = self._ngspice_shared.ngSpice_AllVecs(self.plot_name().encode())
        return self._listed(ffi, names)

    def event_nodes(self) -> list[str]:
        """Return the names of all event nodes."""
        return self._listed(EVENTS, self._events.ngSpice_AllEvtNodes())

    @staticmethod
    def _listed(binding: Any, names: Any) -> list[str]:
        """Return the texts of a C array that ends with a null pointer."""
        found: list[str] = []
        while names != binding.NULL and names[len(found)] != binding.NULL:
            found.append(binding.string(names[len(found)]).decode())
        return found

    def history(self, node: str, since: float) -> list[tuple[float, str]]:
        """Return the changes of an event node, times in s and values, from that at ``since`` on.

        Values are 0, 1, x if unknown, and z if nothing drives the node.
        """
        info = self._event_node(node.encode())
        found: list[tuple[float, str]] = []
        for place in range(info.num_steps - 1, -1, -1):
            step = info.evt_dect[place]
            text: Any = EVENTS.string(step.node_value)
            value = "z" if text[1:2] == b"z" else {b"0": "0", b"1": "1"}.get(text[:1], "x")
            found.append((float(step.step), value))
            if step.step <= since:
                break
        return found[::-1]

    def follow(self, nodes: Sequence[str]) -> None:
        """Make `levels` return these event nodes, from the start of a transient on.

        ngspice reports changes only, so that the levels at the beginning are looked up, once: the
        nodes are outputs of registers, and every transient of a circuit begins with the same ones.
        Raises EngineError for an unknown node.
        """
        if nodes != self._followed:
            known = {name: place for place, name in enumerate(self.event_nodes())}
            levels = [self._level(node) for node in nodes]  # raises for an unknown node
            places = [known[node] for node in nodes]
            self._first = dict(zip(places, levels, strict=True))
            self._followed, self._nodes = nodes, len(known)
        self._levels.update(self._first)

    def _level(self, node: str) -> float:
        """Return the latest level of an event node."""
        info = self._event_node(node.encode())
        text: Any = EVENTS.string(info.evt_dect[info.num_steps - 1].node_value)
        return {b"0": 0.0, b"1": 1.0}.get(text[:1], UNKNOWN)

    def looked_up(self, nodes: Sequence[str]) -> Bools:
        """Return the latest levels of event nodes, each looked up by its name: slow.

        Raises EngineError for an unknown node or level.
        """
        return self._bits([self._level(node) for node in nodes], nodes)

    def levels(self) -> Bools:
        """Return the latest levels of the event nodes that are followed.

        Raises EngineError for an unknown level.
        """
        if self._nodes > self._told:
            return self.looked_up(self._followed)
        return self._bits([self._levels[place] for place in self._first], self._followed)

    @staticmethod
    def _bits(levels: Sequence[float], nodes: Sequence[str]) -> Bools:
        """Return levels as bits; raise EngineError for an unknown level."""
        if not LEVELS.issuperset(levels):
            node = next(node for node, level in zip(nodes, levels, strict=True) if level % 1)
            raise EngineError(f"event node {node} is unknown, expected 0 or 1")
        return np.array(levels, dtype=np.bool_)
