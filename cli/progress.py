"""Progress of a run on standard error, and its results on standard output."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from ..runs import isolation
from ..runs.isolation import Listener
from ..runs.verdict import restarts_told, right_told, span_told, unsettled_told
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
    if quiet:
        yield lambda name, done, total, state: None
    elif sys.stderr.isatty():
        with bar() as show:
            yield show
    else:
        yield lines(unit)


def lines(unit: str) -> Show:
    """Return a function that writes a line of progress every `TELL_EVERY`."""
    say, clock = seldom(), list[tuple[float, int]]()

    def tell(name: str, done: int, total: int, state: str) -> None:
        del name
        say(f"{done}/{total} {unit}  {state}{left(clock, done, total)}")

    return tell


def seldom() -> Callable[[str], None]:
    """Return a function that writes what it is called with, every `TELL_EVERY` at most."""
    told = time.monotonic()

    def say(text: str) -> None:
        nonlocal told
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            click.echo(text, err=True)

    return say


@contextmanager
def bar() -> Iterator[Show]:
    """Yield a function that shows progress as a bar, drawn when it is called: without a thread."""
    from rich import progress as bars  # noqa: PLC0415 - slow to import
    from rich.console import Console  # noqa: PLC0415

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[state]}"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(
        *columns, console=Console(stderr=True), transient=True, auto_refresh=False
    ) as drawn:
        task = drawn.add_task("starting", total=None, state="")

        def show(name: str, done: int, total: int, state: str) -> None:
            drawn.update(
                task, description=name, total=total, completed=done, state=state, refresh=True
            )

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
    """Yield a function that shows what is being done, unless ``quiet``; as lines in a file."""
    if not sys.stderr.isatty() and not quiet:
        yield seldom()
        return
    from rich.console import Console  # noqa: PLC0415 - slow to import

    console = Console(stderr=True, quiet=quiet)
    with console.status("starting") as status:
        yield status.update


def allow_forks() -> None:
    """Let runs be forked from this process, if it is the command's own: they begin at once."""
    if click.get_current_context().obj:
        isolation.allow_forks()


def watched(work: Callable[[Listener], dict[str, Any]], quiet: bool = False) -> dict[str, Any]:
    """Return what ``work`` returns; show the progress that its listener is given."""
    allow_forks()
    with shown("cycles", quiet) as show:

        def listener(progress: Progress) -> None:
            state = f"error {progress.error:.2e} V²  {progress.cycles_per_second:.3g} cycles/s"
            if math.isnan(progress.error):
                state = "measuring for the first time"
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
        f"({results['decades']:.2f} decades{span_told(results['stages'])}, "
        f"best {results['error_best']:.2g}){accuracy}"
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
