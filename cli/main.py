"""The command group, and the one place where failures become messages."""

from __future__ import annotations

import sys
import traceback

import click

from ..errors import SpicelearnError
from .export import export
from .report import report
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


for command in (tasks, train, export, validate, report):
    group.add_command(command)


def main() -> None:
    """Run the command; a failure is one line on standard error and status 1 or 2."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        group.main(arguments, prog_name="spicelearn", standalone_mode=False)
    except click.ClickException as failure:
        fail(failure.format_message(), failure.exit_code, debug)
    except SpicelearnError as failure:
        fail(str(failure), failure.exit_status, debug)
    except (click.Abort, KeyboardInterrupt):
        fail("interrupted", 1, debug)


def fail(message: str, status: int, debug: bool) -> None:
    """End with one line."""
    if debug:
        traceback.print_exc()
    click.echo(f"spicelearn: {' '.join(message.split())}", err=True)
    sys.exit(status)
