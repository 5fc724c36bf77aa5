"""What a machine is: all that the trainer, the records and the pages need to know of it.

A machine is a package in `spicelearn.machines`, or one in another distribution, which names it in
the entry point group ``spicelearn.machines``. It provides one `Machine`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .constants import Constants
from .errors import UsageError
from .network import files as network_files
from .network.graph import Network, Output
from .plant import Drive, Floats, Ints, Plant, Reading, Rule, State
from .tasks.base import Curriculum
from .tasks.lessons import Lesson
from .tasks.taught import TaughtRun

if TYPE_CHECKING:
    from .charts import Figure
    from .formats.waves import Waves
    from .spice.nets import Net
    from .spice.scope import Scope


SURE_V = 10e-3  # V, margin from which on decisions are counted apart


@dataclass(frozen=True)
class Weights:
    """Describe what a machine learns: ``count`` numbers from ``low`` to ``high``, in ``unit``.

    ``unit`` is empty if there is none. ``column`` begins the names of their columns in a table
    (``code`` for ``code_0``), ``label`` names one weight in a figure; if ``whole``, they are whole
    numbers from 0.
    """

    column: str
    label: str
    unit: str
    low: float
    high: float
    whole: bool
    count: int

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns of a table, one per weight."""
        return [f"{self.column}_{place}" for place in range(self.count)]

    def check(self, values: Ints | Floats, where: str) -> None:
        """Raise UsageError, beginning with ``where``, unless these are such weights, shape (P,)."""
        kinds = "i" if self.whole else "if"
        good = values.shape == (self.count,) and values.dtype.kind in kinds
        if not good or not ((values >= self.low) & (values <= self.high)).all():
            raise UsageError(f"{where}, expected {self.expected}")

    @property
    def expected(self) -> str:
        """Return a description of valid weights, for a message."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.count} {self.label}s from {self.low:g} to {self.high:g}{unit}"


@dataclass(frozen=True)
class Attempt:
    """Hold how often a rule has begun anew in a lesson, and the cycle at which it last began."""

    restarts: int
    begun: int


class Parts(Protocol):
    """What differs from part to part of a machine, drawn from a seed; each machine has its type."""

    def as_dict(self) -> dict[str, Any]:
        """Return what was drawn in the types of JSON."""
        ...


@dataclass(frozen=True)
class Setup:
    """Hold what a plant is built from.

    ``constants`` and ``parts`` have the machine's own types; ``state`` is the state at power-on;
    ``removable`` are the edges that will be cut out; ``detail`` is one of the plant's details;
    ``restarts`` says how often the rule may begin anew. A circuit writes its deck to ``deck_file``
    and its waveforms to ``scope``, where these are given.
    """

    lesson: Lesson
    constants: Any
    parts: Any
    state: State
    detail: str = ""
    removable: tuple[int, ...] = ()
    restarts: int = 0
    deck_file: Path | None = None
    scope: Scope | None = None

    @property
    def network(self) -> Network:
        """Return the network with the roles of its nodes."""
        return self.lesson.network


@dataclass(frozen=True)
class PlantKind:
    """Describe one way to build a machine: as a circuit, or as its idealised model.

    ``title`` names it in a sentence; ``constants`` are its constants without a board file;
    ``details`` are its levels of detail, the default first, empty if there is no choice.
    ``ignores`` names those that it has no use for: they keep their values, or are refused; ``only``
    those that count in one level of detail alone, by that level.
    ``engine`` raises SpicelearnError unless the circuit engine is installed. A kind with an engine
    is a circuit: it runs in a process of its own, because the engine may crash, and has waveforms.
    """

    title: str
    constants: Constants
    make: Callable[[Setup], Plant]
    details: tuple[str, ...] = ()
    engine: Callable[[], object] | None = None
    ignores: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def fitted(self, board: Constants) -> Constants:
        """Return a board on which the constants that it ignores have their values."""
        return replace(board, **{name: getattr(self.constants, name) for name in self.ignores})

    @property
    def is_circuit(self) -> bool:
        """Return whether a circuit engine computes it."""
        return self.engine is not None


@dataclass(frozen=True)
class Form:
    """Describe one form in which a machine is written as a file.

    ``make`` returns its text: a SPICE deck that plain ngspice runs, unless ``deck`` is false.
    ``unused`` are the choices that do not affect it.
    """

    summary: str
    make: Callable[[Setup], str]
    unused: tuple[str, ...] = ()
    deck: bool = True


@dataclass(frozen=True)
class Imperfection:
    """Name an imperfection, the constants that make it, and their values without it.

    ``off`` holds the values without it; ``nominal`` those that are put in where the board in
    question lacks the imperfection, or a function that returns them. One that is ``kept`` is the
    machine's way to work: it is there, too, where later ones are measured alone. With a ``pace`` a
    cycle does as much as so many without it: the machine then runs for fewer cycles by this factor.
    """

    effect: str
    off: dict[str, Any]
    nominal: dict[str, Any] | Callable[[Setup], dict[str, Any]] = field(default_factory=dict)
    kept: bool = False
    pace: int = 1

    def has(self, board: Any) -> dict[str, Any] | None:
        """Return the board's constants that make the imperfection; None if the board lacks it."""
        chosen = {name: getattr(board, name) for name in self.off}
        return None if chosen == self.off else chosen

    def put_in(self, setup: Setup) -> dict[str, Any]:
        """Return the nominal constants of an imperfection that the board lacks."""
        nominal = self.nominal(setup) if callable(self.nominal) else self.nominal
        return {**self.off, **nominal}


