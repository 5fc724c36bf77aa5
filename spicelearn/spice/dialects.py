"""Decks for other simulators: those for ngspice that are plain SPICE, translated line by line."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, final

from ..errors import UsageError, nearest
from .sheet import comment, folded

DOTTED = re.compile(r"(?<![\w.])([a-z]\w*)\.([a-z]\w*)", re.IGNORECASE)
CALLED = re.compile(r"\b([a-z]\w*)(\s*\()", re.IGNORECASE)
BRACED = re.compile(r"\{[^{}]*\}")
SOURCE = re.compile(r"(\S+\s+\S+\s+\S+)\s+([vi])\s*=\s*(.*)", re.IGNORECASE)
PAR = re.compile(r"\bpar\(('[^']*')\)", re.IGNORECASE)
MEASURE = re.compile(r"\.meas\s+tran\s+(\w+)\s+(\w+)\s*=?\s*(.*)", re.IGNORECASE)
QUOTED = re.compile(r"'([^']*)'")
ELEMENTS = "VIRCEGFMDX"
SAME = {".param", ".tran", ".ic", ".end", ".ends"}  # orders that are alike everywhere
FUNCTIONS = {"abs", "cos", "exp", "floor", "max", "min", "sin", "sqrt", "tanh", "uramp", "v", "i"}
TOLERANCES = {"reltol", "vntol", "abstol", "trtol", "chgtol", "gmin", "itl1", "itl4", "method"}
SHOWS = {"noinit", "nopage", "klu", "convabsstep"}  # options that change no figure
LOOSE = 1e3  # trtol from which no error shortens a step


class Dialect(ABC):
    """Translate lines of a deck for ngspice into those of another simulator.

    ``left_out`` collects what had to be left out, ``foreign`` what the simulator does not have.
    """

    title: ClassVar[str]
    models: ClassVar[frozenset[str]]  # types of models that it has
    functions: ClassVar[Mapping[str, str]]  # names of functions that are not those of ngspice
    lacks: ClassVar[frozenset[str]]  # orders that it does not have, or that mean something else
    parameters: ClassVar[str] = ""  # what stands before parameters of a subcircuit

    def __init__(self) -> None:
        self.left_out: set[str] = set()
        self.foreign: set[str] = set()

    def line(self, line: str) -> list[str]:
        """Return the translation of a line without continuations."""
        word = line.split(maxsplit=1)[0].lower()
        if word in self.lacks:
            self.left_out.add(word)
            return []
        line = DOTTED.sub(r"\1_\2", line)
        if word == ".model":
            kind = re.split(r"[\s(]", line.split(maxsplit=2)[2])[0].lower()
            if kind not in self.models:
                self.foreign.add(f"code model {kind}" if "_" in kind else f"model type {kind}")
        elif word == ".options":
            return [self.options(self._chosen(line))]
        elif word == ".meas":
            match = MEASURE.fullmatch(line)
            assert match is not None, line
            name, kind, rest = match.groups()
            return [self.measure(name, kind.lower(), self._named(PAR.sub(r"\1", rest)))]
        elif word[0] == "b":
            match = SOURCE.fullmatch(line)
            assert match is not None, line
            head, quantity, expression = match.groups()
            return [self.source(head, quantity, self._named(expression).replace("^", "**"))]
        elif word == ".subckt" or word[0] == "x":
            line = re.sub(r"\s(\w+=)", rf" {self.parameters}\1", line, count=1)
        elif word[0] == "a":
            self.foreign.add("code models of XSPICE")
        elif word[0] != "." and word[0].upper() not in ELEMENTS:
            self.foreign.add(f"element {word}")
        elif word[0] == "." and word not in SAME | {".print", ".save"}:
            self.foreign.add(f"order {word}")
        return [self.element(BRACED.sub(lambda braced: self._named(braced[0]), line))]

    def _named(self, expression: str) -> str:
        """Return an expression with the functions' names in this dialect."""

        def renamed(match: re.Match[str]) -> str:
            name = match[1].lower()
            if name not in FUNCTIONS and name not in self.functions:
                self.foreign.add(f"function {name}")
            return self.functions.get(name, match[1]) + match[2]

        return CALLED.sub(renamed, expression)

    def _chosen(self, line: str) -> dict[str, str]:
        """Return the options that change figures, with their values."""
        found = {}
        for word in line.split()[1:]:
            name, _, value = word.partition("=")
            if name in TOLERANCES:
                found[name] = value
            elif name in SHOWS:
                self.left_out.add(name)
            else:
                self.foreign.add(f"option {name}")
        return found

    def element(self, line: str) -> str:
        """Return an element or an order whose expressions are translated."""
        return line

    @abstractmethod
    def options(self, chosen: Mapping[str, str]) -> str:
        """Return the line of these options."""

    @abstractmethod
    def source(self, head: str, quantity: str, expression: str) -> str:
        """Return the line of a source of v or i; the head is its name and its nodes."""

    @abstractmethod
    def measure(self, name: str, kind: str, rest: str) -> str:
        """Return the line of a measurement."""


