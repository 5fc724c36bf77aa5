"""``spicelearn tasks``."""

from __future__ import annotations

import json

import click

from ..tasks import TASKS


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def tasks(as_json: bool) -> None:
    """List the built-in tasks."""
    if as_json:
        fields = ("name", "summary", "network", "inputs", "outputs", "eta", "cycles")
        rows = [{field: getattr(task, field) for field in fields} for task in TASKS.values()]
        click.echo(json.dumps(rows))
        return
    for task in TASKS.values():
        click.echo(f"{task.name:12} {task.network:10} {task.summary}")
