"""The bill of materials of a board."""

from __future__ import annotations

import csv
import io

from .wiring import Component, Wiring

COLUMNS = ("count", "value", "what", "package", "references")


def bill(wiring: Wiring) -> list[tuple[int, str, str, str, str]]:
    """Return the rows: how many, what is ordered, what it is, its package, names on the board."""
    alike: dict[tuple[str, str, str], list[Component]] = {}
    for component in wiring.components:
        package = component.footprint.partition(":")[2]
        alike.setdefault((component.value, component.what, package), []).append(component)
    return [
        (len(found), *kind, " ".join(component.ref for component in found))
        for kind, found in alike.items()
    ]


def bill_csv(wiring: Wiring) -> str:
    """Return the bill as CSV with a line of names."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(bill(wiring))
    return text.getvalue()
