"""A bench: a deck that includes one part's model and nothing else, and the figures it measures."""

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

NEAR = 0.1  # of the typical value, within which a model has to be
PATIENCE = 120.0  # s for a bench
Reduce = Callable[[dict[str, float]], dict[str, float]]


def as_printed(printed: dict[str, float]) -> dict[str, float]:
    """Return what the deck prints as the figures."""
    return printed


@dataclass(frozen=True)
class Figure:
    """Hold a data sheet's figure; ``key`` is the name under which the bench prints it.

    None stands for a limit that the data sheet does not give.
    """

    key: str
    name: str
    unit: str
    minimum: float | None = None
    typical: float | None = None
    maximum: float | None = None

    @property
    def limited(self) -> bool:
        """Say whether the data sheet gives a value at all, or it is shown for the curve."""
        return any(x is not None for x in (self.minimum, self.typical, self.maximum))

    def passes(self, measured: float) -> bool:
        """Say whether a value is within the limits and near the typical one."""
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

    The deck prints ``key = value`` lines; ``reduce`` makes figures of many of them.
    """

    part: str
    deck: str
    figures: tuple[Figure, ...]
    reduce: Reduce = as_printed

    def measure(self, model: str) -> list[dict[str, Any]]:
        """Run the deck with this text of the model under plain ``ngspice -b``; a row a figure.

        Raises EngineError if a figure is not printed.
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
    """Return what ``ngspice -b`` prints for a deck; raise SpicelearnError if it is not there."""
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