@final
class LTspice(Dialect):
    """Translate for LTspice."""

    title = "LTspice"
    models = frozenset({"d", "nmos", "pmos", "vdmos"})
    functions: ClassVar[Mapping[str, str]] = {"log": "ln", "u": "u"}
    lacks = frozenset({".print", ".width"})

    def options(self, chosen: Mapping[str, str]) -> str:
        """Return them all: they have the same names. Waveforms are kept whole, to be measured."""
        settings = {**chosen, "plotwinsize": "0"}
        return " ".join([".options", *(f"{name}={value}" for name, value in settings.items())])

    def source(self, head: str, quantity: str, expression: str) -> str:
        """Return it as it is; braces inside are evaluated before."""
        return f"{head} {quantity.upper()}={expression}"

    def measure(self, name: str, kind: str, rest: str) -> str:
        """Return it without quotes; a crossing cannot be looked for in a window."""
        if kind == "when" and "from=" in rest:
            self.foreign.add("measurement when ... from")
        return f".meas TRAN {name} {kind.upper()} {QUOTED.sub(lambda found: found[1], rest)}"


@final
class Xyce(Dialect):
    """Translate for Xyce."""

    title = "Xyce"
    models = frozenset({"d", "nmos", "pmos"})
    functions: ClassVar[Mapping[str, str]] = {"log": "ln", "u": "stp"}  # its log is to base 10
    lacks = frozenset({".save", ".width"})
    parameters = "PARAMS: "

    def element(self, line: str) -> str:
        """Return it without the first guess of a diode."""
        return re.sub(r"^(d\S*\s.*)\soff$", r"\1", line, flags=re.IGNORECASE)

    def options(self, chosen: Mapping[str, str]) -> str:
        """Return the tolerances of the time integrator; its others are not those of SPICE."""
        kept = {"reltol": "reltol", "vntol": "abstol"}
        if float(chosen.get("trtol", "1")) >= LOOSE:
            self.foreign.add(f"option trtol={chosen['trtol']}")
        self.left_out |= chosen.keys() - kept.keys()
        settings = (f"{kept[name]}={value}" for name, value in chosen.items() if name in kept)
        return " ".join([".options timeint", *settings])

    def source(self, head: str, quantity: str, expression: str) -> str:
        """Return it in one pair of braces."""
        inner = expression.replace("{", "(").replace("}", ")")
        return f"{head} {quantity.upper()}={{{inner}}}"

    def measure(self, name: str, kind: str, rest: str) -> str:
        """Return it with expressions in braces."""
        kind = "EQN" if kind == "param" else kind.upper()
        return f".measure TRAN {name} {kind} {QUOTED.sub(lambda found: f'{{{found[1]}}}', rest)}"


DIALECTS: dict[str, type[Dialect]] = {"ltspice": LTspice, "xyce": Xyce}


def translated(deck: str, name: str) -> str:
    """Return a deck for ngspice as one for another simulator, which its head tells.

    Raises UsageError for what that simulator does not have: code models, fixed time steps,
    functions, measurements.
    """
    if name not in DIALECTS:
        raise UsageError(
            f"no simulator {name!r}{nearest(name, DIALECTS)}, expected {' or '.join(DIALECTS)}"
        )
    dialect = DIALECTS[name]()
    title, *lines = re.sub(r"\n\+ ?", " ", deck).splitlines()
    body: list[str] = []
    for line in lines:
        if not line.strip() or line.startswith("*"):
            body.append(line)
        else:
            remark = line.find(";")
            if remark >= 0:  # a constant with its meaning
                body += [f"{one}{line[remark:]}" for one in dialect.line(line[:remark])]
            else:
                body += [part for one in dialect.line(line) for part in folded(one)]
    if dialect.foreign:
        raise UsageError(
            f"the deck has {', '.join(sorted(dialect.foreign))}, expected none in one for "
            f"{dialect.title}"
        )
    head = [
        f"For {dialect.title}: translated from the deck for ngspice by the rules of its reference,",
        "never run there. Each simulator chooses its own time steps: figures differ a little.",
    ]
    if dialect.left_out:
        head.append(f"Left out: {', '.join(sorted(dialect.left_out))}.")
    if DOTTED.search("\n".join(line for line in lines if line[:1] not in "*.")):
        head.append("A dot in the name of a node is an underscore here.")
    return "\n".join([*comment(title.removeprefix(".title "), *head), *body]) + "\n"
