"""Values with units."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.sweep.quantity import unit_of, valued


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("board.offset_sigma_V", "2 mV", 2e-3),
        ("board.offset_sigma_V", "500µV", 5e-4),
        ("board.bias_A", "25 nA", 25e-9),
        ("board.rheostat_ohm", "100 kohm", 1e5),
        ("board.rheostat_ohm", "0.1 MΩ", 1e5),
        ("board.terminal_wiper_F", "48 pF", 48e-12),
        ("board.clock_period_s", "1.5e2 us", 1.5e-4),
        ("task.outputs.3", "250 mV", 0.25),
        ("board.offset_sigma_V", 0.002, 0.002),
        ("board.sense", "ideal", "ideal"),
        ("run.task", "allostery", "allostery"),
    ],
)
def test_a_value_is_in_the_unit_of_its_field(field: str, text: Any, value: Any) -> None:
    assert valued(field, text) == (pytest.approx(value) if type(value) is float else value)


@pytest.mark.parametrize("text", ["2 mA", "2", "mV", "2 mV + 1 mV", "", "2 furlongs", "1e999 V"])
def test_another_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a number, or one with a unit like '1.5 mV'"):
        valued("board.noise_V", text)


def test_units_are_those_of_names_and_nodes() -> None:
    assert unit_of("board.up_bias") is None
    assert unit_of("run.eta") is None
    assert unit_of("task.inputs.0") == "V"
    assert unit_of("task.hold") is None


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        value = valued("board.noise_V", text)
    except ValueError as failure:
        assert str(failure).startswith("a number")
    else:
        assert isinstance(value, float)
