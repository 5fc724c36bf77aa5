"""``spicelearn tasks``."""

from __future__ import annotations

import json
from typing import Any

import click

from ..machines import machine_named, names
from ..tasks.base import Curriculum


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def tasks(as_json: bool) -> None:
    """List the built-in tasks, machine by machine."""
    listed = {name: [make(0) for make in machine_named(name).tasks.values()] for name in names()}
    if as_json:
        click.echo(json.dumps([_row(each) for some in listed.values() for each in some]))
        return
    for machine, curricula in listed.items():
        if curricula:
            click.echo(f"{machine}: {machine_named(machine).summary}")
        for each in curricula:
            click.echo(f"  {each.name:22} {each.network:10} {each.summary}")


def _row(curriculum: Curriculum) -> dict[str, Any]:
    """Return a task's entry in the JSON list; a sequence lists its tasks under ``lessons``."""
    row: dict[str, Any] = {
        "name": curriculum.name,
        "summary": curriculum.summary,
        "machine": curriculum.machine,
        "network": curriculum.network,
        "cycles": curriculum.cycles,
        "cuts": [str(cut) for cut in curriculum.cuts],
    }
    lessons = [task for task, _, _ in curriculum.plan(curriculum.cycles)]
    if lessons == [curriculum]:
        return row | {name: getattr(curriculum, name) for name in ("inputs", "outputs", "eta")}
    return row | {"lessons": [_row(task) for task in lessons]}
