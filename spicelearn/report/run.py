"""The page of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .. import record
from ..answers import read_answers
from ..charts import Figure
from ..clocks import MASK
from ..errors import SpicelearnError, UsageError
from ..record import MANIFEST
from ..waves import RAW, Waves
from .answered import answer_figures
from .graph import MOST, network_figure, places
from .machine import Machine
from .page import Facts, Page
from .scope import cycle_figures
from .training import accuracy_figure, code_columns, codes_figure, error_figure, power_figure

MASKS = 200  # cycles from which it is told how many edges are clocked at once


def run_page(folder: Path, followed: bool = False) -> Page:
    """Return the page of a run folder, be the run finished, going on or torn off.

    A run that is ``followed`` is known to go on.
    Raises UsageError if this is not a run folder, SpicelearnError if nothing was measured yet.
    """
    manifest = record.read_manifest(folder)
    table, notes = record.read_cycles(folder)
    if table["error"].isna().all():
        raise SpicelearnError(f"{folder} holds no measured cycle yet: nothing to report")
    machine = None
    try:
        told = Machine.of(folder, manifest)
        _fits(told, table, folder)
        machine = told
    except UsageError as failure:
        notes.append(f"{failure}. The network is not drawn.")
    if status := _status(manifest, followed):
        notes.append(status)
    figures = _figures(folder, table, machine, "now" if followed else "after")
    return Page(
        title=f"{_choice(manifest, 'task') or 'A run'}, {len(code_columns(table))} edges",
        sentence=sentence(manifest, table, machine, followed),
        figures=figures,
        facts=facts(manifest, table),
        notes=notes,
    )


def _fits(machine: Machine, table: pd.DataFrame, folder: Path) -> None:
    """Refuse a machine of another size than the table's, and codes that it has not."""
    edges, columns = len(machine.network.edges), len(code_columns(table))
    if edges != columns:
        raise UsageError(
            f"{folder / MANIFEST} has {edges} edges and {record.CYCLES} has {columns}, expected "
            "as many"
        )
    codes, most = table[code_columns(table)].to_numpy(), machine.board.positions - 1
    if not ((codes >= 0) & (codes <= most)).all():
        raise UsageError(f"{folder / record.CYCLES} has codes beyond 0 to {most}")


def _figures(
    folder: Path, table: pd.DataFrame, machine: Machine | None, latest: str
) -> list[Figure]:
    """Return every figure that the folder has data for, the error first."""
    floor = None
    positions = machine.board.positions if machine else 128
    first, last = ends(table)
    classes = table["accuracy"].notna().any()  # their error has another floor: their own spread
    whole = machine and machine.board.update == "counter"  # Eq. 2 has no steps of one code
    if machine and whole and len(machine.network.edges) <= MOST and not classes:
        floor = machine.floor(last[1], last[0], clocked_share(folder, len(last[1])))
    found = [error_figure(table, machine, floor)]
    if machine and len(machine.network.edges) <= MOST:
        where = places(machine.network)
        for (cycle, codes), name, title in (
            (first, "network-before", "The network before"),
            (last, "network-after", f"The network {latest}"),
        ):
            found.append(network_figure(machine, where, codes, cycle, name, title))
    if code_columns(table):
        found.append(codes_figure(table, positions))
    if classes:
        found.append(accuracy_figure(table, machine))
    for name, answers in read_answers(folder).items():
        found += answer_figures(name, answers)
    if machine and (folder / RAW).exists():
        found += cycle_figures(Waves.read(folder), machine.network.edges)
    if machine:
        found.append(power_figure(table, machine))
    return found


def ends(table: pd.DataFrame) -> tuple[tuple[int, Any], tuple[int, Any]]:
    """Return the first and the last cycle with their codes; the last is that after all steps."""
    codes = table[code_columns(table)].to_numpy(dtype=float)
    cycles = table["cycle"].to_numpy()
    return (int(cycles[0]), codes[0]), (max(int(cycles[-1]) - 1, 0), codes[-1])


def clocked_share(folder: Path, edges: int) -> float:
    """Return which part of the edges is clocked at once: all, or as the run's masks tell."""
    path = folder / MASK
    if not path.is_file():
        return 1.0
    with path.open("rb") as file:
        ones = file.read((edges + 1) * MASKS)
    clocked, lines = ones.count(b"1"), ones.count(b"\n")
    return clocked / (lines * edges) if lines and clocked else 1.0


def _choice(manifest: dict[str, Any], name: str) -> str:
    """Return one choice of the experiment as a text; of a file its name."""
    value = manifest.get("experiment", {}).get(name)
    return "" if value is None else Path(str(value)).name


