"""Which edges are clocked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.runs.worker import train_here
from spicelearn.schedules.clocks import Clock, held, lines

from ..conftest import ROOT, Run


def masks(clock: Clock, cycles: int) -> np.ndarray:
    return np.array([clock.learning(cycle) for cycle in range(cycles)])


def test_all_none_or_a_share_that_is_drawn_anew() -> None:
    assert Clock("synchronous", 5).learning(3).all()
    assert not held(5).any()
    drawn = masks(Clock("independent", 16, 0.25, 3), 4000)
    assert drawn.mean() == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(drawn.mean(axis=0), 0.25, atol=0.04)
    registers = masks(Clock("lfsr", 16, 0.25, 3), 4000)
    np.testing.assert_allclose(registers.mean(axis=0), 0.25, atol=0.04)
    assert abs(np.corrcoef(registers.T) - np.eye(16)).max() < 0.08
    assert (Clock("lfsr", 16, 0.25, 4).learning(7) != registers[7]).any()
    assert (Clock("independent", 16, 0.25, 4).learning(7) != drawn[7]).any()


def test_one_edge_after_the_other() -> None:
    np.testing.assert_array_equal(masks(Clock("round-robin", 3), 6), np.tile(np.eye(3), (2, 1)))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**40))
def test_partitions_take_turns_and_leave_nobody_out(edges: int, groups: int, seed: int) -> None:
    if groups > edges:
        with pytest.raises(UsageError, match=f"expected 1 to {edges} partitions"):
            Clock(f"partitions:{groups}", edges, seed=seed)
        return
    round_ = masks(Clock(f"partitions:{groups}", edges, seed=seed), 2 * groups)
    np.testing.assert_array_equal(round_[:groups], round_[groups:])
    np.testing.assert_array_equal(round_[:groups].sum(axis=0), 1)
    sizes = round_[:groups].sum(axis=1)
    assert sizes.max() - sizes.min() <= 1


def test_what_was_recorded_is_replayed(tmp_path: Path) -> None:
    drawn = masks(Clock("independent", 16, 0.5, 3), 50)
    file = tmp_path / "clocked.txt"
    file.write_bytes(lines(list(drawn)))
    clock = Clock(str(file), 16)
    np.testing.assert_array_equal(masks(clock, 50), drawn)
    clock.check(50)
    with pytest.raises(UsageError, match=r"clocked.txt recorded 50 cycles, expected 51"):
        clock.check(51)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"101\n10\n", r"clocked.txt, line 2: expected 3 characters 0 or 1, one per weight"),
        (b"1 0 1\n", "line 1: expected 3 characters"),
        (b"\xff\xfe\x00", "line 1: expected 3 characters"),
        (None, "No such file or directory, expected a file"),
    ],
)
def test_a_damaged_record_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "clocked.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        Clock(str(file), 3)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"clock": "sometimes"}, "clock = 'sometimes', expected synchronous, independent"),
        ({"clock": "partitions:0"}, "clock = 'partitions:0', expected 1 to 16 partitions"),
        ({"clock": "partitions:x"}, "clock = 'partitions:x', expected synchronous"),
        ({"clock": "lfsr"}, "clock = 'lfsr' with probability = 1, expected less, or clock sync"),
        (
            {"clock": "round-robin", "probability": 0.5},
            "probability = 0.5 with clock round-robin, expected clock independent or lfsr",
        ),
    ],
)
def test_what_is_no_clock_is_refused(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Experiment("allostery", **choices)


@pytest.mark.usefixtures("ngspice")
def test_circuit_and_ideal_machine_decide_alike_under_a_recorded_mask(
    command: Run, tmp_path: Path
) -> None:
    """A clean board: the same codes after every cycle, whoever drew the mask."""
    clean = str(ROOT / "examples" / "clean.toml")
    drawn = ("allostery", "--cycles", "300", "--probability", "0.25", "--board", clean)
    assert command("train", *drawn, "--out", "circuit").returncode == 0
    again = ("allostery", "--cycles", "300", "--clock", "circuit/clocked.txt")
    done = command("train", *again, "--plant", "ideal", "--seed", "5", "--out", "ideal")
    assert done.returncode == 0, done.stderr
    one, other = (
        pd.read_csv(tmp_path / run / "cycles.csv").filter(like="code_").to_numpy()
        for run in ("circuit", "ideal")
    )
    np.testing.assert_array_equal(one, other)
    mask = (tmp_path / "circuit" / "clocked.txt").read_bytes()
    assert mask == (tmp_path / "ideal" / "clocked.txt").read_bytes()
    moved = np.diff(one, axis=0) != 0
    clocked = masks(Clock("independent", 16, 0.25, 0), 300)
    assert not moved[~clocked].any()
    assert moved[clocked].mean() > 0.8  # but for codes at an end


@pytest.mark.parametrize("clock", ["round-robin", "partitions:4"])
def test_an_ordered_clock_learns_too(tmp_path: Path, clock: str) -> None:
    experiment = Experiment("allostery", plant="ideal", clock=clock, cycles=16_000)
    assert train_here(experiment, tmp_path, None, lambda progress: None)["results"]["decades"] > 3


@pytest.mark.parametrize("probability", [0.0, 1.5, float("nan"), "1"])
def test_what_is_no_probability_is_refused(probability: float) -> None:
    with pytest.raises(UsageError, match=r"probability = .*, expected more than 0 and at most 1"):
        Experiment("allostery", probability=probability)


def test_fewer_clocks_reach_the_independent_models_floor(tmp_path: Path) -> None:
    """Allostery at p = 0.25: 4.55 [4.21, 4.75] decades over 100 seeds, 3.39 at p = 1."""
    decades = []
    for seed in range(10):
        experiment = Experiment("allostery", plant="ideal", seed=seed, probability=0.25)
        results = train_here(experiment, tmp_path, None, lambda progress: None)["results"]
        decades.append(results["decades"])
    assert 4.2 < np.median(decades) < 4.8
