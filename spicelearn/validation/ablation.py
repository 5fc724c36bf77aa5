"""Ablation: the effect of each imperfection between the theory and the circuit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from ..experiment import Experiment
from .compare import Comparison, against, decades_with_same_imperfections, on_board, theory_of

Step = Callable[[str], None]  # called with the name of the step that begins


def ablation(experiment: Experiment, step: Step) -> list[dict[str, Any]]:
    """Add one imperfection after another to the perfect machine, and each one alone.

    Returns one row per imperfection. Its ``agreement``, ``voltage_rms``, V, (both against the
    perfect machine) and ``decades`` are measured with this imperfection and all before it;
    ``decades_ideal`` are those of the idealised model with the same imperfections, as far as they
    have a formula. ``alone`` holds the same figures of a machine with the first imperfection and
    this one only (and with the one that requires a circuit, once it has been reached).
    """
    theory = theory_of(experiment)
    bottom = theory.perfect(experiment.constants)
    first, *_ = theory.imperfections
    setup = experiment.setup(experiment.lesson)
    together, alone, rows = bottom, replace(bottom, **first.on(setup)), []
    for imperfection in theory.imperfections:
        added = imperfection.on(setup)
        together = replace(together, **added)
        if theory.plant_for(replace(alone, **added)) != theory.plant_for(alone):
            alone = replace(alone, **added)  # from here on the machine is a circuit
        step(imperfection.effect)
        told = partial(cycles_done, step, imperfection.effect, experiment.length)
        here = on_board(experiment, together)
        cumulative = against(here, bottom, told)
        single = against(on_board(experiment, replace(alone, **added)), bottom, told)
        rows.append(
            {
                "effect": imperfection.effect,
                "constants": added,
                **_figures(cumulative),
                "decades_ideal": decades_with_same_imperfections(here),
                "alone": _figures(single),
            }
        )
    return rows


def cycles_done(step: Step, what: str, length: int, cycle: int) -> None:
    """Call ``step`` with the cycle that a comparison has reached."""
    step(f"{what}: cycle {cycle} of {length}")


def _figures(comparison: Comparison) -> dict[str, Any]:
    return {
        "agreement": comparison.agreement,
        "voltage_rms": comparison.voltage_rms,
        "decades": comparison.decades,
        "unsettled_cycles": comparison.unsettled,
    }


def verdict(rows: list[dict[str, Any]]) -> str:
    """Return a sentence that names the imperfection which, alone, costs most decisions."""
    worst = min(rows, key=lambda row: float(row["alone"]["agreement"]))
    wrong = 1 - worst["alone"]["agreement"]
    if wrong == 0:
        return "No imperfection, alone, changes a decision."
    first = rows[0]
    return (
        f"Alone, {worst['effect']!r} costs most decisions: {100 * wrong:.2g} % of them differ from "
        f"the perfect machine's. The error then falls by {worst['alone']['decades']:.2f} decades, "
        f"with {first['effect']!r} alone by {first['alone']['decades']:.2f}."
    )
