"""The kinds of task that can be begun: which columns, which scales, what can be learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UsageError
from ..formats.toml import quoted
from ..machine import Machine, Outline
from ..plant import Floats
from ..tasks.dataset import FEWEST_ROWS, TEST_SHARE
from .columns import Column, Columns
from .draft import Draft

MOST_STAGES = 50  # rows of a table that is written as schedules
HOLD = 200  # cycles for each of them
FEW_ROWS = 20  # of which cross-validation tells little


@dataclass(frozen=True)
class Asked:
    """Hold what was asked for: the names of columns, the machine and its network, None if not."""

    path: Path
    machine: Machine
    outline: Outline
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    label: str | None = None
    network: str | None = None

    def draft(self, kind: str, **choices: Any) -> Draft:
        """Return a draft for this machine, on the network asked for or one with enough nodes."""
        outline = self.outline
        inputs, desired = choices["inputs"], choices["desired"]
        terminals = len(desired) * (2 if choices.get("differences") else 1)
        network = self.network or outline.network(len(inputs), terminals)
        choices = {"cycles": outline.cycles, **choices}
        return Draft(self.machine.name, network, outline.eta[kind], **choices)

    @property
    def rails(self) -> list[float]:
        """Return the voltages of the constant nodes."""
        return [0.0, self.outline.high_V] if self.outline.rails else []


@dataclass(frozen=True)
class Proposal:
    """Hold a draft, the columns that it takes, and sentences on what can be learned of them.

    ``learnable`` is None where rows are too few to tell.
    """

    draft: Draft
    columns: Columns
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    told: tuple[str, ...]
    learnable: bool | None


def regression(asked: Asked) -> Proposal:
    """Propose outputs that are functions of the inputs."""
    columns = Columns.read(asked.path)
    refuse(asked.label, "--label", "a regression has columns of numbers, --outputs")
    given = set(asked.inputs)
    outputs = asked.outputs or tuple(columns.left([*given])[-1:])
    inputs = asked.inputs or tuple(columns.left(outputs))
    apart(asked, columns, inputs, outputs, "two columns of numbers, an input and an output")
    x, y = columns.varying(inputs), columns.varying(outputs)
    enough(columns)
    from .learnable import node_scale, reach_of  # noqa: PLC0415 - slow to import

    outline = asked.outline
    volts = scaled(x, outline.high_V)
    reaches = [reach_of(column.name, volts, known(column)) for column in y]
    nodes = outline.nodes and not any(reach.falls for reach in reaches)
    if nodes:
        scale = node_scale(volts, [known(column) for column in y], outline.high_V)
    else:
        half = outline.difference_V / 2
        scale = (-half, half)
    draft = asked.draft(
        "regression",
        inputs=[*inputs, *asked.rails],
        desired=outputs,
        differences=not nodes,
        data={"test": TEST_SHARE, "scale": [0.0, outline.high_V], "target_scale": list(scale)},
    )
    note = few(columns)
    told = [physics(outline, nodes), *note, *columns.spoilt()]
    for reach in reaches:
        told += explained(reach, outline, "of the variance of", not note)
    return Proposal(
        draft,
        columns,
        inputs,
        outputs,
        tuple(told),
        None if note else all(learned(each, outline) for each in reaches),
    )


def classification(asked: Asked) -> Proposal:
    """Propose outputs that tell classes apart."""
    columns = Columns.read(asked.path)
    refuse(asked.outputs, "--outputs", "a classification has one column of classes, --label")
    label = asked.label or label_of(columns, asked.inputs)
    inputs = asked.inputs or tuple(columns.left([label]))
    apart(asked, columns, inputs, (label,), "a column of classes and one of numbers")
    x = columns.varying(inputs)
    columns.named(label)
    enough(columns)
    cells = columns.table.texts(label)
    classes, sizes = (each.tolist() for each in np.unique(cells, return_counts=True))
    if len(classes) < 2 or min(sizes) < FEWEST_ROWS:
        least = classes[int(np.argmin(sizes))]
        raise UsageError(
            f"{asked.path}, column {label!r} has {len(classes)} classes, {least!r} in "
            f"{min(sizes)} rows, expected two at least, each in {FEWEST_ROWS} rows or more: name "
            "another column with --label"
        )
    from .learnable import in_order, reach_of_classes  # noqa: PLC0415 - slow to import

    outline = asked.outline
    reach = reach_of_classes(label, scaled(x, outline.high_V), cells)
    share = max(TEST_SHARE, len(classes) / columns.rows)
    data: dict[str, Any] = {"label": label, "scale": [0.0, outline.high_V]}
    data["test"] = round(min(share, 0.5), 3)
    answers = 1
    if outline.classes == "responses":
        answers = min(3, len(classes))
    elif outline.classes == "targets":
        half = outline.difference_V / 2
        volts = np.linspace(-half, half, len(classes))
        ordered = in_order(scaled(x, outline.high_V), cells)
        data["targets"] = dict(zip(ordered, volts.round(6).tolist(), strict=True))
    else:
        if len(classes) != 2:
            raise UsageError(
                f"{asked.path}, column {label!r} has {len(classes)} classes, expected 2 on machine "
                f"{asked.machine.name}: name another column with --label, or another machine"
            )
        data["separate"] = True
    draft = asked.draft(
        "classification",
        inputs=[*inputs, *asked.rails],
        desired=[None] * answers,
        differences=not outline.nodes,
        data=data,
    )
    names = ", ".join(quoted(str(name)) for name in classes[:8])
    more = f" and {len(classes) - 8} more" if len(classes) > 8 else ""
    note = few(columns)
    told = [f"{len(classes)} classes: {names}{more}. {TELLING[outline.classes]}", *note]
    told += columns.spoilt()
    told += explained(reach, outline, "of what the most frequent class leaves of", not note)
    learnable = None if note else learned(reach, outline)
    return Proposal(draft, columns, inputs, (label,), tuple(told), learnable)


def allostery(asked: Asked) -> Proposal:
    """Propose constant voltages: a table of one row, or schedules: one stage per row."""
    columns = Columns.read(asked.path)
    refuse(asked.label, "--label", "an allostery has columns of volts, --outputs")
    numbers = [name for name, each in columns.by_name.items() if each.numbers is not None]
    outputs = asked.outputs or tuple(name for name in numbers if name not in asked.inputs)[-1:]
    inputs = asked.inputs or tuple(name for name in numbers if name not in outputs)
    apart(asked, columns, inputs, outputs, "two columns of volts, an input and an output")
    for name in (*inputs, *outputs):
        columns.named(name)
    if columns.rows > MOST_STAGES:
        raise UsageError(
            f"{asked.path} has {columns.rows} rows, expected at most {MOST_STAGES}, which follow "
            "each other as stages: spicelearn new regression takes more"
        )
    x, y = (
        np.stack([columns.table.numbers(name) for name in names]) for names in (inputs, outputs)
    )
    high, told = asked.outline.high_V, []
    least, most = min(x.min(), y.min()), max(x.max(), y.max())
    if least < 0 or most > high:
        if not 0 < most - least < np.inf:
            raise UsageError(
                f"{asked.path} has voltages from {least:g} to {most:g}, expected values that "
                f"differ, and a span that can be scaled to 0 to {high:g} V"
            )
        shift, gain = least, high / (most - least)
        x, y = (x - shift) * gain, (y - shift) * gain
        told.append(
            f"All voltages are scaled alike, {least:g} to {most:g} of the table to 0 to {high:g} "
            "V: weighted means stay what they are."
        )
    beyond = (y < x.min(axis=0)) | (y > x.max(axis=0))
    rails = asked.rails if beyond.any() else []
    if rails:
        stage = int(np.argmax(beyond.any(axis=0)))
        told.append(
            f"Row {stage + 1} desires a voltage beyond its inputs, which no passive network "
            f"has: nodes at {' and '.join(f'{volts:g} V' for volts in rails)} are held beside them."
        )
    left = [0.0, high] if rails else [float(x.min()), float(x.max())]
    told.append(
        f"What is desired, {y.min():.3g} to {y.max():.3g} V, lies within what is applied, "
        f"{left[0]:.3g} to {left[1]:.3g} V."
    )
    one = columns.rows == 1
    held, wanted = (
        [levels[0] if one else levels for levels in rows.round(6).tolist()] for rows in (x, y)
    )
    draft = asked.draft(
        "allostery",
        inputs=[*held, *rails],
        desired=wanted,
        cycles=1000 if one else 2 * HOLD * columns.rows,
        hold=None if one else HOLD,
    )
    return Proposal(draft, columns, inputs, outputs, tuple(told), learnable=True)


KINDS = {"regression": regression, "classification": classification, "allostery": allostery}
TELLING = {
    "responses": "What is desired of a class is the response to its mean example, measured anew in "
    "every epoch; outputs are linear in the inputs.",
    "targets": "Each class has its own target, a difference of two nodes, in the order in which "
    "classes lie along the line that parts them best.",
    "threshold": "Both are told apart by one threshold on the output.",
}


def physics(outline: Outline, nodes: bool) -> str:
    """Say what an output can be."""
    if nodes:
        return (
            "An output is a weighted mean of the inputs and of the nodes at 0 and "
            f"{outline.high_V:g} V: weights are 0 or more and sum to 1."
        )
    if outline.linear:
        return (
            "An output is the difference of two nodes, each a weighted mean of the inputs: single "
            "nodes cannot fall as an input rises."
        )
    return "An output is the difference of two nodes of a nonlinear network; it may be a curve."


def explained(reach: Any, outline: Outline, of: str, many: bool) -> list[str]:
    """Say how much of a column functions of the inputs explain; of ``many`` rows what it means."""
    name = quoted(reach.name)
    line = f"A linear function of the inputs explains {reach.line:.0%} {of} {name}"
    if reach.falls:
        line += f", one that rises with every input {reach.mean:.0%}"
    told = [f"{line}, a random forest, which takes any curve, {reach.curve:.0%}."]
    if not many:
        return told
    if not learned(reach, outline):
        what = "a linear network" if outline.linear else "any network"
        told.append(f"So {name} cannot be learned from these columns by {what}.")
    if outline.linear and reach.bends:
        told.append(
            f"{name} is no linear function of the inputs: try a machine whose network is not "
            "linear, with --machine (spicelearn machines lists them)."
        )
    return told


def learned(reach: Any, outline: Outline) -> bool:
    """Return whether the machine's network can learn some of a column."""
    from .learnable import HARDLY  # noqa: PLC0415 - slow to import

    return bool(max(reach.line, 0.0 if outline.linear else reach.curve) >= HARDLY)


