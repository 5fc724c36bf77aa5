"""Every choice of a run, as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from . import clocks, graphfile, tasks
from .board import Board
from .clocks import Clock
from .damage import Cut, Damage
from .errors import UsageError
from .lessons import Lesson
from .network import Network
from .parts import Parts
from .plant import State
from .tasks import Course, Task

BOARDS = {
    "spice": Board(),
    "ideal": Board().idealised(),
}  # what a board file differs from, by plant
DETAILS: dict[str, tuple[str | None, ...]] = {
    "spice": ("event", "board"),  # logic as events, or every pin analog
    "ideal": (None,),
}
MOST_WAVES = 20_000  # edges times cycles whose waveforms are kept: some 50 MB


@dataclass(frozen=True)
class Experiment:
    """Hold every choice of a run; None stands for the task's own.

    ``task`` and ``network`` are built-in names or files; ``cuts`` are written EDGE@CYCLE;
    ``detail`` is that of the circuit, event or board; ``clock`` says which edges are clocked when
    (see `spicelearn.clocks.Clock`), each with ``probability`` where it is independent; ``waves``
    are the first and the last cycle whose waveforms are kept, written A:B.
    Raises UsageError for a choice that cannot be carried out.
    """

    task: str
    cycles: int | None = None
    network: str | None = None
    eta: float | None = None
    seed: int = 0
    plant: str = "spice"
    evaluate_every: int | None = None
    board: Board | None = None
    cuts: Sequence[str] | None = None
    detail: str | None = None
    probability: float = 1.0
    waves: str | None = None
    clock: str | None = None

    def __post_init__(self) -> None:
        for name, most in (("cycles", 10**9), ("evaluate_every", 10**9), ("seed", 2**63)):
            value, least = getattr(self, name), int(name != "seed")
            if name != "seed" and value is None:
                continue
            if type(value) is not int or not least <= value <= most:
                raise UsageError(f"{name} = {value!r}, expected {least} to {most}")
        self._check_plant()
        defaults = {
            "cycles": self.course.cycles,
            "network": self.course.network,
            "board": BOARDS[self.plant],
            "clock": clocks.SYNCHRONOUS if self.probability == 1 else clocks.INDEPENDENT,
        }
        for name, default in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, default)
        cuts = self.cuts
        if cuts is None:
            cuts = [str(cut) for cut in self.course.cuts if cut.cycle < self.length]
        object.__setattr__(self, "cuts", tuple(cuts))
        if not isinstance(self.board, Board):
            raise UsageError(f"board = {self.board!r}, expected a Board")
        for lesson in self.lessons:
            self._check(lesson)
        self.clocking.check(self.length)
        tested = any(lesson.task.tests() is not None for lesson in self.lessons)
        if self.evaluate_every not in (None, 1) and not tested:
            name = self.course.name
            raise UsageError(f"task {name} has no test set: it is measured in every cycle")
        if len(self.lessons) == 1:
            object.__setattr__(self, "eta", self.lesson.eta)
            object.__setattr__(self, "evaluate_every", self.lesson.evaluate_every)
        self._check_waves()
        if self.damage.cuts and self.detail == "board":
            raise UsageError("detail = 'board' with cuts, expected event for an edge to be cut")
        if self.damage.cuts and self.damage.cuts[-1].cycle >= self.length:
            raise UsageError(f"cut {self.damage.cuts[-1]}, expected a cycle below {self.length}")

    def _check_waves(self) -> None:
        """Refuse waveforms of cycles that there are not, of no circuit, or of two."""
        if self.waves is None:
            return
        if self.plant != "spice":
            raise UsageError(f"waves = {self.waves!r} on plant {self.plant}, expected plant spice")
        first, last = self.waved
        if not first <= last < self.length:
            raise UsageError(
                f"waves = {self.waves!r}, expected A:B with 0 <= A <= B <= {self.length - 1}"
            )
        most = max(1, MOST_WAVES // self.edges)
        if last - first >= most:
            raise UsageError(
                f"waves = {self.waves!r}, expected at most {most} cycles with {self.edges} edges"
            )
        if sum(lesson.first <= last and first < lesson.end for lesson in self.lessons) > 1:
            raise UsageError(f"waves = {self.waves!r}, expected cycles of one task: of one circuit")

    @property
    def waved(self) -> tuple[int, int]:
        """Return the first and the last cycle whose waveforms are kept."""
        match = re.fullmatch(r"(\d{1,9}):(\d{1,9})", str(self.waves), re.ASCII)
        if match is None:
            raise UsageError(
                f"waves = {self.waves!r}, expected A:B, whole numbers of a first and a last cycle"
            )
        return int(match[1]), int(match[2])

    def _check_plant(self) -> None:
        """Refuse a plant that there is not, and a detail that it has not."""
        if self.plant not in BOARDS:
            raise UsageError(f"no plant {self.plant!r}, expected {' or '.join(BOARDS)}")
        if self.detail is None and self.plant == "spice":
            object.__setattr__(self, "detail", "event")
        if self.detail not in DETAILS[self.plant]:
            expected = " or ".join(str(detail or "none") for detail in DETAILS[self.plant])
            raise UsageError(f"detail = {self.detail!r} on plant {self.plant}, expected {expected}")

    def _check(self, lesson: Lesson) -> None:
        """Refuse a nudge or a probability out of range, voltages beyond the supply."""
        task = lesson.task
        for name, value in (("eta", lesson.eta), ("probability", self.probability)):
            if type(value) not in (int, float) or not 0 < value <= 1:
                raise UsageError(f"{name} = {value!r}, expected more than 0 and at most 1")
        limit = self.constants.logic_supply_V  # AD5220: terminals within 0..VDD
        for volts in task.volts():
            if not 0 <= volts <= limit:
                files = ", ".join(str(path) for path in task.files)
                raise UsageError(
                    f"task {task.name}{f' ({files})' if files else ''} applies {volts:g} V, "
                    f"expected 0 to logic_supply_V = {limit:g}"
                )

    def as_wired(self, task: Task) -> Network:
        """Return the network with the roles of a task."""
        try:
            return self.graph.with_roles(task.inputs, task.outputs)
        except UsageError as failure:
            known, asked = f"network {self.graph.name}:", f"network {self.network}:"
            raise UsageError(str(failure).replace(known, asked, 1)) from None

    @cached_property
    def course(self) -> Course:
        """Return what is taught: a task or several."""
        return tasks.chosen(self.task, self.seed)

    @cached_property
    def lessons(self) -> list[Lesson]:
        """Return what is taught when, each lesson to a plant of its own."""
        return [
            Lesson(
                task=task,
                network=self.as_wired(task),
                eta=task.eta if self.eta is None else self.eta,
                evaluate_every=self.evaluate_every or task.evaluate_every,
                first=first,
                end=end,
                clock=self.clocking,
            )
            for task, first, end in self.course.plan(self.length)
        ]

    @cached_property
    def clocking(self) -> Clock:
        """Return what clocks the edges."""
        assert self.clock is not None
        return Clock(self.clock, self.edges, self.probability, self.seed)

    @property
    def lesson(self) -> Lesson:
        """Return the only lesson; raise UsageError if there are more."""
        if len(self.lessons) > 1:
            raise UsageError(
                f"task {self.course.name} is {len(self.lessons)} lessons in a row, each with a "
                "circuit of its own, expected one"
            )
        return self.lessons[0]

    @cached_property
    def damage(self) -> Damage:
        """Return which edges are cut when."""
        cuts = [Cut.parse(text) for text in self.cuts or ()]
        for lesson in self.lessons[1:]:
            Damage(lesson.network, cuts)
        return Damage(self.lessons[0].network, cuts)

    @property
    def length(self) -> int:
        """Return the number of clock cycles."""
        assert self.cycles is not None
        return self.cycles

    @property
    def constants(self) -> Board:
        """Return the board."""
        assert self.board is not None
        return self.board

    @cached_property
    def graph(self) -> Network:
        """Return the network without roles."""
        assert self.network is not None
        return graphfile.chosen(self.network)

    @property
    def edges(self) -> int:
        """Return the number of edges."""
        return len(self.graph.edges)

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that the task, the network and the clock were read from."""
        assert self.network is not None
        network = [Path(self.network)] if graphfile.is_file(self.network) else []
        clock = [Path(self.clocking.kind)] if self.clocking.is_file else []
        return (*self.course.files, *network, *clock)

    def parts(self) -> Parts:
        """Draw the machine's parts from the seed."""
        return Parts.draw(self.constants, self.edges, self.seed)

    def start(self) -> State:
        """Return the state at power-on."""
        return State(np.full(self.edges, self.constants.start_code, dtype=np.int64))

    def as_dict(self) -> dict[str, Any]:
        """Return every choice, as JSON can hold it; files by their whole path."""
        choices = {item.name: getattr(self, item.name) for item in fields(self)}
        assert self.network is not None
        if self.course.files:
            choices["task"] = str(Path(self.task).absolute())
        if graphfile.is_file(self.network):
            choices["network"] = str(Path(self.network).absolute())
        if self.clocking.is_file:
            choices["clock"] = str(Path(self.clocking.kind).absolute())
        return {**choices, "cuts": list(self.cuts or ()), "board": self.constants.as_dict()}

    @classmethod
    def from_dict(cls, choices: dict[str, Any]) -> Experiment:
        """Return the experiment of `as_dict`; raise UsageError for anything else."""
        names = {item.name for item in fields(cls)}
        if set(choices) != names:
            wrong = sorted(names ^ set(choices))[0]
            raise UsageError(f"experiment: {wrong} is missing or unknown")
        for name in ("task", "network", "plant", "clock"):
            if not isinstance(choices[name], str):
                raise UsageError(f"experiment: {name} = {choices[name]!r}, expected a text")
        cuts, constants = choices["cuts"], choices["board"]
        if not isinstance(cuts, list) or not all(isinstance(cut, str) for cut in cuts):
            raise UsageError(f"experiment: cuts = {cuts!r}, expected a list of EDGE@CYCLE")
        if not isinstance(constants, dict):
            raise UsageError(f"experiment: board = {constants!r}, expected a table")
        board = Board.from_dict(constants)
        return cls(**{**choices, "cuts": tuple(cuts), "board": board})
