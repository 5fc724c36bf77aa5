"""Memory of the engine's process over a long training: one line every tenth of it.

Run with ``python benchmarks/memory.py [NETWORK [CYCLES]]``; else it is 100,000 cycles of wheel9.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import psutil

from spicelearn.experiment import Experiment
from spicelearn.worker import Notice, train_here


def main(network: str = "wheel9", cycles: str = "100000") -> None:
    """Train in this process and print its resident memory."""
    experiment = Experiment("allostery", network=network, cycles=int(cycles))
    process, begun = psutil.Process(), time.perf_counter()
    said = -1

    def report(notice: Notice) -> None:
        nonlocal said
        tenth = 10 * notice.cycle // notice.length
        if tenth > said:
            said = tenth
            resident = process.memory_info().rss / 1e6
            print(
                f"{notice.cycle:8} cycles  {time.perf_counter() - begun:7.1f} s {resident:7.1f} MB"
            )

    with tempfile.TemporaryDirectory() as folder:
        results = train_here(experiment, Path(folder), None, report)["results"]
    print(f"{results['unsettled_cycles']} unsettled, {results['cycles_per_second']:.4g} cycles/s")


if __name__ == "__main__":
    main(*sys.argv[1:])
