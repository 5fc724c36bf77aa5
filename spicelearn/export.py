"""From an experiment to a deck that plain ngspice runs, in one of several forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .clocks import INDEPENDENT, LFSR, SYNCHRONOUS
from .errors import UsageError
from .experiment import Experiment
from .plants import machine
from .spice.circuits.twin import Machine
from .spice.forms.cycle import cycle_form
from .spice.forms.edge import edge_form
from .spice.forms.self_training import Lesson, self_training_form
from .tasks import Task

MOST_CYCLES = 100_000  # of a machine that trains itself


def built(experiment: Experiment) -> Machine:
    """Return the circuit's machine, switched on; raise UsageError if there is not just one."""
    return machine(experiment, experiment.parts(), experiment.lesson)


def cycle(experiment: Experiment) -> str:
    """Return the machine as it is trained, for one clock cycle."""
    return cycle_form(built(experiment))


def self_training(experiment: Experiment) -> str:
    """Return the machine that trains itself, for all cycles of the experiment.

    Where edges are clocked independently, shift registers in the deck do it.
    """
    if experiment.clock == INDEPENDENT:
        experiment = replace(experiment, clock=LFSR)
    if experiment.clocking.is_file:
        raise UsageError(
            f"clock = {experiment.clock!r}, expected one that registers in the deck can make for a "
            "machine that trains itself, such as lfsr"
        )
    task = experiment.lesson.task
    if experiment.damage.cuts:
        raise UsageError(
            f"cut {experiment.damage.cuts[0]}, expected no cuts in a machine that trains itself: "
            "edges are cut from outside"
        )
    if task.asks(0) is not None:
        raise UsageError(
            f"task {task.name} measures its targets while it trains, expected targets that are "
            "known before: a machine that trains itself has them as sources"
        )
    if experiment.length > MOST_CYCLES:
        raise UsageError(
            f"cycles = {experiment.length}, expected at most {MOST_CYCLES} for a machine that "
            "trains itself: its examples stand in the deck"
        )
    examples = [task.example(number, None) for number in range(experiment.length)]
    inputs = np.array([example.inputs for example in examples])
    targets = np.array([example.targets for example in examples])
    lesson = Lesson((inputs, targets), tested(task))
    return self_training_form(built(experiment), lesson, experiment.clocking)


def tested(task: Task) -> tuple[np.ndarray, np.ndarray] | None:
    """Return inputs and targets of the task's test set, V, if it has one."""
    inputs = task.tests()
    if inputs is None:
        return None
    nothing = np.zeros((len(inputs), len(task.outputs)))
    return inputs, task.mark(nothing, None).wanted


def edge(experiment: Experiment) -> str:
    """Return edge 0 alone, with stimuli."""
    chosen = built(experiment)
    return edge_form(chosen.board, chosen.parts, chosen.detail)


FORMS: dict[str, Callable[[Experiment], str]] = {
    "cycle": cycle,
    "self-training": self_training,
    "edge": edge,
}


def deck_text(experiment: Experiment, form: str) -> str:
    """Return the deck of an experiment; raise UsageError for an unknown form."""
    if form not in FORMS:
        raise UsageError(f"no form {form!r}, expected {' or '.join(FORMS)}")
    only_choices: dict[str, Any] = {"plant": "spice", "waves": None}
    if form != "self-training":
        only_choices |= {"probability": 1, "clock": SYNCHRONOUS}
    for name, only in only_choices.items():
        if (value := getattr(experiment, name)) != only:
            raise UsageError(f"{name} = {value!r}, expected {only!r} for a deck by itself")
    return FORMS[form](experiment)
