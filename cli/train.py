"""``spicelearn train TASK``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..runs import run_file
from ..runs.carry_out import begin
from ..runs.folder import default_folder
from .options import FOLDER, JSON, experiment, experiment_options, given
from .progress import LIVE, PORT, QUIET, followed, show_results, watched


@click.command()
@experiment_options
@click.option(
    "--plant",
    default="spice",
    show_default=True,
    metavar="spice|ideal",
    help="The circuit, or the idealised model.",
)
@click.option(
    "--evaluate-every",
    type=int,
    metavar="K",
    help="Measure the test set every K cycles. [default: the task's own]",
)
@click.option(
    "--record-every",
    type=int,
    metavar="K",
    help="Keep the weights of every K-th cycle in cycles.csv, and wherever a test set is "
    "measured. [default: the task's own, or all, of longer runs some 20,000]",
)
@click.option(
    "--restarts",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Homodyne: begin anew from other weights, N times at most, until the task is solved; "
    "every attempt has its share of the cycles.",
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
@QUIET
@JSON
def train(
    out: Path | None, as_json: bool, live: bool, port: int | None, quiet: bool, **choices: Any
) -> None:
    """Train TASK, a built-in one or a .toml file, cycle by cycle; keep the run in a folder.

    TASK may be the run.toml of a run folder too: it holds all choices. Options change them.
    """
    if run_file.is_run_file(choices["task"]):
        chosen = run_file.from_toml(Path(choices["task"]), *given(choices))
    else:
        chosen = experiment(**choices)
    for remark in chosen.remarks():
        click.echo(f"note: {remark}", err=True)
    folder = out or default_folder(chosen.curriculum.name, chosen.seed)
    with followed(folder, live, port):
        results = watched(lambda listener: begin(chosen, folder, listener), quiet)
    show_results(results, as_json)
