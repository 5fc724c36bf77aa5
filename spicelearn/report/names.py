"""What keys of manifests and tables are called on a page, and values with their units."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..formats.quantity import number, prefix_of, scaled

PERCENT, RATE = "%", "per second"
NAMES = {  # of results and choices, with the unit of each
    "error_initial": ("error before training", "V²"),
    "error_final": ("error at the end, median of the last tenth", "V²"),
    "error_final_spice": ("error at the end, circuit", "V²"),
    "error_final_ideal": ("error at the end, idealised model", "V²"),
    "error_best": ("lowest error", "V²"),
    "decades": ("decades, first over final error", ""),
    "decades_spice": ("decades, circuit", ""),
    "decades_ideal": ("decades, idealised model", ""),
    "decades_ideal_same_imperfections": ("decades, idealised model with imperfections", ""),
    "accuracy_initial": ("accuracy before training", PERCENT),
    "accuracy_final": ("accuracy at the end", PERCENT),
    "accuracy_best": ("best accuracy", PERCENT),
    "accuracy_best_cycle": ("first cycle with the best accuracy", ""),
    "first_right_cycle": ("first cycle with all right", ""),
    "right_from_cycle": ("all right from cycle", ""),
    "merit_ratio": ("figure of merit over what is asked", ""),
    "restarts": ("restarts", ""),
    "restarts_allowed": ("restarts allowed", ""),
    "attempt_cycle": ("last attempt began in cycle", ""),
    "cycles_per_second": ("speed, cycles", RATE),
    "unsettled_cycles": ("cycles unsettled", ""),
    "unsolved_cycles": ("cycles that the model did not solve", ""),
    "compared_cycles": ("cycles compared", ""),
    "tenth_cycle": ("a tenth of the error in cycle", ""),
    "wall_seconds": ("time it took", "s"),
    "engine": ("computed by", ""),
    "agreement": ("decisions alike", PERCENT),
    "agreement_above_10mV": ("decisions alike, margin above 10 mV", PERCENT),
    "network_agreement": ("theory alike at both voltages", PERCENT),
    "own_agreement": ("circuit right at its own voltages", PERCENT),
    "own_agreement_above_10mV": ("the same, margin above 10 mV", PERCENT),
    "learning_agreement": ("decisions alike while it learns", PERCENT),
    "voltage_rms": ("voltages apart, rms", "V"),
    "voltage_max": ("voltages apart, at most", "V"),
    "step_error": ("steps apart, rms", PERCENT),
    "run": ("folder", ""),
    "eta": ("nudge eta", ""),
    "probability": ("probability to learn in a cycle", ""),
    "evaluate_every": ("cycles between test measurements", ""),
    "record_every": ("cycles between rows of the table", ""),
    "cuts": ("edges cut, EDGE@CYCLE", ""),
    "waves": ("waveforms of cycles", ""),
    "first_cycle": ("first cycle", ""),
    "last_cycle": ("last cycle", ""),
    "cut": ("edges cut", ""),
}
ENDINGS = {  # of the names of constants, which end with their unit
    **{unit: unit for unit in ("V", "A", "F", "s", "Hz")},
    "ohm": "Ω",
    "V2": "V²",
    "seconds": "s",
}
SCALED = ("V", "A", "F", "s", "Hz", "Ω")  # units that take a prefix


def name_of(key: str) -> str:
    """Return the name of a result or a choice; of another key its words."""
    return NAMES[key][0] if key in NAMES else key.replace("_", " ")


def unit_of(key: str) -> str:
    """Return the unit of a key's values, by its name or by its ending; nothing if it has none."""
    if key in NAMES:
        return NAMES[key][1]
    return ENDINGS.get(key.rpartition("_")[2], "") if "_" in key else ""


def told(key: str, value: Any) -> str:
    """Return the value of a key as a text with its unit."""
    unit = unit_of(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not unit:
        return text_of(value)
    if unit == PERCENT:
        return f"{number(100 * value)} %"
    return scaled(value, unit) if unit in SCALED else f"{number(value)} {unit}"


def rows(values: Mapping[str, Any]) -> list[list[str]]:
    """Return a table of names and values; None and empty lists are left out."""
    return [
        [name_of(str(key)), told(str(key), value)]
        for key, value in values.items()
        if value is not None and value != []
    ]


def in_unit(values: Sequence[float], key: str) -> tuple[float, str]:
    """Return what a key's values are divided by on an axis, and its name there with the unit.

    ``board.offset_sigma_V`` with values up to 0.002 is ``board.offset_sigma (mV)``.
    """
    unit, largest = unit_of(key), max((abs(value) for value in values), default=0.0)
    if unit not in SCALED or not 0 < largest < math.inf:
        return 1.0, key
    factor, prefix = prefix_of(largest)
    return factor, f"{key.rpartition('_')[0]} ({prefix}{unit})"


def text_of(value: Any) -> str:
    """Return a value of JSON as a text, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return number(value)
    return value if isinstance(value, str) else json.dumps(value)
