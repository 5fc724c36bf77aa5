"""Lock-ins read what is there: amplitude, phase, and nothing of other frequencies."""

from __future__ import annotations

import numpy as np
import pytest

from spicelearn.machines.homodyne.lockin import demodulated, derivatives

HERTZ = np.array([35.0, 55.0])
TIMES = (np.arange(64) + 0.3) * 0.2 / 64  # s; samples need not begin at 0


def test_amplitude_and_phase_of_every_frequency() -> None:
    seen = (
        0.7  # a constant
        + 2 * np.sin(2 * np.pi * 35 * TIMES)
        - 3 * np.sin(2 * np.pi * 55 * TIMES)
        + 4 * np.cos(2 * np.pi * 55 * TIMES)
        + 5 * np.sin(2 * np.pi * 80 * TIMES)  # of another control
    )
    found = demodulated(seen[None], TIMES[None], HERTZ)
    assert found == pytest.approx(np.array([[2, -3 + 4j]]))


def test_a_phase_is_turned_back_ignored_or_taken_for_a_sign() -> None:
    true = np.array([2.0, -3.0])
    response = np.array([0.8 - 0.6j, 0.3 - 0.4j])
    seen = true * response
    assert derivatives(seen, response, "rotated") == pytest.approx(true)
    assert derivatives(seen, response, "in-phase") == pytest.approx([1.6, -0.9])
    assert derivatives(seen, response, "magnitude") == pytest.approx([2, -1.5])
