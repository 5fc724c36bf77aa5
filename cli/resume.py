"""``spicelearn resume RUN``."""

from __future__ import annotations

from pathlib import Path

import click

from .. import run as runs
from .options import JSON
from .progress import LIVE, PORT, followed, told, watched


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@LIVE
@PORT
@JSON
def resume(run: Path, as_json: bool, live: bool, port: int | None) -> None:
    """Go on with the interrupted run in the folder RUN.

    Its table becomes that of a run that was never interrupted, row for row.
    """
    with followed(run, live, port):
        results = watched(lambda report: runs.resume(run, report))
    told(results, as_json)
