"""What cannot be taught to the machine of rheostats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat import check
from spicelearn.tasks.regression import Regression

TASK = 'network = "wheel9"\n[inputs]\n0 = {inputs}\n1 = 0.0\n[outputs]\n4 = {target}\n'
DIFFERENCE = TASK.replace("4 =", "D =") + '[differences]\nD = "4 - 7"\n'


@pytest.mark.parametrize(
    ("inputs", "target", "volts"), [(5.5, 2.0, "5.5"), (-0.5, 2.0, "-0.5"), (5.0, 6.0, "6")]
)
def test_voltages_beyond_the_supply_are_refused_by_task_and_file(
    tmp_path: Path, inputs: float, target: float, volts: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TASK.format(inputs=inputs, target=target))
    with pytest.raises(UsageError) as failure:
        Experiment(str(path))
    expected = f"task own ({path}) applies {volts} V, expected 0 to logic_supply_V = 5"
    assert str(failure.value) == expected


def test_a_desired_difference_may_be_negative(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(DIFFERENCE.format(inputs=5.0, target=-1.0))
    assert Experiment(str(path)).lesson.network.outputs == ((4, 7),)


def test_several_examples_per_cycle_are_refused() -> None:
    experiment = Experiment("regression")
    setup = experiment.setup(experiment.lesson)
    task = setup.lesson.task
    assert isinstance(task, Regression)
    check(setup)
    with pytest.raises(UsageError, match="task regression has 2 examples per cycle, expected 1"):
        check(replace(setup, lesson=replace(setup.lesson, task=replace(task, batch=2))))


def test_no_edge_is_cut_out_of_a_circuit_of_analog_pins() -> None:
    with pytest.raises(UsageError, match="detail = 'analog' with cuts, expected event"):
        Experiment("allostery", detail="analog", cuts=["3@5"])
