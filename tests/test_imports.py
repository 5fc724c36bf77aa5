"""The direction of the arrows: a module imports only what stands before it in this list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from spicelearn.machines import folders, machine_named

from .conftest import ROOT

LIBRARY = ROOT / "spicelearn"
FLOORS = [
    *("errors", "plant", "formats", "constants", "network", "schedules", "solvers", "tasks"),
    *("spice", "charts", "machine", "machines", "experiment", "runs", "validation", "report"),
    *("proposal", "api", "benchmark", "sweep", "cli"),
]
APART = {
    "datasheet": {"errors", "spice"}
}  # on no floor: all that it imports; the last floor imports it
FRONT = "__init__"  # of the library: it imports what is asked for


@cache
def modules() -> dict[tuple[str, ...], ast.Module]:
    """Return every module of the library and of its command, by its place: folders and name."""
    found = {}
    for folder, inside in ((LIBRARY, ()), (ROOT / "cli", ("cli",))):
        for path in sorted(folder.rglob("*.py")):
            place = (*inside, *path.relative_to(folder).with_suffix("").parts)
            found[place] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(place: tuple[str, ...], tree: ast.Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield line and place of all that a module imports from the library, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [tuple(name.name.split(".")) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = ("spicelearn", *place[:-1])
            base = package[: len(package) + 1 - node.level] if node.level else ()
            stem = (*base, *(node.module or "").split(".")) if node.module else base
            names = [(*stem, name.name) for name in node.names]
        else:
            continue
        for name in names:
            if name[0] == "spicelearn":
                yield node.lineno, name[1:]


def offence(place: tuple[str, ...], line: int, what: str) -> str:
    """Return one line for the list of what is wrong."""
    return f"{'/'.join(place)}.py, line {line}: {what}"


def test_a_module_imports_only_from_earlier_floors() -> None:
    """Within functions and for types too; from its own floor whatever it likes."""
    wrong, seen = [], set()
    for place, tree in modules().items():
        floor = place[0]
        if floor == FRONT:
            continue
        seen.add(floor)
        earlier = APART.get(floor) or set(FLOORS[: FLOORS.index(floor)])
        earlier |= set(APART) if floor == FLOORS[-1] else set()
        wrong += [
            offence(place, line, ".".join(name))
            for line, name in imported(place, tree)
            if not name or name[0] not in earlier | {floor}
        ]
    assert not wrong, "\n".join(wrong)
    assert seen == {*FLOORS, *APART}


def test_the_reading_of_imports_finds_every_way_to_write_one() -> None:
    source = """
import os, spicelearn.runs.train
from spicelearn.api import train
from . import folder
from .. import errors
if TYPE_CHECKING:
    from ..machines.rheostat import board
    def late():
        from ..tasks.base import Task
"""
    found = list(imported(("runs", "x"), ast.parse(source)))
    assert found == [
        (2, ("runs", "train")),
        (3, ("api", "train")),
        (4, ("runs", "folder")),
        (5, ("errors",)),
        (7, ("machines", "rheostat", "board")),
        (9, ("tasks", "base", "Task")),
    ]


def words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every call and every text in a module's code but for docstrings and help, by line."""
    told: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) or (isinstance(node, ast.keyword) and node.arg == "help"):
            told |= set(ast.walk(node.value)) if isinstance(node, ast.keyword) else {node.value}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, f"{node.func.id}("
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.lineno, node.value


def compared(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every text with which a module compares something."""
    for node in ast.walk(tree):
        parts = (node.left, *node.comparators) if isinstance(node, ast.Compare) else ()
        for each in (each for part in parts for each in ast.walk(part)):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.lineno, each.value


def test_only_a_machines_own_folder_knows_it() -> None:
    """Nobody else imports it, names it or a part of it, or asks which of its plants is there."""
    plants = {plant for machine in folders() for plant in machine_named(machine).plants}
    known = re.compile(rf"(?i)\b({'|'.join(folders())})\b|ad5220|^board\($")
    wrong = []
    for place, tree in modules().items():
        own = place[1] if place[0] == "machines" and len(place) > 2 else ""
        foreign = {("machines", name) for name in folders() if name != own}
        found = [
            (line, ".".join(name)) for line, name in imported(place, tree) if name[:2] in foreign
        ]
        if not own:
            found += [
                (line, f"compares with {text!r}") for line, text in compared(tree) if text in plants
            ]
        if not own and place not in {("machines", FRONT)} and place[0] not in APART:
            found += [(line, repr(word)) for line, word in words(tree) if known.search(word)]
        wrong += [offence(place, *each) for each in found]
    assert not wrong, "\n".join(wrong)


def test_only_the_binding_knows_the_library() -> None:
    paths = LIBRARY.rglob("*.py")
    knowing = [path for path in paths if "NgSpice" in path.read_text(encoding="utf-8")]
    assert [str(Path(path).relative_to(LIBRARY)) for path in knowing] == ["spice/ngspice.py"]
