"""The options that make an Experiment, shared by the subcommands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ..board import Board
from ..experiment import Experiment


class Folder(click.Path):
    """A folder to be made."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Refuse the empty name, which would be the current folder."""
        if not str(value):
            self.fail("is empty, expected the name of a new folder", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = Folder(path_type=Path)
CYCLES = click.option("--cycles", type=int, help="Clock cycles. [default: the task's own]")


def experiment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the task argument and the options that choose an experiment's machine."""
    for option in reversed(
        (
            click.argument("task"),
            click.option(
                "--network", metavar="NAME", help="Built-in graph. [default: the task's own]"
            ),
            click.option(
                "--board",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="TOML of electrical constants that differ from the default.",
            ),
            click.option(
                "--eta", type=float, help="Nudge, more than 0, at most 1. [default: the task's own]"
            ),
            click.option(
                "--seed", type=int, default=0, show_default=True, help="Everything random."
            ),
        )
    ):
        command = option(command)
    return command


def experiment(
    task: str,
    network: str | None,
    board: Path | None,
    eta: float | None,
    seed: int,
    cycles: int | None = None,
    plant: str = "spice",
    evaluate_every: int | None = None,
) -> Experiment:
    """Return the experiment that the options choose."""
    chosen = Experiment(task, cycles, network, eta, seed, plant, evaluate_every)
    if board is None:
        return chosen
    return replace(chosen, board=Board.from_toml(board, chosen.constants))
