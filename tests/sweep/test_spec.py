"""A sweep as data."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spicelearn.errors import SpicelearnError, UsageError
from spicelearn.machines.rheostat.board import Board
from spicelearn.sweep.point import experiment_of
from spicelearn.sweep.spec import Sweep

BASE = '[run]\ntask = "allostery"\n'


def swept(tmp_path: Path, text: str) -> Sweep:
    path = tmp_path / "sweep.toml"
    path.write_text(text, encoding="utf-8")
    return Sweep.from_toml(path)


def test_points_are_grid_times_draws_times_seeds(tmp_path: Path) -> None:
    sweep = swept(
        tmp_path,
        f"seeds = [4, 7]\n{BASE}cycles = 9\n[grid.run]\neta = [0.1, 0.5]\n[grid.board]\n"
        'noise_V = [0, "2 mV"]\n[draw]\ncount = 3\n[draw.board]\n'
        'bias_A = {uniform = ["10 nA", "20 nA"]}\n',
    )
    assert sweep.swept == ("run.eta", "board.noise_V", "board.bias_A", "run.seed")
    found = [
        (point.values["run.eta"], point.values["board.noise_V"], point.values["run.seed"])
        for point in sweep.points
    ]
    expected = itertools.product([0.1, 0.5], [0, 0.002], range(3), [4, 7])
    assert found == [(eta, noise, seed) for eta, noise, _, seed in expected]
    assert [point.number for point in sweep.points] == list(range(24))
    bias = [point.values["board.bias_A"] for point in sweep.points]
    assert len(set(bias)) == 3
    assert bias[:6] == bias[6:12]  # a draw is the same over the grid and the seeds
    assert all(10e-9 <= one <= 20e-9 for one in bias)
    assert {point.choices["run.cycles"] for point in sweep.points} == {9}


def test_a_case_sets_several_fields_together(tmp_path: Path) -> None:
    text = (
        f"{BASE}[[case]]\nrun.probability = 1.0\nrun.cycles = 10\n"
        '[[case]]\nrun.probability = 0.5\nrun.cycles = 20\n[grid.board]\nnoise_V = [0, "1 mV"]\n'
    )
    sweep = swept(tmp_path, text)
    assert sweep.swept == ("run.probability", "run.cycles", "board.noise_V")
    found = [tuple(point.values.values())[:3] for point in sweep.points]
    assert found == [(1.0, 10, 0), (1.0, 10, 1e-3), (0.5, 20, 0), (0.5, 20, 1e-3)]


def test_a_draw_depends_on_its_seed_number_and_field_alone(tmp_path: Path) -> None:
    text = BASE + "[draw]\ncount = {}\nseed = {}\n[draw.board]\nnoise_V = {{uniform = [0, 1]}}\n"
    few = [point.values["board.noise_V"] for point in swept(tmp_path, text.format(3, 5)).points]
    many = [point.values["board.noise_V"] for point in swept(tmp_path, text.format(9, 5)).points]
    more = text + "bias_A = {{uniform = [0, 1e-6]}}\n"
    both = [point.values["board.noise_V"] for point in swept(tmp_path, more.format(3, 5)).points]
    other = [point.values["board.noise_V"] for point in swept(tmp_path, text.format(3, 6)).points]
    assert few == many[:3] == both
    assert not set(few) & set(other)


@pytest.mark.parametrize(
    ("distribution", "mean", "spread"),
    [
        ("{uniform = [0.1, 0.3]}", 0.2, 0.2 / 12**0.5),
        ("{normal = [0.2, 0.01]}", 0.2, 0.01),
        ("{choice = [0.1, 0.3]}", 0.2, 0.1),
        ("{loguniform = [0.1, 0.4]}", 0.3 / np.log(4), None),
    ],
)
def test_values_are_distributed_as_told(
    tmp_path: Path, distribution: str, mean: float, spread: float | None
) -> None:
    text = f"{BASE}[draw]\ncount = 4000\n[draw.board]\nnoise_V = {distribution}\n"
    values = [point.values["board.noise_V"] for point in swept(tmp_path, text).points]
    assert np.mean(values) == pytest.approx(mean, rel=0.03)
    if spread:
        assert np.std(values) == pytest.approx(spread, rel=0.05)


def test_whole_numbers_are_drawn_from_first_to_last(tmp_path: Path) -> None:
    text = f"{BASE}[draw]\ncount = 100\n[draw.run]\ncycles = {{integers = [3, 5]}}\n"
    values = {point.values["run.cycles"] for point in swept(tmp_path, text).points}
    assert values == {3, 4, 5}


def test_the_task_may_be_what_varies(tmp_path: Path) -> None:
    (tmp_path / "sweep.toml").write_text('[grid.run]\ntask = ["divider", "allostery"]\n')
    points = Sweep.from_toml(tmp_path / "sweep.toml").points
    assert [point.choices["run.task"] for point in points] == ["divider", "allostery"]


WRONG = [
    ("", "run.task is missing, expected the name of a task"),
    (BASE + "[gird.run]\neta = [1]\n", r"no key 'gird' \(did you mean 'grid'\?\), expected seeds"),
    (
        BASE + "[grid.board]\nofset_sigma_V = [1]\n",
        r"no field of board 'ofset_sigma_V' \(did you mean 'offset_sigma_V'\?\), expected one",
    ),
    (BASE + "[grid.machine]\neta = [1]\n", "no table 'machine', expected run, board, task"),
    (BASE + "[grid.run]\neta = 0.5\n", "grid.run.eta = 0.5, expected a list of values"),
    (BASE + "[grid.run]\neta = []\n", r"grid.run.eta = \[\], expected a list of values"),
    (BASE + "[grid.run]\nseed = [1]\n", "run.seed, expected seeds"),
    (BASE + "seed = 3\n", "run.seed, expected seeds"),
    (BASE + '[grid.board]\nnoise_V = ["2 mA"]\n', "noise_V = '2 mA', expected a number, or one"),
    (
        BASE + "[draw.board]\nnoise_V = [1]\n",
        r"draw.board.noise_V = \[1\], expected one of uniform",
    ),
    (
        BASE + "[draw.board]\nnoise_V = {uniform = [2, 1]}\n",
        r"uniform = \[2, 1\], expected \[lowest",
    ),
    (BASE + "[draw.board]\nnoise_V = {loguniform = [0, 1]}\n", "expected .*more than 0"),
    (BASE + "[draw.board]\nnoise_V = {normal = [0, -1]}\n", r"expected \[mean, standard"),
    (BASE + "[draw.board]\nnoise_V = {uniform = [1, 2, 3]}\n", r"expected \[lowest, highest\]"),
    (BASE + "[draw.run]\ncycles = {integers = [1.5, 3]}\n", r"expected \[first, last\], whole"),
    (BASE + "[draw.board]\nnoise_V = {choice = []}\n", "expected a list of values"),
    (BASE + "[draw]\ncount = 5\n", "draw = .*, expected one of uniform"),
    ("seeds = [99999999999999999999]\n" + BASE, "expected how many, or a list of whole numbers"),
    ("seeds = 0\n" + BASE, "seeds = 0, expected how many, or a list"),
    ("seeds = [1, 1]\n" + BASE, "expected every seed once"),
    (
        "seeds = 1000000\n" + BASE + "[grid.run]\neta = [1, 0.5]\n",
        "2000000 points, expected at most",
    ),
    (
        BASE + "[grid.board]\nnoise_V = [0]\n[draw.board]\nnoise_V = {choice = [1]}\n",
        "board.noise_V varies twice, expected it in one of case, grid and draw",
    ),
    (BASE + "[[case]]\nrun.eta = 1\n[[case]]\nrun.cycles = 1\n", "tables with the same fields"),
    (BASE + "[[case]]\n", "expected a list of tables with the same fields"),
    (BASE + "[case]\nrun.eta = 1\n", "expected a list of tables with the same fields"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        swept(tmp_path, text)
    assert "sweep.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_point_is_an_experiment(tmp_path: Path) -> None:
    (tmp_path / "quiet.toml").write_text("noise_V = 0.0\nup_bias = 0.0\n")
    text = (
        'seeds = [3]\n[run]\ntask = "allostery"\nboard = "quiet.toml"\nplant = "ideal"\n'
        'cuts = ["3@5"]\ncycles = 9\n[board]\nnoise_V = "1 mV"\n'
    )
    (point,) = swept(tmp_path, text).points
    experiment = experiment_of(point, tmp_path, tmp_path / "tasks")
    assert (experiment.seed, experiment.cycles, experiment.plant) == (3, 9, "ideal")
    assert isinstance(experiment.constants, Board)
    assert (experiment.constants.noise_V, experiment.constants.up_bias) == (1e-3, 0.0)
    assert experiment.cuts == ("3@5",)


def test_a_field_of_a_task_file_varies_too(tmp_path: Path) -> None:
    (tmp_path / "net.csv").write_text("source,target\n0,1\n1,2\n")
    (tmp_path / "t.toml").write_text(
        'network = "net.csv"\n[inputs]\n0 = 5.0\n2 = 0.0\n[outputs]\n1 = 2.0\n'
    )
    text = '[run]\ntask = "t.toml"\n[task]\neta = 0.3\n[grid.task.outputs]\n1 = [3.0, "1500 mV"]\n'
    sweep = swept(tmp_path, text)
    assert sweep.swept == ("task.outputs.1",)
    made = [experiment_of(point, tmp_path, tmp_path / "tasks") for point in sweep.points]
    assert [one.lesson.first_drive().targets[0] for one in made] == [3.0, 1.5]
    assert [one.eta for one in made] == [0.3, 0.3]
    assert made[0].edges == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BASE + "[task]\neta = 0.3\n", "task.eta of the built-in task allostery"),
        (BASE + "board = 3\n", "run.board = 3, expected a text"),
        ("[run]\ntask = [1]\n", r"run.task = \[1\], expected a text"),
        (BASE + "cuts = 3\n", "run.cuts = 3, expected a list of EDGE@CYCLE"),
        (BASE + '[board]\nnoise_V = "1e9 V"\n', "board: noise_V"),
        (BASE + 'network = "none.csv"\n', "none.csv"),
        ('[run]\ntask = "none.toml"\n[task]\neta = 1\n', "none.toml"),
    ],
)
def test_a_point_that_no_run_has_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (point,) = swept(tmp_path, text).points
    with pytest.raises(UsageError, match=message):
        experiment_of(point, tmp_path, tmp_path / "tasks")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["run", "task", "board", "eta", "noise_V", "uniform", "count", "x"]),
            inner,
        )
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    table=st.dictionaries(st.sampled_from(["seeds", "run", "board", "case", "grid", "draw"]), JUNK)
)
def test_any_table_is_a_sweep_or_refused(tmp_path: Path, table: dict[str, Any]) -> None:
    try:
        text = tomli_w.dumps(table)
    except (TypeError, ValueError):
        return  # no TOML
    if "seeds = 1" in text or "count = 1" in text:
        return  # may be many
    try:
        sweep = swept(tmp_path, text)
        for point in sweep.points[:2]:
            experiment_of(point, tmp_path, tmp_path / "tasks")
    except SpicelearnError as failure:
        assert "\n" not in str(failure)


def test_the_task_may_vary_in_the_grid(tmp_path: Path) -> None:
    """Rules and nudges may, too; a task has to be in one of the tables."""
    file = tmp_path / "s.toml"
    file.write_text(
        '[run]\ncycles = 5\n[grid.run]\ntask = ["xor", "parabola"]\nrule = ["ordinary"]'
    )
    assert [point.choices["run.task"] for point in Sweep.from_toml(file).points] == [
        "xor",
        "parabola",
    ]
    file.write_text('[run]\ncycles = 5\n[grid.run]\nnudge = ["centred"]')
    with pytest.raises(UsageError, match=r"run\.task is missing, expected the name of a task"):
        Sweep.from_toml(file)
