"""``spicelearn bench``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ..benchmark import FIGURE, benchmark_of, write_bench
from ..errors import UsageError
from ..machines import DEFAULT
from ..runs.folder import default_folder
from .options import FOLDER, JSON
from .progress import QUIET, spinning


@click.command()
@click.option(
    "--edges",
    type=int,
    multiple=True,
    help="Number of edges to measure; repeatable.  [default: all sizes, some minutes]",
)
@click.option("--machine", default=DEFAULT, show_default=True, help="The machine.")
@click.option(
    "--repeats",
    type=click.IntRange(1, 1000),
    default=5,
    help="Measurements per size.  [default: 5]",
)
@click.option(
    "--out", type=FOLDER, metavar="DIR", help="Folder for the results.  [default: runs/bench-TIME]"
)
@QUIET
@JSON
def bench(
    edges: tuple[int, ...], machine: str, repeats: int, out: Path | None, as_json: bool, quiet: bool
) -> None:
    """Measure cycles per second against the size of the network: both plants, and other ways."""
    measured = benchmark_of(machine)
    for size in edges:
        if size not in measured.networks:
            sizes = ", ".join(map(str, measured.networks))
            raise UsageError(f"--edges {size}, expected one of {sizes}")
    folder = out or default_folder("bench")
    with spinning(quiet) as status:
        sizes_asked = edges or tuple(measured.networks)
        rows = write_bench(sizes_asked, repeats, folder, lambda what: status(str(what)), machine)
    if as_json:
        click.echo(json.dumps(rows))
        return
    show(rows, repeats, measured.laboratory_Hz)
    click.echo(f"figure: {folder / FIGURE}")


def show(rows: list[dict[str, Any]], repeats: int, laboratory: tuple[float, float]) -> None:
    """Print the rows of a benchmark as a table, other ways below the circuit that they simulate.

    Beside each of them stands the speed-up, the rate of the circuit over its own.
    ``laboratory`` is the lowest and the highest rate of the real machine, cycles per second.
    """
    low, high = laboratory
    title = f"cycles per second, median of {repeats}; the laboratory's machine has {low:g}-{high:g}"
    table = Table(title=title)
    columns = (
        "plant",
        "edges",
        "cycles/s",
        "speed-up",
        "in ngspice",
        "MB",
        "load s",
        "unsettled",
    )
    for heading in columns:
        table.add_column(heading, justify="left" if heading == "plant" else "right")
    for row in rows:
        share = row["engine_share"]
        table.add_row(
            f"{row['plant']} ({row['engine']})",
            str(row["edges"]),
            f"{row['cycles_per_second']:.4g}",
            "",
            "" if share is None else f"{share:.0%}",
            f"{row['peak_rss_mb']:.0f}",
            f"{row['load_seconds']:.2f}",
            str(row["unsettled_cycles"]),
        )
        for way, rate in row["others"].items():
            speed_up = f"{row['cycles_per_second'] / rate:.3g}"
            table.add_row(f"- {way}", str(row["edges"]), f"{rate:.4g}", speed_up)
    Console(width=110).print(table)
    for plant, exponent in {row["plant"]: row["growth_exponent"] for row in rows}.items():
        if exponent is not None:
            click.echo(f"{plant}: the time per cycle grows as edges^{exponent:.2f}")
