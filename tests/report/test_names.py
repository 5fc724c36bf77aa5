"""Names and units on a page."""

from __future__ import annotations

from typing import Any

import pytest

from spicelearn.report.names import rows, told


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("error_final", 6.128e-4, "0.0006128 V²"),
        ("accuracy_final", 0.8806, "88.06 %"),
        ("offset_sigma_V", 5e-4, "500 µV"),
        ("rheostat_ohm", 1e5, "100 kΩ"),
        ("bias_A", 2.5e-8, "25 nA"),
        ("noise_V", 0, "0 V"),
        ("amplitudes_V", [0.01], "[0.01]"),
        ("positions", 128, "128"),
        ("sense", "ideal", "ideal"),
        ("of_another_machine", 3, "3"),
        ("wall_seconds", 10**400, "a huge number s"),
    ],
)
def test_a_value_has_its_unit(key: str, value: Any, text: str) -> None:
    assert told(key, value) == text


def test_keys_have_names_and_what_is_empty_is_left_out() -> None:
    assert rows({"error_best": 1.0, "cuts": [], "x_y": "z", "none": None}) == [
        ["lowest error", "1 V²"],
        ["x y", "z"],
    ]
