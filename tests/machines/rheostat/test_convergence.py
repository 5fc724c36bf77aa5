"""A circuit for which ngspice finds no solution, at a moment in the middle of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import spicelearn.machines.rheostat.circuit.plant as plant_module
from spicelearn.errors import EngineError
from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.circuit.twin import Twins, twin_deck
from spicelearn.runs.worker import train_here
from spicelearn.spice.deck import Deck

pytestmark = pytest.mark.usefixtures("ngspice")
FLIPPING = """\
Bflip flip 0 i = v(t1) > 2.5 ? (v(flip) > 0 ? 1u : -1u) : 0
Rflip flip 0 {ohm}
"""  # a current that contradicts itself while the target is high: no voltage is a solution


def spoil(monkeypatch: pytest.MonkeyPatch, ohm: str) -> None:
    """Put what has no solution into every deck from now on, its voltage this many microvolts."""

    def spoilt(twins: Twins) -> Deck:
        deck = twin_deck(twins)
        text = deck.text.replace("Vcc vcc 0", FLIPPING.format(ohm=ohm) + "Vcc vcc 0", 1)
        return replace(deck, text=text)

    monkeypatch.setattr(plant_module, "twin_deck", spoilt)


def targets() -> tuple[Experiment, list[int]]:
    """Return a run of the divider and the cycles in which its target is above 2.5 V."""
    experiment = Experiment("divider", cycles=250)
    task = experiment.lesson.task
    high = [cycle for cycle in range(250) if task.example(cycle, None).targets[0, 0] > 2.5]
    assert 0 < len(high) < 250
    return experiment, high


def codes(folder: Path) -> list[str]:
    rows = (folder / "cycles.csv").read_text().splitlines()
    return [row.split(",", 3)[3] for row in rows[1:]]


def test_a_cycle_without_convergence_is_done_again_gently_and_noted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    experiment, high = targets()
    for name in ("whole", "spoilt"):
        (tmp_path / name).mkdir()
    train_here(experiment, tmp_path / "whole", None, lambda progress: None)
    spoil(monkeypatch, "100")
    found = train_here(experiment, tmp_path / "spoilt", None, lambda progress: None)
    retried = found["plants"]["divider"]["retried"]
    assert {each["cycle"] for each in retried} <= set(high)
    assert retried[0]["cycle"] == high[0]
    assert "trouble with node" in retried[0]["reason"]
    assert json.dumps(retried)
    assert codes(tmp_path / "spoilt") == codes(tmp_path / "whole")


def test_what_gentleness_does_not_mend_is_told_by_cycle_and_node(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    experiment, high = targets()
    spoil(monkeypatch, "1meg")
    with pytest.raises(EngineError) as failure:
        train_here(experiment, tmp_path, None, lambda progress: None)
    told = str(failure.value)
    assert told.startswith(f"in cycle {high[0]} ngspice could not start the transient") or (
        told.startswith(f"in cycle {high[0]} ngspice did not reach")
    )
    assert told.count('trouble with node "flip"') == 2
    assert "once more with gentler settings (.options trtol=1 reltol=1e-2" in told
    assert len(codes(tmp_path)) == high[0]


def test_a_voltage_that_is_no_number_never_reaches_the_codes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    experiment, _ = targets()
    plant = experiment.plant_of(experiment.setup(experiment.lesson))
    library = plant._session.library  # type: ignore[attr-defined]
    at: Callable[..., object] = library.at

    def broken(*arguments: object) -> object:
        values = at(*arguments)
        values[0][1] = float("nan")  # type: ignore[index]
        return values

    monkeypatch.setattr(library, "at", broken)
    with pytest.raises(EngineError, match="ngspice gives no voltage for node f1"):
        plant.cycle(experiment.start(), experiment.lesson.first_drive())
    plant.close()
