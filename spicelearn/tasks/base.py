"""What a task is: what is applied in each cycle, and how the outputs are scored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from ..network.graph import Output
from ..plant import Drive, Floats, Ints, Reading
from ..schedules.cuts import Cut


@dataclass(frozen=True)
class Example:
    """Hold the examples of one cycle: inputs and desired outputs, V, B rows each."""

    inputs: Floats
    targets: Floats

    @classmethod
    def single(cls, inputs: Floats, targets: Floats) -> Example:
        """Return the one example of these rows, shapes (inputs,) and (outputs,)."""
        return cls(inputs[None], targets[None])


@dataclass(frozen=True)
class Merit:
    """Hold a figure of merit beside the error: its value, and that from which on it is enough.

    Both are in ``unit``; what is asked is more than 0.
    """

    name: str
    unit: str
    value: float
    asked: float

    @property
    def ratio(self) -> float:
        """Return the value over what is asked: from 1 on it is enough."""
        return self.value / self.asked

    def __str__(self) -> str:
        """Say the value beside what is asked: ``gap 0.35 V of 0.12 V asked``."""
        value, asked = (f"{number:.3g} {self.unit}" for number in (self.value, self.asked))
        return f"{self.name} {value} of {asked} asked"


@dataclass(frozen=True)
class Source:
    """Say where voltages from ``low`` to ``high`` come from, and with which key they are scaled."""

    low: float
    high: float
    what: str
    key: str


@dataclass(frozen=True)
class Measurement:
    """Hold how well a machine does its task: mean squared error, V^2, and for classes accuracy.

    A task may have a further figure of merit.
    """

    error: float
    accuracy: float | None = None
    merit: Merit | None = None


@dataclass(frozen=True)
class Evaluation:
    """Hold the responses to a test set: outputs and what was desired, V, both (T, outputs).

    For classes it also holds the class of each example, ``labels``, and the class that the response
    indicates, ``found``: both shape (T,), numbers of ``classes``. ``merit`` is a further figure of
    merit, of a task whose ``merit_name`` says so.
    """

    outputs: Floats
    desired: Floats
    labels: Ints | None = None
    found: Ints | None = None
    classes: tuple[str, ...] = ()
    merit: Merit | None = None

    @property
    def measurement(self) -> Measurement:
        """Return the mean squared error over examples and outputs, accuracy and merit."""
        error = float(np.mean((self.outputs - self.desired) ** 2))
        accuracy = None if self.labels is None else float(np.mean(self.labels == self.found))
        return Measurement(error, accuracy, self.merit)


@dataclass(frozen=True, kw_only=True)
class Curriculum(ABC):
    """What a run teaches: one task, or several one after another.

    ``machine`` is the name of the default machine; ``record_every`` is the number of cycles between
    rows of the table, None if it follows from the number of cycles; ``cuts`` are the edges that are
    cut out during training; ``files`` are the files that it was read from.
    """

    name: str
    summary: str
    network: str
    cycles: int
    machine: str = ""
    record_every: int | None = None
    cuts: tuple[Cut, ...] = ()
    files: tuple[Path, ...] = ()

    @abstractmethod
    def plan(self, cycles: int) -> list[tuple[Task, int, int]]:
        """Return what a run of ``cycles`` cycles teaches: tasks, each with first cycle and end."""

    def left_out(self, cycles: int) -> list[str]:
        """Return the names of the tasks that a run of ``cycles`` cycles does not reach."""
        del cycles
        return []

    def cut_short(self, cycles: int) -> list[str]:
        """Return a sentence on what a run of ``cycles`` cycles does not reach, if anything."""
        late = [cut for cut in self.cuts if cut.cycle >= cycles]
        missed = [*self.left_out(cycles), *(f"the cut of edge {cut.edge}" for cut in late)]
        return (
            [f"{cycles} cycles of {self.name} do not reach {', '.join(missed)}"] if missed else []
        )


@dataclass(frozen=True, kw_only=True)
class Task(Curriculum):
    """Define the inputs and outputs, the examples of each cycle, and default choices.

    A task counts its cycles from 0. It may query the machine: if `queries` returns inputs, shape
    (Q, inputs), the supervisor measures the free outputs for them, shape (Q, outputs), and passes
    these responses to the task until the next queries. Without a test set (`tests`) each cycle's
    own reading is scored. ``merit_name`` names the figure of merit of its evaluations, if they have
    one.
    """

    merit_name: ClassVar[str] = ""
    fits: ClassVar[bool] = True  # whether outputs are to meet their targets, not only to be nearest

    inputs: tuple[int, ...]
    outputs: tuple[Output, ...]
    eta: float
    evaluate_every: int = 1
    sources: tuple[Source, ...] = ()

    def plan(self, cycles: int) -> list[tuple[Task, int, int]]:
        """Return this task alone."""
        return [(self, 0, cycles)]

    @abstractmethod
    def example(self, cycle: int, responses: Floats | None) -> Example:
        """Return the examples of this cycle; the same arguments always give the same ones."""

    @abstractmethod
    def applied(self) -> tuple[float, float]:
        """Return the lowest and the highest voltage of the inputs, V."""

    def desired(self) -> list[tuple[float, float]]:
        """Return the lowest and the highest target of every output, V.

        It is empty where targets are responses of the machine.
        """
        return []

    def given(self) -> tuple[Floats, Floats] | None:
        """Return all inputs and targets that are taught, V, shapes (n, inputs) and (n, outputs).

        None where targets are responses of the machine, or only tell classes apart.
        """
        return None

    def labels(self, responses: Floats | None) -> Floats | None:
        """Return the targets that examples share, V, shape (K, outputs).

        None where two or more targets are not each that of two examples or more.
        """
        del responses
        if (given := self.given()) is None:
            return None
        found, counts = np.unique(given[1], axis=0, return_counts=True)
        return found if len(found) > 1 and counts.min() > 1 else None

    def volts(self) -> tuple[float, float]:
        """Return the lowest and the highest voltage that is applied to or desired of a node, V.

        Desired differences of two nodes do not count.
        """
        desired = zip(self.outputs, self.desired(), strict=False)
        every = [self.applied(), *(span for output, span in desired if isinstance(output, int))]
        return min(low for low, _ in every), max(high for _, high in every)

    def source(self, volts: float, low: float, high: float) -> tuple[str, str]:
        """Return whence a voltage beyond ``low`` and ``high`` comes, and how it is put right.

        Both are parts of a message, empty where nothing is known.
        """
        for each in self.sources:
            if volts in (each.low, each.high):
                return f" ({each.what})", f": set {each.key} = [{low:g}, {high:g}]"
        files = ", ".join(str(path) for path in self.files)
        return f" ({files})" if files else "", ""

    def begin(self) -> Example:
        """Return the examples that are applied at power-on."""
        return self.example(0, None)

    def queries(self, cycle: int) -> Floats | None:
        """Return the queries before this cycle, inputs in V, shape (Q, inputs), or None."""
        del cycle
        return None

    def test_classes(self) -> list[str]:
        """Return the class of every example of the test set; nothing if they have none."""
        return []

    @property
    def targets_move(self) -> bool:
        """Say whether targets are responses of the machine, which are measured anew."""
        return False

    def tests(self) -> Floats | None:
        """Return the inputs of the test set, V, shape (T, inputs), or None if there is none."""
        return None

    def test_targets(self) -> Floats | None:
        """Return what is desired for the test set, V, shape (T, outputs), if it is given."""
        return None

    def evaluate(self, outputs: Floats, responses: Floats | None) -> Evaluation:
        """Compare the free outputs for the test set, V, shape (T, outputs), with the targets."""
        raise NotImplementedError(f"{self.name} has no test set")

    def changes(self, cycles: int) -> list[int]:
        """Return the cycles, above 0 and below ``cycles``, at which the desired outputs change."""
        del cycles
        return []

    def score(self, reading: Reading, drive: Drive) -> float:
        """Return the mean squared error of the settled outputs against the targets, V^2."""
        miss = (reading.answer - drive.targets).ravel()
        return float(miss @ miss) / len(miss)


def span(volts: Floats) -> tuple[float, float]:
    """Return the lowest and the highest of some voltages, V."""
    return float(volts.min()), float(volts.max())


def shuffled(seed: int, cycle: int, size: int) -> int:
    """Return the example of a cycle, of ``size``: each once per epoch, in random order."""
    epoch, place = divmod(cycle, size)
    return int(_order(seed, epoch, size)[place])


@lru_cache(maxsize=2)  # of the present epoch, and of another that a task looks up
def _order(seed: int, epoch: int, size: int) -> Ints:
    """Return the examples of an epoch in their order, shape (size,)."""
    return np.random.default_rng([seed, 0xE90C4, epoch]).permutation(size)
