"""The channel law against what the laboratory measured and against the circuit's card."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from spicelearn.machines.transistor.channel import channel, conductances

S, THERMAL_V = 0.85e-3, 0.1 / math.log(10)
CARD = """.title channel
.model n nmos(level=3 vto=0.7 kp=48u gamma=0 phi=0.9 nfs=2.93e11 tox=50n kappa=0 eta=0 theta=0)
m1 d g s 0 n w=138.125u l=7.8u
vg g 0 {gate}
vd d 0 {drain}
vs s 0 {source}
.options reltol=1e-7 abstol=1e-15
.control
op
let i = -i(vd)
print i
.endc
.end
"""


def current(gate: float, drain: float, source: float) -> float:
    law = channel(S, THERMAL_V, np.array([gate - 0.7]))
    return float(law(np.array([drain]), np.array([source]))[0][0])


@pytest.mark.parametrize(("gate", "a", "b"), [(3.0, 0.4, 0.1), (5.0, 0.45, 0.0), (2.0, 0.0, 0.3)])
def test_it_is_ohmic_as_measured(gate: float, a: float, b: float) -> None:
    """S (V_G - V_T - (V_a + V_b)/2) (V_a - V_b)."""
    expected = S * (gate - 0.7 - (a + b) / 2) * (a - b)
    assert current(gate, a, b) == pytest.approx(expected, rel=1e-4)


def test_source_and_drain_are_alike() -> None:
    assert current(1.2, 0.4, 0.1) == -current(1.2, 0.1, 0.4)


def test_it_saturates_and_falls_by_a_decade_per_100_mV_below_threshold() -> None:
    assert current(1.2, 1.5, 0.0) == pytest.approx(S / 2 * 0.25, rel=5e-3)
    assert current(1.2, 3.0, 0.0) / current(1.2, 1.5, 0.0) == pytest.approx(1, abs=1e-4)
    assert current(0.2, 1.0, 0.0) / current(0.1, 1.0, 0.0) == pytest.approx(10, rel=1e-2)


def test_the_derivatives_are_those_of_the_current() -> None:
    law, step = channel(S, THERMAL_V, np.array([0.3])), 1e-6
    a, b = np.array([0.2]), np.array([0.35])
    _, by_a, by_b = law(a, b)
    assert (law(a + step, b)[0] - law(a - step, b)[0]) / (2 * step) == pytest.approx(by_a, rel=1e-6)
    assert (law(a, b + step)[0] - law(a, b - step)[0]) / (2 * step) == pytest.approx(by_b, rel=1e-6)
    assert conductances(S, THERMAL_V, np.array([2.0])) == pytest.approx([2 * S], rel=1e-6)


@pytest.mark.parametrize(("gate", "drain", "source"), [(2, 0.4, 0.1), (5, 0.3, 0), (1.0, 0.45, 0)])
def test_the_model_card_is_that_law(
    batch: Callable[[str], str], gate: float, drain: float, source: float
) -> None:
    printed = batch(CARD.format(gate=gate, drain=drain, source=source))
    line = next(line for line in printed.splitlines() if line.startswith("i = "))
    assert float(line.split("=")[1]) == pytest.approx(current(gate, drain, source), rel=0.02)
