"""``spicelearn models``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from ..datasheet import BENCHES, PINS
from ..datasheet.levels import margins
from ..errors import SpicelearnError
from ..experiment import default_board
from ..machines import DEFAULT, machine_named
from ..spice.library import part
from .options import JSON
from .progress import QUIET


@click.command()
@click.option("--levels", is_flag=True, help="Only the levels between the parts; no benches.")
@click.option(
    "--board",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML file of constants that differ from the default, for the levels.",
)
@QUIET
@JSON
def models(levels: bool, board: Path | None, as_json: bool, quiet: bool) -> None:
    """Measure every part model beside its data sheet; give the levels between the parts."""
    console = Console(stderr=True)
    connected = connections(board)
    watched = track(
        () if levels else BENCHES, "benches", console=console, transient=True, disable=quiet
    )
    rows = [row for bench in watched for row in bench.measure(part(bench.part))]
    if as_json:
        click.echo(json.dumps(rows + connected))
    else:
        if rows:
            show(rows)
        show_levels(connected)
    failed = [row for row in rows if row["passed"] is False]
    if failed:
        names = ", ".join(f"{row['part']} {row['figure']}" for row in failed)
        raise SpicelearnError(f"{len(failed)} of {len(rows)} figures miss the data sheet: {names}")


def connections(board: Path | None) -> list[dict[str, Any]]:
    """Return the rows of the default machine's connections, with the constants of a file."""
    constants = default_board(DEFAULT, "spice")
    nets = machine_named(DEFAULT).connections
    return margins(nets(constants.with_file(board) if board else constants), PINS) if nets else []


def show(rows: list[dict[str, Any]]) -> None:
    """Print the table of figures."""
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


def show_levels(rows: list[dict[str, Any]]) -> None:
    """Print the table of levels: a line for the high and one for the low of a connection."""
    table = Table(title="Levels between the parts, V")
    for heading in ("driver", "drives", "level"):
        table.add_column(heading)
    for kind in ("typical", "guaranteed"):
        for heading in ("out", "in", "margin"):
            table.add_column(f"{kind}\n{heading}", justify="right")
    table.add_column("")
    for row in rows:
        for level, sent, taken in (("high", "v_oh", "v_ih"), ("low", "v_ol", "v_il")):
            cells, lacking = [], False
            for kind in ("typical", "guaranteed"):
                margin = row[f"margin_{level}_{kind}"]
                lacking |= margin is None or margin < 0
                cells += [volts(row[f"{each}_{kind}"]) for each in (sent, taken)] + [volts(margin)]
            ends = (f"{row['part']} {row['driver']}", f"{row['receiver_part']} {row['receiver']}")
            mark = "short" if lacking else ""
            table.add_row(*(ends if level == "high" else ("", "")), level, *cells, mark)
    Console(width=132).print(table)


def volts(value: float | None) -> str:
    """Return a voltage with two decimals; "none" where nothing is guaranteed."""
    return "none" if value is None else f"{value:.2f}"


def number(value: float | None) -> str:
    """Return a number with four digits; an empty text for None."""
    return "" if value is None else f"{value:.4g}"
