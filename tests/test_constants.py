"""Tables of constants: ranges, words, files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spicelearn.constants import Constants, choice, quantity
from spicelearn.errors import UsageError


@dataclass(frozen=True)
class Tank(Constants):
    """Constants of a machine that there is not."""

    height_m: float = quantity(2.0, 0.5, 10, "its height")
    taps: int = quantity(3, 1, 12, "how many there are")
    lid: str = choice("open", ("open", "closed"), "what it has on top")


def test_defaults_and_values_in_range_are_taken() -> None:
    assert Tank().as_dict() == {"height_m": 2.0, "taps": 3, "lid": "open"}
    assert Tank.names() == ("height_m", "taps", "lid")
    for values in ({"height_m": 0.5}, {"height_m": 10}, {"taps": 12}, {"lid": "closed"}):
        assert Tank().with_values(values).as_dict() == {**Tank().as_dict(), **values}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"height_m": 0.4}, "board: height_m = 0.4, expected 0.5 to 10"),
        ({"height_m": 10**400}, "board: height_m = a huge number, expected 0.5 to 10"),
        ({"height_m": float("nan")}, "board: height_m = nan, expected 0.5 to 10"),
        ({"height_m": "2"}, "board: height_m = '2', expected a number"),
        ({"height_m": True}, "board: height_m = True, expected a number"),
        ({"taps": 3.0}, "board: taps = 3.0, expected a whole number"),
        ({"taps": 0}, "board: taps = 0, expected 1 to 12"),
        ({"lid": "ajar"}, "board: lid = 'ajar', expected open or closed"),
        ({"lid": None}, "board: lid = None, expected open or closed"),
        ({"depth_m": 1.0}, "board: no constant 'depth_m'"),
    ],
)
def test_what_is_wrong_is_told_by_name_value_and_range(
    values: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as failure:
        Tank().with_values(values)
    assert str(failure.value) == message


def test_a_file_gives_what_differs_from_a_base_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tank.toml"
    path.write_text('height_m = 3\nlid = "closed"\n')
    base = Tank(taps=5)
    assert base.with_file(path) == Tank(3, 5, "closed")
    near = f" (did you mean 'height_m'?), expected {', '.join(base.names())}"
    for text, message in (
        ("height_m = 30", f"board {path}: height_m = 30, expected 0.5 to 10"),
        ("hight_m = 3", f"board {path}: no constant 'hight_m'{near}"),
        ("taps = 2.5", f"board {path}: taps = 2.5, expected a whole number"),
    ):
        path.write_text(text)
        with pytest.raises(UsageError) as failure:
            base.with_file(path)
        assert str(failure.value) == message
    with pytest.raises(UsageError, match=r"nothing\.toml: No such file or directory, expected"):
        base.with_file(tmp_path / "nothing.toml")
