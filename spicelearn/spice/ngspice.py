"""The binding to libngspice: load, command, read; PySpice's NgSpiceShared, mended where it must be.

Written for ngspice 39 to 46. There is one library a process: ngspice keeps its state in globals.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import logging
import os
import re
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from cffi import FFI
from PySpice.Spice.NgSpice.Shared import NgSpiceShared, ffi

from ..errors import EngineError, SpicelearnError
from ..plant import Bools, Floats

LONGEST_COMMAND = 1023  # characters; ngspice cuts what is longer
FORGET_EVERY = 500  # commands, after which ngspice is told to free its history
NOISE = re.compile(  # what ngspice says on its error stream when nothing is wrong
    r"condition met|pause requested|simulation interrupted|breakpoint in the past"
    r"|^time: .* bkpt: |^Note: |Using .* as Direct Linear|Reference value|^$"
)
EVERY_CLOCK = (b"stderr doAnalyses: pause requested", b"stderr simulation interrupted")
COMPLAINT = re.compile(r"(fatal )?error\b.*[:!.]", re.IGNORECASE)  # not a node named "error"

# Not in PySpice's api.h. ngspice 39 to 46 forget to free the array evt_dect, 32 bytes a call;
# a version that is not known to is left alone.
EVENTS = FFI()
EVENTS.cdef(
    """
    typedef struct { int dcop; double step; char *node_value; } evt_data;
    typedef struct { evt_data **evt_dect; int num_steps; } evt_shared_data;
    evt_shared_data *ngGet_Evt_NodeInfo(char *);
    char **ngSpice_AllEvtNodes(void);
    typedef int (SendEvtData)(int, double, double, char *, void *, int, int, int, void *);
    typedef int (SendInitEvtData)(int, int, char *, char *, int, void *);
    int ngSpice_Init_Evt(SendEvtData *, SendInitEvtData *, void *);
    typedef struct { char *name; int type; short flags; double *data; } vector_head;
    void free(void *);
    """
)
LEAKING = range(39, 47)
UNKNOWN = 2


def library_path() -> str:
    """Return where libngspice is: NGSPICE_LIBRARY_PATH, or what the system's loader finds.

    Raises SpicelearnError if there is none.
    """
    named = os.environ.get("NGSPICE_LIBRARY_PATH")
    found = named or ctypes.util.find_library("ngspice") or ""
    try:
        ctypes.CDLL(found or "libngspice.so.0").ngSpice_Init  # noqa: B018 - is it that library?
    except (OSError, AttributeError) as failure:
        where = f"NGSPICE_LIBRARY_PATH={named}" if named else "the system's library path"
        raise SpicelearnError(
            f"libngspice cannot be loaded from {where}; install it (Debian, Ubuntu: "
            "apt install ngspice libngspice0) or point NGSPICE_LIBRARY_PATH at it"
        ) from failure
    return found or "libngspice.so.0"


class Library(NgSpiceShared):  # type: ignore[misc]
    """PySpice's binding, deciding by content what is an error and keeping the last words.

    There is one a process, `Library.get`.
    """

    _only: Library | None = None

    def __init__(self) -> None:
        self.LIBRARY_PATH = library_path()
        self.words: deque[str] = deque(maxlen=20)
        self.exited = False
        self.busy = False
        self.sent = 0
        self.seconds = 0.0  # inside ngspice's commands
        self.notices = 0  # of event nodes that changed, taken meanwhile
        logging.getLogger("PySpice").setLevel(logging.CRITICAL)  # "Unsupported Ngspice version"
        super().__init__()
        self._events: Any = EVENTS.dlopen(self.library_path)
        self._stale = EVENTS.NULL
        self._levels = bytearray()  # of event nodes, by place: 0, 1, UNKNOWN
        self._followed: Sequence[str] = ()
        self._places = np.empty(0, dtype=np.int64)  # of those followed
        self._first = b""  # levels, when a transient begins
        self._told = 0  # event nodes of which ngspice tells
        self._heads: dict[str, Any] = {}  # of the vectors of the run that is going on
        self._anew = True  # those that it tells of next are a new run's
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
        """Keep a line of output; PySpice would raise for every pause of a transient."""
        self = ffi.from_handle(user_data)
        raw = ffi.string(message)
        if raw in EVERY_CLOCK:
            return 0
        stream, _, line = raw.decode("utf-8", "replace").partition(" ")
        line = line.strip()
        self._stdout.append(line)
        if (stream == "stderr" or COMPLAINT.match(line)) and not NOISE.search(line):
            self.words.append(line)
            print(line, flush=True)  # outlives a crash of the library
        return 0

    def _listen(self) -> None:
        """Have ngspice tell of every event node that changes; looking each up by name is slow.

        It tells of as many nodes as the first circuit of the process has.
        """

        def change(
            place: int, step: float, level: float, a: Any, b: Any, c: int, d: int, e: int, f: Any
        ) -> int:
            self.notices += 1
            if 0 <= place < len(self._levels):  # none are followed where every pin is analog
                self._levels[place] = 1 if level == 1 else UNKNOWN if level else 0
            return 0

        self._change = EVENTS.callback("SendEvtData", change)

        def begin(place: int, last: int, *_: Any) -> int:
            self._told = last + 1
            return 0

        self._begin = EVENTS.callback("SendInitEvtData", begin)
        self._events.ngSpice_Init_Evt(self._change, self._begin, EVENTS.NULL)

    @staticmethod
    def _send_init_data(data: Any, ngspice_id: int, user_data: Any) -> int:
        """Note where ngspice keeps the vectors of a run; it tells again whenever it goes on."""
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
        """Note that ngspice gave up: it can no longer be used in this process."""
        ffi.from_handle(user_data).exited = True
        return status

    def command(self, text: str) -> None:
        """Run one command; its output is kept, whether it worked is for the caller to see."""
        if len(text) > LONGEST_COMMAND:
            raise EngineError(f"ngspice command of {len(text)} characters: {text[:60]}...")
        self._stdout.clear()
        self.sent += 1
        if self.sent % FORGET_EVERY == 0:
            self._ngspice_shared.ngSpice_Command(FFI.NULL)
        begun = time.perf_counter()
        self._ngspice_shared.ngSpice_Command(text.encode("ascii"))
        self.seconds += time.perf_counter() - begun

    def notice_seconds(self, times: int = 10_000) -> float:
        """Return how long a notice of a change takes, measured; none is followed."""
        begun = time.perf_counter()
        for _ in range(times):
            self._change(-1, 0.0, 0.0, EVENTS.NULL, EVENTS.NULL, 0, 0, 0, EVENTS.NULL)
        return (time.perf_counter() - begun) / times

    def commands(self, texts: Sequence[str]) -> None:
        """Run commands, as many at once as a line holds."""
        if texts:
            together = max(1, LONGEST_COMMAND // (max(map(len, texts)) + 1))
            for first in range(0, len(texts), together):
                self.command(";".join(texts[first : first + together]))

    def begin(self, step: float, end: float) -> None:
        """Begin a transient with this longest step, s, to pause where a stop condition is met."""
        self._anew = True
        self.command(f"tran {step!r} {end!r} 0 {step!r}")

    def load(self, text: str) -> None:
        """Load a deck; whether it was accepted is in `complaints`.

        Event nodes keep only their latest value: their history is never freed, and would be copied
        whole for every look at it.
        """
        lines = [ffi.new("char[]", line.encode()) for line in text.splitlines() if line]
        self._stdout.clear()
        self._ngspice_shared.ngSpice_Circ(ffi.new("char *[]", [*lines, FFI.NULL]))
        self.command("esave none")
        self._levels = bytearray()
        self._followed, self._places = (), self._places[:0]

    def complaints(self) -> list[str]:
        """Return those of the last words that are errors, not names that contain the word."""
        return [line for line in self.words if COMPLAINT.match(line)]

    def plot_name(self) -> str:
        """Return the name of the run that is going on."""
        return bytes(ffi.string(self._ngspice_shared.ngSpice_CurPlot())).decode()

    def break_at(self, time: float) -> None:
        """Make the transient have a point at exactly this time."""
        self._ngspice_shared.ngSpice_SetBkpt(time)

    def tail(self, vector: bytes, count: int) -> Floats:
        """Return a copy of up to ``count`` last values of a vector; empty if there is none."""
        info = self._ngspice_shared.ngGet_Vec_Info(vector)
        if info == FFI.NULL or info.v_length == 0 or info.v_realdata == FFI.NULL:
            return np.empty(0)
        first = max(0, info.v_length - count)
        buffer = ffi.buffer(info.v_realdata + first, 8 * (info.v_length - first))
        return np.frombuffer(buffer, dtype=np.float64).copy()

    def length(self, vector: bytes) -> int:
        """Return how many values a vector has, 0 if there is none."""
        info = self._ngspice_shared.ngGet_Vec_Info(vector)
        return 0 if info == FFI.NULL else int(info.v_length)

    def analog(self, vectors: Sequence[str], *back: int) -> Floats:
        """Return each vector's values ``back`` places before its end, shape (back, vectors).

        Raises EngineError for an unknown one.
        """
        length = self.length(b"time")
        try:
            heads = [self._heads[vector] for vector in vectors]
        except KeyError as failure:
            raise EngineError(f"no vector {failure} in the circuit") from None
        rows = [[head.data[length - place] for head in heads] for place in back]
        return np.array(rows)

    def _event_node(self, node: bytes) -> Any:
        """Return what ngspice knows of an event node; raise EngineError for an unknown one."""
        info = self._events.ngGet_Evt_NodeInfo(node)  # still reads the previous array
        if info == EVENTS.NULL:
            self._stale = EVENTS.NULL
            raise EngineError(f"no event node {node.decode()} in the circuit")
        if self.ngspice_version in LEAKING:
            self._events.free(self._stale)
            self._stale = info.evt_dect
        return info

    def vectors(self) -> list[str]:
        """Return the names of all vectors of the run that is going on."""
        names = self._ngspice_shared.ngSpice_AllVecs(self.plot_name().encode())
        return self._listed(ffi, names)

    def event_nodes(self) -> list[str]:
        """Return the names of all event nodes."""
        return self._listed(EVENTS, self._events.ngSpice_AllEvtNodes())

    @staticmethod
    def _listed(binding: Any, names: Any) -> list[str]:
        """Return an array of texts that ends with a null."""
        found: list[str] = []
        while names != binding.NULL and names[len(found)] != binding.NULL:
            found.append(binding.string(names[len(found)]).decode())
        return found

    def history(self, node: str, since: float) -> list[tuple[float, str]]:
        """Return when an event node changed, s, and to what, from its value at a time on.

        Values are 0, 1, x where it is unknown and z where nothing drives it.
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
        """Have `levels` tell of these event nodes, from the beginning of a transient on.

        They are outputs of registers, so that every transient of a circuit begins with the same
        levels. ngspice tells of changes only: those are looked up, once. Raises EngineError for an
        unknown node.
        """
        if nodes != self._followed:
            known = {name: place for place, name in enumerate(self.event_nodes())}
            first = np.full(len(known), UNKNOWN, dtype=np.uint8)
            levels = [self._level(node) for node in nodes]  # refuses an unknown node
            self._places = np.array([known[node] for node in nodes], dtype=np.int64)
            first[self._places] = levels
            self._followed, self._first = nodes, first.tobytes()
        self._levels = bytearray(self._first)

    def _level(self, node: str) -> int:
        """Return the latest level of an event node."""
        info = self._event_node(node.encode())
        text: Any = EVENTS.string(info.evt_dect[info.num_steps - 1].node_value)
        return {b"0": 0, b"1": 1}.get(text[:1], UNKNOWN)

    def looked_up(self, nodes: Sequence[str]) -> Bools:
        """Return the latest levels of event nodes, each by its name: slow, and good for once.

        Raises EngineError for one that is unknown.
        """
        return self._bits(np.array([self._level(node) for node in nodes]), nodes)

    def levels(self) -> Bools:
        """Return the latest levels of the event nodes that are followed.

        Raises EngineError for one that is unknown.
        """
        if len(self._levels) > self._told:
            return self.looked_up(self._followed)
        return self._bits(np.frombuffer(self._levels, dtype=np.uint8)[self._places], self._followed)

    @staticmethod
    def _bits(levels: Any, nodes: Sequence[str]) -> Bools:
        """Return levels as bits; raise EngineError for one that is unknown."""
        if (levels == UNKNOWN).any():
            node = nodes[int(np.argmax(levels))]
            raise EngineError(f"event node {node} is unknown, expected 0 or 1")
        return np.asarray(levels == 1)
