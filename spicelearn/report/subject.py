"""What a page is about: the machine of a run, its weights and what it was taught."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import SpicelearnError, UsageError
from ..formats.quantity import counted
from ..machine import Machine, View, Weights
from ..machines import machine_named
from ..runs.folder import CYCLES, MANIFEST
from ..tasks.taught import TaughtRun, damaged

LONGEST_WORD = 60  # letters, at most, of a machine's name, a column, a label or a unit
DAMAGES = (KeyError, TypeError, ValueError, OverflowError, UsageError)


@dataclass(frozen=True)
class Subject:
    """Hold a run's weights, and what else its manifest tells, None where it does not tell it."""

    weights: Weights
    run: TaughtRun | None = None
    machine: Machine | None = None
    view: View | None = None

    @property
    def size(self) -> str:
        """Say how many edges there are, or weights, where only these are known."""
        if self.run is None:
            return counted(self.weights.count, self.weights.label)
        return counted(len(self.run.network.edges), "edge")

    @property
    def per_edge(self) -> bool:
        """Say whether every edge has one weight, as far as it is known."""
        return self.run is not None and len(self.run.network.edges) == self.weights.count

    @property
    def kind(self) -> str:
        """Name the plant in a sentence: circuit, idealised model, or machine if it is unknown."""
        if self.machine is None or self.run is None:
            return "machine"
        return self.machine.plants[self.run.experiment["plant"]].title


def subject_of(
    folder: Path, manifest: dict[str, Any], table: pd.DataFrame
) -> tuple[Subject, list[str]]:
    """Return what a manifest and its table of cycles are about, and notes of what is damaged."""
    where = str(folder / MANIFEST)
    try:
        run = TaughtRun.of(manifest, where)
        weights = told_weights(manifest, where)
        check_table(table, weights, folder)
    except UsageError as failure:
        return Subject(guessed_weights(table)), [not_drawn(failure)]
    known = Subject(weights, run)
    try:
        machine = told_machine(run, where)
        known = replace(known, machine=machine)
        return replace(known, view=view_of(machine, run, weights, where)), []
    except SpicelearnError as failure:
        return known, [not_drawn(failure)]


def not_drawn(failure: SpicelearnError) -> str:
    """Return the note that a figure of the network is missing, and why."""
    return f"{failure}. The network is not drawn."


def told_machine(run: TaughtRun, where: str) -> Machine:
    """Return the machine of a run; raise SpicelearnError if its manifest names none that is here.

    ``where`` names the manifest.
    """
    name = run.experiment.get("machine")
    if not isinstance(name, str) or len(name) > LONGEST_WORD:
        raise damaged(where, UsageError("experiment names no machine"))
    machine = machine_named(name)
    if run.experiment.get("plant") not in list(machine.plants):
        raise damaged(where, UsageError(f"experiment names no plant of machine {name}"))
    return machine


def view_of(machine: Machine, run: TaughtRun, weights: Weights, where: str) -> View | None:
    """Return what a run's weights mean, None if its machine does not say.

    Raises UsageError, naming the manifest ``where``, if weights, board or parts do not fit.
    """
    try:
        kind = machine.plants[run.experiment["plant"]]
        constants = kind.constants.with_values(run.experiment["board"])
        own = machine.weights(constants, run.network)
        if own != weights:
            raise UsageError(f"weights, expected {own.expected}")
        return machine.view(run) if machine.view else None
    except DAMAGES as failure:
        raise damaged(where, failure) from None


def told_weights(manifest: dict[str, Any], where: str) -> Weights:
    """Return the weights that a manifest tells; raise UsageError, naming it, if they are none."""
    try:
        weights = Weights(**manifest["weights"])
        words = (weights.column, weights.label, weights.unit)
        if not all(isinstance(word, str) and len(word) <= LONGEST_WORD for word in words):
            raise ValueError("words")
        if not re.fullmatch(r"[A-Za-z]\w*", weights.column, re.ASCII) or not weights.label:
            raise ValueError("names")
        if type(weights.whole) is not bool or type(weights.count) is not int:
            raise ValueError("kinds")
        limits = (weights.low, weights.high)
        if not all(isinstance(limit, int | float) for limit in limits):
            raise ValueError("limits")
        if not -math.inf < float(weights.low) < float(weights.high) < math.inf:
            raise ValueError("limits")
    except DAMAGES:
        raise UsageError(f"{where} is damaged, expected weights as a run writes them") from None
    return weights


def guessed_weights(table: pd.DataFrame) -> Weights:
    """Return weights as a table of cycles has them, where nothing tells what they are."""
    columns = [name for name in map(str, table.columns) if re.fullmatch(r"[a-z]+_[0-9]+", name)]
    column = columns[0].rpartition("_")[0] if columns else "weight"
    count = len(columns_of(table, column))
    values = table[columns_of(table, column)].to_numpy(dtype=float)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    return Weights(
        column=column,
        label="weight",
        unit="",
        low=low,
        high=high if high > low else low + 1,
        whole=bool((values == values.round()).all()),
        count=count,
    )


def columns_of(table: pd.DataFrame, column: str) -> list[str]:
    """Return the columns of a table that hold weights."""
    return [str(name) for name in table.filter(regex=rf"^{re.escape(column)}_[0-9]+$").columns]


def check_table(table: pd.DataFrame, weights: Weights, folder: Path) -> None:
    """Raise UsageError unless a table of cycles holds such weights."""
    columns = columns_of(table, weights.column)
    if len(columns) != weights.count:
        raise UsageError(
            f"{folder / MANIFEST} has {weights.count} {weights.label}s and {CYCLES} has "
            f"{len(columns)}, expected as many"
        )
    if columns != weights.columns:
        raise UsageError(
            f"{folder / CYCLES} has columns {columns[0]} to {columns[-1]}, expected "
            f"{weights.columns[0]} to {weights.columns[-1]}"
        )
    values = table[columns].to_numpy(dtype=float)
    if not ((values >= weights.low) & (values <= weights.high)).all():
        raise UsageError(
            f"{folder / CYCLES} has {weights.label}s beyond {weights.low:g} to {weights.high:g}"
        )
