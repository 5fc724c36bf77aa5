"""Which edges are clocked in a cycle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from . import files, lfsr
from .errors import UsageError
from .plant import Bools, Ints

KINDS = "synchronous, independent, lfsr, round-robin, partitions:K or a recorded file, .txt"
MASK = "clocked.txt"  # of a run folder: a line a cycle, a character an edge, 1 where it is clocked
SYNCHRONOUS, INDEPENDENT, LFSR = "synchronous", "independent", "lfsr"
ROUND_ROBIN = "round-robin"
RANDOM = (INDEPENDENT, LFSR)


@dataclass(frozen=True)
class Clock:
    """Say which of ``edges`` are clocked in a cycle: it depends on these fields and the cycle.

    ``kind`` is synchronous, as the global clock of the 2022 machine; independent: each edge with
    ``probability``, drawn anew in every cycle (Wycoff et al. 2022); lfsr: the same, by a shift
    register an edge, as the circuit that trains itself does it; round-robin: one edge after the
    other; partitions:K: every edge in one of K groups of like size, drawn once, the groups in turn;
    or the name of a file that recorded it. Raises UsageError for anything else.
    """

    kind: str
    edges: int
    probability: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.is_file:
            _ = self._recorded
        elif self.groups is None and self.kind not in (SYNCHRONOUS, *RANDOM):
            raise UsageError(f"clock = {self.kind!r}, expected {KINDS}")
        if self.kind in RANDOM and self.probability == 1:
            raise UsageError(
                f"clock = {self.kind!r} with probability = 1, expected less, or clock {SYNCHRONOUS}"
            )
        if self.groups is not None and not 1 <= self.groups <= self.edges:
            raise UsageError(f"clock = {self.kind!r}, expected 1 to {self.edges} partitions")
        if self.probability != 1 and self.kind not in RANDOM:
            raise UsageError(
                f"probability = {self.probability!r} with clock {self.kind}, expected clock "
                f"{' or '.join(RANDOM)}"
            )

    @property
    def is_file(self) -> bool:
        """Say whether it was recorded in a file."""
        return self.kind.endswith(".txt")

    @property
    def groups(self) -> int | None:
        """Return the number of groups that take turns, if there are any."""
        if self.kind == ROUND_ROBIN:
            return self.edges
        match = re.fullmatch(r"partitions:([0-9]{1,6})", self.kind)
        return None if match is None else int(match[1])

    def clocked(self, cycle: int) -> Bools:
        """Return which edges are clocked in this cycle of the run, shape (E,)."""
        if self.kind == INDEPENDENT:
            rng = np.random.default_rng([self.seed, 0xC10C, cycle])  # apart from other uses
            return np.asarray(rng.random(self.edges) < self.probability)
        if self.kind == LFSR:
            return lfsr.below(self.phases, self.threshold, cycle)
        if self.groups is not None:
            return np.asarray(self.group == cycle % self.groups)
        if self.is_file:
            return np.asarray(self._recorded[cycle])
        return np.ones(self.edges, dtype=np.bool_)

    @cached_property
    def threshold(self) -> str:
        """Return the bits below which a shift register clocks its edge."""
        return lfsr.threshold(self.probability)

    @cached_property
    def phases(self) -> Ints:
        """Return where in the sequence of a shift register each edge's begins, shape (E,)."""
        rng = np.random.default_rng([self.seed, 0x1F52])
        return rng.choice(lfsr.PERIOD, self.edges, replace=self.edges > lfsr.PERIOD)

    @cached_property
    def group(self) -> Ints:
        """Return the group of every edge, where groups take turns, shape (E,)."""
        assert self.groups is not None
        if self.kind == ROUND_ROBIN:
            return np.arange(self.edges)
        rng = np.random.default_rng([self.seed, 0x9A97])
        return np.asarray(rng.permutation(self.edges) % self.groups)

    @cached_property
    def _recorded(self) -> Bools:
        """Return what the file recorded, shape (cycles, E)."""
        path = Path(self.kind)
        lines = files.content(path, f"clock {path}").split()
        for number, line in enumerate(lines, 1):
            if len(line) != self.edges or line.strip(b"01"):
                raise UsageError(
                    f"clock {path}, line {number}: expected {self.edges} characters 0 or 1, one an "
                    "edge"
                )
        digits = np.frombuffer(b"".join(lines), dtype=np.uint8).reshape(len(lines), self.edges)
        return np.asarray(digits == ord("1"))

    def check(self, cycles: int) -> None:
        """Refuse a run that is longer than what was recorded."""
        if self.is_file and len(self._recorded) < cycles:
            raise UsageError(
                f"clock {self.kind} recorded {len(self._recorded)} cycles, expected {cycles}"
            )


def held(edges: int) -> Bools:
    """Clock no edge: the circuit is read, nothing is learned."""
    return np.zeros(edges, dtype=np.bool_)


def lines(masks: Sequence[Bools]) -> bytes:
    """Return masks as lines of the file that records them."""
    digits = np.array(masks).astype(np.uint8) + ord("0")
    ends = np.full((len(digits), 1), ord("\n"), dtype=np.uint8)
    return np.hstack([digits, ends]).tobytes()
