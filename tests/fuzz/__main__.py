"""Fuzz one reader, guided by coverage: ``python -m tests.fuzz READER RUNS``.

Prints how many inputs were tried, how many were taken, and ends with status 0 if none of the rest
did anything but raise a SpicelearnError, within ten seconds.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["spicelearn", "tomllib", "json", "csv"]):
    from tests.fuzz.readers import READERS, tried

LONGEST = 10  # s
MEMORY = Path("/dev/shm")


def main(name: str, runs: int) -> None:
    """Fuzz this reader."""
    warnings.simplefilter("ignore")
    reader = READERS[name]
    taken = count = 0
    begun = time.monotonic()
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder, tempfile.TemporaryDirectory() as corpus:
        for number, good in enumerate(reader.good):
            assert tried(reader, Path(folder), good), f"{name}: what is in order was refused"
            (Path(corpus) / str(number)).write_bytes(good)

        def one(content: bytes) -> None:
            nonlocal taken, count
            count += 1
            taken += tried(reader, Path(folder), content)
            if count == runs:
                seconds = time.monotonic() - begun
                print(f"{name}: {count} inputs, {taken} taken, {seconds:.0f} s", flush=True)
                os._exit(0)

        options = [f"-timeout={LONGEST}", "-max_len=20000", "-rss_limit_mb=8000", "-verbosity=0"]
        options.append(f"-artifact_prefix={tempfile.gettempdir()}/fuzz-{name}-")
        atheris.Setup([sys.argv[0], *options, corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
