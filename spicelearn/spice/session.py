"""A session: a transient that pauses at every stepping edge, is read and altered, and goes on.

This file and `spicelearn.spice.ngspice` are the only ones that depend on how ngspice behaves. Each
of its peculiarities is named below, where it is dealt with.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from ..plant import Bools, Floats
from .deck import Deck
from .loaded import Loaded

HISTORY = 32e6  # bytes of saved points, after which a transient is ended
LONGEST_TRANSIENT = 1000  # cycles
STEPS = 101  # of a transient at least: ngspice's first step is smaller if there are up to 100
STOPS_WHERE_TOLD = 45  # the first version in which a stop condition is also a breakpoint
LOOK_BACK = 16  # points, at first
TRANSIENTS = 40  # after which the circuit is loaded anew: ngspice keeps their events, or before,
EVENTS = 128e6  # when these take so many bytes
EVENT = 850  # bytes that a transient leaves for every event node


class Session(Loaded):
    """A deck loaded into ngspice, its transient paused between cycles.

    Memory is bounded: the transient ends after ``chunk`` cycles, for which ngspice takes memory at
    its start, or when ngspice has saved `HISTORY` bytes of it, and the next starts from the
    operating point at the knobs that it is given; after ``most_transients`` the circuit is loaded
    anew. What follows a start does not depend on anything before it, to the last bit. ``clock`` is
    the number of the latest clock in its transient. If ``whole``, every node is kept, which changes
    neither the time points nor any value. Raises EngineError if ngspice refuses the deck.
    """

    def __init__(self, deck: Deck, chunk: int = LONGEST_TRANSIENT, whole: bool = False) -> None:
        self.chunk = chunk
        self._whole = whole
        self._most_points = 0
        self._points = 0  # of the transient
        self.clock = -1
        super().__init__(deck)

    def _load(self) -> None:
        """Load the deck; the next cycle starts a transient."""
        self._cycle = self.chunk  # of the transient; at chunk the next cycle starts a new one
        self._transients = 0
        self._plot = ""
        super()._load()
        left = EVENT * max(1, len(self.library.event_nodes()))
        self.most_transients = max(1, min(TRANSIENTS, int(EVENTS / left)))
        if self._whole:
            self.library.command("esave all")

    def cycle(self, knobs: Floats) -> tuple[Floats, float, Bools]:
        """Apply the knobs, run to the next stepping edge and read.

        Returns the probes as they are sensed, V, the largest distance of a probe from its final
        value, V, and the bits. Raises ConvergenceError if there is no solution, EngineError if
        ngspice fails otherwise.
        """
        if self.ends and self._transients == self.most_transients:
            self.close()
            self._load()
        self._apply(knobs)
        if self.ends:
            self._start()
        timing = self.deck.timing
        sense = timing.first_sense + self._cycle * timing.period
        step = timing.first_step + self._cycle * timing.period
        if not timing.ample:
            self.library.break_at(sense)
        times = self._run_to(step)
        self.clock = self._cycle
        self._cycle += 1
        if self._points > self._most_points:
            self._cycle = self.chunk
        return self._read(times, sense, step)

    @property
    def ends(self) -> bool:
        """Return whether the next cycle begins a transient."""
        return self._cycle >= self.chunk

    def begin_of(self, clock: int) -> float:
        """Return when this cycle of a transient begins, s: at the stepping edge before it."""
        return self.deck.timing.first_step + (clock - 1) * self.deck.timing.period

    def restart(self) -> None:
        """Let the next cycle begin a transient."""
        self._cycle = self.chunk

    def _start(self) -> None:
        """Start a transient from the operating point."""
        timing = self.deck.timing
        end = (self.chunk + 2) * timing.period + timing.first_step  # never reached
        end = max(end, STEPS * timing.max_step)
        if self._whole:
            self.library.command("save all")
        self.library.command("stop when time > 0")
        self.library.begin(timing.max_step, end)
        self.library.command("delete all")
        self._check(len(self.library.tail(b"time", 1)) == 1, "could not start the transient")
        if self._plot:
            # only after the new run has begun: if the old run is destroyed first, as by "destroy
            # all", event nodes are read from it for ever
            self.library.command(f"destroy {self._plot}")
        self._plot = self.library.plot_name()
        self._most_points = int(HISTORY / (8 * len(self.library.vectors())))
        self._cycle = 0
        self._transients += 1
        if self.deck.bits and self.deck.high_V is None:
            self.library.follow(self.deck.bits)

    def window(self, vectors: Sequence[str]) -> tuple[Floats, Floats]:
        """Return the points of the latest cycle: times, s, shape (P,), and vectors, shape (P, V).

        They begin after the previous stepping edge and end with the cycle's own.
        """
        return self.points(list(vectors), self.begin_of(self.clock), inclusive=False)

    def vectors(self) -> list[str]:
        """Return the vectors of a whole transient by their names in raw files, without time."""
        names = [name for name in self.library.vectors() if name != "time"]
        return [
            f"i({name.removesuffix('#branch')})" if name.endswith("#branch") else f"v({name})"
            for name in names
        ]

    def points(self, vectors: list[str], since: float, inclusive: bool) -> tuple[Floats, Floats]:
        """Return the times from ``since`` on, s, shape (P,), and these vectors, shape (P, V)."""
        times = self.library.tail(b"time", self.library.length(b"time"))
        near = self.deck.timing.near
        places = np.flatnonzero(times > (since - near if inclusive else since + near))
        count = len(times) - int(places[0]) if len(places) else 0
        columns = [self.library.tail(name.encode(), count) for name in vectors]
        return times[len(times) - count :], np.column_stack(columns)

    def events(self, since: float) -> dict[str, list[tuple[float, str]]]:
        """Return the changes of every event node, from its value at a time, s, on."""
        return {node: self.library.history(node, since) for node in self.library.event_nodes()}

    def _run_to(self, time: float) -> list[float]:
        """Run until this time, s; return the latest time points, s.

        ``stop`` sets a breakpoint only from version 45 on, so that one is set here. A time point
        that happens to be just before a breakpoint replaces it and is as good. Stop conditions
        accumulate unless they are deleted.
        """
        near = self.deck.timing.near
        early = near if self.library.ngspice_version < STOPS_WHERE_TOLD else 0.0
        self.library.break_at(time)
        stop = f"stop when time >= {time * (1 - 1e-12) - early!r}"
        self.library.command(f"{stop};resume;delete all")
        times, self._points = self.library.latest(b"time", LOOK_BACK)
        reached = times[-1] if times else 0.0
        if self.library.exited or abs(reached - time) > 2 * near:
            self._check(False, f"did not reach {time:g} s (it is at {reached:g} s)")
        return times

    def _read(self, times: list[float], sense: float, step: float) -> tuple[Floats, float, Bools]:
        """Read the probes as they are sensed, their distance from the final values, and the bits.

        ``times`` are the latest time points, s.
        Comparators are evaluated at time points: the relevant one is at the instant of sensing, or,
        if the network has settled long before, the last one before the latch. The distance from the
        final values follows from the change until the stepping edge. Both instants are in s.
        """
        timing = self.deck.timing
        late = max(timing.delay, timing.tau / 2)
        times = self._back_to(step - late if timing.ample else sense, times)
        if timing.ample:
            before = max(bisect_right(times, times[-1] - late) - 1, 0)
        else:
            before = min(range(len(times)), key=lambda place: abs(times[place] - sense))
        points = self._points - (len(times) - before), self._points - 1
        earlier, now = self.library.at(self.deck.probes, *points)
        left = float(np.abs(now - earlier).max())
        if not math.isfinite(left) and not np.isfinite(earlier).all():
            odd = self.deck.probes[int(np.argmin(np.isfinite(earlier)))]
            self._check(False, f"gives no voltage for node {odd}")
        if not timing.tau:
            return earlier, 0.0, self._bits_now()
        steps = (times[-1] - times[before]) / timing.tau
        # the part that the solver leaves, more than exp(-steps): backward Euler or gear
        passed = 1 / (1 + steps if timing.ample else 1 + steps + steps**2 / 2)
        return earlier, left / (1 - passed), self._bits_now()

    def _back_to(self, since: float, times: list[float]) -> list[float]:
        """Return the latest time points, s, from this one, or an earlier one, on."""
        while times[0] > since and len(times) < self._points:
            times, _ = self.library.latest(b"time", 2 * len(times))
        return times

    def _bits_now(self) -> Bools:
        """Read the bits."""
        if not self.deck.bits:
            return np.empty(0, dtype=np.bool_)
        if self.deck.high_V is None:
            return self.library.levels()
        (volts,) = self.library.analog(self.deck.bits, 1)
        return np.asarray(volts > self.deck.high_V)
