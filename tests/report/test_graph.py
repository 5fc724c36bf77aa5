"""How a network is drawn."""

from __future__ import annotations

import math

import pytest

from spicelearn.network.graph import named
from spicelearn.report.graph import beside, directions, places, widest_gap


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [([0, 90, 180], 270), ([170, 190], 0), ([0, 180], 90), ([], 90), ([45], 225)],
)
def test_a_label_stands_where_the_gap_between_edges_is_widest(
    degrees: list[float], expected: float
) -> None:
    found = math.degrees(widest_gap([math.radians(angle) for angle in degrees]))
    assert found % 360 == pytest.approx(expected)


def test_an_edge_around_a_torus_leaves_its_node_outwards() -> None:
    torus = named("torus-4x4")
    found = sorted(
        round(math.degrees(angle)) % 360 for angle in directions(torus, places(torus), 0)
    )
    assert found == [0, 90, 180, 270]


def test_a_text_is_placed_outwards() -> None:
    assert beside(0) == {"align": "left", "dx": 20, "dy": 0}
    assert beside(math.pi / 2) == {"align": "center", "dx": 0, "dy": -20}
    assert beside(math.radians(225)) == {"align": "right", "dx": -14, "dy": 14}
