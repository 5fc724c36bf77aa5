"""Ablation: the effect of each imperfection between the theory and the circuit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..experiment import Experiment
from ..machine import Imperfection
from ..runs.supervisor import Tick
from .compare import (
    Comparison,
    against_theory,
    decades_with_same_imperfections,
    on_board,
    theory_of,
)

REST = "all else on the board"  # the last rung, where imperfections do not make up the circuit
Step = Callable[[str], None]  # called with the name of the step that begins
Row = dict[str, Any]


def ablation(
    experiment: Experiment, imperfections: Sequence[Imperfection], step: Step
) -> tuple[Row, list[Row], Comparison]:
    """Add one imperfection of the circuit after another to the perfect machine, and each one alone.

    Returns the figures of the perfect machine, one row per imperfection that the circuit has, and
    the comparison of the circuit with its theory, whose figures the last row has. A row's `figures`
    are measured with this imperfection and all before it; ``decades_ideal_same_imperfections`` are
    those of the idealised model with the same imperfections, as far as they have a formula, None if
    it comes to where it finds no voltages. ``alone`` holds the same figures of a machine with this
    imperfection only (and with those before it that are kept).
    """
    bottom = theory_of(experiment).perfect(experiment.constants)
    step("the perfect machine")
    told = partial(ticking, step, "the perfect machine")
    perfect = on_board(experiment, bottom)
    last = against_theory(perfect, told(perfect))
    found, rows = figures(last), []
    together = alone = bottom
    present = [(each, each.has(experiment.constants)) for each in imperfections]
    rungs = [(each, added) for each, added in present if added is not None]
    covered = replace(
        bottom, **{name: value for _, added in rungs for name, value in added.items()}
    )
    if covered != experiment.constants:
        board = {name: getattr(experiment.constants, name) for name in bottom.as_dict()}
        rungs.append((Imperfection(REST, {}), board))
    for place, (imperfection, added) in enumerate(rungs, 1):
        name = f"{imperfection.effect}, {place} of {len(rungs)}"
        told = partial(ticking, step, name)
        step(name)
        together, single = replace(together, **added), replace(alone, **added)
        here = experiment if place == len(rungs) else on_board(experiment, together)
        by_itself = last = against_theory(here, told(here))
        if single != together:
            only = on_board(experiment, single)
            by_itself = against_theory(only, told(only))
        if imperfection.kept:
            alone = single
        rows.append(
            {
                "effect": imperfection.effect,
                "constants": added,
                **figures(last),
                "decades_ideal_same_imperfections": decades_with_same_imperfections(
                    here, told(here)
                ),
                "alone": figures(by_itself),
            }
        )
    return found, rows, last


def what_if(experiment: Experiment, imperfections: Sequence[Imperfection], step: Step) -> list[Row]:
    """Put each imperfection that the circuit lacks into it, alone; return a row of `figures` each.

    With a pace, the circuit does more per cycle and has fewer of them.
    """
    setup = experiment.setup(experiment.lesson)
    rows = []
    for imperfection in imperfections:
        if imperfection.has(experiment.constants) is not None:
            continue
        name = f"what if: {imperfection.effect}"
        step(name)
        added = imperfection.put_in(setup)
        there = on_board(experiment, replace(experiment.constants, **added), imperfection.pace)
        told = ticking(step, name, there)
        worse = against_theory(there, told, imperfection.pace)
        rows.append({"effect": imperfection.effect, "constants": added, **figures(worse)})
    return rows


def ticking(step: Step, what: str, experiment: Experiment) -> Tick:
    """Return what calls ``step`` with the cycle that has been reached."""
    return lambda cycle: step(f"{what}: cycle {cycle} of {experiment.length}")


def figures(comparison: Comparison) -> Row:
    """Return the figures of a machine against its theory: the idealised model of its board.

    ``agreement`` is the part of the decisions that are the theory's, ``network_agreement`` that
    which the theory makes of the machine's voltages, ``own_agreement`` the part that is right at
    these voltages, ``learning_agreement`` the first one while the machine still learns;
    ``voltage_rms``, V; ``step_error`` (see `Comparison`); ``error_final``, V^2;
    ``tenth_cycle``, the first in which the error was a tenth of the initial one.
    """
    return {
        "agreement": comparison.agreement,
        "network_agreement": comparison.network_agreement,
        "own_agreement": comparison.own_agreement,
        "learning_agreement": comparison.learning_agreement,
        "ties": comparison.ties,
        "voltage_rms": comparison.voltage_rms,
        "step_error": comparison.step_error,
        "decades": comparison.learning.decades,
        "tenth_cycle": comparison.learning.tenth_cycle,
        "error_final": comparison.learning.error_final,
        "unsettled_cycles": comparison.learning.unsettled,
        "unsolved_cycles": comparison.unsolved,
    }