def few(columns: Columns) -> list[str]:
    """Say that rows are few, if they are."""
    if columns.rows >= FEW_ROWS:
        return []
    return [f"With {columns.rows} rows the shares below mean little."]


def scaled(columns: Sequence[Column], high_V: float) -> Floats:
    """Return columns scaled to 0..high_V, shape (rows, columns), V."""
    every = [known(column) for column in columns]
    return np.column_stack([high_V * (some - some.min()) / np.ptp(some) for some in every])


def known(column: Column) -> Floats:
    """Return the numbers of a column that was found to have them."""
    assert column.numbers is not None
    return column.numbers


def label_of(columns: Columns, inputs: tuple[str, ...]) -> str:
    """Return the column that most likely names the class: the last with few texts, or the last."""
    names = [name for name in columns.by_name if name not in inputs]
    texts = [name for name in names if columns.by_name[name].numbers is None]
    few_texts = [name for name in texts if columns.by_name[name].different <= columns.rows / 2]
    return (few_texts or names or list(columns.by_name))[-1]


def enough(columns: Columns) -> None:
    """Refuse a table that cannot be divided into training and test."""
    if columns.rows < FEWEST_ROWS:
        raise UsageError(
            f"{columns.path} has one row, expected at least {FEWEST_ROWS}: to train and to test"
        )


def apart(
    asked: Asked, columns: Columns, inputs: Sequence[str], outputs: Sequence[str], expected: str
) -> None:
    """Refuse no inputs, no outputs, and a column that is both, or twice."""
    every = [*inputs, *outputs]
    if not inputs or not outputs:
        found = "; ".join(f"{name!r}: {each}" for name, each in columns.by_name.items())
        raise UsageError(f"{asked.path} has the columns {found}, expected {expected}")
    twice = next((name for name in every if every.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"column {twice!r} is named twice, expected each as one input or output")


def refuse(value: object, option: str, expected: str) -> None:
    """Refuse an option that this kind of task has no use for."""
    if value:
        raise UsageError(f"{option} is of no use here: {expected}")
