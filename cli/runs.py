"""``spicelearn runs [FOLDER]``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..runs.listing import listed
from .options import JSON

HEADS = ("run", "task", "machine", "plant", "status", "cycles", "decades", "begun")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("runs"))
@JSON
def runs(folder: Path, as_json: bool) -> None:
    """List the run folders below FOLDER, runs by default, those that began last at the end."""
    found = listed(folder)
    if as_json:
        click.echo(json.dumps(found))
        return
    if not found:
        click.echo(f"no run folder in {folder}")
        return
    lines = [HEADS, *([cell(row[head]) for head in HEADS] for row in found)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADS))]
    for line in lines:
        click.echo("  ".join(map(str.ljust, line, widths)).rstrip())


def cell(value: Any) -> str:
    """Return a value as it stands in the list: decades to two places, ``-`` where there is none."""
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
