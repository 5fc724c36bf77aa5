"""Decks that are readable: sections, remarks, constants with their units, short lines."""

from __future__ import annotations

import ast
import builtins
import operator
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from PySpice.Spice.Netlist import Circuit, Netlist, SubCircuit

from ..constants import Constants
from ..errors import SpicelearnError, UsageError

WIDTH = 100  # characters of a line
PARTS = "Parts, whole files: NAME_logic has event nodes where NAME has analog pins"
COLUMN = 16  # characters of a printed number; time and index are as wide
PRINTABLE = re.compile(r"[ -~]{0,200}")
BRACED = re.compile(r"\{([^{}]*)\}")
NAME = re.compile(r"[a-z_]\w*", re.ASCII | re.IGNORECASE)
ARITHMETIC: dict[type, Callable[[float, float], float]] = {
    **{ast.Add: operator.add, ast.Sub: operator.sub},
    **{ast.Mult: operator.mul, ast.Div: operator.truediv},
}


class Remarked(Netlist):  # type: ignore[misc]
    """A netlist with remarks before its elements, in the order in which they were added."""

    def __init__(self, *arguments: Any, **parameters: Any) -> None:
        super().__init__(*arguments, **parameters)
        self._remarks: dict[int, list[str]] = {}

    def remark(self, *lines: str) -> None:
        """Write these lines before the next element."""
        self._remarks.setdefault(len(self._elements), []).extend(comment(*lines))

    def section(self, title: str, *lines: str) -> None:
        """Begin a section before the next element."""
        self._remarks.setdefault(len(self._elements), []).extend([*rule(title), *comment(*lines)])

    def _str_elements(self) -> str:
        lines = []
        for index, element in enumerate(self.elements):
            lines += self._remarks.get(index, [])
            lines += folded(str(element))
        return "".join(f"{line}\n" for line in lines)

    def _str_models(self) -> str:
        models = super()._str_models().splitlines()
        return "".join(f"{line}\n" for model in models for line in folded(model))


class Block(Remarked, SubCircuit):  # type: ignore[misc]
    """A subcircuit of a sheet."""


class Sheet(Remarked, Circuit):  # type: ignore[misc]
    """A whole deck: title, constants, circuit, subcircuits, parts, analyses.

    ``head`` are lines that say what it is. The constants of ``board`` that occur in braces become
    ``.param`` lines with their meaning; `derive` adds computed constants. Raises UsageError for a
    text that cannot be in a deck.
    """

    def __init__(self, title: str, board: Constants, *head: str) -> None:
        super().__init__(checked(title))
        self._board = board
        self._head = comment(*head)
        self._derived: dict[str, tuple[float, str]] = {}
        self._analyses: list[str] = []

    def derive(self, name: str, value: float, meaning: str) -> None:
        """Add a computed constant; it replaces one of this name on the board."""
        self._derived[name] = (value, checked(meaning))

    def analysis(self, *lines: str) -> None:
        """Add lines after the circuit: analyses, options, what is saved, printed, measured."""
        self._analyses += [checked(line) for line in lines]

    def table(self, nodes: Sequence[str]) -> None:
        """Save these nodes and print a table of their voltages against time."""
        vectors = " ".join(f"v({node})" for node in nodes)
        self.analysis(
            *folded(f".save {vectors}"),
            f".width out={COLUMN * (len(nodes) + 2)}",
            *folded(f".print tran {vectors}"),
        )

    @property
    def _known(self) -> dict[str, tuple[Any, str]]:
        """Return the constants, each with its meaning."""
        return {
            item.name: (getattr(self._board, item.name), item.metadata.get("doc", ""))
            for item in fields(self._board)
        } | self._derived

    def value(self, text: str) -> float:
        """Return the value of a number of the deck, or of an expression of its constants.

        Raises SpicelearnError for another expression.
        """
        known = {name: float(value) for name, (value, _) in self._known.items() if numeric(value)}
        return computed(ast.parse(text.strip("{}"), mode="eval").body, known)

    def constants(self, text: str) -> list[str]:
        """Return the ``.param`` lines of the constants that occur in braces in a text."""
        used = {name for braced in BRACED.findall(text) for name in NAME.findall(braced)}
        lines = []
        for name, (value, meaning) in self._known.items():
            if name in used:
                setting, *more = textwrap.wrap(meaning, WIDTH - 46)
                lines.append(f"{f'.param {name} = {value!r}'.ljust(44)}; {setting}")
                lines += [f"{'*'.ljust(44)}  {line}" for line in more]
        return lines

    def __str__(self) -> str:
        """Return the deck's text."""
        return self.str()

    def str(self, simulator: Any = None) -> builtins.str:
        """Return the deck's text, the same for every simulator that PySpice supports."""
        models = self._str_models().splitlines()
        circuit = self._str_elements().splitlines()
        blocks = [line for block in self.subcircuits for line in ("*", *str(block).splitlines())]
        lines = [
            f".title {self.title}",
            *self._head,
            *rule("Constants"),
            *self.constants("\n".join([*circuit, *models, *blocks, *self._analyses])),
            *circuit,
            *titled("Models", models),
            *titled("Subcircuits", blocks[1:]),
            *titled(PARTS, self.raw_spice.splitlines()),
            *rule("Analysis"),
            *self._analyses,
        ]
        return "\n".join(lines) + "\n"


def numeric(value: object) -> bool:
    """Return whether a constant is a number."""
    return isinstance(value, int | float)


def computed(node: ast.expr, known: Mapping[str, float]) -> float:
    """Return the value of a number, a known name, or a sum, difference, product or quotient.

    Raises SpicelearnError for anything else.
    """
    if isinstance(node, ast.Constant) and numeric(node.value):
        return float(ast.literal_eval(node))
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        arithmetic = ARITHMETIC[type(node.op)]
        return arithmetic(computed(node.left, known), computed(node.right, known))
    raise SpicelearnError(f"no value of {ast.unparse(node)!r}, expected constants of the deck")


def rule(title: str) -> list[str]:
    """Return the lines that begin a section."""
    return ["*", f"* ---- {checked(title)} ".ljust(WIDTH, "-")]


def titled(title: str, lines: Sequence[str]) -> list[str]:
    """Return the lines as a section; nothing if there are none."""
    return [*rule(title), *lines] if lines else []


def checked(text: str) -> str:
    """Return a text for one line of the deck; raise UsageError unless it is short and plain."""
    if PRINTABLE.fullmatch(text) is None:
        raise UsageError(
            f"{text[:60]!r} cannot stand in a deck, expected up to 200 printable ASCII characters"
        )
    return text


def comment(*lines: str) -> list[str]:
    """Return the lines as comments."""
    return [f"* {checked(line)}".rstrip() for line in lines]


def folded(line: str) -> list[str]:
    """Return a line folded to `WIDTH` characters, continued with plus signs."""
    return textwrap.wrap(
        line, WIDTH, subsequent_indent="+ ", break_long_words=False, break_on_hyphens=False
    )
