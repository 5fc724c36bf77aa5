"""What a page says of a run first: what was trained, on what, how well, and whether it ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..formats.quantity import number
from ..network.graph import Output
from ..runs.record import NOTHING_V2, final_median, last_tenth
from ..runs.verdict import restarts_told, right_told, span_told, unsettled_told
from ..tasks.base import Merit
from .facts import is_finite, results_of
from .subject import Subject


def sentence(
    manifest: dict[str, Any], table: pd.DataFrame, subject: Subject, followed: bool
) -> str:
    """Say what was trained, on what, and how well; one that is ``followed`` is being trained.

    The first sentence tells whether it was sensed before it had settled.
    """
    results, run = results_of(manifest, table), subject.run
    article = "An" if subject.kind[0] in "aeiou" else "A"
    engine = f" ({results['engine']})" if isinstance(results.get("engine"), str) else ""
    verb = "is being" if followed else "was"
    unsettled = results.get("unsettled_cycles")
    first = unsettled_told(unsettled) if isinstance(unsettled, int) else ""
    said = f"{first} {article} {subject.kind} of {subject.size}{engine} {verb} trained on ".lstrip()
    said += choice(manifest, "task") or "a task"
    cycles = int(table["cycle"].iloc[-1])
    if run and len(run.lessons) > 1:
        begun = sum(lesson.first <= cycles for lesson in run.lessons)
        return f"{said}: {begun} of {len(run.lessons)} lessons in a row, {cycles:,} cycles."
    if run:
        lesson = run.lessons[0]
        said += f", {roles('input', lesson.inputs)} and {roles('output', lesson.outputs)}"
    said += f": in {cycles:,} cycles {accuracy_told(results, table)}its mean squared error "
    said += progress(results["error_initial"], results["error_final"], results["decades"])
    said += span_told(results.get("stages"))
    if run and run.lessons[0].targets_move:
        said += "; its targets are measured anew as it learns, so errors are of different targets"
    try:
        return " ".join([f"{said}.", *outcome(results)])
    except (LookupError, TypeError, ValueError):
        return f"{said}. What else its manifest says of its results is damaged."


def accuracy_told(results: dict[str, Any], table: pd.DataFrame) -> str:
    """Say how the accuracy changed, a clause that another follows; nothing without classes."""
    measured = table["accuracy"].dropna()
    if measured.empty:
        return ""
    known = results.get("accuracy_final")
    last = known if is_finite(known) else final_median(measured.tolist())
    counted = last_tenth(len(measured))
    over = f"median of the last {counted} measurements" if counted > 1 else "measured last"
    first = float(measured.iloc[0])
    verb = "stayed at" if first == last else ("rose" if first < last else "fell")
    ends = (
        f"{100 * last:.1f} %" if first == last else f"from {100 * first:.1f} to {100 * last:.1f} %"
    )
    return f"its accuracy {verb} {ends} ({over}), and "


def outcome(results: dict[str, Any]) -> Iterator[str]:
    """Yield sentences on the classes, the restarts and the figure of merit, where there are such.

    Raises LookupError, TypeError or ValueError if the results are not what a run writes.
    """
    if results.get("accuracy_best") is not None:
        yield f"The classes were {right_told(results)}."
    if results.get("restarts"):
        yield f"{restarts_told(results)}."
    if results.get("merit"):
        yield f"At the end: {Merit(**results['merit'])}."


def progress(initial: float, final: float, decades: float) -> str:
    """Say how an error, V^2, changed: ``fell from 2 to 0.02 V², by 2.00 decades``."""
    first, last = number(initial), number(final)
    if first == last:
        return f"stayed at {last} V²"
    said = f"{'fell' if final < initial else 'rose'} from {first} to {last} V²"
    if min(initial, final) > NOTHING_V2:
        said += f", by {abs(decades):.2f} decades"
    return said


def roles(role: str, nodes: Sequence[Output]) -> str:
    """Say which nodes have a role: ``outputs at node 8 and between nodes 0 and 10``."""
    if not nodes:
        return f"no {role}"
    single = [str(node) for node in nodes if isinstance(node, int)]
    places = [f"at node{plural(single)} {', '.join(single)}"] if single else []
    places += [
        f"between nodes {node[0]} and {node[1]}" for node in nodes if isinstance(node, tuple)
    ]
    return f"{role}{plural(nodes)} {' and '.join(places)}"


def plural(several: Sequence[object]) -> str:
    """Return the ending of a word for one or more."""
    return "" if len(several) == 1 else "s"


def choice(manifest: dict[str, Any], name: str) -> str:
    """Return one choice of the experiment as a text; of a file its name."""
    value = manifest.get("experiment", {}).get(name)
    return "" if value is None else Path(str(value)).name


def warned(manifest: dict[str, Any]) -> list[str]:
    """Return what was told before the run began, and what its results warn of."""
    results = manifest.get("results")
    told = [manifest.get("remarks"), results.get("warnings") if isinstance(results, dict) else None]
    texts = [text for each in told if isinstance(each, list) for text in each]
    return [f"{text[0].upper()}{text[1:]}." for text in texts if isinstance(text, str) and text]


def share_told(manifest: dict[str, Any], cycle: int, passed: float) -> str:
    """Say which share of a run is done, and how long the rest takes at its pace so far, s."""
    length, resumed = manifest.get("experiment", {}).get("cycles"), manifest.get("resumed")
    if not is_finite(length) or length <= 0:
        return f"Training, cycle {cycle:,}."
    said = f"Training: cycle {cycle:,} of {length:,}, {100 * cycle / length:.0f} % done"
    begun = resumed[-1] if isinstance(resumed, list) and resumed else 0
    if not is_finite(begun) or not 0 <= begun < cycle or passed <= 0:
        return f"{said}."
    left = passed * (length - cycle) / (cycle - begun)
    return f"{said}, about {duration(left)} left."


def duration(seconds: float) -> str:
    """Return a time as one reads it: ``12 s``, ``3 min``, ``1.5 h``."""
    if seconds < 100:
        return f"{math.ceil(seconds)} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def status(manifest: dict[str, Any], cycle: int, followed: float | None) -> list[str]:
    """Return what a reader has to know of a run that did not finish, whose last row is of a cycle.

    It goes on if it is ``followed``, for so many seconds.
    """
    known = str(manifest.get("status", "unknown"))
    if followed is not None:
        return [f"{share_told(manifest, cycle, followed)} This page follows."]
    if known == "finished":
        return []
    if known == "running":
        return ["This run is going on, or was killed: spicelearn resume goes on with it."]
    return [f"This run did not end ({known}): {manifest.get('reason', 'no reason was kept')}"]
