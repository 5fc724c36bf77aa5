"""``spicelearn models``."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ..datasheet import BENCHES
from ..errors import SpicelearnError
from ..spice.library import part
from .options import JSON


@click.command()
@JSON
def models(as_json: bool) -> None:
    """Measure every part model on its bench, beside the data sheet's figures."""
    console = Console(stderr=True)
    watched = track(BENCHES, "benches", console=console, transient=True)
    rows = [row for bench in watched for row in bench.measure(part(bench.part))]
    if as_json:
        click.echo(json.dumps(rows))
    else:
        show(rows)
    failed = [row for row in rows if row["passed"] is False]
    if failed:
        names = ", ".join(f"{row['part']} {row['figure']}" for row in failed)
        raise SpicelearnError(f"{len(failed)} of {len(rows)} figures miss the data sheet: {names}")


def show(rows: list[dict[str, Any]]) -> None:
    """Print the table."""
    table = Table()
    for heading in ("part", "figure", "min", "typical", "max", "measured", ""):
        right = heading in ("min", "typical", "max", "measured")
        table.add_column(heading, justify="right" if right else "left")
    for row in rows:
        limits = [number(row[name]) for name in ("minimum", "typical", "maximum")]
        measured = f"{number(row['measured'])} {row['unit']}"
        verdict = {True: "pass", False: "FAIL", None: ""}[row["passed"]]
        table.add_row(row["part"], row["figure"], *limits, measured, verdict)
    Console(width=120).print(table)


def number(value: float | None) -> str:
    """Return a number with four digits; an empty text for None."""
    return "" if value is None else f"{value:.4g}"
