"""Cuts: which edges are left, what is refused, and that the circuit loses what it should."""

from __future__ import annotations

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.network.graph import named
from spicelearn.schedules.cuts import Cut, Damage

WHEEL = named("wheel9").with_roles((2, 0, 6), (8, 7, 5))


def test_an_edge_is_there_until_its_cycle() -> None:
    damage = Damage(WHEEL, [Cut.parse("3@20"), Cut.parse("9@10")])
    assert damage.edges == (9, 3)
    for cycle, gone in ((0, []), (9, []), (10, [9]), (19, [9]), (20, [3, 9]), (500, [3, 9])):
        assert np.flatnonzero(~damage.intact(cycle)).tolist() == gone


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        (["16@5"], r"cut 16@5: network wheel9 has no edge 16, expected 0 to 15"),
        (["3@5", "3@9"], r"cut 3@9: edge 3 is cut twice"),
        (
            ["0@1", "1@2", "9@3", "12@30", "13@31", "11@32", "3@33", "4@34"],
            r"cut 9@3 disconnects a node: network wheel9: node 1 is not connected to any input",
        ),
        (["3-5"], r"cut '3-5', expected EDGE@CYCLE, two whole numbers, like 3@100"),
        (["3@-5"], r"cut '3@-5', expected EDGE@CYCLE"),
        (["٣@5"], r"cut '٣@5', expected EDGE@CYCLE"),
        (["3@5000"], r"cut 3@5000, expected a cycle below 1000"),
    ],
)
def test_a_cut_that_cannot_be_made_is_refused_before_the_run(cuts: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Experiment("allostery", cuts=cuts)
