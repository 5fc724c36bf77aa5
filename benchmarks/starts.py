"""Seconds of whole commands, from start to exit: begin a run, a page, sweeps of short runs.

Run with ``python benchmarks/starts.py [RUNS [PROGRAM ...]]``: 3 runs of the ``spicelearn`` beside
this Python, or of other ones in turn, such as that of another checkout. Of each it prints the
least and the median time, the median of the processor time, which other work on the computer
changes less, and how many times as much of that the first program takes. A sweep uses two
workers.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

SWEEP = """
seeds = {seeds}
[run]
task = "allostery"
cycles = 200
[grid.board]
offset_sigma_V = ["0.5 mV", "1 mV"]
"""
SEEDS = (20, 200)  # of sweeps of twice as many runs
COMMANDS = {
    "train allostery --cycles 10": ("train", "allostery", "--cycles", "10", "--out", "{new}"),
    "report": ("report", "run"),
    **{
        f"sweep, {2 * seeds} runs of 200 cycles": (
            *("sweep", f"sweep-{seeds}.toml", "--workers", "2", "--out", "{new}"),
        )
        for seeds in SEEDS
    },
}
OWN = Path(sys.executable).parent / "spicelearn"
PROGRAM = click.Path(exists=True, dir_okay=False, executable=True, path_type=Path)


def seconds(program: Path, words: tuple[str, ...], folder: Path) -> tuple[float, float]:
    """Return how long a command takes, and its processor time; raise ClickException if it fails."""
    new = tempfile.mkdtemp(dir=folder)
    command = [str(program.absolute()), *(word.format(new=new) for word in words)]
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    after, passed = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begun
    if done.returncode:
        said = (done.stderr.strip() or "nothing said").splitlines()[-1]
        raise click.ClickException(f"{' '.join(command)} ended with {done.returncode}: {said}")
    return passed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@click.command(help=__doc__)
@click.argument("runs", type=click.IntRange(min=1), default=3)
@click.argument("programs", type=PROGRAM, nargs=-1)
def main(runs: int, programs: tuple[Path, ...]) -> None:
    """Measure every command with every program, one after the other in turn."""
    measured = programs or (OWN,)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for seeds in SEEDS:
            (folder / f"sweep-{seeds}.toml").write_text(SWEEP.format(seeds=seeds))
        first = ("train", "allostery", "--cycles", "300", "--out", "run")
        seconds(measured[0], first, folder)
        for what, words in COMMANDS.items():
            click.echo(f"{what}\n{'least':>9} {'median':>9} {'processor':>9} {'ratio':>7}  program")
            rows = [[seconds(program, words, folder) for program in measured] for _ in range(runs)]
            times = [zip(*column, strict=True) for column in zip(*rows, strict=True)]
            found = [
                (min(passed), statistics.median(passed), statistics.median(spent))
                for passed, spent in times
            ]
            for program, (least, median, spent) in zip(measured, found, strict=True):
                ratio = found[0][2] / spent
                click.echo(f"{least:7.2f} s {median:7.2f} s {spent:7.2f} s {ratio:7.2f}  {program}")


if __name__ == "__main__":
    main()
