"""The nets of a board of logic, read from the same blocks that are in the decks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .library import pins
from .sheet import Block


@dataclass(frozen=True)
class Pin:
    """Hold a pin of a part: the part's model, its place on the board and the pin's name."""

    part: str
    place: str
    pin: str

    def __str__(self) -> str:
        return f"{self.place}.{self.pin}"


@dataclass(frozen=True)
class Net:
    """Hold what a node joins: pins of parts, and resistors to the supply, ohm.

    ``supply_V`` is the supply of its logic, V.
    """

    node: str
    pins: tuple[Pin, ...]
    pull_ups_ohm: tuple[float, ...]
    supply_V: float


def nets(
    blocks: Iterable[Block], supply: str, supply_V: float, value: Callable[[str], float]
) -> list[Net]:
    """Return the nets that join two pins of parts or more, in the order of the blocks.

    Nodes of one name are one node, in whichever block; ``supply`` and 0 are none. Parts are the
    blocks' subcircuits, pull-ups their resistors to ``supply``, whose ``value`` is that of a
    constant's name, ohm.
    """
    joined: dict[str, list[Pin]] = {}
    pulled: dict[str, list[float]] = {}
    for block in blocks:
        for element in block.elements:
            name, nodes = str(element.name), [str(node) for node in element.nodes]
            if name.startswith("X"):
                part = str(element.subcircuit_name)
                for pin, node in zip(pins(part), nodes, strict=True):
                    joined.setdefault(node, []).append(Pin(part, name[1:], pin))
            elif name.startswith("R") and supply in nodes:
                (other,) = (node for node in nodes if node != supply)
                ohm = value(str(element.resistance).strip("{}"))
                pulled.setdefault(other, []).append(ohm)
    return [
        Net(node, tuple(found), tuple(pulled.get(node, ())), supply_V)
        for node, found in joined.items()
        if len(found) > 1 and node not in {supply, "0"}
    ]
