"""Tasks from TOML files: constant or scheduled voltages, or a data set in CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..formats.toml import Settings
from ..network.files import is_file
from ..network.graph import Output, terminals
from ..schedules.cuts import Cut
from .allostery import Allostery, Schedule
from .base import Task
from .dataset import from_table

COMMON = {  # keys, and what each holds
    "name": "name of the task, also in names of folders; the file's own without it",
    "summary": "what the task is, in a line",
    "machine": "the machine that learns, one of `spicelearn machines`; without it that of 2022",
    "network": "a built-in network, or a file (`.csv`, `.graphml`) named from the task file's "
    "folder; needed",
    "eta": "nudge, or learning rate of a gradient: more than 0, at most 1; without it 0.5, with "
    "data 0.2, with classes 0.1",
    "cycles": "number of cycles; without it 1000",
    "record_every": "keep every K-th row of the weights; without it all, of long runs some 20,000 "
    "rows",
    "cuts": 'edges to cut out, like `["3@100"]`: edge 3 from cycle 100 on',
    "inputs": "a table, node = volts, a schedule (a list of volts), or with data the name of a "
    "column; needed",
    "outputs": "a table, node or name of a difference = what is desired, written likewise; a list "
    "of nodes where `data.label` names classes; needed",
    "differences": 'a table, name = the difference of two nodes, like `"0 - 10"`, for `outputs`',
}
SCHEDULED = {
    **COMMON,
    "hold": "cycles for each voltage of the schedules; without it 100; with data, without classes, "
    "for each example; without it 1",
}
DATA = {
    **SCHEDULED,
    "evaluate_every": "with data: cycles between measurements of the test set; without it so many "
    "that measuring takes less than half of the time",
    "data": "a table, the data set: its keys follow",
}
A_NODE = "a table with one node per line, like 2 = 5.0"
DIFFERENCE = 'the difference of two nodes, like "0 - 10"'
NAME = r"[A-Za-z0-9_.-]{1,60}"


def from_toml(path: Path, seed: int) -> Task:
    """Read a task file; the README and ``examples/`` describe its keys.

    Raises UsageError, naming the file and the key, or the data file, line and column.
    """
    file = Settings.read("task", path)
    file.only(DATA if "data" in file.table else SCHEDULED)
    return _data(file, seed) if "data" in file.table else _scheduled(file)


def with_names(table: dict[str, Any], named: Callable[[str], str]) -> dict[str, Any]:
    """Return a task's table, every name of another file in it replaced by what ``named`` returns.

    What is no name stays as it is: only `from_toml` checks the table.
    """
    found = dict(table)
    if is_file(str(found.get("network"))):
        found["network"] = named(str(found["network"]))
    if isinstance(data := found.get("data"), dict):
        files = {key: data[key] for key in ("file", "test_file") if isinstance(data.get(key), str)}
        found["data"] = data | {key: named(name) for key, name in files.items()}
    return found


def _scheduled(file: Settings) -> Allostery:
    """Return the task of constant or scheduled voltages."""
    inputs, outputs = _inputs(file), _outputs(file)
    _apart(file, inputs, outputs)
    input_V = [_schedule(file, "inputs", *item) for item in inputs.items()]
    target_V = [_schedule(file, "outputs", key, volts) for key, volts in outputs.values()]
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
    inputs = _inputs(file)
    data = file.sub("data", "a table")
    outputs: dict[Output, tuple[str, Any]]
    if "label" in data.table:
        nodes = file.listed("outputs", "a list of nodes, as data.label names classes")
        outputs = _by_output(file, {str(node): None for node in nodes}, nodes)
    else:
        outputs = _outputs(file)
    _apart(file, inputs, outputs)
    common = _common(file, f"the data of {data.text('file')}")
    common["eta"] = nudge(file, 0.1 if "label" in data.table else 0.2)
    return from_table(file, data, inputs, outputs, seed, common)


def _common(file: Settings, summary: str) -> dict[str, Any]:
    """Return the fields of every task."""
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
        "machine": file.text("machine") if "machine" in file.table else "",
        "network": network,
        "cycles": file.whole("cycles", 1000),
        "record_every": file.whole("record_every", 1) if "record_every" in file.table else None,
        "cuts": parsed,
        "files": (file.path,),
    }


def nudge(file: Settings, default: float) -> float:
    """Return eta; raise UsageError unless it is more than 0 and at most 1."""
    eta = file.number("eta", default)
    if not 0 < eta <= 1:
        raise file.wrong("eta", eta, "more than 0 and at most 1")
    return eta


def _inputs(file: Settings) -> dict[int, Any]:
    """Return the file's value for each input: a voltage, a schedule or a column."""
    table = file.sub("inputs", A_NODE).table
    roles = {_node(file, "inputs", node): value for node, value in table.items()}
    if len(roles) != len(table):
        raise file.wrong("inputs", list(table), "each node once")
    return roles


def _outputs(file: Settings) -> dict[Output, tuple[str, Any]]:
    """Return the file's value for each output, with its key in the file."""
    table = file.sub("outputs", A_NODE).table
    return _by_output(file, table, list(table))


def _by_output(
    file: Settings, table: dict[str, Any], listed: list[Any]
) -> dict[Output, tuple[str, Any]]:
    """Return keys and values by output: a key is a node or names a difference of two."""
    names = _differences(file)
    keys = [
        names[key] if isinstance(key, str) and key in names else _node(file, "outputs", key)
        for key in listed
    ]
    if len(set(keys)) != len(keys):
        raise file.wrong("outputs", listed, "each node once")
    return {output: (str(key), table[str(key)]) for output, key in zip(keys, listed, strict=True)}


def _differences(file: Settings) -> dict[Any, tuple[int, int]]:
    """Return the nodes of the file's differences, by their names."""
    if "differences" not in file.table:
        return {}
    found = {}
    listed = file.sub("differences", f"a table, each line {DIFFERENCE}").table
    for name, said in listed.items():
        match = re.fullmatch(r"\s*([0-9]{1,9})\s*-\s*([0-9]{1,9})\s*", str(said))
        if match is None or int(match[1]) == int(match[2]):
            raise file.wrong(f"differences.{name}", said, DIFFERENCE)
        found[name] = (int(match[1]), int(match[2]))
    unused = [name for name in found if name not in file.table.get("outputs", ())]
    if unused:
        name = f"differences.{unused[0]}"
        raise file.wrong(name, listed[unused[0]], f"outputs to say what is desired of {unused[0]}")
    return found


def _node(file: Settings, key: str, node: Any) -> int:
    """Return a node's number, from a key or from a list."""
    number = str(node) if type(node) is int else node
    if not isinstance(number, str) or re.fullmatch(r"[0-9]{1,9}", number) is None:
        raise file.wrong(key, node, "the number of a node")
    return int(number)


def _apart(file: Settings, inputs: Collection[int], outputs: Collection[Output]) -> None:
    """Raise UsageError for a node that is both input and output."""
    for node in terminals(list(outputs)):
        if node in inputs:
            raise file.wrong("outputs", node, "a node that is not an input as well")


def _schedule(file: Settings, key: str, node: int | str, volts: Any) -> Schedule:
    """Return the schedule of a node, V."""
    listed = volts if isinstance(volts, list) else [volts]
    if not listed:
        raise file.wrong(f"{key}.{node}", volts, "at least one voltage")
    return tuple(file.finite(f"{key}.{node}", volt) for volt in listed)
