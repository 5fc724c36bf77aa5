"""``spicelearn export TASK -o FILE``."""

from __future__ import annotations

from typing import Any

import click

from ..errors import UsageError
from ..export import FORMS, deck_text
from .options import CLOCK, CYCLES, PROBABILITY, experiment, experiment_options


@click.command()
@experiment_options
@CYCLES
@PROBABILITY
@CLOCK
@click.option(
    "--form",
    default="cycle",
    show_default=True,
    metavar="|".join(FORMS),
    help="One clock cycle of the circuit, a circuit that trains itself for its cycles, or one "
    "edge with stimuli.",
)
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8", lazy=True),
    required=True,
    metavar="FILE",
    help="The deck; - for standard output.",
)
@click.option(
    "--schematic",
    type=click.File("wb", lazy=True),
    metavar="FILE",
    help="Draw one edge of that deck too, as SVG.",
)
def export(output: Any, form: str, schematic: Any, **choices: Any) -> None:
    """Write TASK's circuit as a SPICE deck to read, and to run under plain ``ngspice -b``."""
    refuse_ignored(form, choices)
    if schematic and schematic.name == output.name:
        raise UsageError(f"--schematic {schematic.name} is the deck, expected another file")
    if schematic and not schematic.name.endswith((".svg", "-")):
        raise UsageError(f"--schematic {schematic.name}, expected a name that ends in .svg")
    chosen = experiment(**choices)
    if schematic:
        from ..drawing import drawing  # noqa: PLC0415 - takes a while to import

        write(schematic, drawing(chosen, form))
    write(output, deck_text(chosen, form))


def refuse_ignored(form: str, choices: dict[str, Any]) -> None:
    """Raise UsageError for an option that the form has no use for."""
    ignored = {"cycle": ["cycles"], "edge": ["cycles", "network", "eta"]}.get(form, [])
    for name in ignored:
        if choices[name] is not None:
            raise UsageError(f"--{name} is of no use with --form {form}, expected none")
    if choices["cuts"]:
        raise UsageError(f"--cut {choices['cuts'][0]}, expected none: a deck has all of its edges")


def write(file: Any, content: str | bytes) -> None:
    """Write a file that was asked for."""
    try:
        file.write(content)
    except OSError as failure:
        raise click.FileError(file.name, failure.strerror) from failure
