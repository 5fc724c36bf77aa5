"""An experiment's machine as a file, in one of the machine's forms: decks for plain ngspice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UsageError, nearest
from ..experiment import Experiment, names_file
from ..machine import Form
from ..plant import Floats, Ints
from ..schedules import nudges, rules
from ..schedules.clocks import SYNCHRONOUS
from .folder import CYCLES, read_manifest
from .inputs import opened
from .record import read_cycles


def form_of(experiment: Experiment, name: str) -> Form:
    """Return a form of the machine; raise UsageError for an unknown name."""
    forms = experiment.apparatus.forms
    if name not in forms:
        raise UsageError(
            f"no form {name!r}{nearest(name, forms)}, expected {' or '.join(forms) or 'none'}"
        )
    return forms[name]


def learned(folder: Path, experiment: Experiment) -> Ints | Floats:
    """Return the last weights that a run recorded, shape (P,), for a deck of this experiment.

    Raises UsageError if there is no run, or if it had another machine, network or seed, or the same
    plant with another board.
    """
    run = opened(folder, read_manifest(folder))
    for name in ("machine", "network", "seed"):
        found, expected = getattr(run, name), getattr(experiment, name)
        files = name == "network" and names_file(name, found) and names_file(name, expected)
        if found != expected and not (files and run.graph.edges == experiment.graph.edges):
            raise UsageError(
                f"{folder} was run with {name} = {found!r}, expected {expected!r} for these weights"
            )
    if run.plant == experiment.plant and run.board != experiment.board:
        raise UsageError(f"{folder} was run with another board, expected its own for these weights")
    table, _ = read_cycles(folder)
    columns = experiment.weights.columns
    if table.empty or not set(columns) <= set(table.columns):
        raise UsageError(
            f"{folder / CYCLES} has no row of {experiment.weights.expected}, expected a run that "
            "recorded some"
        )
    kind = np.int64 if experiment.weights.whole else np.float64
    weights: Ints | Floats = table[columns].to_numpy()[-1].astype(kind)
    experiment.weights.check(weights, f"{folder / CYCLES}: last row")
    return weights


def deck_text(
    experiment: Experiment,
    name: str,
    weights: Ints | Floats | None = None,
    simulator: str | None = None,
) -> str:
    """Return the file of an experiment in a form, with these weights or those of power-on.

    A deck is for ngspice, or for another ``simulator``, ltspice or xyce. Raises UsageError for an
    unknown form, for a plant without a circuit, for choices that the form would ignore, and for a
    deck that the simulator cannot take.
    """
    form = form_of(experiment, name)
    circuits = " or ".join(map(repr, experiment.apparatus.circuits))
    if not experiment.kind.is_circuit:
        raise UsageError(f"plant = {experiment.plant!r}, expected {circuits} for a deck by itself")
    only: dict[str, Any] = {"waves": None, "nudge": nudges.POSITIVE, "rule": rules.ORDINARY}
    for choice, value in (("probability", 1), ("clock", SYNCHRONOUS), ("seed", 0)):
        if choice in form.unused:
            only[choice] = value
    for choice, value in only.items():
        if (chosen := getattr(experiment, choice)) != value:
            raise UsageError(f"{choice} = {chosen!r}, expected {value!r} with --form {name}")
    setup = experiment.setup(experiment.lesson)
    if weights is not None:
        setup = replace(setup, state=replace(setup.state, weights=weights))
    text = form.make(setup)
    if simulator is None:
        return text
    from ..spice.dialects import translated  # noqa: PLC0415 - slow to import

    return translated(text, simulator)


def schematic(experiment: Experiment, name: str) -> bytes:
    """Return the schematic of one edge of a form's deck, SVG.

    Raises UsageError for an unknown form, or if the machine has no schematic.
    """
    form_of(experiment, name)
    if experiment.apparatus.schematic is None:
        raise UsageError(f"machine {experiment.machine} has no schematic, expected no --schematic")
    return experiment.apparatus.schematic(experiment.setup(experiment.lessons[0]), name)
