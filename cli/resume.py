"""``spicelearn resume RUN``."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import UsageError
from ..runs import carry_out
from .options import JSON
from .progress import LIVE, PORT, QUIET, followed, show_results, watched


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@LIVE
@PORT
@QUIET
@JSON
def resume(run: Path, as_json: bool, live: bool, port: int | None, quiet: bool) -> None:
    """Go on with the interrupted run in the folder RUN.

    Its table is then, row for row, that of a run that was never interrupted.
    """
    if live and carry_out.is_finished(run):
        raise UsageError(f"{run} is finished, expected no --live: see spicelearn report {run}")
    with followed(run, live, port):
        results = watched(lambda listener: carry_out.resume(run, listener), quiet)
    show_results(results, as_json)
