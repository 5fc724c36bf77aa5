from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.formats.quantity import E12, E24, E96, PREFIXES, preferred, scaled

FACTORS = {"p": 1e-12, "n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


def test_a_prefix_suits_the_size() -> None:
    sizes = {999.0: "999 V", 1000.0: "1 kV", -0.02: "-20 mV", 1e-3: "1 mV", 1e-20: "1e-08 pV"}
    assert {size: scaled(size, "V") for size in sizes} == sizes


def test_digits_are_as_many_as_asked() -> None:
    assert scaled(219780.2, "ohm", 5) == "219.78 kohm"


def test_what_is_sold_is_the_nearest_of_a_series() -> None:
    sold = {7.6e-9: 8.2e-9, 7.4e-9: 6.8e-9, 95.0: 100.0, 2.2e3: 2.2e3}
    assert {value: preferred(value, E12) for value in sold} == pytest.approx(sold)
    assert (len(E24), len(E96), E96[33]) == (24, 96, 2.21)
    assert preferred(219.78e3, E96) == pytest.approx(221e3)


def test_what_has_no_size_has_no_prefix() -> None:
    texts = ["0 V", "inf V", "nan V", "a huge number V"]
    assert [scaled(value, "V") for value in (0.0, math.inf, math.nan, 10**400)] == texts


@given(st.floats(1e-12, 1e11), st.integers(3, 6))
def test_a_text_is_the_value_to_its_digits(value: float, digits: int) -> None:
    amount, prefixed = scaled(value, "V", digits).split()
    assert prefixed[:-1] in PREFIXES
    assert math.isclose(float(amount) * FACTORS[prefixed[:-1]], value, rel_tol=10.0 ** (1 - digits))
    assert prefixed == "GV" or 1 <= float(amount) <= 1000
