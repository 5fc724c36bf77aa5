"""Benches: decks with the model of one part, and the data sheet figures that they measure."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import EngineError, SpicelearnError

NEAR = 0.1  # of the typical value: the largest deviation of a model
PATIENCE = 120.0  # s that a bench may take
Reduce = Callable[[dict[str, float]], dict[str, float]]


def as_printed(printed: dict[str, float]) -> dict[str, float]:
    """Return the printed values unchanged: they are the figures."""
    return printed


@dataclass(frozen=True)
class Figure:
    """Hold a data sheet's figure in its ``unit``; ``key`` is its name in the bench's output.

    A limit that the data sheet does not give is None.
    """

    key: str
    name: str
    unit: str
    minimum: float | None = None
    typical: float | None = None
    maximum: float | None = None

    @property
    def limited(self) -> bool:
        """Return whether the data sheet gives any value; otherwise it is only shown."""
        return any(x is not None for x in (self.minimum, self.typical, self.maximum))

    def passes(self, measured: float) -> bool:
        """Return whether a value is within the limits and within `NEAR` of the typical value."""
        if not math.isfinite(measured):
            return False
        if self.minimum is not None and measured < self.minimum * (1 - 1e-9):
            return False
        if self.maximum is not None and measured > self.maximum * (1 + 1e-9):
            return False
        if self.typical is None:
            return True
        return abs(measured - self.typical) <= NEAR * abs(self.typical)


@dataclass(frozen=True)
class Bench:
    """Hold a deck's body, without title and models, and the figures that it measures.

    The deck prints lines ``key = value``; ``reduce`` computes the figures from them.
    """

    part: str
    deck: str
    figures: tuple[Figure, ...]
    reduce: Reduce = as_printed

    def measure(self, model: str) -> list[dict[str, Any]]:
        """Run the deck with this model text under ``ngspice -b``; return one row per figure.

        Raises EngineError if a figure is not printed or the bench takes too long.
        """
        printed = run_deck(f"bench of {self.part}\n{model}\n{self.deck}\n.end\n")
        found = self.reduce(values(printed))
        rows = []
        for figure in self.figures:
            if figure.key not in found:
                words = " | ".join(printed.strip().splitlines()[-3:])
                raise EngineError(f"bench of {self.part} has no {figure.name}; last words: {words}")
            rows.append(
                {
                    "part": self.part,
                    "figure": figure.name,
                    "unit": figure.unit,
                    "minimum": figure.minimum,
                    "typical": figure.typical,
                    "maximum": figure.maximum,
                    "measured": found[figure.key],
                    "passed": figure.passes(found[figure.key]) if figure.limited else None,
                }
            )
        return rows


def values(printed: str) -> dict[str, float]:
    """Return the ``name = number`` lines of ngspice's output."""
    rows = re.findall(r"^([a-z]\w*)\s*=\s*([-+]?\d\S*)", printed, re.MULTILINE)
    return {name: float(value) for name, value in rows}


def run_deck(deck: str) -> str:
    """Return what ``ngspice -b`` prints for a deck; raise SpicelearnError if it fails."""
    program = shutil.which("ngspice")
    if program is None:
        raise SpicelearnError("no program ngspice (Debian, Ubuntu: apt install ngspice)")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.cir"
        path.write_text(deck, encoding="utf-8")
        try:
            done = subprocess.run(
                [program, "-b", path.name],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise EngineError(f"ngspice took more than {PATIENCE:g} s for {deck[:40]!r}") from None
    return done.stdout + done.stderr
