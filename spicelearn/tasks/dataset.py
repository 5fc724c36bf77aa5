"""Data sets: from CSV columns to voltages or classes, split into training and test set."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from ..errors import UsageError
from ..formats.csv_table import Table, read_table
from ..formats.toml import Settings
from ..network.graph import Output
from ..plant import Floats, Ints
from .base import Source, Task
from .classification import Classification
from .regression import Regression
from .separation import Separation

TEST_SHARE = 0.2  # of the rows, by default
TESTS_PER_CYCLE = 0.8  # test examples measured per cycle, by default: under half of the time
OF_A_CLASS = "a table with one class per line, like yes = 0.02, or = [0.02, 0.0]"
LEAST_V = 0.05  # V, least gap between two classes that are told apart by a threshold
FEWEST_ROWS = 2  # of a data file, and of a class: one to train and one to test
KEYS = {  # of the table, and what each holds
    "file": "CSV with a line of column names, named from the task file's folder; needed",
    "test": f"rows held back for the test: how many, or a share of them; without it {TEST_SHARE}",
    "test_file": "a second CSV, the test set, instead of `test`",
    "label": "the column that names the class of a row; without it the task is a regression",
    "targets": "a table, class = desired volts (a list for several outputs, `nan` for one that the "
    "class does not teach); without it the responses to the mean example of each class, measured "
    "anew every epoch",
    "hinge": "with `targets`, true: an output may lie beyond the highest and the lowest of its "
    "targets; without it false",
    "scale": "the volts to which the extremes of every input's column are scaled, like `[0, 5]`; "
    "without it a column holds volts",
    "target_scale": "the same for the columns of outputs",
    "separate": "true: two classes told apart by one threshold on one output; without it false",
    "margin": "with `separate`: least gap between the classes, as a share of the outputs' range; "
    "without it 0",
    "in_order": "true: examples come in the order of the rows, without classes; without it false",
}


def from_table(
    file: Settings,
    data: Settings,
    inputs: Mapping[int, Any],
    outputs: Mapping[Output, tuple[str, Any]],
    seed: int,
    common: dict[str, Any],
) -> Task:
    """Return the task of a task file's table ``[data]``.

    ``inputs`` gives each input's column or constant voltage, ``outputs`` each output's key in the
    file and its column, None if the table has classes. ``common`` holds the fields of every task.
    Raises UsageError, naming file and key, or the data file, line and column.
    """
    data.only(KEYS)
    tables = _tables(data)
    scaled = [Scaling(data, "scale"), Scaling(data, "target_scale")]
    input_V = [_volts(file, "inputs", tables, item, scaled[0]) for item in inputs.items()]
    rows = [np.column_stack([volts[part] for volts in input_V]) for part in range(len(tables))]
    labelled = "label" in data.table
    if "targets" in data.table and not labelled:
        raise data.wrong("targets", data.table["targets"], "data.label beside it")
    desired: list[Any]
    target_V: list[list[Floats]] = []
    if labelled:
        if "target_scale" in data.table:
            raise data.wrong("target_scale", data.table["target_scale"], "none beside data.label")
        classes, desired = _classes(data, tables)
        targets = _targets(data, classes, len(outputs)) if "targets" in data.table else None
    else:
        target_V = [_volts(file, "outputs", tables, item, scaled[1]) for item in outputs.values()]
        desired = [
            np.column_stack([volts[part] for volts in target_V]) for part in range(len(rows))
        ]
    separate = data.table.get("separate", False)
    if type(separate) is not bool or (separate and not labelled):
        raise data.wrong("separate", separate, "true or false, and data.label beside it")
    hinge = data.table.get("hinge", False)
    if type(hinge) is not bool or (hinge and (separate or "targets" not in data.table)):
        raise data.wrong("hinge", hinge, "true or false, and data.targets, not data.separate")
    order = _order(file, data, labelled)
    if "margin" in data.table and not separate:
        raise data.wrong("margin", data.table["margin"], "data.separate beside it")
    if separate and len(tables) == 1 and "test" not in data.table:
        training = test = rows[0], desired[0]
    else:
        training, test = _split(data, tables, rows, desired, labelled, seed)
    choices: dict[str, Any] = {
        **common,
        "sources": tuple(_sources(data, tables, input_V, inputs, target_V, outputs)),
        "files": (*common["files"], *(table.path for table in tables)),
        "inputs": tuple(inputs),
        "outputs": tuple(outputs),
        "evaluate_every": file.whole(
            "evaluate_every",
            -(-len(test[0]) // len(training[0]))  # a cycle applies all examples
            if separate
            else int(np.ceil(len(test[0]) / TESTS_PER_CYCLE / 25) * 25),
        ),
        "training": training,
        "test": test,
    }
    if separate:
        return _separation(data, choices, classes)
    if labelled:
        return Classification(**choices, seed=seed, classes=classes, targets=targets, hinge=hinge)
    return Regression(**choices, seed=seed, **order)


def _order(file: Settings, data: Settings, labelled: bool) -> dict[str, Any]:
    """Return whether rows come in their order, and for how many cycles each, of a regression."""
    for key, where in (("hold", file), ("in_order", data)):
        if key in where.table and labelled:
            raise where.wrong(key, where.table[key], "none beside data.label")
    in_order = data.table.get("in_order", False)
    if type(in_order) is not bool:
        raise data.wrong("in_order", in_order, "true or false")
    return {"in_order": in_order, "hold": file.whole("hold", 1)}


def _separation(data: Settings, choices: dict[str, Any], classes: tuple[str, ...]) -> Separation:
    """Return the task of two classes that are told apart by one threshold on one output."""
    if len(classes) != 2:
        raise data.wrong("separate", True, f"two classes, not {len(classes)}")
    if len(choices["outputs"]) != 1:
        raise data.wrong("separate", True, f"one output, not {len(choices['outputs'])}")
    margin = data.number("margin", 0.0)
    if not 0 <= margin < 1:
        raise data.wrong("margin", margin, "a share of the outputs' range, 0 to less than 1")
    names = classes[0], classes[1]
    return Separation(**choices, classes=names, margin=margin, least_V=LEAST_V)


def _tables(data: Settings) -> list[Table]:
    """Return the one data table, or that of training and that of test."""
    if "test_file" in data.table and "test" in data.table:
        raise data.wrong("test", data.table["test"], "either this or data.test_file")
    names = [data.text(key) for key in ("file", "test_file") if key in data.table or key == "file"]
    tables = [read_table(data.path.parent / name) for name in names]
    if len(tables[0].lines) < FEWEST_ROWS:
        raise UsageError(
            f"{tables[0].path}, line {tables[0].lines[0]} is the only row, "
            f"expected at least {FEWEST_ROWS}"
        )
    return tables


class Scaling:
    """Scale columns to volts: from their extremes, over all rows, to the two that a key gives."""

    def __init__(self, data: Settings, key: str) -> None:
        self._span: tuple[float, float] | None = None
        if key in data.table:
            ends = data.listed(key, "the two voltages of a column's extremes, like [0, 5]")
            low, high = (data.finite(key, end) for end in (ends * 2)[:2])
            if len(ends) != 2 or low >= high:
                raise data.wrong(key, ends, "two voltages, the lower one first")
            self._span = low, high

    def volts(self, tables: list[Table], name: str) -> list[Floats]:
        """Return a column of each table, V; without a scale its numbers are volts."""
        columns = [table.numbers(name) for table in tables]
        if self._span is None:
            return columns
        every = np.concatenate(columns)
        least, most = float(every.min()), float(every.max())
        if most - least > 1e300:
            raise UsageError(
                f"{tables[0].path}, column {name!r} goes from {least:g} to {most:g}, "
                "expected a span that can be scaled"
            )
        if least == most:
            raise UsageError(
                f"{tables[0].path}, column {name!r} is {least:g} in every row, "
                "expected values that differ, to scale them"
            )
        low, high = self._span
        shares = [(column - least) / (most - least) for column in columns]
        return [np.clip(low + (high - low) * share, low, high) for share in shares]  # rounding


def _sources(
    data: Settings,
    tables: list[Table],
    input_V: list[list[Floats]],
    inputs: Mapping[int, Any],
    target_V: list[list[Floats]],
    outputs: Mapping[Output, tuple[str, Any]],
) -> Iterator[Source]:
    """Yield the extremes of every column that is used, V, with the key that scales it."""
    held = [(volts, name, "scale") for volts, name in zip(input_V, inputs.values(), strict=True)]
    wanted = zip(target_V, outputs.values(), strict=False)
    held += [(volts, name, "target_scale") for volts, (_, name) in wanted]
    for volts, name, key in held:
        if isinstance(name, str):
            every = np.concatenate(volts)
            what = f"column {name!r} of {tables[0].path}"
            yield Source(float(every.min()), float(every.max()), what, f"{data.inside}{key}")


def _volts(
    file: Settings, key: str, tables: list[Table], item: tuple[int | str, Any], scaling: Scaling
) -> list[Floats]:
    """Return the voltage of one node in each row of each table, V."""
    node, said = item
    if isinstance(said, str):
        return scaling.volts(tables, said)
    if key == "outputs":
        raise file.wrong(f"{key}.{node}", said, "the name of a column")
    volts = file.finite(f"{key}.{node}", said)
    return [np.full(len(table.lines), volts) for table in tables]


def _classes(data: Settings, tables: list[Table]) -> tuple[tuple[str, ...], list[Ints]]:
    """Return the classes, in the order of their names, and the class of every row."""
    name = data.text("label")
    labels = [table.texts(name) for table in tables]
    classes = sorted(set(labels[0]))
    if len(classes) < 2:
        raise UsageError(
            f"{tables[0].path}, column {name!r} has the class {classes[0]!r} only, "
            "expected at least two classes"
        )
    for table, column in zip(tables[1:], labels[1:], strict=True):
        for line, label in zip(table.lines, column, strict=True):
            if label not in classes:
                raise table.wrong(line, name, label, f"a class of {tables[0].path}")
    place = {label: number for number, label in enumerate(classes)}
    return tuple(classes), [np.array([place[label] for label in column]) for column in labels]


def _targets(data: Settings, classes: tuple[str, ...], outputs: int) -> Floats:
    """Return what is desired of the outputs for every class, V, shape (classes, outputs).

    It is NaN of an output that a class does not teach.
    """
    table = data.sub("targets", OF_A_CLASS)
    table.only(classes, "class")
    rows = []
    for name in classes:
        said = table.table.get(name)
        volts = said if isinstance(said, list) else [said]
        if said is None or len(volts) != outputs:
            raise table.wrong(name, said, f"{outputs} voltages, one per output")
        rows.append([math.nan if untaught(volt) else table.finite(name, volt) for volt in volts])
    desired = np.array(rows, dtype=np.float64)
    idle = np.flatnonzero(np.isnan(desired).all(axis=0))
    if len(idle):
        raise data.wrong("targets", table.table, f"a class that teaches output {idle[0] + 1}")
    for one, other in combinations(desired, 2):
        if not np.nan_to_num(one - other).any():
            raise data.wrong("targets", table.table, "another target for every class")
    return desired


def untaught(volt: Any) -> bool:
    """Say whether the target of an output is `nan`: the class does not teach it."""
    return isinstance(volt, float) and math.isnan(volt)


def _split(
    data: Settings,
    tables: list[Table],
    rows: list[Floats],
    desired: list[Any],
    labelled: bool,
    seed: int,
) -> tuple[tuple[Floats, Any], tuple[Floats, Any]]:
    """Return training and test examples: those of two files, or one file's, split at random.

    Every class has a like share in the test set, and at least one row in the training set.
    """
    if len(tables) == 2:
        return (rows[0], desired[0]), (rows[1], desired[1])
    (inputs,), (targets,) = rows, desired
    tested = _tested(data, len(inputs))
    if labelled:
        _, sizes = np.unique(targets, return_counts=True)
        if sizes.min() < FEWEST_ROWS:
            lone = int(np.flatnonzero(targets == sizes.argmin())[0])
            label = data.text("label")
            cell = tables[0].columns[label][lone]
            expected = f"a class of at least {FEWEST_ROWS} rows, one to train and one to test"
            raise tables[0].wrong(tables[0].lines[lone], label, cell, expected)
        if not len(sizes) <= tested <= len(inputs) - len(sizes):
            raise data.wrong(
                "test",
                data.table.get("test", TEST_SHARE),
                f"{len(sizes)} to {len(inputs) - len(sizes)} of the {len(inputs)} rows: of every "
                "class one to train and one to test",
            )
    from sklearn.model_selection import train_test_split  # noqa: PLC0415 - slow to load

    places = train_test_split(
        np.arange(len(inputs)),
        test_size=tested,
        random_state=seed % 2**32,
        stratify=targets if labelled else None,
    )
    first, second = (np.sort(some) for some in places)
    if labelled and len(np.unique(targets[first])) < len(np.unique(targets)):
        raise data.wrong("test", data.table.get("test", TEST_SHARE), "fewer, a class has none left")
    return (inputs[first], targets[first]), (inputs[second], targets[second])


def _tested(data: Settings, rows: int) -> int:
    """Return the number of test rows: ``data.test`` is a number or a share of them."""
    said = data.table.get("test", TEST_SHARE)
    number = data.finite("test", said)
    if isinstance(said, float) and 0 < number < 1:
        return min(max(1, round(number * rows)), rows - 1)
    if not isinstance(said, int) or not 1 <= number <= rows - 1:
        raise data.wrong(
            "test", said, f"a share between 0 and 1, or 1 to {rows - 1} of the {rows} rows"
        )
    return int(number)
