"""A live session: a transient that pauses at every step edge, is altered, read, and goes on.

With `spicelearn.spice.ngspice`, the only file that knows how ngspice behaves. Each oddity of the
engine is met where it is named below.
"""

from __future__ import annotations

import re

import numpy as np

from ..errors import ConvergenceError, EngineError
from ..plant import Bools, Floats
from .deck import Deck
from .ngspice import Library
from .startup import without_models

STUCK = re.compile("timestep too small|no convergence|singular matrix|failed to converge", re.I)
BLAME = "trouble with"  # a node or a part
UNKNOWN_MODEL = "unable to find definition of model"
HISTORY = 32e6  # bytes of the probes' points after which a transient is ended
LONGEST = 1000  # cycles of a transient
STOPS_WHERE_TOLD = 45  # the version from which a stop condition is a breakpoint itself
LOOK_BACK = 100  # points
TRANSIENTS = 40  # after which the circuit is loaded anew: ngspice keeps the events of every one


class Session:
    """A deck loaded into ngspice, its transient paused between clock cycles.

    The transient ends after ``chunk`` cycles, or when what ngspice keeps of it makes ``HISTORY``
    bytes, and the next starts from the operating point of the knobs that it is given: the past
    does not grow. What follows a start depends on nothing before it, to the last bit. ``clock`` is
    the number of the latest clock in its transient.
    """

    def __init__(self, deck: Deck, chunk: int = LONGEST) -> None:
        self.deck = deck
        self.chunk = chunk
        saved = {*deck.probes, *(deck.bits if deck.high_V is not None else ())}
        self._most_points = int(HISTORY / (8 * (len(saved) + 1)))
        self.library = Library.get()
        self._alter = [f"alter @{knob} = " for knob in deck.knobs]
        self._next_whole = False
        self.clock = -1
        self._load()

    def _load(self) -> None:
        """Load the deck; the next cycle starts a transient."""
        if self.library.busy:
            raise EngineError("ngspice holds one circuit a process: close the other plant first")
        self._applied = np.full(len(self.deck.knobs), np.nan)
        self._cycle = self.chunk  # of the transient; at chunk the next cycle starts a new one
        self._transients = 0
        self._plot = ""
        self._whole = False
        self.library.words.clear()
        self.library.load(self.deck.text)
        self.library.busy = True
        if any(UNKNOWN_MODEL in line for line in self.library.words):
            self.close()
            raise EngineError(
                f"ngspice has no digital parts: {without_models()}; expected that of a whole "
                "installation, or SPICE_SCRIPTS to name its folder"
            )
        self._check(not self.library.complaints(), "refused the deck")

    @property
    def engine(self) -> str:
        """Name the engine and its version."""
        return f"ngspice-{self.library.ngspice_version}"

    def cycle(self, knobs: Floats) -> tuple[Floats, float, Bools]:
        """Apply the knobs, run to the next step edge and read.

        Returns the probes as they are sensed, V, how far the worst of them is from its final value,
        V, and the bits.
        """
        if self._cycle >= self.chunk and self._transients == TRANSIENTS:
            self.close()
            self._load()
        self._apply(knobs)
        if self._cycle >= self.chunk:
            self._start()
        timing = self.deck.timing
        sense = timing.first_sense + self._cycle * timing.period
        step = timing.first_step + self._cycle * timing.period
        if not timing.ample:
            self.library.break_at(sense)
        self._run_to(step)
        self.clock = self._cycle
        self._cycle += 1
        if self.library.length(b"time") > self._most_points:
            self._cycle = self.chunk
        return self._read(sense)

    def restart(self, whole: bool = False) -> None:
        """Let the next cycle begin a transient; ``whole`` keeps every node of it, not the probes.

        That does not act on the points in time, nor on any value.
        """
        self._cycle = self.chunk
        self._next_whole = whole

    def _start(self) -> None:
        """Start a transient from the operating point."""
        timing = self.deck.timing
        end = (self.chunk + 2) * timing.period + timing.first_step  # never reached: no stop there
        if self._next_whole or self._whole:
            self.library.command(f"esave {'all' if self._next_whole else 'none'}")
        self._whole = self._next_whole
        if self._whole:
            self.library.command("save all")
        self.library.command("stop when time > 0")
        self.library.begin(timing.max_step, end)
        self.library.command("delete all")
        self._check(len(self.library.tail(b"time", 1)) == 1, "could not start the transient")
        if self._plot:
            # after the new run has begun: event nodes are read from the run before for ever if
            # that is destroyed first, and "destroy all" is that
            self.library.command(f"destroy {self._plot}")
        self._plot = self.library.plot_name()
        self._cycle = 0
        self._transients += 1
        if self.deck.bits and self.deck.high_V is None:
            self.library.follow(self.deck.bits)

    def vectors(self) -> list[str]:
        """Return the vectors of a whole transient, as raw files call them, time left out."""
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
        """Return when every event node changed, from its value at a time on."""
        return {node: self.library.history(node, since) for node in self.library.event_nodes()}

    def _apply(self, knobs: Floats) -> None:
        """Alter the knobs whose value has changed."""
        self.library.words.clear()
        changed = np.flatnonzero(knobs != self._applied)
        values = knobs.tolist()
        self.library.commands([f"{self._alter[place]}{values[place]!r}" for place in changed])
        self._applied = knobs.copy()
        self._check(not self.library.words, "did not take a value")

    def _run_to(self, time: float) -> None:
        """Run until this time.

        Up to 44 ``stop`` sets no breakpoint and the point has to be asked for; from 45 it does. A
        point that happens to lie just before a breakpoint takes its place: it is then as good.
        Conditions accumulate unless deleted.
        """
        near = self.deck.timing.near
        early = near if self.library.ngspice_version < STOPS_WHERE_TOLD else 0.0
        self.library.break_at(time)
        self.library.command(f"stop when time >= {time * (1 - 1e-12) - early!r}")
        self.library.command("resume")
        self.library.command("delete all")
        reached = self.library.tail(b"time", 1)
        self._check(
            len(reached) == 1 and abs(reached[0] - time) <= 2 * near,
            f"did not reach {time:g} s (it is at {reached[0] if len(reached) else 0:g} s)",
        )

    def _read(self, sense: float) -> tuple[Floats, float, Bools]:
        """Read the probes as they are sensed, how far they are from final, and the bits.

        Comparators see what they decide upon at time points: at the moment of sensing, for which
        there is one, or where the network has settled long before at the last before the latch. How
        far it is from final follows from the step edge's.
        """
        timing, times = self.deck.timing, self.library.tail(b"time", LOOK_BACK)
        if timing.ample:
            late = max(timing.delay, timing.tau / 2)
            before = max(int(np.searchsorted(times, times[-1] - late, side="right")) - 1, 0)
        else:
            before = int(np.argmin(np.abs(times - sense)))
        earlier, now = self.library.analog(self.deck.probes, len(times) - before, 1)
        if not np.isfinite(earlier).all():
            odd = self.deck.probes[int(np.argmin(np.isfinite(earlier)))]
            self._check(False, f"gives no voltage for node {odd}")
        left = 0.0
        if timing.tau:
            steps = (times[-1] - times[before]) / timing.tau
            # what the solver lets through, more than exp: backward Euler or the gear method
            passed = 1 / (1 + steps if timing.ample else 1 + steps + steps**2 / 2)
            left = float(np.abs(now - earlier).max() / (1 - passed))
        return earlier, left, self._bits_now()

    def _bits_now(self) -> Bools:
        """Read the bits."""
        if self.deck.high_V is None:
            return self.library.levels()
        (volts,) = self.library.analog(self.deck.bits, 1)
        return np.asarray(volts > self.deck.high_V)

    def close(self) -> None:
        """Unload the circuit and what it has left."""
        if self.library.busy and not self.library.exited:
            self.library.command("remcirc")
            self.library.command("destroy all")
        self.library.busy = False

    def _check(self, good: bool, what: str) -> None:
        """Raise EngineError with the last words unless all is good."""
        if good and not self.library.exited:
            return
        blamed = [line for line in self.library.words if BLAME in line]
        words = blamed or self.library.complaints() or list(self.library.words)[-3:]
        stuck = any(STUCK.search(line) for line in self.library.words)
        self.close()
        kind = ConvergenceError if stuck and not self.library.exited else EngineError
        raise kind(f"ngspice {what}; its last words: {' | '.join(words) or 'none'}")
