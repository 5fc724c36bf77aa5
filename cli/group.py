"""The command group."""

from __future__ import annotations

import click

from .export import export
from .models import models
from .report import report
from .resume import resume
from .tasks import tasks
from .train import train
from .validate import validate


@click.group(
    invoke_without_command=True,
    epilog="--debug, anywhere, shows the traceback of a failure.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="spicelearn")
@click.pass_context
def group(context: click.Context) -> None:
    """Simulate, as circuits, electronic networks that learn by themselves."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (tasks, train, resume, export, validate, report, models):
    group.add_command(command)
