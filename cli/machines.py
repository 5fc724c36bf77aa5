"""``spicelearn machines``."""

from __future__ import annotations

import json

import click

from ..machine import Machine
from ..machines import machine_named, names
from .options import JSON


@click.command()
@JSON
def machines(as_json: bool) -> None:
    """List the machines, including those of other packages."""
    listed = [machine_named(name) for name in names()]
    if as_json:
        click.echo(json.dumps([row(machine) for machine in listed]))
        return
    for machine in listed:
        click.echo(f"{machine.name:12} {machine.summary}")


def row(machine: Machine) -> dict[str, object]:
    """Return a machine's entry in the JSON list."""
    return {
        "name": machine.name,
        "summary": machine.summary,
        "tasks": list(machine.tasks),
        "plants": {name: list(kind.details) for name, kind in machine.plants.items()},
        "forms": {name: form.summary for name, form in machine.forms.items()},
    }
