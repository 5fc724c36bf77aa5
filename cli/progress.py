"""Progress of a run on standard error, and its results on standard output."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..errors import UsageError
from ..isolation import Report
from ..worker import Notice

MOST_STAGES = 20  # lines
TELL_EVERY = 10.0  # s between lines of progress where no bar can be drawn


LIVE = click.option(
    "--live", is_flag=True, help="Serve a page that follows the training, to this machine only."
)
PORT = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of --live.  [default: a free one]"
)
Show = Callable[[str, int, int, str], None]  # hears name, done, total, state


@contextmanager
def shown(unit: str) -> Iterator[Show]:
    """Yield what shows progress: a bar, or a line now and then where none can be drawn."""
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

        def show(name: str, done: int, total: int, state: str) -> None:
            nonlocal told
            progress.update(bar, description=name, total=total, completed=done, state=state)
            if not console.is_terminal and time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                click.echo(f"{done}/{total} {unit}  {state}", err=True)

        yield show


def watched(work: Callable[[Report], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``work`` returns, showing the notices that it reports."""
    with shown("cycles") as show:

        def report(notice: Notice) -> None:
            state = f"error {notice.error:.2e} V²  {notice.cycles_per_second:.3g} cycles/s"
            show(notice.task, notice.cycle, notice.length, state)

        return work(report)


@contextmanager
def followed(folder: Path, live: bool, port: int | None) -> Iterator[None]:
    """Serve the page of a run while it is going on, if that is asked for."""
    if not live:
        if port is not None:
            raise UsageError(f"--port {port} is of no use without --live, expected both")
        yield
        return
    from ..report.live import served  # noqa: PLC0415 - slow to import

    with served(folder, port or 0, lambda address: click.echo(f"live: {address}", err=True)):
        yield


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