def _status(manifest: dict[str, Any], followed: bool) -> str:
    """Say what a reader has to know of a run that did not finish."""
    status = str(manifest.get("status", "unknown"))
    if followed:
        return f"Training, for {_choice(manifest, 'cycles')} cycles. This page follows."
    if status == "finished":
        return ""
    if status == "running":
        return "This run is going on, or was killed: spicelearn resume goes on with it."
    return f"This run is {status}: {manifest.get('reason', 'no reason was kept')}"


def sentence(
    manifest: dict[str, Any], table: pd.DataFrame, machine: Machine | None, followed: bool
) -> str:
    """Say what was trained, on what, and how well; one that is ``followed`` is being trained."""
    results = results_of(manifest, table)
    kind = "idealised machine" if _choice(manifest, "plant") == "ideal" else "circuit"
    engine = f" ({results['engine']})" if isinstance(results.get("engine"), str) else ""
    article = "An" if kind[0] in "aeiou" else "A"
    verb = "is being" if followed else "was"
    said = f"{article} {kind} of {len(code_columns(table))} edges{engine} {verb} trained on "
    said += _choice(manifest, "task") or "a task"
    if machine and len(machine.lessons) == 1:
        lesson = machine.lessons[0]
        said += f", {_nodes('input', lesson.inputs)} and {_nodes('output', lesson.outputs)}"
    cycles = int(table["cycle"].iloc[-1])
    if machine and len(machine.lessons) > 1:
        begun = sum(lesson.first <= cycles for lesson in machine.lessons)
        return (
            f"{said}: {begun} lessons of {len(machine.lessons)} in a row, {cycles:,} clock cycles."
        )
    said += f": in {cycles:,} clock cycles its mean squared error fell from "
    said += (
        f"{_number(results['error_initial'])} to {_number(results['error_final'])} V², "
        f"{results['decades']:.2f} decades"
    )
    accuracy = results.get("accuracy_final")
    if isinstance(accuracy, int | float):
        said += (
            f", and {100 * accuracy:.1f} % of the test set are taken for their own class (median "
            "over the last tenth of the measurements)"
        )
    return f"{said}."


def _nodes(role: str, nodes: tuple[int, ...]) -> str:
    many = "s" if len(nodes) > 1 else ""
    return f"{role}{many} at node{many} {', '.join(str(node) for node in nodes)}"


def results_of(manifest: dict[str, Any], table: pd.DataFrame) -> dict[str, Any]:
    """Return the results, those of the table where the manifest has none."""
    kept = manifest.get("results", {})
    computed = record.summary(table["error"].dropna().tolist())
    good = {name: value for name, value in kept.items() if not _is_odd(value)}
    whole = kept.get("cycles") == len(table) - 1  # as many rows as the results are of
    return {**computed, **(good if whole and computed.keys() <= good.keys() else {})}


def _is_odd(value: Any) -> bool:
    """Say whether this is a number with which nothing can be computed."""
    try:
        return isinstance(value, int | float) and not np.isfinite(float(value))
    except OverflowError:
        return True


def facts(manifest: dict[str, Any], table: pd.DataFrame) -> list[Facts]:
    """Return the choices, the results and the versions of a run."""
    experiment = dict(manifest.get("experiment", {}))
    board = experiment.pop("board", None)
    results = {
        name: value
        for name, value in results_of(manifest, table).items()
        if isinstance(value, int | float | str)
    }
    found = [
        Facts("Results", rows(results)),
        stages_facts(manifest),
        Facts("Choices", rows(experiment)),
        Facts("Versions", rows(manifest.get("versions", {}))),
    ]
    if isinstance(board, dict):
        found.append(Facts("Board", rows(board)))
    return [each for each in found if each.rows]


def stages_facts(manifest: dict[str, Any]) -> Facts:
    """Return the stretches of a run in which neither task nor network changed, if there are two."""
    stages = manifest.get("results", {}).get("stages")
    if not isinstance(stages, list) or len(stages) < 2:
        return Facts("Stages", [])
    heads = ["first_cycle", "last_cycle", "task", "cut", "error_initial", "error_final", "decades"]
    known = [stage for stage in stages if isinstance(stage, dict)]
    return Facts("Stages", [[text_of(each.get(name)) for name in heads] for each in known], heads)


def rows(values: dict[str, Any]) -> list[list[str]]:
    """Return a table of names and values."""
    return [[str(name), text_of(value)] for name, value in values.items() if value is not None]


def text_of(value: Any) -> str:
    """Return a value of JSON as a text, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return _number(value)
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: float) -> str:
    """Return a number to four digits."""
    return f"{value:.4g}" if np.isfinite(value) else str(value)
