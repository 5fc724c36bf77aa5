"""Networks in cascade: amplifiers in the circuit, its parts, its decks and its models."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.naive import KeptCircuit
from spicelearn.network.graph import Amplifier
from spicelearn.plant import Drive, Floats, Reading, State
from spicelearn.runs.export import deck_text
from spicelearn.tasks.taught import TaughtRun

from ...conftest import Run
from ..decks import measured, printed

pytestmark = pytest.mark.usefixtures("ngspice")
EDGES = "0,1,,,\n1,2,,,\n2,3,,,\n3,0,,,\n1,3,,,\n4,5,,,\n5,6,,,\n"
TASK = """network = "net.csv"
machine = "transistor"
eta = 0.5
cycles = 2

[inputs]
0 = [0.45, 0.30]
2 = [0.00, 0.10]
6 = 0.00

[outputs]
5 = [0.20, 0.22]
"""


def cascade(folder: Path, kind: str = "amplifier", gain: float = 1.8, **choices: str) -> Experiment:
    """Return a task on two networks: node 1 less node 3 is amplified into node 4, about 0.3 V."""
    row = f"1-3,4,{kind},{gain},0.3\n"
    (folder / "net.csv").write_text(f"source,target,kind,value,level_V\n{EDGES}{row}")
    (folder / "task.toml").write_text(TASK)
    return Experiment(str(folder / "task.toml"), **choices)  # type: ignore[arg-type]


def after_a_window(experiment: Experiment) -> tuple[Reading, Floats]:
    """Return what the second example shows, and by how much gates move, V."""
    example, start = experiment.lesson.task.example(1, None), experiment.start()
    drive = Drive.to_all(example.inputs, example.targets, 0.5, experiment.edges)
    with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as plant:
        reading = plant.cycle(start, drive)
    return reading, np.asarray(reading.signal) - start.weights


@pytest.mark.parametrize("gain", [1.8, -1.8])
@pytest.mark.parametrize("kind", ["amplifier", "bidirectional"])
def test_the_circuit_amplifies_as_its_models_do(tmp_path: Path, kind: str, gain: float) -> None:
    """What is supplied is drawn where it is bidirectional: the first network learns only then."""
    spice = cascade(tmp_path, kind, gain)
    circuit, moved = after_a_window(spice)
    model, expected = after_a_window(cascade(tmp_path, kind, gain, plant="ideal"))
    free, clamped = (circuit.probes[name] for name in ("free", "clamped"))
    assert free[4] == pytest.approx(0.3 + gain * (free[1] - free[3]), abs=1e-6)
    assert free == pytest.approx(model.probes["free"], abs=5e-4)
    assert clamped == pytest.approx(model.probes["clamped"], abs=5e-4)
    assert moved == pytest.approx(expected, abs=0.02 * np.abs(expected).max())
    nudged = np.abs(clamped - free)
    if kind == "amplifier":
        assert clamped[4] == free[4]
        assert nudged[:4].max() < 1e-9
        assert np.abs(moved[:5]).max() < 1e-3 * np.abs(moved[5:]).min()
    else:
        assert clamped[4] == pytest.approx(0.3 + gain * (clamped[1] - clamped[3]), abs=1e-6)
        assert nudged[[1, 3, 4]].min() > 1e-3
        assert np.abs(moved[:5]).max() > 0.05 * np.abs(moved[5:]).max()
    setup, example = spice.setup(spice.lesson), spice.lesson.task.example(1, None)
    with closing(KeptCircuit(setup)) as other:
        found = other.cycle(spice.start(), Drive.to_all(example.inputs, example.targets, 0.5, 7))
    assert found.probes["clamped"] == pytest.approx(clamped, abs=5e-4)


@pytest.mark.parametrize("gain", [1.8, -1.8])
def test_a_nudge_behind_a_bidirectional_amplifier_descends_before_it(
    tmp_path: Path, gain: float
) -> None:
    """Gates move along the gradient of the output, but for a factor of each network.

    Behind the amplifier it is the square of the gain larger.
    """
    experiment = cascade(tmp_path, "bidirectional", gain, plant="ideal")
    example, gates = experiment.lesson.task.example(1, None), experiment.start().weights

    with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as plant:

        def error(gates: Floats) -> float:
            drive = Drive.to_all(example.inputs, example.targets, 0.0, experiment.edges)
            shown = plant.cycle(State(gates), drive).outputs
            return float(((shown - example.targets) ** 2).sum())

        drive = Drive.to_all(example.inputs, example.targets, 1e-3, experiment.edges)
        moved = np.asarray(plant.cycle(State(gates), drive).signal) - gates
        steps = 1e-4 * np.eye(experiment.edges)
        slope = np.array([error(gates + step) - error(gates - step) for step in steps])
    update = moved / np.where(np.arange(len(moved)) < 5, 1, gain**2)
    cosine = -update @ slope / np.sqrt((update @ update) * (slope @ slope))
    assert np.degrees(np.arccos(cosine)) < 10
    assert np.linalg.norm(update[:5]) > 0.05 * np.linalg.norm(update)
    before = -update[:5] @ slope[:5] / np.sqrt((update[:5] ** 2).sum() * (slope[:5] ** 2).sum())
    assert np.degrees(np.arccos(before)) < 10


@pytest.mark.parametrize("gain", [1.8, -1.8])
def test_an_amplifier_of_parts_is_a_difference_amplifier(tmp_path: Path, gain: float) -> None:
    ideal, expected = after_a_window(cascade(tmp_path, gain=gain))
    parts, found = after_a_window(cascade(tmp_path, gain=gain, detail="parts"))
    assert parts.probes["free"] == pytest.approx(ideal.probes["free"], abs=2e-3)
    assert parts.probes["free"][4] == parts.probes["clamped"][4]
    assert found == pytest.approx(expected, abs=0.03 * np.abs(expected).max())


def test_answers_come_from_both_networks(tmp_path: Path, ngspice: str) -> None:
    """Once settled, outputs with capacitances are those without, which drew the same."""
    experiment = Experiment("parity", network="cascade")
    deck = deck_text(experiment, "answer")
    assert "Eampf22 af22 0 f0 f10 11.25\n" in deck
    assert "Eampr22 ar22 0 r0 r10 11.25\n" in deck
    found = measured(printed(deck, ngspice, tmp_path))
    assert 0 < found["settle_0_1"] < 140e-6


def test_what_cannot_be_amplified_is_refused(command: Run, tmp_path: Path) -> None:
    cascade(tmp_path, "bidirectional")
    train = ("train", "task.toml", "--cycles", "1")
    cases = [
        ((*train, "--detail", "parts"), "amplifier 1-3 to 4 is bidirectional with detail parts"),
        (
            ("export", "parity", "--form", "graphml", "-o", "-"),
            "cascade has amplifiers, expected none in GraphML",
        ),
        ((*train, "--machine", "rheostat"), "net has amplifiers, which machine rheostat has not"),
    ]
    for words, message in cases:
        done = command(*words)
        assert done.returncode == 2
        assert message in done.stderr
    task = (tmp_path / "task.toml").read_text()
    (tmp_path / "task.toml").write_text(task.replace("0.20, 0.22", "0.20, 0.46"))
    assert "desires 0.46 V of output 5, expected 0 to 0.453: full_scale_V" in command(*train).stderr


def test_beyond_an_amplifier_more_is_within_reach_and_a_run_tells_it(
    command: Run, tmp_path: Path
) -> None:
    """0.35 V of an output whose only input is at 0 V."""
    experiment = cascade(tmp_path, gain=2.5)
    task = (tmp_path / "task.toml").read_text()
    (tmp_path / "task.toml").write_text(task.replace("0.20, 0.22", "0.35, 0.33"))
    asked = ("train", "task.toml", "--plant", "ideal", "--out", "run", "--json")
    done = command(*asked)
    assert done.returncode == 0
    assert "reaches no input" not in done.stderr
    assert "out of reach" not in done.stderr
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    kept = TaughtRun.of(manifest, "run").network.amplifiers
    assert kept == experiment.graph.amplifiers == (Amplifier((1, 3), 4, 2.5, 0.3),)
    manifest["amplifiers"][0]["gain"] = "much"
    with pytest.raises(Exception, match="run is damaged, expected edges"):
        TaughtRun.of(manifest, "run")
