"""Every choice of a run, as data."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .constants import Constants
from .errors import UsageError, nearest
from .machine import Machine, Parts, PlantKind, Setup, Weights
from .machines import DEFAULT, curriculum, machine_named
from .network import files as network_files
from .network.graph import Network
from .plant import Plant, Rule, State
from .schedules import clocks, nudges, rules
from .schedules.clocks import Clock
from .schedules.cuts import Cut, Damage
from .schedules.nudges import Nudge
from .schedules.rules import Teaching
from .tasks.base import Curriculum, Task
from .tasks.lessons import MOST_CYCLES, Lesson

if TYPE_CHECKING:
    from .spice.scope import Scope

ROWS = 20_000  # of a table of cycles, about, unless --record-every says otherwise: some 5 MB
RIGHT_V2 = 1e-8  # an error before training that leaves nothing to learn
SUFFIX = {"task": ".toml", "clock": ".txt"}  # of the files that these choices name
FILES = (*SUFFIX, "network")  # choices that may name a file
WAVES_LIMIT = 2_000  # edges times cycles whose waveforms may be kept: some 80 MB


@dataclass(frozen=True)
class Experiment:
    """Hold every choice of a run; None stands for the task's own.

    ``task`` and ``network`` are built-in names or files; ``machine`` names the machine that learns,
    ``plant`` how it is built: as circuit or as idealised model; ``cuts`` are written EDGE@CYCLE;
    ``board`` holds the machine's constants, ``detail`` says how much of the circuit is simulated;
    ``clock`` says which weights learn when (see `spicelearn.schedules.clocks.Clock`), each with
    ``probability`` where it is independent; ``waves`` are the first and the last cycle whose
    waveforms are kept, written A:B; the table has a row every ``record_every`` cycles, and wherever
    a test set was measured; the rule may begin anew ``restarts`` times, of a machine whose rule
    does; ``nudge`` says whether outputs are nudged towards their targets, away from them or in turn
    (`spicelearn.schedules.nudges`), ``rule`` what is applied given the error
    (`spicelearn.schedules.rules`). Raises UsageError for a choice that cannot be carried out.
    """

    task: str
    cycles: int | None = None
    network: str | None = None
    eta: float | None = None
    seed: int = 0
    plant: str = "spice"
    evaluate_every: int | None = None
    board: Constants | None = None
    cuts: Sequence[str] | None = None
    detail: str | None = None
    probability: float = 1.0
    waves: str | None = None
    clock: str | None = None
    machine: str | None = None
    record_every: int | None = None
    restarts: int = 0
    nudge: str = nudges.POSITIVE
    rule: str = rules.ORDINARY

    def __post_init__(self) -> None:
        for name in ("cycles", "evaluate_every", "record_every"):
            if getattr(self, name) is not None:
                self._check_whole(name, 1, MOST_CYCLES)
        self._check_whole("seed", 0, 2**63)
        self._check_whole("restarts", 0, MOST_CYCLES)
        if self.machine is None:
            object.__setattr__(self, "machine", self.curriculum.machine or DEFAULT)
        self._check_plant()
        defaults = {
            "cycles": self.curriculum.cycles,
            "network": self.curriculum.network,
            "board": self.kind.constants,
            "clock": clocks.SYNCHRONOUS if self.probability == 1 else clocks.INDEPENDENT,
        }
        for name, default in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, default)
        if self.record_every is None:
            every = self.curriculum.record_every or math.ceil(self.length / ROWS)
            object.__setattr__(self, "record_every", every)
        cuts = self.cuts
        if cuts is None:
            cuts = [str(cut) for cut in self.curriculum.cuts if cut.cycle < self.length]
        object.__setattr__(self, "cuts", tuple(cuts))
        if type(self.board) is not type(self.kind.constants):
            expected = f"a {type(self.kind.constants).__name__}"
            raise UsageError(f"board = {self.board!r:.60}, expected {expected}")
        self._check_ignored()
        self._check_fractions()
        for lesson in self.lessons:
            self._check_labels(lesson)
            self.apparatus.check(self.setup(lesson))
        self.clocking.check(self.length)
        tested = any(lesson.task.tests() is not None for lesson in self.lessons)
        if self.evaluate_every not in (None, 1) and not tested:
            name = self.curriculum.name
            raise UsageError(f"task {name} has no test set: it is measured in every recorded cycle")
        if len(self.lessons) == 1:
            object.__setattr__(self, "eta", self.lesson.eta)
            object.__setattr__(self, "evaluate_every", self.lesson.evaluate_every)
        self._check_waves()
        if self.damage.cuts and self.damage.cuts[-1].cycle >= self.length:
            raise UsageError(f"cut {self.damage.cuts[-1]}, expected a cycle below {self.length}")

    def _check_whole(self, name: str, least: int, most: int) -> None:
        """Refuse a choice that is not a whole number between these."""
        value = getattr(self, name)
        if type(value) is not int or not least <= value <= most:
            raise UsageError(f"{name} = {value!r}, expected {least} to {most}")

    def _check_waves(self) -> None:
        """Refuse waveforms of a plant without any, of cycles beyond the run, of two circuits."""
        if self.waves is None:
            return
        if not self.kind.is_circuit:
            expected = " or ".join(self.apparatus.circuits)
            raise UsageError(
                f"waves = {self.waves!r} on plant {self.plant}, expected plant {expected}"
            )
        first, last = self.waved
        if not first <= last < self.length:
            raise UsageError(
                f"waves = {self.waves!r}, expected A:B with 0 <= A <= B <= {self.length - 1}"
            )
        most = max(1, WAVES_LIMIT // self.edges)
        if last - first >= most:
            raise UsageError(
                f"waves = {self.waves!r}, expected at most {most} cycles with {self.edges} edges"
            )
        if sum(lesson.first <= last and first < lesson.end for lesson in self.lessons) > 1:
            raise UsageError(f"waves = {self.waves!r}, expected cycles of one task: of one circuit")

    @property
    def waved(self) -> tuple[int, int]:
        """Return the first and last cycle with waveforms; raise UsageError if not written A:B."""
        match = re.fullmatch(r"(\d{1,9}):(\d{1,9})", str(self.waves), re.ASCII)
        if match is None:
            raise UsageError(
                f"waves = {self.waves!r}, expected A:B, whole numbers of a first and a last cycle"
            )
        return int(match[1]), int(match[2])

    def _check_plant(self) -> None:
        """Refuse what the machine lacks, or has no meaning for it, and a detail of no plant."""
        plants = self.apparatus.plants
        known = (nudges.POSITIVE, *self.apparatus.nudges)
        if self.nudge not in known:
            expected = " or ".join(known)
            raise UsageError(
                f"nudge = {self.nudge!r} on machine {self.machine}, expected {expected}"
            )
        known = (rules.ORDINARY, *self.apparatus.rules)
        if self.teaching.kind not in known:
            expected = " or ".join(known)
            raise UsageError(f"rule = {self.rule!r} on machine {self.machine}, expected {expected}")
        if self.restarts and self.apparatus.attempt is None:
            raise UsageError(f"restarts = {self.restarts} on machine {self.machine}, expected none")
        if self.plant not in plants:
            near = nearest(self.plant, plants)
            raise UsageError(f"no plant {self.plant!r}{near}, expected {' or '.join(plants)}")
        details = self.kind.details
        if self.detail is None and details:
            object.__setattr__(self, "detail", details[0])
        if self.detail is not None and self.detail not in details:
            expected = " or ".join(details) or "none"
            near = nearest(self.detail, details)
            raise UsageError(
                f"detail = {self.detail!r}{near} on plant {self.plant}, expected {expected}"
            )

    def _check_ignored(self) -> None:
        """Refuse constants that the plant has no use for, unless they have its values."""
        for name in self.kind.ignores:
            value, only = getattr(self.board, name), getattr(self.kind.constants, name)
            if value != only:
                raise UsageError(
                    f"board: {name} = {value!r} has no effect on plant {self.plant}, "
                    f"expected {only!r}"
                )

    def _check_fractions(self) -> None:
        """Refuse a nudge or a probability out of range."""
        etas = [lesson.eta for lesson in self.lessons]
        for name, value in [*(("eta", eta) for eta in etas), ("probability", self.probability)]:
            if type(value) not in (int, float) or not 0 < value <= 1:
                raise UsageError(f"{name} = {value!r}, expected more than 0 and at most 1")

    def _check_labels(self, lesson: Lesson) -> None:
        """Refuse a rule for labels where examples share none."""
        task = lesson.task
        if self.teaching.for_labels and not task.targets_move and task.labels(None) is None:
            raise UsageError(
                f"rule = {self.rule!r} with task {task.name}, expected a task of which each target "
                "is a label of several examples"
            )

    @cached_property
    def teaching(self) -> Teaching:
        """Return the rule that makes the drive of a cycle of its example."""
        return rules.teaching(self.rule)

    def as_wired(self, task: Task) -> Network:
        """Return the network with the roles of a task; raise UsageError if they do not fit."""
        try:
            return self.graph.with_roles(task.inputs, task.outputs)
        except UsageError as failure:
            known, asked = f"network {self.graph.name}:", f"network {self.network}:"
            raise UsageError(str(failure).replace(known, asked, 1)) from None

    @cached_property
    def curriculum(self) -> Curriculum:
        """Return all that the run teaches: one task or several."""
        return curriculum(self.task, self.seed)

    @property
    def apparatus(self) -> Machine:
        """Return the machine that learns."""
        assert self.machine is not None
        return machine_named(self.machine)

    @property
    def kind(self) -> PlantKind:
        """Return the kind of plant: circuit or idealised model."""
        return self.apparatus.plants[self.plant]

    @cached_property
    def lessons(self) -> list[Lesson]:
        """Return the lessons in their order; each is taught to a plant of its own."""
        return [
            Lesson(
                task=task,
                network=self.as_wired(task),
                eta=task.eta if self.eta is None else self.eta,
                evaluate_every=self.evaluate_every or task.evaluate_every,
                first=first,
                end=end,
                clock=self.clocking,
                record_every=self.record_every or 1,
                nudge=Nudge(self.nudge),
                rule=self.teaching,
            )
            for task, first, end in self.curriculum.plan(self.length)
        ]

    @cached_property
    def clocking(self) -> Clock:
        """Return the clock: which weights learn in a cycle."""
        assert self.clock is not None
        return Clock(self.clock, self.weights.count, self.probability, self.seed)

    @property
    def lesson(self) -> Lesson:
        """Return the only lesson; raise UsageError if there are more."""
        if len(self.lessons) > 1:
            raise UsageError(
                f"task {self.curriculum.name} is {len(self.lessons)} lessons in a row, each with a "
                "circuit of its own, expected one"
            )
        return self.lessons[0]

    @cached_property
    def damage(self) -> Damage:
        """Return which edges are cut when; raise UsageError if a cut disconnects a node."""
        cuts = [Cut.parse(text) for text in self.cuts or ()]
        for lesson in self.lessons[1:]:
            Damage(lesson.network, cuts)
        return Damage(self.lessons[0].network, cuts)

    @property
    def length(self) -> int:
        """Return the number of cycles."""
        assert self.cycles is not None
        return self.cycles

    @property
    def constants(self) -> Constants:
        """Return the board, the machine's constants."""
        assert self.board is not None
        return self.board

    @cached_property
    def graph(self) -> Network:
        """Return the network without roles."""
        assert self.network is not None
        return self.apparatus.network(self.network)

    @property
    def edges(self) -> int:
        """Return the number of edges."""
        return len(self.graph.edges)

    @cached_property
    def weights(self) -> Weights:
        """Return what the machine learns: number, range and unit of its weights."""
        return self.apparatus.weights(self.constants, self.graph)

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that the task, the network and the clock were read from."""
        assert self.network is not None
        named = {"network": self.network, "clock": self.clocking.kind}
        others = [Path(value) for name, value in named.items() if names_file(name, value)]
        return (*self.curriculum.files, *others)

    @cached_property
    def parts(self) -> Parts:
        """Return the machine's parts, drawn from the seed."""
        return self.apparatus.draw(self.constants, self.graph, self.seed)

    @cached_property
    def switched_on(self) -> State:
        """Return the state at power-on, without what the rule carries."""
        weights = self.apparatus.start(self.constants, self.graph, self.seed)
        self.weights.check(weights, f"machine {self.machine} begins with other weights")
        return State(weights)

    def setup(
        self, lesson: Lesson, deck_file: Path | None = None, scope: Scope | None = None
    ) -> Setup:
        """Return what the plant of a lesson is built from."""
        return Setup(
            lesson=lesson,
            constants=self.constants,
            parts=self.parts,
            state=self.switched_on,
            detail=self.detail or "",
            removable=self.damage.edges,
            restarts=self.restarts,
            deck_file=deck_file,
            scope=scope,
        )

    def remarks(self) -> list[str]:
        """Return what a user has to know of this experiment before it begins, each a sentence."""
        told = [*self.curriculum.cut_short(self.length), *self._right_already()]
        told += self.clocking.remarks() + self._without_effect()
        if tell := self.apparatus.remarks:
            told += [text for lesson in self.lessons for text in tell(self.setup(lesson))]
        return list(dict.fromkeys(told))

    def _without_effect(self) -> list[str]:
        """Return a sentence on constants that count in another level of detail only."""
        default = self.kind.constants
        return [
            f"board: {name} has no effect in detail {self.detail}, only in detail {detail}"
            for detail, names in self.kind.only.items()
            for name in names
            if detail != self.detail and getattr(self.board, name) != getattr(default, name)
        ]

    def _right_already(self) -> list[str]:
        """Return a sentence if an idealised model meets constant targets before it has learned."""
        lesson, theory = self.lessons[0], self.apparatus.theory
        models = [kind for kind in self.apparatus.plants.values() if not kind.is_circuit]
        if lesson.task.tests() is not None or theory is None or not models:
            return []
        setup = replace(self.setup(lesson), constants=theory.idealised(self.constants))
        drive = lesson.first_drive()
        with closing(models[0].make(setup)) as model:
            error = lesson.task.score(model.cycle(self.start(), drive), drive)
        if error > RIGHT_V2:
            return []
        return [
            f"the outputs are right before training, to {1e3 * math.sqrt(RIGHT_V2):g} mV rms as "
            "the idealised model has them: there is nothing to learn; choose other targets"
        ]

    def plant_of(self, setup: Setup) -> Plant:
        """Return the plant built from this setup."""
        return self.kind.make(setup)

    def rule_of(self, setup: Setup) -> Rule:
        """Return the rule by which this setup learns."""
        return self.apparatus.rule(setup)

    def start(self) -> State:
        """Return the state before the first cycle, including what the rule carries into it."""
        return replace(self.switched_on, memory=self.rule_of(self.setup(self.lessons[0])).memory)

    def as_dict(self, folder: Path | None = None) -> dict[str, Any]:
        """Return every choice in the types of JSON; files in ``folder`` by their path in it.

        Others by their absolute path.
        """
        choices = {item.name: getattr(self, item.name) for item in fields(self)}
        for name in FILES:
            if names_file(name, choices[name]):
                choices[name] = path_in(folder, Path(choices[name]))
        return {**choices, "cuts": list(self.cuts or ()), "board": self.constants.as_dict()}

    @classmethod
    def from_dict(cls, choices: dict[str, Any], folder: Path | None = None) -> Experiment:
        """Return the experiment from its `as_dict`; raise UsageError for anything else."""
        names = {item.name for item in fields(cls)}
        if set(choices) != names:
            wrong = sorted(names ^ set(choices))[0]
            raise UsageError(f"experiment: {wrong} is missing or unknown")
        for name in ("task", "network", "plant", "clock", "machine", "nudge", "rule"):
            if not isinstance(choices[name], str):
                raise UsageError(f"experiment: {name} = {choices[name]!r}, expected a text")
        cuts, constants = choices["cuts"], choices["board"]
        if not isinstance(cuts, list) or not all(isinstance(cut, str) for cut in cuts):
            raise UsageError(f"experiment: cuts = {cuts!r}, expected a list of EDGE@CYCLE")
        if not isinstance(constants, dict):
            raise UsageError(f"experiment: board = {constants!r}, expected a table")
        board = default_board(choices["machine"], choices["plant"]).with_values(constants)
        named = {
            name: str((folder or Path()) / value)
            for name in FILES
            if names_file(name, value := choices[name])
        }
        return cls(**{**choices, **named, "cuts": tuple(cuts), "board": board})


