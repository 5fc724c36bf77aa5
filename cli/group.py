"""The command group; a subcommand's module is imported only when it is called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from ..errors import nearest

COMMANDS = (
    *("tasks", "machines", "new", "train", "resume", "runs", "export", "validate"),
    *("report", "sweep", "bench", "models", "keys"),
)


class Lazy(click.Group):
    """A group of `COMMANDS`, each the function of its name in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are listed."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a subcommand, None if there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f".{cmd_name}", __package__)
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Return a subcommand and its arguments; refuse an unknown one, naming the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], COMMANDS)
            ctx.fail(f"No such command {args[0]!r}{near}, expected one of {', '.join(COMMANDS)}.")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Lazy,
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
