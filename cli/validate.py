"""``spicelearn validate TASK``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ..runs.folder import default_folder
from ..runs.verdict import unsettled_told
from ..validation.compare import theory_of
from ..validation.folder import write_validation
from ..validation.verdict import accounted, departures, tables
from .options import FOLDER, JSON, experiment, experiment_options
from .pages import page_of
from .progress import QUIET, spinning


@click.command()
@experiment_options
@click.option(
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="Folder of results and figures. [default: runs/validate-TASK-SEED-TIME]",
)
@QUIET
@JSON
def validate(out: Path | None, as_json: bool, quiet: bool, **choices: Any) -> None:
    """Measure how far TASK's circuit is from the idealised model, and which effect matters most."""
    chosen = experiment(**choices)
    folder = out or default_folder(f"validate-{chosen.curriculum.name}", chosen.seed)
    count = len(theory_of(chosen).imperfections)
    with spinning(quiet) as status:
        results = write_validation(
            chosen, folder, lambda step: status(f"{step} ({count} imperfections)")
        )
        status("its page")
        page_of(folder).write(folder)
    if as_json:
        click.echo(json.dumps(results))
        return
    show(results)


def show(results: dict[str, Any]) -> None:
    """Print the tables of the ablation, the departures and the verdict."""
    if results["unsettled_cycles"]:
        click.echo(unsettled_told(results["unsettled_cycles"], "The circuit"))
    console = Console(width=120)
    for title, heads, rows in tables(results):
        table = Table(title=f"{results['task']}: {title}", title_justify="left")
        for place, heading in enumerate(heads):
            table.add_column(heading, justify="right" if place else "left", min_width=5)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    surely = results["words"]["sure"]  # a margin in volts means something
    above = f", {results['agreement_above_10mV']:.4f} above 10 mV" if surely else ""
    click.echo(
        f"decisions {results['decisions']}: {results['agreement']:.4f} as the idealised model's"
        f"{above}; while it learns {results['learning_agreement']:.4f}\n"
        f"{departures(results, results['words']['rule'])}\n{accounted(results)}\n"
        f"decades: circuit {results['decades_spice']:.2f}, idealised model "
        f"{results['decades_ideal']:.2f}, with the same imperfections "
        f"{decades(results['decades_ideal_same_imperfections'])}\n"
        f"report: {results['folder']}/report.html\n{results['verdict']}"
    )


def decades(fallen: float | None) -> str:
    """Return decades as a text, ``-`` where a model found no voltages."""
    return "-" if fallen is None else f"{fallen:.2f}"
