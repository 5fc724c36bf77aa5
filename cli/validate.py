"""``spicelearn validate TASK``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ..runs.folder import default_folder
from ..validation.compare import theory_of
from ..validation.folder import write_validation
from .options import FOLDER, JSON, experiment, experiment_options


@click.command()
@experiment_options
@click.option(
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="Folder of results and figures. [default: runs/validate-TASK-SEED-TIME]",
)
@JSON
def validate(out: Path | None, as_json: bool, **choices: Any) -> None:
    """Measure how far TASK's circuit is from the idealised model, and which effect costs most."""
    chosen = experiment(**choices)
    folder = out or default_folder(f"validate-{chosen.curriculum.name}", chosen.seed)
    count = len(theory_of(chosen).imperfections)
    console = Console(stderr=True)
    with console.status("starting") as status:
        results = write_validation(
            chosen, folder, lambda step: status.update(f"{step} ({count} imperfections)")
        )
        status.update("its page")
        from ..report.folder import page_of  # noqa: PLC0415 - slow to import

        page_of(folder).write(folder)
    if as_json:
        click.echo(json.dumps(results))
        return
    show(results)


def show(results: dict[str, Any]) -> None:
    """Print the table of the ablation, the agreement and the verdict."""
    moves = results["step_error"] is not None
    figures = ("agree", *(["moves %"] if moves else []), "rms mV", "decades")
    figures = (*figures, "end mV") if moves else figures
    table = Table(title=f"{results['task']}: circuit against the idealised model")
    table.add_column("one imperfection after another")
    for heading in (*figures, "idealised", f"alone: {figures[0]}", *figures[1:]):
        table.add_column(heading, justify="right")
    for row in results["ladder"]:
        alone = cells(row["alone"], moves)
        ideal = decades(row["decades_ideal"])
        table.add_row(row["effect"], *cells(row, moves), ideal, *alone)
    Console(width=130 if moves else 110).print(table)
    surely = results["words"]["sure"]  # a margin in volts means something
    above = f", {results['agreement_above_10mV']:.4f} above 10 mV" if surely else ""
    own_above = f", {results['own_agreement_above_10mV']:.4f}" if surely else ""
    click.echo(
        f"decisions {results['decisions']}: {results['agreement']:.4f} as the idealised model's"
        f"{above}; by {results['words']['rule']} on the circuit's own voltages "
        f"{results['own_agreement']:.4f}{own_above}\n"
        f"voltages {results['voltage_rms']:.3g} V rms, {results['voltage_max']:.3g} V at most\n"
        f"decades: circuit {results['decades_spice']:.2f}, idealised model "
        f"{results['decades_ideal']:.2f}, with the same imperfections "
        f"{decades(results['decades_ideal_same_imperfections'])}\n"
        f"report: {results['folder']}/report.html\n{results['verdict']}"
    )


def decades(fallen: float | None) -> str:
    """Return decades as a text, ``-`` where a model found no voltages."""
    return "-" if fallen is None else f"{fallen:.2f}"


def cells(figures: dict[str, Any], moves: bool) -> list[str]:
    """Return the figures of a machine as texts, those of weights that move where there are any."""
    apart, end = figures["step_error"], 1e3 * figures["error_final"] ** 0.5
    return [
        f"{figures['agreement']:.4f}",
        *(["" if apart is None else f"{100 * apart:.3g}"] if moves else []),
        f"{1e3 * figures['voltage_rms']:.3g}",
        f"{figures['decades']:.2f}",
        *([f"{end:.3g}"] if moves else []),
    ]