def names_file(choice: str, value: str) -> bool:
    """Return whether this value of a choice is the name of a file."""
    if "\0" in value:
        return False
    if choice in SUFFIX:
        return value.endswith(SUFFIX[choice])
    return choice == "board" or (choice == "network" and network_files.is_file(value))


def path_in(folder: Path | None, path: Path) -> str:
    """Return the path of a file in a folder, or its absolute path if it is not in there."""
    place = path.absolute()
    if folder is not None and place.is_relative_to(folder.absolute()):
        place = place.relative_to(folder.absolute())
    return str(place)


def default_board(machine: str, plant: str) -> Constants:
    """Return the constants that a machine's plant has without a board file.

    Raises UsageError if there is no such machine or plant.
    """
    plants = machine_named(machine).plants
    if plant not in plants:
        near = nearest(plant, plants)
        raise UsageError(f"no plant {plant!r}{near}, expected {' or '.join(plants)}")
    return plants[plant].constants


def board_of(
    task: str, machine: str | None = None, plant: str = "spice", seed: int = 0
) -> Constants:
    """Return the constants that a task's plant has without a board file.

    ``machine`` is the task's own if it is None. Raises UsageError as `default_board` does.
    """
    return default_board(machine or curriculum(task, seed).machine or DEFAULT, plant)
