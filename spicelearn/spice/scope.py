"""An oscilloscope on every node, which keeps the waveforms of some cycles."""

from __future__ import annotations

import numpy as np

from ..formats.waves import CLOCK, CYCLE, Changes, Waves
from ..plant import Floats
from .session import Session


class Scope:
    """Keep the waveforms of the cycles ``first`` to ``last``, with every clock that they take.

    Time counts from the stepping edge that begins the first of them. If a test set is measured
    between two cycles, its clocks are kept too. ``fresh`` is true if anything was kept since
    `waves` was last read.
    """

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.fresh = False
        self._names: list[str] = []
        self._times: list[Floats] = []
        self._rows: list[Floats] = []
        self._changes: dict[str, Changes] = {CLOCK: [], CYCLE: []}

    def wants(self, cycle: int) -> bool:
        """Return whether this cycle's waveforms are kept."""
        return self.first <= cycle <= self.last

    def meets(self, cycle: int, length: int) -> bool:
        """Return whether any of ``length`` cycles from this one on is kept."""
        return cycle <= self.last and self.first < cycle + length

    def take_up(self, waves: Waves, cycle: int) -> None:
        """Begin with the waveforms that an interrupted run wrote, up to this cycle."""
        later = [time for time, value in waves.changes[CYCLE] if int(value) >= cycle]
        earlier = waves.before(min(later)) if later else waves
        self._names = earlier.names
        self._times, self._rows = [earlier.time], [earlier.analog]
        self._changes = earlier.changes

    def clock(self, session: Session, cycle: int) -> None:
        """Keep the clock that the session has just run."""
        timing, count = session.deck.timing, len(self._changes[CLOCK])
        begin = timing.first_step + (session.clock - 1) * timing.period
        shift = count * timing.period - begin
        self._names = session.vectors()
        # a clock's first point is the last one of the clock before, if that was kept
        inclusive = count == 0 or session.clock == 0
        times, rows = session.points(self._names, begin, inclusive)
        self._times.append(np.maximum(times, begin) + shift)
        self._rows.append(rows)
        self.fresh = True
        self._change(CLOCK, begin + shift, str(count))
        self._change(CYCLE, begin + shift, str(cycle))
        for node, changes in session.events(begin).items():
            for time, value in changes:
                self._change(node, max(time, begin) + shift, value)

    def keep(self, cycle: int, names: list[str], times: Floats, rows: Floats) -> None:
        """Keep what a machine traced of a cycle, after all that is kept.

        ``times``, s, begin after 0, where the cycle begins; ``rows``, shape (times, names), V.
        """
        shift = float(self._times[-1][-1]) if self._times else 0.0
        self._names = names
        self._times.append(times + shift)
        self._rows.append(rows)
        self.fresh = True
        self._change(CLOCK, shift, str(len(self._changes[CLOCK])))
        self._change(CYCLE, shift, str(cycle))

    def _change(self, name: str, time: float, value: str) -> None:
        """Note the value of a digital node from a time on, s, if it is a new one."""
        kept = self._changes.setdefault(name, [])
        if not kept or value != kept[-1][1]:
            kept.append((time, value))

    @property
    def waves(self) -> Waves:
        """Return all that is kept; ``fresh`` is false then."""
        self.fresh = False
        times, rows = np.concatenate(self._times), np.concatenate(self._rows)
        return Waves(self._names, times, rows, self._changes)
