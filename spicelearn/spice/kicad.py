"""KiCad's netlist of a board, as its schematic editor writes and its board editor reads it."""

from __future__ import annotations

import uuid

from .wiring import GROUND, Component, Wiring

LIBRARY = "spicelearn"
Expression = str | tuple["Expression", ...]


def kicad_netlist(wiring: Wiring) -> str:
    """Return the netlist, format E: components with their footprints, kinds of parts, nets.

    Nets have the names of the deck's nodes, ground is ``GND``. The field ``Elements`` of a
    component names the elements of the deck that are in it, a package's unit by unit.
    """
    kinds = {_kind(component): component for component in wiring.components}
    nets = [*_nets(wiring)]
    return written(
        (
            "export",
            ("version", '"E"'),
            ("design", ("source", quoted(wiring.title)), ("tool", quoted(LIBRARY))),
            ("components", *map(_component, wiring.components)),
            ("libparts", *(_libpart(kind, component) for kind, component in kinds.items())),
            ("libraries",),
            ("nets", *nets),
        )
    )


def _kind(component: Component) -> str:
    """Return the name of a kind of component: pins of a connector have names of their own."""
    named = not component.ref.startswith(("R", "C"))
    return component.value if named else component.ref[0]


def _component(component: Component) -> Expression:
    """Return the entry of a component."""
    key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{LIBRARY} {component.ref}"))
    places = ("field", ("name", '"Elements"'), quoted(" ".join(component.places)))
    fields = [("fields", places)] if component.places else []
    return (
        "comp",
        ("ref", quoted(component.ref)),
        ("value", quoted(component.value)),
        ("footprint", quoted(component.footprint)),
        *fields,
        (
            "libsource",
            ("lib", quoted(LIBRARY)),
            ("part", quoted(_kind(component))),
            ("description", quoted(component.what)),
        ),
        ("sheetpath", ("names", '"/"'), ("tstamps", '"/"')),
        ("tstamps", quoted(key)),
    )


def _libpart(kind: str, component: Component) -> Expression:
    """Return the entry of a kind of component: its pins."""
    pins = [
        ("pin", ("num", quoted(str(number))), ("name", quoted(name)), ("type", '"passive"'))
        for number, name in sorted(component.pins.items())
    ]
    return (
        "libpart",
        ("lib", quoted(LIBRARY)),
        ("part", quoted(kind)),
        ("pins", *pins),
        ("description", quoted(component.what)),
    )


def _nets(wiring: Wiring) -> list[Expression]:
    """Return the entries of the nets; a pin that stays open has one of its own."""
    joined = [
        ("GND" if node == GROUND else node, pins, "passive") for node, pins in wiring.nets().items()
    ]
    joined += [
        (f"unconnected-({component.ref}-Pad{number})", [(component, number)], "no_connect")
        for component in wiring.components
        for number in sorted(component.pins.keys() - component.nets.keys())
    ]
    return [
        (
            "net",
            ("code", quoted(str(code))),
            ("name", quoted(name)),
            *(
                (
                    "node",
                    ("ref", quoted(component.ref)),
                    ("pin", quoted(str(number))),
                    ("pinfunction", quoted(component.pins[number])),
                    ("pintype", quoted(kind)),
                )
                for component, number in pins
            ),
        )
        for code, (name, pins, kind) in enumerate(joined, 1)
    ]


def quoted(text: str) -> str:
    """Return a text as a quoted word."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def written(form: Expression, depth: int = 0) -> str:
    """Return an S-expression; lists in the first two levels and in nets begin a line each."""
    if isinstance(form, str):
        return form
    inner = [written(one, depth + 1) for one in form]
    if depth >= 2 and form[0] != "net":
        return f"({' '.join(inner)})"
    between = "\n" + "  " * (depth + 1)
    return f"({between.join(inner)})" + ("" if depth else "\n")
