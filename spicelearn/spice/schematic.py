"""The schematic of a subcircuit, drawn from the same circuit that is in the decks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import schemdraw
from schemdraw import elements as elm
from schemdraw import logic

from ..errors import SpicelearnError
from ..formats.quantity import scaled
from .library import pins
from .sheet import Block, Sheet

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Hold the places of a subcircuit's elements in the drawing.

    ``trunks`` are the x positions of the vertical wires of nodes; other nodes get tags with their
    name. ``comparators`` and ``gates`` are the parts drawn with these symbols; others are boxes.
    """

    places: Mapping[str, Point]
    trunks: Mapping[str, float]
    comparators: Sequence[str] = ()
    gates: Sequence[str] = ()


LABELS = {"cp": "CLK", "ud": "U/D", "com": "GND"}  # of pins whose name on the chip is another
BOX_PINS = {"L": "b a w r k clk cp j d", "R": "cs ud clk qn q", "T": "vdd vcc", "B": "com"}
INVERTED = ("clk", "cp", "cs", "r")
STUB = {"L": (-0.5, 0.0), "R": (0.5, 0.0), "T": (0.0, 0.5), "B": (0.0, -0.5)}
ALIGN: dict[str, Any] = {
    **{"L": ("right", "center"), "R": ("left", "center")},
    **{"T": ("center", "bottom"), "B": ("center", "top")},
}


@dataclass(frozen=True)
class Pin:
    """Hold a pin of the drawing: its element, its node, its place and its side."""

    element: str
    node: str
    at: Point
    side: str


def schematic(block: Block, layout: Layout, sheet: Sheet) -> bytes:
    """Return the drawing of a subcircuit as SVG; ``sheet`` has the constants of its values.

    Raises SpicelearnError for an element that has no place in the layout.
    """
    with schemdraw.Drawing(canvas="svg", show=False) as drawing:
        drawing.config(unit=2, fontsize=11, lw=1.2)
        placed = [
            pin for element in block.elements for pin in place(drawing, element, layout, sheet)
        ]
        for node in dict.fromkeys(pin.node for pin in placed):
            _join(drawing, layout, node, [pin for pin in placed if pin.node == node])
    picture: bytes = drawing.get_imagedata("svg")
    return picture


def place(drawing: Any, element: Any, layout: Layout, sheet: Sheet) -> list[Pin]:
    """Draw an element at its place and return its pins."""
    name = str(element.name)
    if name not in layout.places:
        raise SpicelearnError(f"element {name} has no place in the drawing of an edge")
    at = layout.places[name]
    nodes = [str(node) for node in element.nodes]
    if not name.startswith("X"):
        value = scaled(sheet.value(str(element.resistance)), "Ω", 5) if name[0] == "R" else ""
        return _two_poles(drawing, name, at, nodes, value)
    model = str(element.subcircuit_name)
    joined = dict(zip(pins(model), nodes, strict=True))
    part = model.partition("_")[0]
    label = f"{name[1:]}: {part}"
    if part in layout.comparators:
        return _comparator(drawing, name, at, label, joined)
    if part in layout.gates:
        return _gate(drawing, name, at, label, joined)
    return _box(drawing, name, at, label, joined)


def _two_poles(drawing: Any, name: str, place: Point, nodes: list[str], value: str) -> list[Pin]:
    """Draw a resistor with its value, a current source or, as a box, a controlled source."""
    x, y = place
    if "pull" in name:
        drawing.add(
            elm.Resistor()
            .at((x, y))
            .to((x, y + 2))
            .label(f"{name[1:]}\n{value}", loc="bottom", fontsize=9)
        )
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
    label = f"{name[1:]} {value}".rstrip()
    drawing.add(symbol.at((x, y)).to((x + 2, y)).label(label, loc="top", ofst=0.1))
    return [Pin(name, nodes[0], (x, y), "L"), Pin(name, nodes[1], (x + 2, y), "R")]


MINUS_PLUS = (("m", "-"), ("p", "+"))


def _comparator(
    drawing: Any, name: str, place: Point, label: str, joined: dict[str, str]
) -> list[Pin]:
    """Draw a comparator with its plus input on top."""
    symbol = elm.Opamp().flip().right().at(place).anchor("center")
    drawing.add(symbol)
    x, y = place
    drawing.add(elm.Label().at((x + 0.1, y - 1.1)).label(label, halign="left", fontsize=9))
    places = {
        **{"inp": ("in2", "L"), "inn": ("in1", "L"), "out": ("out", "R")},
        **{"vcc": ("vs", "T"), "com": ("vd", "B")},
    }
    return [
        Pin(name, node, _point(symbol, places[pin][0]), places[pin][1])
        for pin, node in joined.items()
    ]


def _gate(drawing: Any, name: str, place: Point, label: str, joined: dict[str, str]) -> list[Pin]:
    """Draw an XOR gate; its supply pins, if it has them, are above and below."""
    symbol = logic.Xor().right().at(place)
    drawing.add(symbol)
    x, y = _point(symbol, "out")
    text = label.replace(": ", ":\n")
    drawing.add(elm.Label().at((x - 0.9, y - 0.75)).label(text, halign="left", fontsize=9))
    places = {
        **{"a": (_point(symbol, "in1"), "L"), "b": (_point(symbol, "in2"), "L")},
        **{"y": ((x, y), "R"), "vcc": ((x - 1.1, y + 0.5), "T"), "com": ((x - 1.1, y - 0.5), "B")},
    }
    return [Pin(name, node, *places[pin]) for pin, node in joined.items()]


def _box(drawing: Any, name: str, place: Point, label: str, joined: dict[str, str]) -> list[Pin]:
    """Draw a chip as a box with named pins."""
    sides: dict[str, str] = {}
    for side, listed in BOX_PINS.items():
        for pin in listed.split():
            if pin in joined and (pin != "clk" or ("w" in joined) == (side == "R")):
                sides[pin] = side
    pins_drawn = [
        elm.IcPin(LABELS.get(pin, pin.upper()), side=side, anchorname=pin, invert=pin in INVERTED)
        for pin, side in sides.items()
    ]
    chip = elm.Ic(pins=pins_drawn, size=(3.6, 3.6)).at(place)
    drawing.add(chip.label(label.replace(": ", ":\n"), loc="center", fontsize=9))
    return [Pin(name, joined[pin], _point(chip, pin), side) for pin, side in sides.items()]


def _point(symbol: Any, anchor: str) -> Point:
    """Return where an anchor of a placed symbol is."""
    x, y = symbol.absanchors[anchor]
    return float(x), float(y)


def _join(drawing: Any, layout: Layout, node: str, joined: list[Pin]) -> None:
    """Wire the pins of a node to its trunk, or tag each with the node's name."""
    if node not in layout.trunks:
        for pin in joined:
            _tag(drawing, pin)
        return
    trunk = layout.trunks[node]
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
    """Draw the name of the node, or the ground symbol, at a pin."""
    (x, y), (dx, dy) = pin.at, STUB[pin.side]
    end = (x + dx, y + dy)
    drawing.add(elm.Line().at(pin.at).to(end))
    if pin.node == "0":
        drawing.add(elm.Ground().at(end))
        return
    across, along = ALIGN[pin.side]
    at = (end[0] + 0.2 * dx, end[1] + 0.2 * dy)
    drawing.add(elm.Label().at(at).label(pin.node, halign=across, valign=along, fontsize=10))
