"""A drawing of one edge's schematic, from the same subcircuit that the decks hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import schemdraw
from schemdraw import elements as elm
from schemdraw import logic

from ..errors import SpicelearnError
from .library import pins
from .sheet import Block

Point = tuple[float, float]
PLACES: dict[str, Point] = {  # of the elements of an edge: the signal goes from left to right
    **{"Xf": (0, 7.6), "Xc": (0, 0.4)},
    **{"Rplus1": (7, 12), "Rplus2": (7, 10.6), "Rminus1": (7, 8.4), "Rminus2": (7, 7)},
    **{"Gclamped": (7, 11), "Gfree": (7, 7), "Rplus": (11.5, 11.3), "Rminus": (11.5, 6)},
    **{"Rlead1": (11.5, 10.1), "Inoise1": (11.5, 12.6), "Rlead2": (10, 3.6), "Inoise2": (10, 5)},
    **{"Xmore": (16, 9.5), "Xnegative": (16, 3)},
    **{"Rpull1": (18.2, 9.5), "Rpull2": (18.2, 3)},
    **{"Xrule": (20.4, 6.5), "Xinverter": (24.2, 3.4), "Xflipflop": (28.4, 4)},
}
TRUNKS = {  # where the wire of a node runs up and down; a node that is not here gets tags
    **{"plus": 10.4, "minus": 10.9, "noisy1": 14.6, "noisy2": 13.6, "more": 19.4},
    **{"negative": 19.4, "up": 23.4, "down": 27.2},
}
LABELS = {"cp": "CLK", "ud": "U/D", "com": "GND"}  # of pins that are called otherwise
BOX_PINS = {"L": "b a w r k clk cp j d", "R": "cs ud clk qn q", "T": "vdd vcc", "B": "com"}
INVERTED = ("clk", "cp", "cs", "r")
STUB = {"L": (-0.5, 0.0), "R": (0.5, 0.0), "T": (0.0, 0.5), "B": (0.0, -0.5)}
ALIGN: dict[str, Any] = {
    **{"L": ("right", "center"), "R": ("left", "center")},
    **{"T": ("center", "bottom"), "B": ("center", "top")},
}


@dataclass(frozen=True)
class Pin:
    """Hold a pin of the drawing: element and pin, the node it joins, where it is, which side."""

    element: str
    node: str
    at: Point
    side: str


def schematic(block: Block) -> bytes:
    """Return the drawing of an edge's subcircuit as SVG.

    Raises SpicelearnError for an element that has no place in it.
    """
    with schemdraw.Drawing(canvas="svg", show=False) as drawing:
        drawing.config(unit=2, fontsize=11, lw=1.2)
        placed = [pin for element in block.elements for pin in place(drawing, element)]
        for node in dict.fromkeys(pin.node for pin in placed):
            _join(drawing, node, [pin for pin in placed if pin.node == node])
    picture: bytes = drawing.get_imagedata("svg")
    return picture


def place(drawing: Any, element: Any) -> list[Pin]:
    """Draw an element at its place and return its pins."""
    name = str(element.name)
    if name not in PLACES:
        raise SpicelearnError(f"element {name} has no place in the drawing of an edge")
    nodes = [str(node) for node in element.nodes]
    if not name.startswith("X"):
        return _two_poles(drawing, name, nodes)
    model = str(element.subcircuit_name)
    joined = dict(zip(pins(model), nodes, strict=True))
    part = model.partition("_")[0]
    label = f"{name[1:]}: {part}"
    if part == "LM339A":
        return _comparator(drawing, name, label, joined)
    if part == "SN74ALS86":
        return _gate(drawing, name, label, joined)
    return _box(drawing, name, label, joined)


def _two_poles(drawing: Any, name: str, nodes: list[str]) -> list[Pin]:
    """Draw a resistor, a current source or, as a box, a controlled source."""
    x, y = PLACES[name]
    if "pull" in name:
        drawing.add(elm.Resistor().at((x, y)).to((x, y + 2)).label(name[1:], loc="bottom"))
        return [Pin(name, nodes[1], (x, y), "B"), Pin(name, nodes[0], (x, y + 2), "T")]
    if name.startswith("G"):
        chip = elm.Ic(
            pins=[
                *(elm.IcPin(side="L", anchorname=f"i{pin}", name=sign) for pin, sign in MINUS_PLUS),
                *(elm.IcPin(side="R", anchorname=f"o{pin}", name=sign) for pin, sign in MINUS_PLUS),
            ],
            size=(1.6, 1.6),
        )
        drawing.add(chip.at((x, y)).label(name[1:], loc="top"))
        anchors = ("op", "om", "ip", "im")  # current from the first node to the second
        return [
            Pin(name, node, _point(chip, anchor), "R" if anchor.startswith("o") else "L")
            for node, anchor in zip(nodes, anchors, strict=True)
        ]
    symbol = elm.RBox() if name.startswith("I") else elm.Resistor()
    drawing.add(symbol.at((x, y)).to((x + 2, y)).label(name[1:], loc="top", ofst=0.1))
    return [Pin(name, nodes[0], (x, y), "L"), Pin(name, nodes[1], (x + 2, y), "R")]


MINUS_PLUS = (("m", "-"), ("p", "+"))


def _comparator(drawing: Any, name: str, label: str, joined: dict[str, str]) -> list[Pin]:
    """Draw a comparator, its plus input on top."""
    symbol = elm.Opamp().flip().right().at(PLACES[name]).anchor("center")
    drawing.add(symbol)
    x, y = PLACES[name]
    drawing.add(elm.Label().at((x + 0.1, y - 1.1)).label(label, halign="left", fontsize=9))
    places = {
        **{"inp": ("in2", "L"), "inn": ("in1", "L"), "out": ("out", "R")},
        **{"vcc": ("vs", "T"), "com": ("vd", "B")},
    }
    return [
        Pin(name, node, _point(symbol, places[pin][0]), places[pin][1])
        for pin, node in joined.items()
    ]


def _gate(drawing: Any, name: str, label: str, joined: dict[str, str]) -> list[Pin]:
    """Draw an exclusive OR; its supply, where it has pins for it, above and below."""
    symbol = logic.Xor().right().at(PLACES[name])
    drawing.add(symbol)
    x, y = _point(symbol, "out")
    text = label.replace(": ", ":\n")
    drawing.add(elm.Label().at((x - 0.9, y - 0.75)).label(text, halign="left", fontsize=9))
    places = {
        **{"a": (_point(symbol, "in1"), "L"), "b": (_point(symbol, "in2"), "L")},
        **{"y": ((x, y), "R"), "vcc": ((x - 1.1, y + 0.5), "T"), "com": ((x - 1.1, y - 0.5), "B")},
    }
    return [Pin(name, node, *places[pin]) for pin, node in joined.items()]


def _box(drawing: Any, name: str, label: str, joined: dict[str, str]) -> list[Pin]:
    """Draw a chip as a box with named pins."""
    sides: dict[str, str] = {}
    for side, listed in BOX_PINS.items():
        for pin in listed.split():
            if pin in joined and (pin != "clk" or ("w" in joined) == (side == "R")):
                sides[pin] = side
    drawn = [
        elm.IcPin(LABELS.get(pin, pin.upper()), side=side, anchorname=pin, invert=pin in INVERTED)
        for pin, side in sides.items()
    ]
    chip = elm.Ic(pins=drawn, size=(3.6, 3.6)).at(PLACES[name])
    drawing.add(chip.label(label.replace(": ", ":\n"), loc="center", fontsize=9))
    return [Pin(name, joined[pin], _point(chip, pin), side) for pin, side in sides.items()]


def _point(symbol: Any, anchor: str) -> Point:
    """Return where an anchor of a placed symbol is."""
    x, y = symbol.absanchors[anchor]
    return float(x), float(y)


def _join(drawing: Any, node: str, joined: list[Pin]) -> None:
    """Wire the pins of a node by its trunk, or tag each with the node's name."""
    if node not in TRUNKS:
        for pin in joined:
            _tag(drawing, pin)
        return
    trunk = TRUNKS[node]
    heights = sorted(pin.at[1] for pin in joined)
    drawing.add(elm.Line().at((trunk, heights[0])).to((trunk, heights[-1])))
    for pin in joined:
        x, y = pin.at
        if x != trunk:
            drawing.add(elm.Line().at(pin.at).to((trunk, y)))
        if heights[0] < y < heights[-1] or "pull" in pin.element:
            drawing.add(elm.Dot(radius=0.06).at((x if "pull" in pin.element else trunk, y)))
    end = (trunk + 0.1, heights[-1] + 0.15)
    drawing.add(elm.Label().at(end).label(node, halign="left", valign="bottom", fontsize=9))


def _tag(drawing: Any, pin: Pin) -> None:
    """End a pin in the name of its node, or in the ground."""
    (x, y), (dx, dy) = pin.at, STUB[pin.side]
    end = (x + dx, y + dy)
    drawing.add(elm.Line().at(pin.at).to(end))
    if pin.node == "0":
        drawing.add(elm.Ground().at(end))
        return
    across, along = ALIGN[pin.side]
    at = (end[0] + 0.2 * dx, end[1] + 0.2 * dy)
    drawing.add(elm.Label().at(at).label(pin.node, halign=across, valign=along, fontsize=10))
