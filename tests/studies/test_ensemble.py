"""The compiled equations are those of the idealised model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.tasks import TASKS, iris
from spicelearn.plant import Floats
from spicelearn.runs.supervisor import Supervisor

pytest.importorskip("numba", reason="studies need the extra of that name")

BOARD = TransistorBoard(
    gate_F=30.3e-9,
    offset_sigma_V2=1e-4,
    gain_sigma=0.01,
    imbalance_sigma=0.01,
    threshold_sigma_V=5e-3,
)


def ideal(experiment: Experiment) -> tuple[Floats, float]:
    """Return gates, V, and error, V^2, at the end of a run of the idealised model."""
    setup = experiment.setup(experiment.lesson)
    plant, rule = experiment.plant_of(setup), experiment.rule_of(setup)
    supervisor = Supervisor(plant, experiment.lesson, experiment.damage)
    state = experiment.start()
    for _ in range(experiment.length):
        drive = supervisor.drive(state)
        state = rule.advance(state, plant.cycle(state, drive), drive)
    gates = state.weights.astype(np.float64)
    return gates, supervisor.examine(state, drive.intact).measurement.error


@pytest.mark.parametrize(
    ("task", "choices"),
    [
        ("xor", {}),
        ("xor", {"nudge": "centred"}),
        ("xor", {"rule": "hinge:0.5"}),
        ("xor", {"rule": "overclamp:0.1"}),
        ("two-tasks", {"nudge": "negative"}),
        ("parity", {}),
        ("iris-transistor", {"nudge": "centred"}),
    ],
)
def test_machines_learn_as_the_idealised_model_does(
    task: str, choices: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Irises with a hinge: what lies beyond its label is left there, and the machine is queried."""
    from ensemble import trained

    monkeypatch.setitem(TASKS, "iris-transistor", lambda seed: replace(iris(seed), hinge=True))

    runs = [
        Experiment(task, plant="ideal", cycles=12, seed=seed, board=BOARD, **choices)
        for seed in (0, 1)
    ]
    other, learned = (trained([run], [0, 12]) for run in runs)  # tests of irises are the seed's
    gates, error = ideal(runs[1])
    assert np.abs(gates - runs[1].start().weights).max() > 1e-3
    assert learned.gates[-1, 0] == pytest.approx(gates, abs=1e-7)
    assert learned.errors[-1, 0] == pytest.approx(error, rel=1e-5)
    assert np.abs(other.gates[-1, 0] - gates).max() > 1e-3


SERIES = """source,target,kind,value,level_V
0,1,,,
1,2,,,
3,5,{kind},0.8,0.05
1,3,bidirectional,-1.5,0.4
3,4,,,
5,6,,,
6,7,,,
"""
SERIES_TASK = """network = "net.csv"
machine = "transistor"
eta = 0.5

[inputs]
0 = "high"
2 = 0.00
4 = 0.10
7 = 0.00

[outputs]
6 = "label"

[data]
file = "data.csv"
test_file = "data.csv"
"""


@pytest.mark.parametrize("kind", ["bidirectional", "amplifier"])
def test_a_series_may_be_listed_from_its_last_amplifier(tmp_path: Path, kind: str) -> None:
    """What the second draws loads the first, in the free and in the clamped network."""
    from ensemble import trained

    (tmp_path / "net.csv").write_text(SERIES.format(kind=kind))
    (tmp_path / "data.csv").write_text("high,label\n0.45,0.20\n0.30,0.12\n")
    (tmp_path / "task.toml").write_text(SERIES_TASK)
    run = Experiment(str(tmp_path / "task.toml"), plant="ideal", cycles=12, board=BOARD)
    learned = trained([run], [12])
    gates, error = ideal(run)
    assert np.abs(gates - run.start().weights).max() > 1e-3
    assert learned.gates[-1, 0] == pytest.approx(gates, abs=1e-7)
    assert learned.errors[-1, 0] == pytest.approx(error, rel=1e-5)


def test_the_power_is_that_of_two_transistors_and_a_resistor() -> None:
    """What the sources supply: their voltages times the currents into the one node."""
    from ensemble import trained

    run = Experiment("two-tasks", plant="ideal", cycles=1, board=TransistorBoard())
    learned = trained([run], [0])
    task, gates = run.lesson.task, run.start().weights
    tests = task.tests()
    assert tests is not None
    watts = []
    for inputs, output in zip(tests, learned.outputs[0, 0, :, 0], strict=True):
        through = (inputs[0] - output) / 500.0  # from node 0 into node 3, and on to both rails
        drops = inputs[1:] - output
        overdrive = gates - 0.7 - (inputs[1:] + output) / 2
        edges = 0.85e-3 * overdrive * drops
        assert through + edges.sum() == pytest.approx(0, abs=1e-8)
        watts.append(through * (inputs[0] - output) + float(edges @ drops))
    assert learned.power[0, 0] == pytest.approx(np.mean(watts), rel=1e-4)
