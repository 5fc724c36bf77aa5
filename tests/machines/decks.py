"""What decks print under plain ngspice."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np


def printed(deck: str, ngspice: str, folder: Path) -> str:
    """Return what a deck prints under plain ``ngspice -b`` in a folder of its own."""
    (folder / "deck.cir").write_text(deck, encoding="utf-8")
    done = subprocess.run(
        [ngspice, "-b", "deck.cir"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not re.search("error|warning: (?!interpolated)", done.stderr, re.IGNORECASE), done.stderr
    return done.stdout


def measured(text: str) -> dict[str, float]:
    """Return the results of the ``.meas`` lines."""
    return {
        name: float(value) for name, value in re.findall(r"^(\w+)\s+=\s+(\S+)", text, re.MULTILINE)
    }


def table(text: str) -> np.ndarray:
    """Return the printed table without index and time."""
    rows = [line.split()[2:] for line in text.splitlines() if re.match(r"\d+\t", line)]
    return np.array(rows, dtype=float)
