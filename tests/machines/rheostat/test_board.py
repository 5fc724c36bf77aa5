from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.parts import Parts


def test_resistance_is_the_data_sheets() -> None:
    board = Board()
    ohm = board.resistance(np.array([0.0, 1, 64, 127]))
    np.testing.assert_allclose(ohm, [40, 821.25, 50040, 99258.75], rtol=1e-12)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"wiper_ohm": -1.0}, "wiper_ohm = -1.0, expected 0.001 to 10000"),
        ({"wiper_ohm": float("nan")}, "wiper_ohm = nan, expected"),
        ({"wiper_ohm": "40"}, "wiper_ohm = '40', expected a number"),
        ({"positions": 12.5}, "positions = 12.5, expected a whole number"),
        ({"sense": "magic"}, "sense = 'magic', expected averager or ideal"),
        ({"start_code": 128}, "start_code = 128, expected 0 to 127"),
        ({"comparator_supply_V": 5.0}, r"input range of 3.5 V, expected at least logic_supply_V"),
        ({"offset_sigma_V": 0.01}, "offset_limit_V = 0.002, expected at least offset_sigma_V"),
    ],
)
def test_impossible_values_are_refused_by_name(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Board(**choice)


def test_toml_names_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    path.write_text("wiper_ohm = 100\n")
    assert Board().with_file(path) == Board(wiper_ohm=100)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wiper_kohm = 1", r"no constant 'wiper_kohm' \(did you mean 'wiper_ohm'\?\), expected"),
        ("wiper_ohm = ", "board.toml: expected TOML: "),
        ("wiper_ohm = 1" + 400 * "0", "board.toml: wiper_ohm = a huge number, expected"),
        ("wiper_ohm = 1" + 5000 * "0", "board.toml: expected TOML: "),
        ("wiper_ohm = " + 5000 * "[", "board.toml: expected TOML: "),
        ("wiper_ohm = 0", "board.toml: wiper_ohm = 0, expected"),
    ],
)
def test_bad_toml_names_the_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "board.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        Board().with_file(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_board_or_a_usage_error(tmp_path_factory: Any, content: bytes) -> None:
    path = tmp_path_factory.mktemp("board") / "board.toml"
    path.write_bytes(content)
    try:
        Board().with_file(path)
    except UsageError as failure:
        assert str(path) in str(failure)


def test_parts_follow_the_seed_and_the_limits() -> None:
    board = Board()
    parts = Parts.draw(board, 500, 3)
    assert np.abs(parts.offset_V).max() <= board.offset_limit_V
    assert 0.7e-3 < parts.offset_V.std() < 1e-3  # 0.88 of sigma, cut at two sigma
    assert 4e-9 < parts.offset_current_A.std() < 6e-9
    np.testing.assert_array_equal(parts.offset_V, Parts.draw(board, 500, 3).offset_V)
    assert (parts.offset_V != Parts.draw(board, 500, 4).offset_V).any()


def test_no_spread_means_no_offsets() -> None:
    parts = Parts.draw(Board(offset_sigma_V=0, offset_current_sigma_A=0), 16, 0)
    assert not parts.offset_V.any()
    assert not parts.offset_current_A.any()
