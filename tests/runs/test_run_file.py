"""A run file repeats its run, and is told from a task file."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from spicelearn.api import experiment_of
from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.runs import run_file
from spicelearn.runs.carry_out import begin

from ..conftest import ROOT, Run


def codes(run: Path) -> pd.DataFrame:
    return pd.read_csv(run / "cycles.csv").filter(like="code_")


@pytest.mark.usefixtures("ngspice")
def test_the_file_of_a_run_folder_repeats_the_run(command: Run, tmp_path: Path) -> None:
    (tmp_path / "noisy.toml").write_text("noise_V = 0.01\n")
    choices = ("--seed", "5", "--probability", "0.5", "--cut", "9@20", "--board", "noisy.toml")
    assert command("train", "allostery", *choices, "--cycles", "60", "--out", "one").returncode == 0
    (tmp_path / "noisy.toml").unlink()
    assert command("train", "one/run.toml", "--out", "two").returncode == 0
    pd.testing.assert_frame_equal(codes(tmp_path / "one"), codes(tmp_path / "two"))
    assert (tmp_path / "one" / "run.toml").read_text() == (tmp_path / "two/run.toml").read_text()
    assert command("train", "one/run.toml", "--seed", "6", "--out", "three").returncode == 0
    assert not codes(tmp_path / "one").equals(codes(tmp_path / "three"))


def test_files_are_named_from_the_folder_of_the_run_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "place" / "examples")
    monkeypatch.chdir(tmp_path / "place")
    begin(Experiment("examples/bridge.toml", plant="ideal", cycles=30), Path("runs/one"))
    held = tomllib.loads(Path("runs/one/run.toml").read_text())
    assert held["run"]["task"] == "inputs/bridge.toml"
    assert held["run"]["network"] == "inputs/bridge.csv"
    (tmp_path / "place" / "runs" / "one").rename(tmp_path / "sent")
    shutil.rmtree(tmp_path / "place")
    monkeypatch.chdir(tmp_path)
    again = experiment_of("sent/run.toml", None, {"seed": 3})
    assert (again.curriculum.name, again.cycles, again.seed) == ("bridge", 30, 3)


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment("seven", plant="ideal", cycles=900),
        Experiment("xor", cycles=50, eta=0.3, waves="3:9"),
        Experiment("xor-gate", cycles=20, restarts=2),
        Experiment("damage", plant="ideal", cuts=()),
    ],
    ids=lambda experiment: experiment.task,
)
def test_every_choice_of_every_machine_comes_back(tmp_path: Path, experiment: Experiment) -> None:
    run_file.write(experiment, tmp_path)
    assert run_file.from_toml(tmp_path / "run.toml").as_dict() == experiment.as_dict()


def test_other_choices_beside_it_take_what_goes_with_them(tmp_path: Path) -> None:
    """A detail is of its plant; how many rows are kept is of its length."""
    run_file.write(Experiment("allostery", cycles=100), tmp_path)
    path = tmp_path / "run.toml"
    longer = run_file.from_toml(path, {"cycles": 100_000})
    assert longer.record_every == Experiment("allostery", cycles=100_000).record_every == 5
    (tmp_path / "board.toml").write_text("noise_V = 0.001\n")
    ideal = run_file.from_toml(path, {"plant": "ideal"}, tmp_path / "board.toml")
    assert (ideal.plant, ideal.detail) == ("ideal", None)
    with pytest.raises(UsageError, match="expected a board beside it, or no table"):
        run_file.from_toml(path, {"plant": "ideal"})


def test_a_name_that_is_no_text_is_kept_by_a_run(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "bridge.csv", tmp_path)
    odd = tmp_path / os.fsdecode(b"br\xff.toml")
    shutil.copy(ROOT / "examples" / "bridge.toml", odd)
    begin(Experiment(str(odd), plant="ideal", cycles=5), tmp_path / "run")
    assert run_file.from_toml(tmp_path / "run" / "run.toml").cycles == 5


def test_a_table_run_tells_a_run_file_from_a_task_file(tmp_path: Path) -> None:
    path = tmp_path / "short.toml"
    path.write_text('[run]\ntask = "allostery"\n')
    assert run_file.is_run_file(str(path))
    assert run_file.from_toml(path).as_dict() == Experiment("allostery").as_dict()
    for other in ("bridge", "wine", "noisy"):
        assert not run_file.is_run_file(str(ROOT / "examples" / f"{other}.toml"))
    assert not run_file.is_run_file("allostery")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[run]\ncycles = 3\n", "run.task is missing, expected a text"),
        ('[run]\ntask = "xor"\nsteps = 3\n', "no choice 'steps'"),
        ('[run]\ntask = "xor"\n[grid.run]\nseed = [1]\n', "no key 'grid', expected run, board"),
        ('[run]\ntask = "xor"\nplant = 3\n', "run.plant = 3, expected a text"),
        ('[run]\ntask = "xor"\ncycles = "3"\n', "cycles = '3', expected 1 to"),
        (
            '[run]\ntask = "xor"\n[board]\ngate = 3\n',
            "no constant 'gate' (did you mean 'gate_F'?), expected",
        ),
        ('[run]\ntask = "xor"\ncuts = "3@9"\n', "run.cuts = '3@9', expected a list like"),
        ('[run]\ntask = "no.toml"\n', "no.toml: No such file"),
    ],
)
def test_a_mistake_in_a_run_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match="run file ") as caught:
        run_file.from_toml(path)
    assert message in str(caught.value)


def test_constants_of_another_machine_or_plant_are_refused(tmp_path: Path) -> None:
    run_file.write(Experiment("allostery"), tmp_path)
    with pytest.raises(UsageError, match="its constants are not those of plant ideal"):
        run_file.from_toml(tmp_path / "run.toml", {"plant": "ideal"})
