"""The drawing of an edge: it holds what the deck holds."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import schemdraw

from spicelearn.errors import SpicelearnError
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit.drawing import LAYOUT
from spicelearn.machines.rheostat.circuit.edge import edge_circuit
from spicelearn.spice.schematic import place, schematic
from spicelearn.spice.sheet import Sheet

VARIANTS = [
    (Board(), "event", True),
    (Board(), "event", False),
    (Board(), "analog", True),
    (Board(sense="ideal", noise_V=0.01), "event", False),
]


@pytest.mark.parametrize(("board", "detail", "counting"), VARIANTS)
def test_every_pin_of_the_deck_is_in_the_drawing(board: Board, detail: str, counting: bool) -> None:
    block = edge_circuit(board, detail, counting)
    drawing = schemdraw.Drawing(canvas="svg", show=False)
    places = set()
    for element in block.elements:
        drawn = place(drawing, element, LAYOUT, Sheet("edge", board))
        nodes = [str(node) for node in element.nodes]
        assert sorted(pin.node for pin in drawn) == sorted(nodes), element.name
        places |= {(pin.element, pin.at) for pin in drawn}
    count = sum(
        len(place(drawing, element, LAYOUT, Sheet("edge", board))) for element in block.elements
    )
    assert len(places) == count  # none on another


@pytest.mark.parametrize(("board", "detail", "counting"), VARIANTS)
def test_it_is_a_picture_with_the_parts_and_nodes_by_name(
    board: Board, detail: str, counting: bool
) -> None:
    block = edge_circuit(board, detail, counting)
    picture = ElementTree.fromstring(schematic(block, LAYOUT, Sheet("edge", board)))
    words = {"".join(text.itertext()).strip() for text in picture.iter() if "text" in text.tag}
    said = " ".join(words)
    for part in ("AD5220", "LM339A", "SN74ALS86", "CD74HC73"):
        assert part in said
    for node in block.external_nodes:
        assert node in words, node
    assert ("plus1 219.78 kΩ" in words) == (board.sense == "averager")
    assert ("5.1 kΩ" in said) == (detail == "analog")


def test_an_element_without_a_place_is_named() -> None:
    block = edge_circuit(Board())
    block.R("stray", "fa", "fb", 1)
    with pytest.raises(SpicelearnError, match="element Rstray has no place in the drawing"):
        schematic(block, LAYOUT, Sheet("edge", Board()))
