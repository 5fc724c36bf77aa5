"""``spicelearn validate TASK``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ..ladder import RUNGS
from ..record import default_folder
from ..validation import write_validation
from .options import CLOCK, CYCLES, FOLDER, JSON, PROBABILITY, experiment, experiment_options


@click.command()
@experiment_options
@CYCLES
@PROBABILITY
@CLOCK
@click.option(
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="Folder of results and figures. [default: runs/validate-TASK-SEED-TIME]",
)
@JSON
def validate(out: Path | None, as_json: bool, **choices: Any) -> None:
    """Tell how far TASK's circuit is from the idealised model, and which effect costs most."""
    chosen = experiment(**choices)
    folder = out or default_folder(f"validate-{chosen.course.name}", chosen.seed)
    console = Console(stderr=True)
    with console.status("starting") as status:
        results = write_validation(
            chosen, folder, lambda step: status.update(f"{step} ({len(RUNGS)} imperfections)")
        )
        status.update("its page")
        from ..report.folder import page_of  # noqa: PLC0415 - slow to import

        page_of(folder).write(folder)
    if as_json:
        click.echo(json.dumps(results))
        return
    show(results)


def show(results: dict[str, Any]) -> None:
    """Print the table for people and the verdict."""
    table = Table(title=f"{results['task']}: circuit against the idealised model")
    for heading in ("one imperfection after another", "agree", "rms mV", "decades", "ideal's"):
        table.add_column(heading, justify="left" if heading.startswith("one") else "right")
    for heading in ("alone: agree", "rms mV", "decades"):
        table.add_column(heading, justify="right")
    for rung in results["ladder"]:
        cells = [
            (f"{x['agreement']:.4f}", f"{1e3 * x['voltage_rms']:.3g}", f"{x['decades']:.2f}")
            for x in (rung, rung["alone"])
        ]
        table.add_row(rung["effect"], *cells[0], f"{rung['decades_ideal']:.2f}", *cells[1])
    Console(width=110).print(table)
    click.echo(
        f"decisions {results['decisions']}: {results['agreement']:.4f} as the ideal machine's, "
        f"{results['agreement_above_10mV']:.4f} above 10 mV; by Eq. 5 on the circuit's own "
        f"voltages {results['own_agreement']:.4f}, {results['own_agreement_above_10mV']:.4f}\n"
        f"voltages {results['voltage_rms']:.3g} V rms, {results['voltage_max']:.3g} V at most\n"
        f"decades: circuit {results['decades_spice']:.2f}, ideal {results['decades_ideal']:.2f}, "
        f"ideal with the same imperfections {results['decades_ideal_same_imperfections']:.2f}\n"
        f"report: {results['folder']}/report.html\n{results['verdict']}"
    )