@dataclass(frozen=True)
class Theory:
    """Describe the theory of a machine's circuit, and the imperfections between the two.

    ``idealised`` returns the constants of the theory for a board, ``perfect`` those of the machine
    without any imperfection; ``plant_for`` the name of the plant that can have a board. ``decided``
    returns what was decided in a cycle, shape (P,): 1 up, -1 down, 0 nothing. ``margin`` returns
    the quantity whose sign decides in the theory, from what a reading shows, shape (P,): up where
    it is not negative; ``quantity`` says what it is, with its unit. ``like`` builds the idealised
    model with those imperfections of the circuit that can be written as a formula.

    For the reader: ``rule`` names the theory's rule, ``decision`` is a sentence that says what a
    decision is, ``place`` what a column of the readings' probes belongs to, ``sure`` one about the
    margin `SURE_V`, empty where nothing is known of it.
    """

    imperfections: tuple[Imperfection, ...]
    idealised: Callable[[Any], Constants]
    perfect: Callable[[Any], Constants]
    plant_for: Callable[[Any], str]
    decided: Callable[[Setup, State, Drive, Reading], Ints]
    margin: Callable[[Setup, Drive, Reading], Floats]
    like: Callable[[Setup], Plant]
    rule: str
    decision: str
    sure: str = ""
    quantity: str = "difference of the drops (V)"
    place: str = "node"


class View(Protocol):
    """Physical quantities from the recorded weights of a run, by its manifest alone."""

    @property
    def remark(self) -> str:
        """Return a clause that says how the voltages are computed and what they leave out."""
        ...

    @property
    def span(self) -> tuple[float, float]:
        """Return the two conductances, S, at the ends of a figure's scale of edges."""
        ...

    @property
    def pace(self) -> tuple[float, float] | None:
        """Return how long the machine takes for a cycle, and how long it learns in it, s.

        None if its constants do not tell it.
        """
        ...

    def conductances(self, weights: Floats, cycle: int) -> Floats:
        """Return the conductance of every edge, S, shape (E,)."""
        ...

    def voltages(self, weights: Floats, cycle: int) -> Floats:
        """Return the free state's node voltages in a cycle, V, shape (examples, N)."""
        ...

    def power(self, weights: Floats, cycle: int) -> float:
        """Return the power that the free network dissipates, W, the mean over a cycle's inputs."""
        ...

    def floor(self, weights: Floats, cycle: int, share: float) -> float | None:
        """Return the error that one random step of a share of the weights causes, V^2.

        None if weights do not step.
        """
        ...


@dataclass(frozen=True)
class Benchmark:
    """Describe how a machine's speed is measured: a task, and networks by their number of edges.

    ``others`` are other ways to simulate the same machine, each built as a Plant, by what they are;
    the first is the naive way. ``laboratory_Hz`` is the rate of the real machine, the lowest and
    the highest, cycles per second.
    """

    task: str
    networks: Mapping[int, str]
    others: Mapping[str, Callable[[Setup], Plant]]
    laboratory_Hz: tuple[float, float]


