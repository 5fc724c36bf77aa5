"""``spicelearn export TASK -o FILE``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from ..runs.export import deck_text, form_of, learned
from ..runs.export import schematic as drawing
from .options import experiment, experiment_options

IGNORABLE = ("cycles", "network", "eta", "detail", "weights", "schematic", "for")  # else None


@click.command()
@experiment_options
@click.option(
    "--form",
    metavar="FORM",
    help="What is written, such as self-training, or kicad for a netlist; another name lists those "
    "of the task's machine. [default: the machine's first]",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Begin with the last weights of this run folder. [default: those of power-on]",
)
@click.option(
    "--for",
    "simulator",
    metavar="SIMULATOR",
    help="Translate the deck for ltspice or xyce, where it is plain SPICE. [default: for ngspice]",
)
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8", lazy=True),
    required=True,
    metavar="FILE",
    help="File to write; - stands for standard output.",
)
@click.option(
    "--schematic",
    type=click.File("wb", lazy=True),
    metavar="FILE",
    help="Draw one edge of that deck too, as SVG.",
)
def export(
    output: Any,
    form: str | None,
    weights: Path | None,
    simulator: str | None,
    schematic: Any,
    **choices: Any,
) -> None:
    """Write TASK's circuit: a SPICE deck that runs under plain ``ngspice -b``, or another form."""
    if choices["cuts"]:
        raise UsageError(f"--cut {choices['cuts'][0]}, expected none: a deck has all of its edges")
    if schematic and schematic.name == output.name:
        raise UsageError(f"--schematic {schematic.name} is the deck, expected another file")
    if schematic and not schematic.name.endswith((".svg", "-")):
        raise UsageError(f"--schematic {schematic.name}, expected a name that ends in .svg")
    chosen = experiment(**choices)
    form = next(iter(chosen.apparatus.forms), "") if form is None else form
    given = {**choices, "weights": weights, "schematic": schematic, "for": simulator}
    kind = form_of(chosen, form)
    for name in kind.unused if kind.deck else (*kind.unused, "for"):
        if name in IGNORABLE and given[name] is not None:
            raise UsageError(f"--{name} is of no use with --form {form}, expected none")
    if schematic:
        write(schematic, drawing(chosen, form))
    begun = None if weights is None else learned(weights, chosen)
    write(output, deck_text(chosen, form, begun, simulator))


def write(file: Any, content: str | bytes) -> None:
    """Write the content of an option's file; raise click.FileError if that fails."""
    try:
        file.write(content)
    except OSError as failure:
        raise click.FileError(file.name, failure.strerror) from failure
