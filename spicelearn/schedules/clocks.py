"""Which weights learn in a cycle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..formats import files
from ..plant import Bools, Ints
from . import lfsr

KINDS = "synchronous, independent, lfsr, round-robin, partitions:K or a recorded file, .txt"
MASK = "clocked.txt"  # of a run: one line per cycle, one character per weight, 1 if it learns
SYNCHRONOUS, INDEPENDENT, LFSR = "synchronous", "independent", "lfsr"
ROUND_ROBIN = "round-robin"
RANDOM = (INDEPENDENT, LFSR)
NEAR = 0.01  # of a probability, by which that of shift registers may differ without a remark


@dataclass(frozen=True)
class Clock:
    """Determine which of ``weights`` weights learn in a cycle, from these fields and the cycle.

    ``kind`` is one of: synchronous, all weights, as with the global clock of the 2022 machine;
    independent, each weight with ``probability``, drawn anew in every cycle (Wycoff et al. 2022);
    lfsr, the same by one shift register per weight, as in the circuit that trains itself;
    round-robin, one weight after the other; partitions:K, K groups of like size in turn, drawn once
    from the seed; or the name of a ``.txt`` file that recorded the weights of every cycle. Raises
    UsageError for anything else.
    """

    kind: str
    weights: int
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
        if self.groups is not None and not 1 <= self.groups <= self.weights:
            raise UsageError(f"clock = {self.kind!r}, expected 1 to {self.weights} partitions")
        if self.probability != 1 and self.kind not in RANDOM:
            raise UsageError(
                f"probability = {self.probability!r} with clock {self.kind}, expected clock "
                f"{' or '.join(RANDOM)}"
            )

    @property
    def is_file(self) -> bool:
        """Return whether the clock was recorded in a file."""
        return self.kind.endswith(".txt")

    @property
    def groups(self) -> int | None:
        """Return the number of groups that take turns; None for other kinds."""
        if self.kind == ROUND_ROBIN:
            return self.weights
        match = re.fullmatch(r"partitions:([0-9]{1,6})", self.kind)
        return None if match is None else int(match[1])

    @property
    def made(self) -> float:
        """Return the probability with which a weight learns: of shift registers, that they make."""
        return lfsr.made(self.threshold) if self.kind == LFSR else self.probability

    def remarks(self) -> list[str]:
        """Return a sentence on shift registers that make another probability, if they do."""
        if abs(self.made - self.probability) < NEAR * self.probability:
            return []
        return [
            f"shift registers make probability {self.made:.3g}, not {self.probability:g}: they "
            f"compare at most {lfsr.BITS_LIMIT} bits"
        ]

    def learning(self, cycle: int) -> Bools:
        """Return which weights learn in this cycle of the run, shape (P,)."""
        if self.kind == SYNCHRONOUS:
            return self._all
        if self.kind == INDEPENDENT:
            rng = np.random.default_rng([self.seed, 0xC10C, cycle])  # apart from other uses
            return np.asarray(rng.random(self.weights) < self.probability)
        if self.kind == LFSR:
            return lfsr.below(self.phases, self.threshold, cycle)
        if self.groups is not None:
            return np.asarray(self.group == cycle % self.groups)
        return np.asarray(self._recorded[cycle])

    @cached_property
    def _all(self) -> Bools:
        """Return the mask under which every weight learns, shape (P,), read-only."""
        mask = np.ones(self.weights, dtype=np.bool_)
        mask.flags.writeable = False
        return mask

    @cached_property
    def threshold(self) -> str:
        """Return the bits below which a shift register lets its weight learn."""
        return lfsr.threshold(self.probability)

    @cached_property
    def phases(self) -> Ints:
        """Return the place in the sequence where each weight's register begins, shape (P,)."""
        rng = np.random.default_rng([self.seed, 0x1F52])
        return rng.choice(lfsr.PERIOD, self.weights, replace=self.weights > lfsr.PERIOD)

    @cached_property
    def group(self) -> Ints:
        """Return the group of every weight, for clocks with groups, shape (P,)."""
        assert self.groups is not None
        if self.kind == ROUND_ROBIN:
            return np.arange(self.weights)
        rng = np.random.default_rng([self.seed, 0x9A97])
        return np.asarray(rng.permutation(self.weights) % self.groups)

    @cached_property
    def _recorded(self) -> Bools:
        """Return the recorded weights of every cycle, shape (cycles, P)."""
        path = Path(self.kind)
        lines = files.content(path, f"clock {path}").split()
        for number, line in enumerate(lines, 1):
            if len(line) != self.weights or line.strip(b"01"):
                raise UsageError(
                    f"clock {path}, line {number}: expected {self.weights} characters 0 or 1, one "
                    "per weight"
                )
        digits = np.frombuffer(b"".join(lines), dtype=np.uint8).reshape(len(lines), self.weights)
        return np.asarray(digits == ord("1"))

    def check(self, cycles: int) -> None:
        """Raise UsageError for a run that is longer than the record."""
        if self.is_file and len(self._recorded) < cycles:
            raise UsageError(
                f"clock {self.kind} recorded {len(self._recorded)} cycles, expected {cycles}"
            )


def held(weights: int) -> Bools:
    """Return a mask under which no weight learns, shape (P,): the machine is only read."""
    return np.zeros(weights, dtype=np.bool_)


def lines(masks: Sequence[Bools]) -> bytes:
    """Return masks, shape (P,) each, as lines of the file `MASK`."""
    digits = np.array(masks).astype(np.uint8) + ord("0")
    ends = np.full((len(digits), 1), ord("\n"), dtype=np.uint8)
    return np.hstack([digits, ends]).tobytes()
