"""The bill of materials of a board."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from .wiring import Component, Wiring

COLUMNS = ("count", "value", "nearest", "what", "package", "references")


def bill(wiring: Wiring) -> list[tuple[int, str, str, str, str, str]]:
    """Return the rows: how many, the value, that which is sold, what it is, package, names."""
    alike: dict[tuple[str, str, str, str], list[Component]] = {}
    for component in wiring.components:
        package = component.footprint.partition(":")[2]
        kind = (component.value, component.nearest, component.what, package)
        alike.setdefault(kind, []).append(component)
    return [
        (len(found), *kind, ranges([component.ref for component in found]))
        for kind, found in alike.items()
    ]


def ranges(references: Sequence[str]) -> str:
    """Return numbered names with those that follow each other joined: R1 R4-R6."""
    runs: list[list[str]] = []
    for reference in references:
        prefix = reference.rstrip("0123456789")
        number = int(reference.removeprefix(prefix))
        if runs and runs[-1][-1] == f"{prefix}{number - 1}":
            runs[-1].append(reference)
        else:
            runs.append([reference])
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def bill_csv(wiring: Wiring) -> str:
    """Return the bill as CSV with a line of names."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(bill(wiring))
    return text.getvalue()
