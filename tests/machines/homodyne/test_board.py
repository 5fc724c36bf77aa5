"""The constants: what is refused, and in which words."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.board import HomodyneBoard
from spicelearn.machines.homodyne.plan import collisions, fewest_samples, free_plan

from ...conftest import ROOT

WRONG: dict[str, dict[str, Any]] = {
    "control_low_V = 2, expected less than control_high_V = 1.5": {"control_low_V": 2.0},
    "amplitudes_V has 2, expected at most 1.5, half the range": {"amplitudes_V": (2.0,)},
    "amplitudes_V is empty": {"amplitudes_V": ()},
    "amplitudes_V = 0.01, expected a list of numbers": {"amplitudes_V": 0.01},
    "amplitudes_V = 'x', expected a number": {"amplitudes_V": ("x",)},
    "ramp = 30, expected at most lead = 20": {"ramp": 30},
}
REFUSED: dict[str, dict[str, Any]] = {
    "amplitudes_V has 2, expected 1 or 5": {"amplitudes_V": (0.01, 0.02)},
    "frequencies_Hz has 2, expected 5": {"frequencies_Hz": (35.0, 55.0)},
    "frequencies_Hz has 36, expected whole periods": {"frequencies_Hz": (36.0, 55, 80, 85, 95)},
    "frequencies_Hz has 55 twice": {"frequencies_Hz": (35.0, 55, 55, 85, 95)},
    "samples = 40, expected at least 51": {"samples": 40},
}


@pytest.mark.parametrize("message", WRONG)
def test_wrong_constants_are_one_line(message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"board: {message}")):
        HomodyneBoard(**WRONG[message])


@pytest.mark.parametrize("message", REFUSED)
def test_what_does_not_fit_the_device_is_one_line(message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"board: {message}")):
        Experiment("and", board=HomodyneBoard(**REFUSED[message]))


def test_without_frequencies_there_is_a_plan_and_samples_at_which_nothing_folds() -> None:
    board = HomodyneBoard()
    assert board.periods(5) == free_plan(5)
    assert board.points(5) == fewest_samples(free_plan(5))
    assert board.amplitudes(5) == (0.01,) * 5


def test_frequencies_that_collide_are_remarked_on(tmp_path: Path) -> None:
    (tmp_path / "published.toml").write_text("frequencies_Hz = [25, 45, 65, 95, 115]\n")
    board = HomodyneBoard().with_file(tmp_path / "published.toml")
    assert board.periods(5) == (5, 9, 13, 19, 23)
    (remark,) = Experiment("and", board=board).remarks()
    assert remark.startswith("frequencies collide, in periods per window: ")
    assert Experiment("and").remarks() == []


def test_lists_go_through_json_and_back() -> None:
    board = HomodyneBoard(amplitudes_V=(0.05, 0.02, 0.02, 0.01, 0.01))
    kept = board.as_dict()
    assert kept["amplitudes_V"] == [0.05, 0.02, 0.02, 0.01, 0.01]
    assert HomodyneBoard().with_values(kept) == board


def test_the_docs_have_every_constant_with_its_default() -> None:
    text = (ROOT / "docs" / "homodyne.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    told = {name: (default.strip("`"), meaning) for name, default, meaning in rows}
    for item in fields(HomodyneBoard):
        default = getattr(HomodyneBoard(), item.name)
        value = list(default) if isinstance(default, tuple) else default
        assert told[item.name] == (str(value), item.metadata["doc"])


def test_the_example_board_is_one() -> None:
    board = HomodyneBoard().with_file(ROOT / "examples" / "slow-sines.toml")
    assert collisions(board.periods(5), board.points(5))
    assert board.amplitudes(5) == (0.02,) * 5
