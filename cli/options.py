"""The options that make an Experiment, shared by the subcommands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..board import Board
from ..experiment import BOARDS, Experiment


class Folder(click.Path):
    """A folder to be made."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Refuse the empty name, which would be the current folder."""
        if not str(value):
            self.fail("is empty, expected the name of a new folder", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = Folder(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
PROBABILITY = click.option(
    "--probability",
    type=float,
    default=1.0,
    show_default=True,
    metavar="P",
    help="Clock each edge with probability P.",
)
CLOCK = click.option(
    "--clock",
    metavar="KIND|FILE",
    help="Which edges are clocked when: synchronous, independent or lfsr (see --probability), "
    "round-robin, partitions:K, or the clocked.txt of another run. [default: synchronous]",
)
CYCLES = click.option("--cycles", type=int, help="Clock cycles. [default: the task's own]")


def experiment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the task argument and the options that choose an experiment's machine."""
    for option in reversed(
        (
            click.argument("task"),
            click.option(
                "--network",
                metavar="NAME|FILE",
                help="Built-in graph, CSV edge list or GraphML. [default: the task's own]",
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
                "--cut",
                "cuts",
                multiple=True,
                metavar="EDGE@CYCLE",
                help="Remove an edge from a cycle on; repeatable. [default: the task's own]",
            ),
            click.option(
                "--detail",
                metavar="event|board",
                help="Comparator outputs and logic as events, or every pin analog, as on the "
                "breadboard. [default: event]",
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
    cuts: tuple[str, ...],
    detail: str | None,
    cycles: int | None = None,
    plant: str = "spice",
    evaluate_every: int | None = None,
    probability: float = 1.0,
    waves: str | None = None,
    clock: str | None = None,
) -> Experiment:
    """Return the experiment that the options choose."""
    constants = None
    if board is not None:
        constants = Board.from_toml(board, BOARDS.get(plant, Board()))
    return Experiment(
        task,
        cycles,
        network,
        eta,
        seed,
        plant,
        evaluate_every,
        constants,
        cuts or None,
        detail,
        probability,
        waves,
        clock,
    )
