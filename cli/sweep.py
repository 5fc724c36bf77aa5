"""``spicelearn sweep SPEC``."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import click

from ..errors import SpicelearnError
from ..runs.folder import default_folder
from .options import FOLDER, JSON
from .pages import page_of
from .progress import QUIET, allow_forks, shown

EXTRA = ("pint", "pyarrow")
CLUSTER = "distributed"


@click.command()
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    default=os.cpu_count(),
    help="Processes on this machine.  [default: one per processor]",
)
@click.option("--scheduler", metavar="ADDRESS", help="Address of a Dask scheduler to use instead.")
@click.option("--retry", is_flag=True, help="Run failed points again.")
@click.option(
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="Folder of the sweep; an interrupted sweep in it goes on.  [default: runs/NAME-TIME]",
)
@QUIET
@JSON
def sweep(spec: Path, out: Path | None, as_json: bool, quiet: bool, **choices: Any) -> None:
    """Run the many experiments of SPEC, a .toml file; leave a table and figures."""
    for name in (*EXTRA, *([CLUSTER] if choices["scheduler"] else [])):
        if importlib.util.find_spec(name) is None:
            raise SpicelearnError(
                f"sweep needs {name}, which is not installed: pip install 'spicelearn[sweep]'"
            )
    from ..sweep.farm import carry_out_sweep  # noqa: PLC0415 - of the extra
    from ..sweep.spec import Sweep  # noqa: PLC0415

    allow_forks()
    planned = Sweep.from_toml(spec)
    folder = out or default_folder(spec.stem)
    try:
        with shown("points", quiet) as show:

            def listener(progress: Any) -> None:
                state = f"{progress.failed} failed, {progress.workers} workers"
                show("sweep", progress.done, progress.total, state)

            results = carry_out_sweep(planned, folder, listener=listener, **choices)
    except KeyboardInterrupt as failure:
        where = f" --scheduler {choices['scheduler']}" if choices["scheduler"] else ""
        hint = f"interrupted; to go on: spicelearn sweep {spec} --out {folder}{where}"
        raise type(failure)(hint) from failure
    from ..sweep.table import PARQUET  # noqa: PLC0415

    results |= {"table": str(folder / PARQUET), "report": None}
    if results["finished"]:
        results["report"] = str(page_of(folder).write(folder))
    if as_json:
        click.echo(json.dumps(results))
    else:
        show_results(results)
    if results["finished"] == 0:
        raise SpicelearnError(f"no point finished; the first: {results['reason']}")


def show_results(results: dict[str, Any]) -> None:
    """Print the results of a sweep."""
    click.echo(f"{results['finished']} of {results['points']} points finished")
    if results["failed"]:
        click.echo(f"{results['failed']} failed, the first: {results['reason']}")
    click.echo(f"table: {results['table']}")
    if results["report"]:
        click.echo(f"report: {results['report']}")
