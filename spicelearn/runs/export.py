"""Decks of an experiment, for plain ngspice, in one of the machine's forms."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError
from ..experiment import Experiment
from ..machine import Form
from ..schedules.clocks import SYNCHRONOUS


def form_of(experiment: Experiment, name: str) -> Form:
    """Return a form of the machine's deck; raise UsageError for an unknown name."""
    forms = experiment.apparatus.forms
    if name not in forms:
        raise UsageError(f"no form {name!r}, expected {' or '.join(forms) or 'none'}")
    return forms[name]


def deck_text(experiment: Experiment, name: str) -> str:
    """Return the deck of an experiment in a form.

    Raises UsageError for an unknown form, for a plant without a circuit, and for choices that the
    deck would ignore.
    """
    form = form_of(experiment, name)
    circuits = " or ".join(map(repr, experiment.apparatus.circuits))
    if not experiment.kind.is_circuit:
        raise UsageError(f"plant = {experiment.plant!r}, expected {circuits} for a deck by itself")
    only: dict[str, Any] = {"waves": None}
    for choice, value in (("probability", 1), ("clock", SYNCHRONOUS)):
        if choice in form.unused:
            only[choice] = value
    for choice, value in only.items():
        if (chosen := getattr(experiment, choice)) != value:
            raise UsageError(f"{choice} = {chosen!r}, expected {value!r} for a deck by itself")
    return form.make(experiment.setup(experiment.lesson))


def schematic(experiment: Experiment, name: str) -> bytes:
    """Return the schematic of one edge of a form's deck, SVG.

    Raises UsageError for an unknown form, or if the machine has no schematic.
    """
    form_of(experiment, name)
    if experiment.apparatus.schematic is None:
        raise UsageError(f"machine {experiment.machine} has no schematic, expected no --schematic")
    return experiment.apparatus.schematic(experiment.setup(experiment.lessons[0]), name)
