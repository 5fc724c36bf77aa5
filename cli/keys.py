"""``spicelearn keys [FILE]``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

import click

from ..constants import Constants
from ..machines import machine_named, names
from ..runs import run_file
from ..tasks import dataset, file
from .train import train

WORDS = {  # of choices that no option of the command has by their name
    "task": "a built-in task, or a task file",
    "cuts": 'edges to cut out, like `["3@100"]`. [default: the task\'s own]',
    "board": "a board file, in a sweep",
}


@click.command()
@click.argument("kind", required=False, type=click.Choice(["task", "board", "sweep", "run"]))
def keys(kind: str | None) -> None:
    """List every key of task, board, sweep and run files, as Markdown; or those of one kind."""
    made = {"task": task_keys, "board": board_keys, "sweep": sweep_keys, "run": run_keys}
    chosen = [kind] if kind else list(made)
    click.echo("\n".join(line for each in chosen for line in made[each]()).rstrip())


def task_keys() -> Iterator[str]:
    """Yield the lines on task files."""
    yield from section("Task files", {**file.SCHEDULED, **file.DATA})
    yield from section("Task files: the table `[data]`", dataset.KEYS)


def board_keys() -> Iterator[str]:
    """Yield the lines on board files: the constants of every machine's circuit."""
    for name in names():
        constants = next(iter(machine_named(name).plants.values())).constants
        rows = {item.name: constant(item, constants) for item in fields(constants)}
        yield from section(f"Board files: machine {name}", rows)


def sweep_keys() -> Iterator[str]:
    """Yield the lines on sweep files."""
    from ..sweep.spec import KEYS  # noqa: PLC0415 - of the extra

    yield from section("Sweep files", KEYS)
    yield from choices("Sweep files: the table `[run]`", ("board", *run_file.CHOICES), ("seed",))


def run_keys() -> Iterator[str]:
    """Yield the lines on run files."""
    yield from section("Run files", run_file.KEYS)
    yield from choices("Run files: the table `[run]`", run_file.CHOICES)


def choices(title: str, listed: Iterable[str], but: Iterable[str] = ()) -> Iterator[str]:
    """Yield the lines on choices of a run, in the words of the options of ``train``."""
    told = {option.name: getattr(option, "help", None) for option in train.params}
    rows = {name: WORDS.get(name) or told[name] or "" for name in listed if name not in but}
    yield from section(title, rows)


def constant(item: Any, constants: Constants) -> str:
    """Say what a constant is, with its default and its range."""
    rules, value = item.metadata, getattr(constants, item.name)
    span = " or ".join(rules["choices"]) if "choices" in rules else ""
    if not span:
        span = f"{rules['low']:g} to {rules['high']:g}"
    shown = list(value) if isinstance(value, tuple) else value
    return f"{rules['doc']}; {span}. [default: {shown}]"


def section(title: str, rows: Mapping[str, str]) -> Iterator[str]:
    """Yield a heading and a table."""
    yield from (f"## {title}", "", "| key | holds |", "|---|---|")
    yield from (f"| `{key}` | {text.replace('|', chr(92) + '|')} |" for key, text in rows.items())
    yield ""
