"""``spicelearn tasks``."""

from __future__ import annotations

import json
from typing import Any

import click

from ..tasks import TASKS, Course


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def tasks(as_json: bool) -> None:
    """List the built-in tasks."""
    listed = [make(0) for make in TASKS.values()]
    if as_json:
        click.echo(json.dumps([_row(course) for course in listed]))
        return
    for course in listed:
        click.echo(f"{course.name:12} {course.network:10} {course.summary}")


def _row(course: Course) -> dict[str, Any]:
    """Return a task as a table's row; one of several in a row has these in ``lessons``."""
    row: dict[str, Any] = {
        "name": course.name,
        "summary": course.summary,
        "network": course.network,
        "cycles": course.cycles,
        "cuts": [str(cut) for cut in course.cuts],
    }
    lessons = [task for task, _, _ in course.plan(course.cycles)]
    if lessons == [course]:
        return row | {name: getattr(course, name) for name in ("inputs", "outputs", "eta")}
    return row | {"lessons": [_row(task) for task in lessons]}
