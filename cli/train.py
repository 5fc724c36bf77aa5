"""``spicelearn train TASK``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..record import default_folder
from ..run import run
from .options import CLOCK, CYCLES, FOLDER, JSON, PROBABILITY, experiment, experiment_options
from .progress import LIVE, PORT, followed, told, watched


@click.command()
@experiment_options
@CYCLES
@PROBABILITY
@CLOCK
@click.option(
    "--plant",
    default="spice",
    show_default=True,
    metavar="spice|ideal",
    help="The circuit, or the idealised twin.",
)
@click.option(
    "--evaluate-every",
    type=int,
    metavar="K",
    help="Measure the test set every K cycles. [default: the task's own]",
)
@click.option(
    "--waves",
    metavar="A:B",
    help="Keep the waveforms of cycles A to B: waves.raw, waves.vcd.",
)
@click.option(
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="Run folder. [default: runs/TASK-SEED-TIME]",
)
@LIVE
@PORT
@JSON
def train(out: Path | None, as_json: bool, live: bool, port: int | None, **choices: Any) -> None:
    """Train TASK, a built-in one or a .toml file, clock by clock; keep the run in a folder."""
    chosen = experiment(**choices)
    folder = out or default_folder(chosen.course.name, chosen.seed)
    with followed(folder, live, port):
        results = watched(lambda report: run(chosen, folder, report))
    told(results, as_json)
