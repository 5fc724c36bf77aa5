"""A task file in the making: what it holds, and its text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..formats.toml import literal, quoted
from ..network.files import is_file
from ..network.graph import Network, Output, label, terminals


def beside(path: Path, task: Path) -> Path:
    """Return the path of a file from the folder of a task file."""
    return Path(os.path.relpath(path.resolve(), task.parent.resolve()))


@dataclass(frozen=True)
class Draft:
    """Hold what a task file is to say, but for the nodes.

    ``inputs`` are what each input holds, a column's name, a voltage or a schedule; ``desired`` what
    is desired of each output likewise, None where classes tell it. With ``differences`` an output
    is that of two nodes. ``data`` is the table ``[data]`` but for its file, empty if there is none.
    """

    machine: str
    network: str
    eta: float
    cycles: int
    inputs: Sequence[Any]
    desired: Sequence[Any]
    differences: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    hold: int | None = None

    @property
    def nodes(self) -> int:
        """Return how many nodes have a role."""
        return len(self.inputs) + len(self.desired) * (2 if self.differences else 1)

    def beside(self, task: Path) -> Draft:
        """Return the draft with its network, if it is a file, named from a task file's folder."""
        if not is_file(self.network):
            return self
        return replace(self, network=beside(Path(self.network), task).as_posix())

    def drawn(self, network: Network, seed: int) -> Roles:
        """Return the nodes of inputs and outputs, drawn from a seed."""
        nodes = np.random.default_rng([seed, 0x0DE5]).permutation(network.nodes)[: self.nodes]
        chosen = [int(node) for node in nodes]
        rest = chosen[len(self.inputs) :]
        outputs: list[Output] = [*rest]
        if self.differences:
            outputs = list(zip(rest[::2], rest[1::2], strict=True))
        return Roles(tuple(chosen[: len(self.inputs)]), tuple(outputs))

    def text(self, roles: Roles, file: Path, notes: Sequence[str] = ()) -> str:
        """Return the TOML of a task file: ``notes``, then all choices, with the table ``file``."""
        names = [f"O{place + 1}" for place in range(len(self.desired))]
        keys = names if self.differences else [str(node) for node in roles.outputs]
        lines = [
            *(f"# {note}".rstrip() for note in notes),
            *([""] if notes else []),
            f"machine = {quoted(self.machine)}",
            f"network = {quoted(self.network)}  # {self.nodes} of its nodes have a role",
            f"eta = {self.eta:g}  # the nudge, more than 0, at most 1",
            f"cycles = {self.cycles}",
        ]
        if self.hold is not None:
            lines.append(f"hold = {self.hold}  # cycles for each row of the table")
        if None in self.desired:
            listed = [f'"{key}"' if self.differences else key for key in keys]
            lines.append(f"outputs = [{', '.join(listed)}]")
        if self.differences:
            lines += ["", "[differences]  # an output that is the first node minus the second"]
            pairs = [f'"{label(pair).replace("-", " - ")}"' for pair in roles.outputs]
            lines += [f"{name} = {pair}" for name, pair in zip(names, pairs, strict=True)]
        if self.data:
            lines += self._data(file)
        lines += ["", "[inputs]  # node = column, or volts"]
        lines += [
            f"{node} = {literal(held)}"
            for node, held in zip(roles.inputs, self.inputs, strict=True)
        ]
        if None not in self.desired:
            lines += ["", "[outputs]  # what is desired"]
            lines += [
                f"{key} = {literal(held)}" for key, held in zip(keys, self.desired, strict=True)
            ]
        return "\n".join(lines) + "\n"

    def _data(self, file: Path) -> list[str]:
        """Return the lines of the table ``[data]``."""
        lines = ["", "[data]", f"file = {quoted(file.as_posix())}"]
        tables = {key: held for key, held in self.data.items() if isinstance(held, dict)}
        for key, held in self.data.items():
            if key not in tables:
                remark = REMARKS.get(key, "")
                lines.append(f"{key} = {literal(held)}{f'  # {remark}' if remark else ''}")
        for key, held in tables.items():
            lines += ["", f"[data.{key}]  # V"]
            lines += [f"{quoted(name)} = {literal(volts)}" for name, volts in held.items()]
        return lines


REMARKS = {
    "label": "the column that names the class",
    "test": "share of the rows that is held back for the test",
    "scale": "V: the extremes of every input's column",
    "target_scale": "V: the extremes of what is desired",
    "separate": "two classes, told apart by one threshold on the output",
}


@dataclass(frozen=True)
class Roles:
    """Hold the nodes of the inputs and those of the outputs."""

    inputs: tuple[int, ...]
    outputs: tuple[Output, ...]

    def __str__(self) -> str:
        """Return a list of all nodes."""
        return ", ".join(map(str, (*self.inputs, *terminals(self.outputs))))
