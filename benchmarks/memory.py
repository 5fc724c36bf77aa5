"""Memory of the engine's process over a long training: one line per tenth of it.

Run with ``python benchmarks/memory.py [NETWORK [CYCLES]]``; else it is 100,000 cycles of wheel9.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import psutil

from spicelearn import Experiment
from spicelearn.runs.worker import Progress, train_here


def main(network: str = "wheel9", cycles: str = "100000") -> None:
    """Train in this process and print its resident memory."""
    experiment = Experiment("allostery", network=network, cycles=int(cycles))
    process, begun = psutil.Process(), time.perf_counter()
    said = -1

    def listener(progress: Progress) -> None:
        nonlocal said
        tenth = 10 * progress.cycle // progress.length
        if tenth > said:
            said = tenth
            resident = process.memory_info().rss / 1e6
            print(
                f"{progress.cycle:8} cycles {time.perf_counter() - begun:7.1f} s {resident:7.1f} MB"
            )

    with tempfile.TemporaryDirectory() as folder:
        results = train_here(experiment, Path(folder), None, listener)["results"]
    print(f"{results['unsettled_cycles']} unsettled, {results['cycles_per_second']:.4g} cycles/s")


if __name__ == "__main__":
    main(*sys.argv[1:])
