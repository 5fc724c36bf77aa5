"""Waveforms of some cycles: ``waves.raw`` and ``waves.vcd`` of a run folder.

The first is a SPICE binary raw file of the analog nodes, the second a value change dump of the
digital ones, both named as in the deck.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np

from ..errors import SpicelearnError, UsageError
from ..plant import Floats
from . import files

RAW, VCD = "waves.raw", "waves.vcd"
TICK = 1e-12  # s, of the value change dump
CYCLE, CLOCK = "cycle", "clocks"  # variables of the dump that count cycles of the run and clocks
COUNTS = (CYCLE, CLOCK)
TOP = "deck"  # scope, in the dump, of nodes that are in no subcircuit
Changes = list[tuple[float, str]]  # times in s; values 0, 1, x, z or a whole number


@dataclass
class Waves:
    """Hold waveforms: times in s, voltages and currents, and when digital nodes changed.

    ``analog``, shape (times, names), has one row per time and one column per name, V or A;
    ``changes`` lists the changes of each digital node, the first one at the first time.
    """

    names: list[str] = field(default_factory=list)
    time: Floats = field(default_factory=lambda: np.empty(0))
    analog: Floats = field(default_factory=lambda: np.empty((0, 0)))
    changes: dict[str, Changes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Floats:
        """Return one analog vector by name, V or A; raise SpicelearnError if there is none."""
        if name not in self.names:
            raise SpicelearnError(f"no vector {name!r} in the waveforms")
        column: Floats = self.analog[:, self.names.index(name)]
        return column

    def before(self, time: float) -> Waves:
        """Return the waveforms up to a time, s: analog points at it included, changes at it not."""
        count = int(np.searchsorted(self.time, time + TICK))
        changes = {
            name: [change for change in all_changes if change[0] < time - TICK]
            for name, all_changes in self.changes.items()
        }
        return Waves(self.names, self.time[:count], self.analog[:count], changes)

    def write(self, folder: Path, title: str, engine: str) -> None:
        """Write both files into a folder, each in one step, the raw file first."""
        files.replace(folder / RAW, self._raw(title, engine))
        files.replace(folder / VCD, self._vcd(title, engine))

    def _raw(self, title: str, engine: str) -> bytes:
        """Return the analog vectors as a SPICE binary raw file."""
        kinds = ["current" if name.startswith("i(") else "voltage" for name in self.names]
        variables = zip(["time", *self.names], ["time", *kinds], strict=True)
        head = [
            f"Title: {title}",
            "Date: not kept",
            f"Command: {engine}",
            "Plotname: Transient Analysis",
            "Flags: real",
            f"No. Variables: {len(self.names) + 1}",
            f"No. Points: {len(self.time)}",
            "Variables:",
            *(f"\t{number}\t{name}\t{kind}" for number, (name, kind) in enumerate(variables)),
            "Binary:",
        ]
        rows = np.column_stack([self.time, self.analog]).astype("<f8").tobytes()
        return ("\n".join(head) + "\n").encode("ascii") + rows

    def _vcd(self, title: str, engine: str) -> bytes:
        """Return the digital nodes as a value change dump; a subcircuit is a scope."""
        from vcd import VCDWriter  # noqa: PLC0415 - slow to import, and most runs have no need

        file = StringIO()
        with VCDWriter(file, timescale="1 ps", date="", comment=title, version=engine) as writer:
            variables = {}
            nodes = sorted(self.changes.items())
            for name, changes in nodes:
                scope, _, leaf = name.rpartition(".")
                kind, size = ("integer", 64) if name in COUNTS else ("wire", 1)
                first = changes[0][1]
                initial = int(first) if name in COUNTS else first
                variables[name] = writer.register_var(
                    scope or TOP, leaf, kind, size=size, init=initial
                )
            events = sorted(
                (round(time / TICK), name, value)
                for name, changes in nodes
                for time, value in changes[1:]
            )
            for tick, name, value in events:
                writer.change(variables[name], tick, int(value) if name in COUNTS else value)
            last = round(float(self.time[-1]) / TICK)
            writer.flush(max([last, *(tick for tick, *_ in events[-1:])]))
        return file.getvalue().encode("ascii")

    @classmethod
    def read(cls, folder: Path) -> Waves:
        """Read both files of a folder, up to the end of the shorter one.

        Raises SpicelearnError if they are damaged.
        """
        from vcd.reader import VCDParseError  # noqa: PLC0415 - slow to import

        try:
            raw, dump = (files.content(folder / name, name) for name in (RAW, VCD))
            names, time, analog = _read_raw(raw)
            changes, end = _read_vcd(BytesIO(dump))
        except (
            UsageError,
            ArithmeticError,
            ValueError,
            LookupError,
            AttributeError,
            VCDParseError,
        ) as failure:
            raise SpicelearnError(f"{folder}: waveforms are damaged: {failure}") from None
        count = int(np.searchsorted(time, end + TICK))
        return cls(names, time[:count], analog[:count], changes)


def _read_raw(content: bytes) -> tuple[list[str], Floats, Floats]:
    """Return names, times and vectors of a raw file that `Waves.write` wrote."""
    head, _, data = content.partition(b"Binary:\n")
    lines = head.decode("ascii").splitlines()
    names = [line.split("\t")[2] for line in lines if line.startswith("\t")]
    table = np.frombuffer(data, "<f8").reshape(-1, len(names))
    return names[1:], table[:, 0], table[:, 1:]


def _read_vcd(file: Iterator[bytes]) -> tuple[dict[str, Changes], float]:
    """Return the changes of every node of a dump that `Waves.write` wrote, and when it ends, s."""
    from vcd.reader import TokenKind, tokenize  # noqa: PLC0415 - slow to import

    names: dict[str, str] = {}
    changes: dict[str, Changes] = {}
    scopes: list[str] = []
    time = 0.0
    for token in tokenize(file):  # type: ignore[arg-type]
        if token.kind is TokenKind.SCOPE:
            scopes.append(token.scope.ident)
        elif token.kind is TokenKind.UPSCOPE:
            scopes.pop()
        elif token.kind is TokenKind.VAR:
            path = scopes if scopes != [TOP] else []
            name = ".".join([*path, token.var.reference])
            names[token.var.id_code] = name
            changes[name] = []
        elif token.kind is TokenKind.CHANGE_TIME:
            time = token.time_change * TICK
        elif token.kind is TokenKind.CHANGE_SCALAR:
            found = token.scalar_change
            changes[names[found.id_code]].append((time, found.value))
        elif token.kind is TokenKind.CHANGE_VECTOR:
            whole = token.vector_change
            changes[names[whole.id_code]].append((time, str(whole.value)))
    return changes, time
