"""Tasks from TOML files: constant or scheduled voltages, or a data set in CSV."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ..damage import Cut
from ..errors import UsageError
from ..graphfile import is_file
from ..settings import Settings
from .allostery import Allostery, Schedule
from .base import Task
from .dataset import from_table

COMMON = ("name", "summary", "network", "eta", "cycles", "cuts", "inputs", "outputs")
SCHEDULED = (*COMMON, "hold")
DATA = (*COMMON, "evaluate_every", "data")
A_NODE = "a table with a node a line, like 2 = 5.0"
NAME = r"[A-Za-z0-9_.-]{1,60}"


def from_toml(path: Path, seed: int) -> Task:
    """Read a task file; what is in it stands in the README.

    Raises UsageError that names the file and the key, or the data file, line and column.
    """
    file = Settings.read("task", path)
    file.only(DATA if "data" in file.table else SCHEDULED)
    return _data(file, seed) if "data" in file.table else _scheduled(file)


def _scheduled(file: Settings) -> Allostery:
    """Return the task of constant or scheduled voltages."""
    inputs, outputs = _by_node(file, "inputs"), _by_node(file, "outputs")
    _apart(file, inputs, outputs)
    input_V = [_schedule(file, "inputs", *item) for item in inputs.items()]
    target_V = [_schedule(file, "outputs", *item) for item in outputs.items()]
    lengths = sorted({len(schedule) for schedule in (*input_V, *target_V)} - {1})
    if len(lengths) > 1:
        counts = " and of ".join(str(length) for length in lengths)
        raise UsageError(
            f"task {file.path}: schedules of {counts} voltages, expected all of one length"
        )
    return Allostery(
        **_common(file, f"{len(outputs)} outputs from {len(inputs)} inputs"),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        eta=nudge(file, 0.5),
        input_V=tuple(input_V),
        target_V=tuple(target_V),
        hold=file.whole("hold", 100),
    )


def _data(file: Settings, seed: int) -> Task:
    """Return the task of a data set."""
    inputs = _by_node(file, "inputs")
    data = file.sub("data", "a table")
    outputs: dict[int, Any]
    if "label" in data.table:
        nodes = file.listed("outputs", "a list of nodes, as data.label names classes")
        outputs = {_node(file, "outputs", node): None for node in nodes}
        if len(outputs) != len(nodes):
            raise file.wrong("outputs", nodes, "each node once")
    else:
        outputs = _by_node(file, "outputs")
    _apart(file, inputs, outputs)
    common = _common(file, f"the data of {data.text('file')}")
    common["eta"] = nudge(file, 0.1 if "label" in data.table else 0.2)
    return from_table(file, data, inputs, outputs, seed, common)


def _common(file: Settings, summary: str) -> dict[str, Any]:
    """Return what every task has."""
    name = file.text("name", re.sub(r"[^A-Za-z0-9_.-]", "_", file.path.stem)[:60])
    if re.fullmatch(NAME, name) is None:
        raise file.wrong("name", name, "at most 60 letters, digits, '_', '.' and '-'")
    network = file.text("network")
    if is_file(network):
        network = str(file.path.parent / network)
    cuts = file.table.get("cuts", [])
    if not isinstance(cuts, list) or not all(isinstance(text, str) for text in cuts):
        raise file.wrong("cuts", cuts, 'a list like ["3@100"]')
    try:
        parsed = tuple(Cut.parse(text) for text in cuts)
    except UsageError as failure:
        raise UsageError(f"task {file.path}: {failure}") from None
    return {
        "name": name,
        "summary": file.text("summary", summary),
        "network": network,
        "cycles": file.whole("cycles", 1000),
        "cuts": parsed,
        "files": (file.path,),
    }


def nudge(file: Settings, default: float) -> float:
    """Return eta, which is more than 0 and at most 1."""
    eta = file.number("eta", default)
    if not 0 < eta <= 1:
        raise file.wrong("eta", eta, "more than 0 and at most 1")
    return eta


def _by_node(file: Settings, key: str) -> dict[int, Any]:
    """Return what the file says of each input or output."""
    table = file.sub(key, A_NODE).table
    roles = {_node(file, key, node): value for node, value in table.items()}
    if len(roles) != len(table):
        raise file.wrong(key, list(table), "each node once")
    return roles


def _node(file: Settings, key: str, node: Any) -> int:
    """Return a node's number, from a key or from a list."""
    number = str(node) if type(node) is int else node
    if not isinstance(number, str) or re.fullmatch(r"[0-9]{1,9}", number) is None:
        raise file.wrong(key, node, "the number of a node")
    return int(number)


def _apart(file: Settings, inputs: Collection[int], outputs: Collection[int]) -> None:
    """Refuse a node that is both."""
    for node in outputs:
        if node in inputs:
            raise file.wrong("outputs", node, "a node that is not an input as well")


def _schedule(file: Settings, key: str, node: int, volts: Any) -> Schedule:
    """Return the voltages of a node: one, or several in turn."""
    listed = volts if isinstance(volts, list) else [volts]
    if not listed:
        raise file.wrong(f"{key}.{node}", volts, "at least one voltage")
    return tuple(file.finite(f"{key}.{node}", volt) for volt in listed)
