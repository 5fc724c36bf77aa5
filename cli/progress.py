"""Progress of a run on standard error, and its results on standard output."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..isolation import Report
from ..worker import Notice

MOST_STAGES = 20  # lines
TELL_EVERY = 10.0  # s between lines of progress where no bar can be drawn


def watched(work: Callable[[Report], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``work`` returns, showing the notices that it reports."""
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
        bar = progress.add_task("starting", total=None, state="")
        told = time.monotonic()

        def show(notice: Notice) -> None:
            nonlocal told
            state = f"error {notice.error:.2e} V²  {notice.cycles_per_second:.3g} cycles/s"
            progress.update(
                bar,
                description=notice.task,
                total=notice.length,
                completed=notice.cycle,
                state=state,
            )
            if not console.is_terminal and time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                click.echo(f"{notice.cycle}/{notice.length} cycles  {state}", err=True)

        return work(show)


def told(results: dict[str, Any], as_json: bool) -> None:
    """Print the results of a run."""
    if as_json:
        click.echo(json.dumps(results))
        return
    accuracy = ""
    if results["accuracy_final"] is not None:
        first, last = results["accuracy_initial"], results["accuracy_final"]
        accuracy = f", accuracy {first:.3f} -> {last:.3f}"
    click.echo(
        f"{results['task']}: {results['cycles']} cycles, error {results['error_initial']:.3g} -> "
        f"{results['error_final']:.3g} V² ({results['decades']:.2f} decades, best "
        f"{results['error_best']:.2g}){accuracy}"
    )
    stages = results["stages"]
    if len(stages) > 1:
        for stage in stages[:MOST_STAGES]:
            click.echo(_stage(stage))
    if len(stages) > MOST_STAGES:
        click.echo(f"  and {len(stages) - MOST_STAGES} stages more, in the manifest")
    click.echo(
        f"{results['cycles_per_second']:.0f} cycles/s on {results['engine']}, "
        f"{results['unsettled_cycles']} cycles unsettled\nrun folder: {results['run']}"
    )


def _stage(stage: dict[str, Any]) -> str:
    """Return one stage's line: its cycles, what was special, how the error fell."""
    what = [stage["task"]]
    if stage["cut"]:
        what.append("without edge " + ", ".join(str(edge) for edge in stage["cut"]))
    if stage["targets_V"]:
        what.append("to " + ", ".join(f"{volts:g}" for volts in stage["targets_V"]) + " V")
    errors = ""
    if "decades" in stage:
        errors = f"{stage['error_initial']:.3g} -> {stage['error_final']:.3g} V²"
    return f"  {stage['first_cycle']:>7}-{stage['last_cycle']:<7} {' '.join(what):40} {errors}"