@dataclass(frozen=True)
class Outline:
    """Describe how a task file for a table of a user's own is begun.

    Columns of inputs are scaled to 0..``high_V``; where there are ``rails``, a node is held at
    either end, too. ``eta`` has the kinds of task that there are; ``classes`` says how an output
    tells them: as ``responses`` to the mean examples, as ``targets``, by one ``threshold``. Of a
    ``linear`` machine outputs are weighted means of the inputs; ``nodes`` says whether an output
    may be a single node, ``difference_V`` is what is desired at most of the difference of two.
    ``network`` names a network for so many inputs, rails included, and so many nodes of outputs.

    Nodes are chosen by ``trials`` of ``trial_cycles`` cycles, unless ``roles`` gives those of a
    network's name. ``board`` holds the constants with which it learns in ``cycles``.
    """

    high_V: float
    eta: Mapping[str, float]
    classes: str
    network: Callable[[int, int], str]
    cycles: int
    trial_cycles: int
    trials: int = 1
    rails: bool = True
    linear: bool = False
    nodes: bool = False
    difference_V: float = 0.0
    roles: Callable[[str], tuple[tuple[int, ...], tuple[Output, ...]]] | None = None
    board: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Machine:
    """Hold a machine: what it can be taught, how it is built, what it learns and by which rule.

    ``tasks`` return the curricula that ship with it, for a seed; ``plants`` are the ways to build
    it, by the names of ``--plant``: ``spice``, the default, and ``ideal``. ``weights`` describes
    what it learns, ``start`` returns the weights at power-on, shape (P,), ``draw`` the parts: all
    for constants and a network, the last two also for a seed. ``rule`` returns how the weights
    change; ``check`` raises UsageError for what cannot be taught to it.

    The rest is optional. ``network`` returns the network of a name, if its names are its own;
    ``forms`` are its decks and other files of it; ``schematic`` draws one of its edges, as SVG;
    ``theory`` is what its circuit is validated against; ``view`` gives physical quantities from
    recorded weights; ``figures`` are its own figures of a run's waveforms, ``maps`` those of its
    first and its last weights, shape (2, P), each with its cycle; ``benchmark`` measures its speed;
    ``connections`` returns the nets of the logic on one of its boards, for constants; ``begin``
    returns the state with which a lesson after the first begins, from that with which the former
    ended, where it does not go on from that; ``attempt`` returns at which attempt the rule is in a
    lesson, if it can begin anew, from the state; ``remarks`` returns sentences on what can be done
    but had better not be; ``supplies`` the lowest and the highest voltage, V, that a node of the
    circuit can have, for constants; ``outline`` says how a task file of a user's own is begun;
    ``nudges`` and ``rules`` are those of `spicelearn.schedules` that have a meaning for it, beside
    the defaults.
    """

    name: str
    summary: str
    tasks: Mapping[str, Callable[[int], Curriculum]]
    plants: Mapping[str, PlantKind]
    weights: Callable[[Any, Network], Weights]
    start: Callable[[Any, Network, int], Ints | Floats]
    draw: Callable[[Any, Network, int], Parts]
    rule: Callable[[Setup], Rule]
    check: Callable[[Setup], None]
    network: Callable[[str], Network] = network_files.chosen
    forms: Mapping[str, Form] = field(default_factory=dict)
    schematic: Callable[[Setup, str], bytes] | None = None
    theory: Theory | None = None
    view: Callable[[TaughtRun], View] | None = None
    figures: Callable[[TaughtRun, Waves], list[Figure]] | None = None
    maps: Callable[[TaughtRun, Floats, tuple[int, int]], list[Figure]] | None = None
    benchmark: Benchmark | None = None
    connections: Callable[[Any], list[Net]] | None = None
    begin: Callable[[Setup, State], State] | None = None
    attempt: Callable[[State], Attempt] | None = None
    remarks: Callable[[Setup], list[str]] | None = None
    supplies: Callable[[Any], tuple[float, float]] | None = None
    outline: Outline | None = None
    nudges: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def circuits(self) -> tuple[str, ...]:
        """Return the names of the plants that are circuits."""
        return tuple(name for name, kind in self.plants.items() if kind.is_circuit)
