"""The circuit against the idealised model: outputs, derivatives, amplifier, noise."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.board import HomodyneBoard
from spicelearn.plant import Floats, Reading, State
from spicelearn.runs.supervisor import Supervisor

pytestmark = pytest.mark.usefixtures("ngspice")
CONTROLS = np.random.default_rng(5).uniform(-1.5, 1.5, (8, 5))


def readings(board: HomodyneBoard, plant: str = "spice") -> list[Reading]:
    """Return a gradient at each of the `CONTROLS`."""
    experiment = Experiment("xor-gate", board=board, plant=plant)
    setup = experiment.setup(experiment.lesson)
    with closing(experiment.plant_of(setup)) as machine:
        supervisor = Supervisor(machine, experiment.lesson, experiment.damage)
        states = [State(row, cycle) for cycle, row in enumerate(CONTROLS)]
        return [machine.cycle(state, supervisor.drive(state)) for state in states]


def errors(found: list[Reading], exact: list[Reading]) -> Floats:
    """Return the relative errors of all derivatives that are not zero."""
    pairs = zip(found, exact, strict=True)
    listed = [
        np.abs(a.signal - b.signal)[b.signal != 0] / np.abs(b.signal[b.signal != 0])
        for a, b in pairs
    ]
    return np.concatenate(listed)


@pytest.fixture(scope="module")
def exact() -> list[Reading]:
    return readings(HomodyneBoard(), "ideal")


def test_derivatives_are_exact_but_for_the_square_of_the_amplitude(exact: list[Reading]) -> None:
    """An ideal lock-in has .008 % at 10 mV in the median, four times as much at twice that."""
    small, large = (
        np.median(errors(readings(HomodyneBoard(amplitudes_V=(volts,))), exact))
        for volts in (0.01, 0.04)
    )
    assert small < 2e-4
    assert large / small == pytest.approx(16, rel=0.5)


def test_at_rest_the_outputs_are_those_of_the_law(exact: list[Reading]) -> None:
    """The deck's transistors are ngspice's own."""
    experiment = Experiment("xor-gate")
    with closing(experiment.plant_of(experiment.setup(experiment.lesson))) as machine:
        supervisor = Supervisor(machine, experiment.lesson, experiment.damage)
        drive = supervisor.drive(State(CONTROLS[0]))
        for row, known in zip(CONTROLS, exact, strict=True):
            found = supervisor.examine(State(row), drive.intact).outputs
            assert found == pytest.approx(known.outputs, abs=2e-6)


def test_a_slow_amplifier_is_undone_by_its_replica_only(exact: list[Reading]) -> None:
    """At 100 Hz and 10 to 25 periods in .2 s the phase is 27 to 51 degrees."""
    slow = HomodyneBoard(bandwidth_Hz=100.0)
    rotated, ignored, magnitude = (
        np.median(errors(readings(replace(slow, phase=phase)), exact))
        for phase in ("rotated", "in-phase", "magnitude")
    )
    assert rotated < 1e-3
    assert rotated < magnitude / 10 < ignored / 10


def test_noise_is_that_of_its_density_and_another_one_in_every_cycle() -> None:
    """A lock-in over T has the amplitude's variance 2/T times the density squared, each part."""
    density = 1e-4
    quiet, noisy, again = (
        np.array([each.signal for each in readings(HomodyneBoard(noise_V_rtHz=volts))])
        for volts in (0.0, density, density)
    )
    assert noisy.tolist() == again.tolist()
    scatter = (noisy - quiet) * 0.01  # V at the output
    assert len(np.unique(scatter.round(12))) == scatter.size
    assert scatter.std() == pytest.approx(density / np.sqrt(0.2), rel=0.25)


def test_the_deck_of_a_run_has_its_first_cycle(tmp_path: Path) -> None:
    experiment = Experiment("xor-gate", seed=3)
    setup = experiment.setup(experiment.lesson, tmp_path / "deck.cir")
    with closing(experiment.plant_of(setup)):
        text = (tmp_path / "deck.cir").read_text()
    values = dict(re.findall(r"^V(\w+) \w+ 0 (?:dc )?(\S+)$", text, re.MULTILINE | re.IGNORECASE))
    first = experiment.lesson.first_drive()
    shown = [[float(values[f"x{row}_{place}"]) for place in range(2)] for row in range(4)]
    assert shown == first.inputs.tolist()
    controls = [float(values[f"w{place}"]) for place in range(5)]
    assert controls == pytest.approx(experiment.switched_on.weights.tolist(), rel=1e-12)
