"""``spicelearn tasks``."""

from __future__ import annotations

import json

import click

from ..tasks import TASKS


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def tasks(as_json: bool) -> None:
    """List the built-in tasks."""
    listed = [make(0) for make in TASKS.values()]
    if as_json:
        fields = ("name", "summary", "network", "inputs", "outputs", "eta", "cycles")
        rows = [{field: getattr(task, field) for field in fields} for task in listed]
        click.echo(json.dumps(rows))
        return
    for task in listed:
        click.echo(f"{task.name:12} {task.network:10} {task.summary}")
