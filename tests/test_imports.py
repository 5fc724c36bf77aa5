"""The direction of the arrows: a module imports only what stands before it in this list."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "spicelearn"
ORDER = [
    "errors",
    "files",
    "settings",
    "network",
    "plant",
    "tables",
    "graphfile",
    "board",
    "parts",
    "lfsr",
    "clocks",
    "damage",
    "tasks",
    "lessons",
    "rule",
    "waves",
    "spice",
    "ideal",
    "datasheet",
    "isolation",
    "experiment",
    "supervisor",
    "train",
    "record",
    "checkpoint",
    "answers",
    "plants",
    "stages",
    "worker",
    "export",
    "drawing",
    "run",
    "fidelity",
    "ladder",
    "validation",
    "charts",
    "report",
    "bench",
    "sweep",
]
FILES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def place(relative: Path) -> str:
    return relative.parts[0].removesuffix(".py")


def imported(relative: Path) -> set[str]:
    """Return the top-level modules of spicelearn that a file imports."""
    tree = ast.parse((ROOT / relative).read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == len(relative.parts):
            names = [node.module] if node.module else [name.name for name in node.names]
            found |= {name.split(".")[0] for name in names}
    return found


@pytest.mark.parametrize("relative", FILES, ids=str)
def test_a_module_imports_only_earlier_ones(relative: Path) -> None:
    if relative.name == "__init__.py" and len(relative.parts) == 1:
        return
    earlier = ORDER[: ORDER.index(place(relative))]
    assert imported(relative) - {place(relative)} <= set(earlier)


def test_only_the_binding_knows_the_library() -> None:
    knowing = [
        str(relative)
        for relative in FILES
        if "NgSpice" in (ROOT / relative).read_text(encoding="utf-8")
    ]
    assert knowing == ["spice/ngspice.py"]
