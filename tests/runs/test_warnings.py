"""What a reader of a run is warned of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.plant import Reading
from spicelearn.runs.carry_out import begin
from spicelearn.runs.warnings import Beyond, SupplyWatch, warnings

GOOD: dict[str, Any] = {
    "beyond_supply": None,
    "error_initial": 2.0,
    "error_final": 0.5,
    "accuracy_initial": None,
    "accuracy_final": None,
    "accuracy_best": None,
    "accuracy_best_cycle": None,
    "eta": 0.2,
    "cycles": 300,
}
CLASSES = {"accuracy_initial": 0.9, "accuracy_final": 0.817, "accuracy_best": 0.9}


def reading(*volts: float) -> Reading:
    return Reading(np.zeros((1, 1)), None, True, {"free": np.array(volts), "clamped": np.zeros(2)})


def test_a_watch_keeps_the_first_cycle_and_the_extremes_beyond_the_supplies() -> None:
    watch = SupplyWatch((-0.3, 5.3))
    watch.look(0, reading(0.0, 5.3))
    assert watch.result() is None
    for cycle, volts in ((4, 6.0), (5, 5.0), (7, -9.0)):
        watch.look(cycle, reading(1.0, volts))
    assert watch.found == Beyond(4, 2, -9.0, 6.0)
    (told,) = warnings({**GOOD, "beyond_supply": watch.result()})
    assert "beyond the supplies, -0.3 to 5.3 V, in 2 measured cycles from cycle 4 on" in told
    going_on = SupplyWatch((-0.3, 5.3), watch.found)
    going_on.look(9, reading(12.0))
    assert going_on.found == Beyond(4, 3, -9.0, 12.0)
    unknown = SupplyWatch(None)
    unknown.look(0, reading(99.0))
    assert unknown.result() is None


def test_a_circuit_beyond_its_supply_is_told_and_a_sound_one_is_not(
    ngspice: str, tmp_path: Path
) -> None:
    del ngspice
    hot = Experiment("allostery", cycles=3, board=Board(bias_A=1e-3))
    results = begin(hot, tmp_path / "hot")
    assert results["beyond_supply"]["first_cycle"] == 0
    assert results["beyond_supply"]["highest_V"] > 50
    assert results["warnings"][0].startswith("nodes are beyond the supplies, -0.3 to 5.3 V")
    sound = begin(Experiment("allostery", cycles=3), tmp_path / "sound")
    assert (sound["beyond_supply"], sound["warnings"]) == (None, [])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, ""),
        ({"error_final": 2.5}, "the error rose from 2 to 2.5 V²: try --eta 0.1 instead of 0.2, "),
        (
            {**CLASSES, "error_final": 1.0},
            "accuracy fell from 0.900 to 0.817 while the error fell: try --eta 0.1 instead of 0.2, "
            "--cycles 600, fixed targets that are far apart (data.targets), other nodes",
        ),
        (
            {**CLASSES, "error_final": 3.0},
            "accuracy fell from 0.900 to 0.817: try --eta 0.1 instead of 0.2, --cycles 600, other",
        ),
        (
            {**CLASSES, "accuracy_best": 0.95, "accuracy_best_cycle": 70},
            "of 0.2, only 70 cycles: it was",
        ),
        ({**CLASSES, "accuracy_final": 0.95, "error_final": 9.0}, ""),
        ({"error_final": 2.5, "eta": None}, "a smaller eta per task"),
        ({"error_initial": 1e-31}, "the error was 0 before training"),
    ],
)
def test_what_training_made_worse_is_told_with_what_to_try(
    found: dict[str, Any], said: str
) -> None:
    told = warnings({**GOOD, **found})
    assert [said in text for text in told] == ([True] if said else [])
