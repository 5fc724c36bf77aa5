"""Progress of a run on standard error, and its results on standard output."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich import progress as bars
from rich.console import Console

from ..errors import UsageError
from ..runs.isolation import Listener
from ..runs.verdict import restarts_told, right_told, unsettled_told
from ..runs.worker import Progress
from ..tasks.base import Merit

STAGE_LINES = 20
TELL_EVERY = 10.0  # s between lines of progress where standard error is no terminal


LIVE = click.option(
    "--live", is_flag=True, help="Serve a page that follows the training, to this machine only."
)
PORT = click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of --live.  [default: a free one]"
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
Show = Callable[[str, int, int, str], None]  # called with name, done, total, state


@contextmanager
def shown(unit: str, quiet: bool = False) -> Iterator[Show]:
    """Yield a function that shows progress: as a bar, or as lines where there is no terminal.

    ``unit`` is what is counted, such as cycles; if ``quiet``, nothing is shown.
    """
    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[state]}"),
        bars.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with bars.Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as shown_bar:
        bar = shown_bar.add_task("starting", total=None, state="")
        told = time.monotonic()
        clock: list[tuple[float, int]] = []

        def show(name: str, done: int, total: int, state: str) -> None:
            nonlocal told
            remaining = left(clock, done, total)
            shown_bar.update(bar, description=name, total=total, completed=done, state=state)
            if not console.is_terminal and not quiet and time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                click.echo(f"{done}/{total} {unit}  {state}{remaining}", err=True)

        yield show


def left(clock: list[tuple[float, int]], done: int, total: int) -> str:
    """Return the time left as text, at the mean rate since the first of ``clock`` was noted.

    ``clock`` holds when, s, and how much was done; it is empty at first, and filled here.
    """
    now = time.monotonic()
    if not clock:
        clock.append((now, done))
    begun, before = clock[0]
    if done <= before:
        return ""
    seconds = round((now - begun) / (done - before) * (total - done))
    return f"  {timedelta(seconds=seconds)} left"


@contextmanager
def spinning(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows what is being done, on a terminal and unless ``quiet``."""
    console = Console(stderr=True, quiet=quiet)
    with console.status("starting") as status:
        yield status.update


def watched(work: Callable[[Listener], dict[str, Any]], quiet: bool = False) -> dict[str, Any]:
    """Return what ``work`` returns; show the progress that its listener is given."""
    with shown("cycles", quiet) as show:

        def listener(progress: Progress) -> None:
            state = f"error {progress.error:.2e} V²  {progress.cycles_per_second:.3g} cycles/s"
            show(progress.task, progress.cycle, progress.length, state)

        return work(listener)


@contextmanager
def followed(folder: Path, live: bool, port: int | None) -> Iterator[None]:
    """Serve the page of a run while the context lasts, if ``live``.

    Raises UsageError for a port without ``live``, SpicelearnError if the port cannot be used.
    """
    if not live:
        if port is not None:
            raise UsageError(f"--port {port} is of no use without --live, expected both")
        yield
        return
    from ..report.live import served  # noqa: PLC0415 - slow to import

    with served(folder, port or 0, lambda address: click.echo(f"live: {address}", err=True)):
        yield


def show_results(results: dict[str, Any], as_json: bool) -> None:
    """Print the results of a run."""
    if as_json:
        click.echo(json.dumps(results))
        return
    if results["unsettled_cycles"]:
        click.echo(unsettled_told(results["unsettled_cycles"]))
    click.echo(f"{results['task']}: {results['cycles']} cycles{how_well(results)}")
    stages = results["stages"]
    for line in closing_lines(results):
        click.echo(line)
    if len(stages) > 1:
        for stage in stages[:STAGE_LINES]:
            click.echo(_stage(stage))
    if len(stages) > STAGE_LINES:
        click.echo(f"  and {len(stages) - STAGE_LINES} more stages, in the manifest")
    for warning in results.get("warnings", ()):
        click.echo(f"warning: {warning}")
    click.echo(
        f"{results['cycles_per_second']:.0f} cycles/s on {results['engine']}, "
        f"{results['unsettled_cycles']} cycles unsettled\nrun folder: {results['run']}"
    )


def how_well(results: dict[str, Any]) -> str:
    """Say how the error and the accuracy changed; of several lessons the stages tell it."""
    if results["decades"] is None:
        return ", lesson by lesson:"
    accuracy = ""
    if results["accuracy_final"] is not None:
        first, last = results["accuracy_initial"], results["accuracy_final"]
        accuracy = f", accuracy {first:.3f} -> {last:.3f}"
    return (
        f", error {results['error_initial']:.3g} -> {results['error_final']:.3g} V² "
        f"({results['decades']:.2f} decades, best {results['error_best']:.2g}){accuracy}"
    )


def closing_lines(results: dict[str, Any]) -> Iterator[str]:
    """Yield what is to be said of a run beside its errors: restarts, merit, when it was right.

    Of several lessons the stages tell when each was right.
    """
    if results["restarts"] or results["restarts_allowed"]:
        yield restarts_told(results)
    if results["merit"]:
        yield f"{Merit(**results['merit'])} (after the last step)"
    if len({stage["task"] for stage in results["stages"]}) == 1 and (told := right_told(results)):
        yield told


def _stage(stage: dict[str, Any]) -> str:
    """Return one stage's line: its cycles, its task, cuts and targets, and how the error fell."""
    what = [stage["task"]]
    if stage["cut"]:
        what.append("without edge " + ", ".join(str(edge) for edge in stage["cut"]))
    if stage["targets_V"]:
        what.append("to " + ", ".join(f"{volts:g}" for volts in stage["targets_V"]) + " V")
    errors = ""
    if "decades" in stage:
        errors = f"{stage['error_initial']:.3g} -> {stage['error_final']:.3g} V²"
    told = right_told(stage)
    span = f"{stage['first_cycle']:>7}-{stage['last_cycle']:<7}"
    return f"  {span} {' '.join(what):40} {errors}{f', {told}' if told else ''}"
