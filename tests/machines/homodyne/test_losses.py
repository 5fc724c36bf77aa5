"""Losses: their gradients, what they prefer, and where there is none."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from spicelearn.errors import SpicelearnError
from spicelearn.machines.homodyne.board import HomodyneBoard
from spicelearn.machines.homodyne.losses import LOSSES
from spicelearn.plant import Floats

ONES = np.array([False, True, True, False])
BOARD = HomodyneBoard()


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_is_that_of_differences(name: str) -> None:
    outputs = np.array([0.1, 0.25, 0.21, 0.17])
    _, gradient = LOSSES[name](outputs, ONES, BOARD)

    def loss(some: Floats) -> float:
        return LOSSES[name](some, ONES, BOARD)[0]

    measured = approx_fprime(outputs, loss, 1e-7)
    assert gradient == pytest.approx(measured, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_a_gate_is_better_than_its_inverse_at_any_level(name: str) -> None:
    gate = np.array([0.0, 0.4, 0.4, 0.0])
    here, above, inverse = (LOSSES[name](some, ONES, BOARD)[0] for some in (gate, gate + 2, -gate))
    assert here == pytest.approx(above, abs=1e-9)
    assert here < inverse


def test_equal_outputs_have_no_correlation() -> None:
    message = "all outputs are 0.3 V: the loss has no gradient, expected controls at which"
    with pytest.raises(SpicelearnError, match=re.escape(message)):
        LOSSES["correlation"](np.full(4, 0.3), ONES, BOARD)
