"""How a network is drawn."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import spicelearn as sl
from spicelearn.network.graph import Amplifier, Network, named
from spicelearn.report.graph import (
    Snapshot,
    amplifier_marks,
    around,
    beside,
    directions,
    network_figure,
    places,
    widest_gap,
)
from spicelearn.report.subject import subject_of


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


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Return two tasks' small network before it learns: two transistors and 500 ohm."""
    folder = tmp_path_factory.mktemp("run") / "fork"
    run = sl.train("two-tasks", plant="ideal", cycles=1, out=folder)
    subject, _ = subject_of(folder, run.manifest, run.cycles)
    assert subject.run is not None
    assert subject.view is not None
    return Snapshot(subject.run, subject.view, subject.weights, np.array([2.0, 2.0]), 0)


def drawn_resistors(snapshot: Snapshot, network: Network) -> tuple[str, list[dict[str, Any]]]:
    """Return the caption of a network's figure, and its layers that have a fixed resistor."""
    shown = replace(snapshot, run=replace(snapshot.run, network=network))
    figure = network_figure(shown, places(named("fork")), "network", "The network")
    layers = [layer for layer in figure.in_file()["layer"] if layer["data"]["name"] == "resistors"]
    return figure.caption, layers


def test_a_fixed_resistor_is_drawn_apart_from_the_edges_and_told(snapshot: Snapshot) -> None:
    network = named("fork")
    caption, (line, *texts) = drawn_resistors(snapshot, network)
    assert "Dash-dotted lines are fixed resistors, which do not learn." in caption
    assert [each["field"] for each in line["encoding"]["tooltip"]] == ["between", "resistance"]
    (row,) = snapshot.resistors(places(network)).to_dict("records")
    assert (row["between"], row["resistance"], row["values"]) == ("0-3", "500 Ω", "500 Ω")
    ends = [[row["x"], row["y"]], [row["x2"], row["y2"]]]
    assert np.array(ends) == pytest.approx(places(network)[[0, 3]])
    assert line["encoding"]["strokeDash"]["scale"]["domain"] == ["500 Ω"]
    assert {text["encoding"]["text"]["field"] for text in texts} == {"resistance"}
    assert len(directions(network, places(network), 3)) == 3


def test_resistors_of_many_values_have_their_range_in_the_legend(snapshot: Snapshot) -> None:
    network = replace(named("fork"), resistors=((0, 3, 2e3), (1, 0, 50.0), (2, 0, 500.0)))
    _, (line, *_) = drawn_resistors(snapshot, network)
    assert line["encoding"]["strokeDash"]["scale"]["domain"] == ["50 Ω to 2 kΩ"]


def test_nothing_is_said_of_resistors_where_there_are_none(snapshot: Snapshot) -> None:
    caption, layers = drawn_resistors(snapshot, replace(named("fork"), resistors=()))
    assert layers == []
    assert "resistor" not in caption


def test_an_amplifier_is_drawn_from_both_its_nodes_to_its_target(snapshot: Snapshot) -> None:
    joined = Amplifier((1, 0), 2, 4.0, 0.1), Amplifier(3, 1, -5.0, bidirectional=True)
    where = places(named("fork"))
    shown = replace(snapshot, run=replace(snapshot.run, network=named("fork")))
    drawn = replace(named("fork"), amplifiers=joined)
    rows = replace(shown, run=replace(shown.run, network=drawn)).amplifiers(where)
    assert rows["leads"].tolist() == ["1 to 2", "0 to 2", "3 to 1"]
    assert rows["gain"].tolist() == ["+4", "-4", "-5"]
    assert rows["level"].tolist() == ["100 mV", "100 mV", "0 V"]
    assert rows["kind"].tolist() == ["one-way", "one-way", "bidirectional"]
    assert rows[["x", "y", "x2", "y2"]].to_numpy() == pytest.approx(
        np.hstack([where[[1, 0, 3]], where[[2, 2, 1]]])
    )
    assert len(amplifier_marks(rows)) == 4
    assert amplifier_marks(shown.amplifiers(where)) == []
    assert "amplifier" not in network_figure(shown, where, "network", "The network").caption
    with_one = replace(shown, run=replace(shown.run, network=drawn))
    assert "Dotted lines are amplifiers" in network_figure(with_one, where, "n", "N").caption


def test_the_cascade_stands_as_two_tori_side_by_side() -> None:
    where, torus = places(named("cascade")), places(named("torus-4x4"))
    assert where[:16] == pytest.approx(torus)
    assert where[16:] == pytest.approx(torus + np.array([5, 0]))
    far = around(named("cascade"))
    assert far.tolist() == [*around(named("torus-4x4")).tolist()] * 2
