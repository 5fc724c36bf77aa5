from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from spicelearn.formats.quantity import PREFIXES, scaled

FACTORS = {"p": 1e-12, "n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


def test_a_prefix_suits_the_size() -> None:
    sizes = {999.0: "999 V", 1000.0: "1 kV", -0.02: "-20 mV", 1e-3: "1 mV", 1e-20: "1e-08 pV"}
    assert {size: scaled(size, "V") for size in sizes} == sizes


def test_digits_are_as_many_as_asked() -> None:
    assert scaled(219780.2, "ohm", 5) == "219.78 kohm"


def test_what_has_no_size_has_no_prefix() -> None:
    texts = ["0 V", "inf V", "nan V", "a huge number V"]
    assert [scaled(value, "V") for value in (0.0, math.inf, math.nan, 10**400)] == texts


@given(st.floats(1e-12, 1e11), st.integers(3, 6))
def test_a_text_is_the_value_to_its_digits(value: float, digits: int) -> None:
    amount, prefixed = scaled(value, "V", digits).split()
    assert prefixed[:-1] in PREFIXES
    assert math.isclose(float(amount) * FACTORS[prefixed[:-1]], value, rel_tol=10.0 ** (1 - digits))
    assert prefixed == "GV" or 1 <= float(amount) <= 1000
