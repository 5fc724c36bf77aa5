"""The options that make an Experiment, shared by the subcommands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ..experiment import Experiment, board_of
from ..schedules.nudges import POSITIVE
from ..schedules.rules import ORDINARY


class Folder(click.Path):
    """The type of an option that names a folder to be made."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """Refuse the empty name, which would be the current folder."""
        if not str(value):
            self.fail("is empty, expected the name of a new folder", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = Folder(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")


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
                help="TOML file of electrical constants that differ from the default.",
            ),
            click.option(
                "--eta",
                type=float,
                help="Nudge of coupled learning, or learning rate of a gradient: more than 0, at "
                "most 1. [default: the task's own]",
            ),
            click.option(
                "--cut",
                "cuts",
                multiple=True,
                metavar="EDGE@CYCLE",
                help="Remove an edge from a cycle on; repeatable. [default: the task's own]",
            ),
            click.option(
                "--machine",
                metavar="NAME",
                help="The machine that learns; see spicelearn machines. [default: the task's own]",
            ),
            click.option(
                "--detail",
                metavar="NAME",
                help="How much of the circuit is simulated. Rheostat: event (comparator outputs "
                "and logic as events) or analog (every pin, as on the breadboard); transistor: "
                "behavioural or parts. [default: the machine's first]",
            ),
            click.option(
                "--seed", type=int, default=0, show_default=True, help="Seed of all random numbers."
            ),
            click.option("--cycles", type=int, help="Number of cycles. [default: the task's own]"),
            click.option(
                "--probability",
                type=float,
                default=1.0,
                show_default=True,
                metavar="P",
                help="Let each weight learn with probability P in every cycle.",
            ),
            click.option(
                "--clock",
                metavar="KIND|FILE",
                help="Which weights learn in which cycle: synchronous, independent or lfsr (see "
                "--probability), round-robin, partitions:K, or the clocked.txt of another run. "
                "[default: synchronous]",
            ),
            click.option(
                "--nudge",
                default=POSITIVE,
                show_default=True,
                metavar="positive|negative|centred",
                help="Nudge outputs towards their targets, away from them, or in turn, each "
                "example twice.",
            ),
            click.option(
                "--rule",
                default=ORDINARY,
                show_default=True,
                metavar="RULE",
                help="What is applied: ordinary; hinge:MARGIN, learn only from examples that are "
                "not right by the margin, 0 to 1; overclamp:VOLTS, a nudge of this size whose "
                "duration carries the error.",
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
    machine: str | None = None,
    record_every: int | None = None,
    restarts: int = 0,
    nudge: str = POSITIVE,
    rule: str = ORDINARY,
) -> Experiment:
    """Return the experiment that the options choose; raise UsageError if it cannot be run."""
    constants = None
    if board is not None:
        constants = board_of(task, machine, plant, seed).with_file(board)
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
        machine,
        record_every,
        restarts,
        nudge,
        rule,
    )


def given(choices: dict[str, Any]) -> tuple[dict[str, Any], Path | None]:
    """Return the options that stand in the command line, and its board: what changes a run file."""
    context = click.get_current_context()
    typed = [
        name
        for name in choices
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    return {name: choices[name] for name in typed if name not in ("task", "board")}, choices[
        "board"
    ]
