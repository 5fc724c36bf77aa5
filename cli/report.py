"""``spicelearn report RUN``."""

from __future__ import annotations

from pathlib import Path

import click

from ..report import write_report


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path) -> None:
    """Draw figures and write one self-contained HTML page for the run folder RUN."""
    click.echo(write_report(run))
