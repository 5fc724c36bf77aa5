"""An oscilloscope on every node, which keeps the waveforms of some cycles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..formats.waves import CLOCK, CYCLE, Changes, Waves
from ..plant import Bools, Floats


def no_bits() -> Bools:
    """Return an empty array of bits."""
    return np.empty(0, dtype=np.bool_)


@dataclass(frozen=True)
class Trace:
    """Hold the waveforms of one cycle: names of vectors, times since it began, s, and rows.

    ``rows`` has shape (times, names), V or A; ``changes`` are those of digital nodes, the first of
    each its value at time 0; ``bits`` are what the cycle ended with.
    """

    names: list[str]
    times: Floats
    rows: Floats
    changes: dict[str, Changes] = field(default_factory=dict)
    bits: Bools = field(default_factory=no_bits)


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

    def take_up(self, waves: Waves, cycle: int) -> None:
        """Begin with the waveforms that an interrupted run wrote, up to this cycle."""
        later = [time for time, value in waves.changes[CYCLE] if int(value) >= cycle]
        earlier = waves.before(min(later)) if later else waves
        self._names = earlier.names
        self._times, self._rows = [earlier.time], [earlier.analog]
        self._changes = earlier.changes

    def keep(self, cycle: int, trace: Trace) -> None:
        """Keep the waveforms of a cycle after all that is kept."""
        shift = float(self._times[-1][-1]) if self._times else 0.0
        self._names = trace.names
        self._times.append(trace.times + shift)
        self._rows.append(trace.rows)
        self.fresh = True
        self._change(CLOCK, shift, str(len(self._changes[CLOCK])))
        self._change(CYCLE, shift, str(cycle))
        for node, changes in trace.changes.items():
            for time, value in changes:
                self._change(node, time + shift, value)

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
