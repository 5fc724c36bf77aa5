"""``spicelearn report RUN``."""

from __future__ import annotations

from pathlib import Path

import click

from ..runs.folder import default_folder
from .options import FOLDER
from .pages import page_of


@click.command()
@click.argument("folders", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="Folder for page and figures. [default: RUN; for several runs runs/report-TIME]",
)
def report(folders: tuple[Path, ...], out: Path | None) -> None:
    """Write a page for the folder RUN of a run, a validation or a sweep, or compare several runs.

    One self-contained HTML page, and every figure as SVG, PNG, PDF and Vega-Lite specification.
    """
    page = page_of(*folders)
    if out is None:
        out = folders[0] if len(folders) == 1 else default_folder("report")
    written = page.write(out, own=out in folders)
    for note in page.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(written)
