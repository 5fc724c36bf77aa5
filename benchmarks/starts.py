"""Seconds of whole commands, from start to exit: begin a run, a sweep, a page; least and median.

Run with ``python benchmarks/starts.py [RUNS [PROGRAM ...]]``: 5 runs of this ``spicelearn``, or of
other ones in turn, such as that of another checkout, with the ratio of the first to each.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SWEEP = """
seeds = 20
[run]
task = "allostery"
cycles = 200
[grid.board]
offset_sigma_V = ["0.5 mV", "1 mV"]
"""
COMMANDS = {
    "train allostery --cycles 10": ("train", "allostery", "--cycles", "10", "--out", "{new}"),
    "report": ("report", "run"),
    "sweep, 40 runs of 200 cycles, 2 workers": (
        *("sweep", "sweep.toml", "--workers", "2", "--out", "{new}"),
    ),
}


def seconds(program: str, words: tuple[str, ...], folder: Path) -> float:
    """Return how long a command takes."""
    new = tempfile.mkdtemp(dir=folder)
    begun = time.perf_counter()
    command = [program, *(word.format(new=new) for word in words)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - begun


def main(runs: str = "5", *programs: str) -> None:
    """Measure every command with every program, one after the other in turn."""
    measured = programs or (str(Path(sys.executable).parent / "spicelearn"),)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "sweep.toml").write_text(SWEEP)
        first = ("train", "allostery", "--cycles", "300", "--out", "run")
        seconds(measured[0], first, folder)
        for what, words in COMMANDS.items():
            rows = [
                [seconds(program, words, folder) for program in measured] for _ in range(int(runs))
            ]
            medians = [statistics.median(column) for column in zip(*rows, strict=True)]
            least = [min(column) for column in zip(*rows, strict=True)]
            print(what)
            for program, median, low in zip(measured, medians, least, strict=True):
                print(f"  {low:7.2f} {median:7.2f} s {medians[0] / median:6.2f}  {program}")


if __name__ == "__main__":
    main(*sys.argv[1:])
