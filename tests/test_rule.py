from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spicelearn.plant import Bools, Drive, Ints, Reading, State
from spicelearn.rule import Counter

bits = arrays(np.bool_, 16)


@given(arrays(np.int64, 16, elements=st.integers(0, 127)), bits, bits)
def test_the_counter_steps_clocked_edges_by_one_and_saturates(
    codes: Ints, up: Bools, clocked: Bools
) -> None:
    drive = Drive(np.zeros(0), np.zeros(0), 0.5, clocked, clocked)
    reading = Reading(np.zeros(0), np.zeros(0), up, settled=True)
    after = Counter(128).advance(State(codes, 7), reading, drive)
    assert after.cycle == 8
    assert after.codes.min() >= 0
    assert after.codes.max() <= 127
    moved = after.codes - codes
    assert not moved[~clocked].any()
    free = clocked & (codes > 0) & (codes < 127)
    np.testing.assert_array_equal(moved[free], np.where(up[free], 1, -1))
    np.testing.assert_array_equal(moved[clocked & (codes == 127) & up], 0)
    np.testing.assert_array_equal(moved[clocked & (codes == 0) & ~up], 0)
