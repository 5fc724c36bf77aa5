"""``spicelearn train TASK``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..record import default_folder
from ..run import Notice, run
from .options import CYCLES, FOLDER, experiment, experiment_options

TELL_EVERY = 10.0  # s between lines of progress where no bar can be drawn


@click.command()
@experiment_options
@CYCLES
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
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="Run folder. [default: runs/TASK-SEED-TIME]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def train(out: Path | None, as_json: bool, **choices: Any) -> None:
    """Train TASK, clock by clock, and keep the run in a folder."""
    chosen = experiment(**choices)
    folder = out or default_folder(chosen.task, chosen.seed)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        bar = progress.add_task(chosen.task, total=chosen.length, state="starting")

        told = time.monotonic()

        def show(notice: Notice) -> None:
            nonlocal told
            state = f"error {notice.error:.2e} V²  {notice.cycles_per_second:.3g} cycles/s"
            progress.update(bar, completed=notice.cycle, state=state)
            if not console.is_terminal and time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                click.echo(f"{notice.cycle}/{chosen.length} cycles  {state}", err=True)

        results = run(chosen, folder, show)
    if as_json:
        click.echo(json.dumps(results))
        return
    click.echo(
        f"{results['task']}: {results['cycles']} cycles, error {results['error_initial']:.3g} -> "
        f"{results['error_final']:.3g} V² ({results['decades']:.2f} decades, best "
        f"{results['error_best']:.2g})\n{results['cycles_per_second']:.0f} cycles/s on "
        f"{results['engine']}, {results['unsettled_cycles']} cycles unsettled\n"
        f"run folder: {results['run']}"
    )
