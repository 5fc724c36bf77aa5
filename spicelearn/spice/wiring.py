"""What a circuit is on a board: packages, resistors and capacitors, and the nets that join them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import UsageError
from ..formats.quantity import E12, E24, E96, preferred, scaled
from .library import pins
from .packages import package
from .sheet import Block, Sheet

GROUND = "0"
LEADS = {  # of an element: its unit, what it is, KiCad's footprint, what is sold
    "R": (
        "ohm",
        "resistor",
        "Resistor_THT:R_Axial_DIN0207_L6.3mm_D2.5mm_P10.16mm_Horizontal",
        (*E24, *E96),
    ),
    "C": ("F", "capacitor", "Capacitor_THT:C_Disc_D5.0mm_W2.5mm_P5.00mm", E12),
}
HEADER = "Connector_PinHeader_2.54mm:PinHeader_1x{:02d}_P2.54mm_Vertical"
LONGEST = 40  # pins of a pin header


@dataclass(frozen=True)
class Placed:
    """Hold an element of a flat circuit: its place, its kind, and the nodes that it joins.

    ``place`` is ngspice's name of it, such as ``xe0.xmore``, and so are the nodes, by pin. ``part``
    is the model of an element of kind X, else the element's value as the deck has it.
    """

    place: str
    kind: str
    part: str
    nodes: Mapping[str, str]


def flat(sheet: Sheet, *outside: str) -> list[Placed]:
    """Return the elements of a sheet and those inside its subcircuits; parts stay whole.

    Sources of voltage and the subcircuits of the names ``outside`` are instruments: left out.
    """
    blocks = {str(block.name): block for block in sheet.subcircuits}
    found = _flat(sheet, blocks, outside, "", {})
    return [element for element in found if element.kind != "V"]


def _flat(
    source: Sheet | Block,
    blocks: Mapping[str, Block],
    outside: Collection[str],
    prefix: str,
    outer: Mapping[str, str],
) -> Iterator[Placed]:
    """Yield the elements of a netlist, whose nodes are ``outer`` or have the prefix."""
    outer = {GROUND: GROUND, **outer}
    for element in source.elements:
        name = str(element.name)
        place = f"{prefix}{name.lower()}"
        nodes = [outer.get(node, f"{prefix}{node}") for node in map(str, element.nodes)]
        if not name.startswith("X"):
            value = getattr(element, {"R": "resistance", "C": "capacitance"}.get(name[0], ""), "")
            yield Placed(place, name[0], str(value), dict(zip("12", nodes, strict=False)))
        elif (block := blocks.get(model := str(element.subcircuit_name))) is None:
            yield Placed(place, "X", model, dict(zip(pins(model), nodes, strict=True)))
        elif model not in outside:
            inner = dict(zip(map(str, block._external_nodes), nodes, strict=True))
            yield from _flat(block, blocks, outside, f"{place}.", inner)


@dataclass(frozen=True)
class Component:
    """Hold a component: its name on the board, what it is, and the node at each of its pins.

    ``pins`` are names of pins by their numbers; a number that ``nets`` lacks stays open.
    ``places`` are the elements of the circuit that are in it. ``nearest`` is the value that is sold
    nearest to that of a resistor or a capacitor, and by how much it differs.
    """

    ref: str
    value: str
    what: str
    footprint: str
    pins: Mapping[int, str]
    nets: Mapping[int, str]
    places: tuple[str, ...] = ()
    nearest: str = ""


@dataclass
class Wiring:
    """Collect the components of a board, in the order in which they are added.

    ``title`` says what it is. ``grades`` are what is ordered of parts with several grades;
    ``supplied`` are the supplies of packages, one entry per pin.
    """

    title: str
    grades: Mapping[str, str] = field(default_factory=dict)
    components: list[Component] = field(default_factory=list)
    supplied: list[str] = field(default_factory=list)

    def nets(self) -> dict[str, list[tuple[Component, int]]]:
        """Return what every net joins: components, each with the number of a pin."""
        found: dict[str, list[tuple[Component, int]]] = {}
        for component in self.components:
            for number, node in component.nets.items():
                found.setdefault(node, []).append((component, number))
        return found

    def place(self, sheet: Sheet, elements: Iterable[Placed]) -> None:
        """Add elements of a sheet: units share packages, in their order.

        Raises UsageError for one that is neither a part nor a resistor nor a capacitor.
        """
        units: dict[str, list[Placed]] = {}
        loose = []
        for element in elements:
            if element.kind == "X":
                units.setdefault(element.part, []).append(element)
            elif element.kind in LEADS:
                loose.append(element)
            else:
                raise UsageError(
                    f"element {element.place} of the circuit is no component, expected a board of "
                    "packages, resistors and capacitors only"
                )
        for model, placed in units.items():
            size = len(package(model)[1].units)
            for begin in range(0, len(placed), size):
                self._pack(model, placed[begin : begin + size])
        for element in loose:
            self.leads(element.kind, sheet.value(element.part), element.nodes, element.place)

    def _pack(self, model: str, placed: Sequence[Placed]) -> None:
        """Add a package that holds these units; the others are tied."""
        part, kind = package(model)
        shared = {pin: placed[0].nodes[pin] for pin in kind.supplies}
        assert all(one.nodes[pin] == shared[pin] for one in placed for pin in shared)
        nets = {number: shared[pin] for pin, number in kind.supplies.items()}
        for unit, one in zip(kind.units, placed, strict=False):
            nets |= {number: one.nodes[pin] for pin, number in unit.items()}
        for unit in kind.units[len(placed) :]:
            nets |= {unit[pin]: shared[supply] for pin, supply in kind.unused.items()}
        ref = self._next("U")
        nets |= {number: f"{ref.lower()}.{pin}" for pin, number in kind.more.items()}
        value = self.grades.get(part, kind.value)
        places = tuple(one.place for one in placed)
        self.components.append(
            Component(ref, value, kind.what, kind.footprint, kind.numbers(), nets, places)
        )
        self.supplied += [node for node in shared.values() if node != GROUND]

    def decouple(self, farads: float) -> None:
        """Add a capacitor from every supply of every package to ground."""
        for node in self.supplied:
            self.leads("C", farads, {"1": node, "2": GROUND})

    def leads(self, kind: str, value: float, nodes: Mapping[str, str], place: str = "") -> None:
        """Add a resistor or a capacitor of this value, ohm or F, between two nodes."""
        unit, what, footprint, series = LEADS[kind]
        sold = preferred(value, series)
        shown, nearest = (scaled(each, unit, 5).replace("µ", "u") for each in (value, sold))
        if nearest != shown:
            nearest += f" ({sold / value - 1:+.2%})"
        self._add(kind, shown, what, footprint, nodes, place, nearest)

    def connector(self, purpose: str, nodes: Sequence[str]) -> None:
        """Add pin headers with a pin for every node, as many as it takes."""
        parts = range(0, len(nodes), LONGEST)
        for begin in parts:
            some = nodes[begin : begin + LONGEST]
            named = {"GND" if node == GROUND else node: node for node in some}
            name = f"{purpose} {1 + begin // LONGEST}" if len(parts) > 1 else purpose
            self._add("J", name, f"pin header, 1 x {len(some)}", HEADER.format(len(some)), named)

    def _add(
        self,
        prefix: str,
        value: str,
        what: str,
        footprint: str,
        nodes: Mapping[str, str],
        place: str = "",
        nearest: str = "",
    ) -> None:
        """Add a component whose pins, numbered from 1, have these names and nodes."""
        self.components.append(
            Component(
                self._next(prefix),
                value,
                what,
                footprint,
                dict(enumerate(nodes, 1)),
                dict(enumerate(nodes.values(), 1)),
                (place,) if place else (),
                nearest,
            )
        )

    def _next(self, prefix: str) -> str:
        """Return the next name that begins so."""
        return f"{prefix}{1 + sum(each.ref.startswith(prefix) for each in self.components)}"
