"""``spicelearn new KIND TABLE``."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import click

from ..machines import DEFAULT, machine_named
from .options import JSON
from .progress import QUIET, shown

KINDS = ("regression", "classification", "allostery")


def names(context: click.Context, option: click.Parameter, value: str) -> tuple[str, ...]:
    """Return the names of columns, written as in the first line of a table."""
    del context, option
    lines = csv.reader([value or ""], skipinitialspace=True)
    try:
        listed = tuple(name.strip() for name in next(lines, []))
    except csv.Error:
        raise click.BadParameter(f"{value!r}, expected names like a,b in one line") from None
    if not all(listed):
        raise click.BadParameter(f"{value!r} has an empty name, expected names like a,b")
    return listed


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--inputs",
    metavar="A,B",
    callback=names,
    help="Columns that are applied; a name with a comma in double quotes.  [default: all others]",
)
@click.option(
    "--outputs",
    "--target",
    metavar="A,B",
    callback=names,
    help="Columns that are desired.  [default: the last one of numbers]",
)
@click.option("--label", metavar="COLUMN", help="Column that names the class.  [default: a text]")
@click.option("--machine", default=DEFAULT, show_default=True, help="The machine that learns.")
@click.option(
    "--network", metavar="NAME|FILE", help="The network.  [default: one with enough nodes]"
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The task file.  [default: TABLE with the ending .toml]",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
@QUIET
@JSON
def new(
    kind: str, table: Path, machine: str, out: Path | None, as_json: bool, quiet: bool, **asked: Any
) -> None:
    """Begin a task file for TABLE, a .csv file with a line of column names.

    It says which columns there are, scales them, chooses nodes and tells what can be learned. Of an
    allostery every row of the table is a stage, in volts.
    """
    from ..proposal.write import asked_for, begin_task  # noqa: PLC0415 - slow to import

    force = asked.pop("force")
    wanted = asked_for(machine_named(machine), table, **asked)
    out = out or table.with_suffix(".toml")
    with shown("trials", quiet) as show:
        begun = begin_task(
            kind, wanted, out, force, lambda done, total: show("trials", done, total, "")
        )
    if as_json:
        row = {
            "task": str(begun.path),
            "board": str(begun.board) if begun.board else None,
            "network": begun.proposal.draft.network,
            "inputs": list(begun.proposal.inputs),
            "outputs": list(begun.proposal.outputs),
            "learnable": begun.proposal.learnable,
            "told": list(begun.told),
            "command": begun.command,
        }
        click.echo(json.dumps(row))
        return
    for sentence in begun.told:
        click.echo(sentence)
    click.echo(f"task file: {begun.path}\nto train it: {begun.command}")
