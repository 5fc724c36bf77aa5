"""What a validation found, in words and as the cells of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..formats.quantity import scaled

MATTERS = 2.0  # times the perfect machine's mean squared error at the end
LEFT = 0.1  # of a departure, at most, where it is accounted for
SAME_V = 1e-6  # of voltages, rms: below it they are the same
TIE = 1e-9  # of the margin, V: below it the theory does not decide, as between two inputs
MOVES = "moves, %"  # only of weights that move continuously
COLUMNS = (  # of figures, in the order of `cells`
    "decisions differ while it learns, %",
    "wrong at its own voltages, %",
    "voltages apart, mV rms",
    MOVES,
    "decades",
    "a tenth of the error in cycle",
    "error at the end, mV rms",
)
Row = dict[str, Any]  # figures of a machine, see ablation.py


def verdict_on_decisions(rows: Sequence[Row]) -> str:
    """Name the imperfections that, alone, change most decisions and leave the largest error.

    Decisions count that are made while the machine learns: at its end it goes up and down by single
    steps, and which ones hardly matters. Where an imperfection stops it from learning they are few:
    so the error is told too.
    """
    if not rows:
        return "The circuit has none of the imperfections that are known of this machine."
    worst = min(rows, key=lambda row: float(row["alone"]["learning_agreement"]))
    alone = worst["alone"]
    if alone["learning_agreement"] == 1:
        return (
            "No imperfection of the circuit, alone, changes a decision while it learns. "
            f"{largest_error(rows)}"
        )
    elsewhere = alone["network_agreement"] < alone["own_agreement"]
    return (
        f"Alone, {worst['effect']!r} changes most decisions: "
        f"{wrong(alone['learning_agreement'])} % of those while it learns differ from the "
        "idealised model's, most of them because "
        f"{'the voltages are elsewhere' if elsewhere else 'it decides wrong at these voltages'}. "
        f"The error then {changed(alone['decades'])}, with {rows[0]['effect']!r} alone it "
        f"{changed(rows[0]['alone']['decades'])}. {largest_error(rows)}"
    )


def largest_error(rows: Sequence[Row]) -> str:
    """Say which imperfection, alone, leaves the largest error, if it is larger than by the first.

    The first is what the rule is kept with, such as whole codes.
    """
    reference, kept = rows[0]["alone"]["error_final"], rows[0]["effect"]
    worst = with_largest_error(rows)
    if worst["alone"]["error_final"] <= MATTERS * reference:
        return f"None, alone, leaves more than {MATTERS:g} times the error with {kept!r}."
    return f"The largest error is left by {worst['effect']!r}: it {ended(worst['alone'])} rms."


def with_largest_error(rows: Sequence[Row]) -> Row:
    """Return the imperfection that, alone, leaves the largest error at the end."""
    return max(rows, key=lambda row: float(row["alone"]["error_final"]))


def verdict_on_errors(perfect: Row, rows: Sequence[Row]) -> str:
    """Return a sentence that names the imperfection which, alone, leaves the largest error."""
    if not rows:
        return (
            "The circuit has none of the imperfections that are known of this machine: the error "
            f"{ended(perfect)} rms."
        )
    worst = with_largest_error(rows)
    most = worst["alone"]
    if most["error_final"] <= MATTERS * perfect["error_final"]:
        named = f"None of the imperfections, alone, matters: with {worst['effect']!r}, the worst of"
        named = f"{named} them, the error"
    else:
        named = f"Alone, {worst['effect']!r} costs most: the error"
    return f"{named} {ended(most)} rms; without any it {ended(perfect)}."


def departures(found: Row, rule: str) -> str:
    """Say which of three things departs from the theory, by how much, from `figures`.

    The voltages may be elsewhere, the decision wrong at these voltages, and the step another one.
    """
    said = (
        f"The voltages are {1e3 * found['voltage_rms']:.3g} mV rms apart: on the circuit's, {rule} "
        f"decides otherwise in {wrong(found['network_agreement'])} % of the decisions. At its own "
        f"voltages the circuit decides against {rule} in {wrong(found['own_agreement'])} %."
    )
    if found["step_error"] is not None:
        said += f" Its steps are {100 * found['step_error']:.2g} % rms apart from the theory's."
    if found["ties"]:
        said += f" {found['ties']:,} ties, which the theory does not decide, are not counted."
    return said


def accounted(results: Row) -> str:
    """Say whether the imperfections that have a formula make up how the circuit departs.

    They do if with them at most `LEFT` of both is left: of the distance of the voltages, and of the
    decisions that differ.
    """
    apart, alike = results["voltage_rms"], results["voltage_rms_same_imperfections"]
    differ, still = 1 - results["agreement"], 1 - results["agreement_same_imperfections"]
    left = scaled(alike, "V", 3)
    said = (
        f"The idealised model with the same imperfections is {left} rms from the circuit, "
        f"and decides otherwise in {100 * still:.2g} % of the decisions"
    )
    if alike <= max(LEFT * apart, SAME_V) and still <= LEFT * differ:
        return f"{said}: they account for the departure."
    return f"{said}: something else departs, too."


def wrong(right: float) -> str:
    """Return what is not right of a whole, in percent."""
    return f"{100 * (1 - right):.2g}"


def millivolts(row: Row) -> float:
    """Return the root mean square error of the outputs at the end, mV."""
    return 1e3 * math.sqrt(row["error_final"])


def changed(fallen: float) -> str:
    """Say by how many decades an error fell or rose."""
    return f"{'rises' if fallen < 0 else 'falls'} by {abs(fallen):.2f} decades"


def ended(row: Row) -> str:
    """Say by how much the error of a machine changed, and where it ended."""
    return f"{changed(row['decades'])}, to {millivolts(row):.3g} mV"


def tables(results: dict[str, Any]) -> list[tuple[str, list[str], list[list[str]]]]:
    """Return what `validate` found as tables, each with a title, the heads of columns, and rows.

    They are the imperfections together, each alone, and what the circuit lacks put into it.
    """
    ladder = results["ladder"]
    found = {
        "One imperfection after another": [{"effect": "none", **results["perfect"]}, *ladder],
        "Each alone": [{"effect": row["effect"], **row["alone"]} for row in ladder],
        "What if the circuit had these, too": results["what_if"],
    }
    heads = ["imperfection", *COLUMNS]
    moves = results["step_error"] is not None
    shown = [place for place, head in enumerate(heads) if moves or head != MOVES]

    def picked(row: Sequence[str]) -> list[str]:
        return [row[place] for place in shown]

    return [
        (title, picked(heads), [picked([str(row["effect"]), *cells(row)]) for row in rows])
        for title, rows in found.items()
        if rows
    ]


def cells(found: Row) -> list[str]:
    """Return figures as texts, one for each of the `COLUMNS`."""
    step = found["step_error"]
    return [
        wrong(found["learning_agreement"]),
        wrong(found["own_agreement"]),
        f"{1e3 * found['voltage_rms']:.3g}",
        "" if step is None else f"{100 * step:.3g}",
        f"{found['decades']:.2f}",
        "never" if found["tenth_cycle"] is None else f"{found['tenth_cycle']:,}",
        f"{millivolts(found):.3g}",
    ]
