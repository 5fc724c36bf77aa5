"""``spicelearn export TASK -o FILE``."""

from __future__ import annotations

from typing import Any

import click

from ..spice.circuits.twin import twin_deck
from .options import experiment, experiment_options


@click.command()
@experiment_options
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8", lazy=True),
    required=True,
    metavar="FILE",
    help="The deck; - for standard output.",
)
def export(output: Any, **choices: Any) -> None:
    """Write TASK's circuit as a SPICE deck that any ngspice runs: one clock cycle."""
    chosen = experiment(**choices)
    lesson, parts, start = chosen.lesson, chosen.parts(), chosen.start()
    cuts, detail = chosen.damage.edges, chosen.detail or "event"
    deck = twin_deck(
        lesson.network, chosen.constants, parts, start, lesson.first_drive(), cuts, detail
    )
    try:
        output.write(deck.text)
    except OSError as failure:
        raise click.FileError(output.name, failure.strerror) from failure
