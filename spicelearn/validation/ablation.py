"""Ablation: the effect of each imperfection between the theory and the circuit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..experiment import Experiment
from ..machine import Imperfection
from .compare import Comparison, against, decades_with_same_imperfections, on_board, theory_of
from .learning import Tick

MATTERS = 2.0  # times the perfect machine's mean squared error at the end
Step = Callable[[str], None]  # called with the name of the step that begins
Row = dict[str, Any]


def ablation(
    experiment: Experiment, imperfections: Sequence[Imperfection], step: Step
) -> tuple[Row, list[Row]]:
    """Add one imperfection after another to the perfect machine, and each one alone.

    Returns the figures of the perfect machine, and one row per imperfection. A row's ``agreement``,
    ``voltage_rms``, V, ``step_error`` (all against the perfect machine's theory), ``error_final``,
    V^2, and ``decades`` are measured with this imperfection and all before it; ``decades_ideal``
    are those of the idealised model with the same imperfections, as far as they have a formula,
    None if it comes to where it finds no voltages.
    ``alone`` holds the same figures of a machine with this imperfection only (and with those before
    it that are kept).
    """
    bottom = theory_of(experiment).perfect(experiment.constants)
    setup = experiment.setup(experiment.lesson)
    step("the perfect machine")
    told = partial(ticking, step, "the perfect machine")
    perfect = on_board(experiment, bottom)
    found = _figures(against(perfect, bottom, told(perfect)))
    together = alone = bottom
    pace, rows = 1, []
    for place, imperfection in enumerate(imperfections, 1):
        name = f"{imperfection.effect}, {place} of {len(imperfections)}"
        told = partial(ticking, step, name)
        step(name)
        added = imperfection.on(setup)
        together, single = replace(together, **added), replace(alone, **added)
        pace *= imperfection.pace
        here = on_board(experiment, together, pace)
        cumulative = against(here, bottom, told(here), pace)
        by_itself = cumulative
        if (single, imperfection.pace) != (together, pace):
            only = on_board(experiment, single, imperfection.pace)
            by_itself = against(only, bottom, told(only), imperfection.pace)
        if imperfection.kept:
            alone = single
        rows.append(
            {
                "effect": imperfection.effect,
                "constants": added,
                **_figures(cumulative),
                "decades_ideal": decades_with_same_imperfections(here, told(here)),
                "alone": _figures(by_itself),
            }
        )
    return found, rows


def ticking(step: Step, what: str, experiment: Experiment) -> Tick:
    """Return what calls ``step`` with the cycle that has been reached."""
    return lambda cycle: step(f"{what}: cycle {cycle} of {experiment.length}")


def _figures(comparison: Comparison) -> Row:
    return {
        "agreement": comparison.agreement,
        "voltage_rms": comparison.voltage_rms,
        "step_error": comparison.step_error,
        "decades": comparison.learning.decades,
        "error_final": comparison.learning.error_final,
        "unsettled_cycles": comparison.learning.unsettled,
        "unsolved_cycles": comparison.unsolved,
    }


def verdict_on_decisions(rows: Sequence[Row]) -> str:
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


def verdict_on_errors(perfect: Row, rows: Sequence[Row]) -> str:
    """Return a sentence that names the imperfection which, alone, leaves the largest error."""
    worst = max(rows, key=lambda row: float(row["alone"]["error_final"]))
    most, least = worst["alone"], perfect
    without = f"without any it {changed(least['decades'])}, to {millivolts(least):.3g} mV"
    if most["error_final"] <= MATTERS * least["error_final"]:
        return (
            f"None of the imperfections, alone, matters: with {worst['effect']!r}, the worst of "
            f"them, the error {changed(most['decades'])}, to {millivolts(most):.3g} mV rms; "
            f"{without}."
        )
    return (
        f"Alone, {worst['effect']!r} costs most: the error {changed(most['decades'])}, to "
        f"{millivolts(most):.3g} mV rms; {without}."
    )


def millivolts(row: Row) -> float:
    """Return the root mean square error of the outputs at the end, mV."""
    return 1e3 * math.sqrt(row["error_final"])


def changed(fallen: float) -> str:
    """Say by how many decades an error fell or rose."""
    return f"{'rises' if fallen < 0 else 'falls'} by {abs(fallen):.2f} decades"
