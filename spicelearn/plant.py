"""The interface between a learning machine and its trainer: what is applied, what is read.

A plant is any machine that learns: a circuit in ngspice, or its idealised model. The trainer, the
tasks and the records know only what is in this file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def nothing() -> Floats:
    """Return an empty array."""
    return np.empty(0)


@dataclass(frozen=True)
class State:
    """Hold what the machine has learned: its weights, shape (P,), and the count of cycles.

    Weights are whole numbers where the machine steps (wiper codes), floats where it moves
    continuously. ``memory``, shape (M,), is whatever else the rule carries from cycle to cycle.
    """

    weights: Ints | Floats
    cycle: int = 0
    memory: Floats = field(default_factory=nothing)


@dataclass(frozen=True)
class Drive:
    """Hold what is applied during one cycle: B examples.

    ``inputs``, shape (B, inputs), V, in the order of the network's inputs; ``targets``, shape
    (B, outputs), in the order and the unit of its outputs; ``eta`` is the nudge of Eq. 1, 0 where
    nothing is nudged, negative where outputs are nudged away from their targets and weights learn
    with the opposite sign; ``learning``, shape (P,), says which weights are to change; ``intact``,
    shape (E,), which edges are not cut out. The weight of an edge that is cut out does not change.
    ``duration``, more than 0 and at most 1, is the share of a learning window in which they change.
    """

    inputs: Floats
    targets: Floats
    eta: float
    learning: Bools
    intact: Bools
    duration: float = 1.0

    @property
    def sign(self) -> int:
        """Return 1, or -1 where outputs are nudged away from their targets."""
        return -1 if self.eta < 0 else 1

    @classmethod
    def to_all(
        cls, inputs: Floats, targets: Floats, eta: float, edges: int, weights: int | None = None
    ) -> Drive:
        """Return the drive under which all weights learn, one per edge if no number is given.

        All edges are intact. A single example may be given as a row, shape (inputs,).
        """
        learning = np.ones(edges if weights is None else weights, dtype=np.bool_)
        intact = np.ones(edges, dtype=np.bool_)
        return cls(np.atleast_2d(inputs), np.atleast_2d(targets), eta, learning, intact)


@dataclass(frozen=True)
class Reading:
    """Hold what is read from the machine in one cycle, before its weights change.

    ``outputs``, shape (B, outputs), are those of the free state; ``signal`` is what the rule needs,
    as the machine defines it (latched bits, gate voltages, gradients); ``settled`` is false if the
    machine was read before it had settled, and ``at_rest`` then finds its outputs once it has;
    ``probes`` are further arrays by name, such as the node voltages ``free`` and ``clamped``, V,
    shape (N,).
    """

    outputs: Floats
    signal: Any
    settled: bool
    probes: Mapping[str, Floats]
    at_rest: Callable[[], Floats] | None = None

    @property
    def answer(self) -> Floats:
        """Return the settled outputs of the free state, by which a machine is measured."""
        return self.outputs if self.settled or self.at_rest is None else self.at_rest()


class Plant(Protocol):
    """A machine that is run cycle by cycle; its readings do not depend on earlier cycles.

    The same State and Drive give the same Reading, whatever was run before. A plant whose circuit
    holds the weights presets them if the State that it is given differs from them.
    """

    @property
    def engine(self) -> str:
        """Return the name and version of the program that computes."""
        ...

    @property
    def details(self) -> dict[str, Any]:
        """Return how the plant was built, for the manifest, in the types of JSON."""
        ...

    def begins(self, cycle: int) -> bool:
        """Return whether readings from this cycle on are independent of those before, bit by bit.

        A run that is resumed at such a cycle goes on exactly as if it had not been interrupted.
        """
        ...

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Run one cycle and return what is read before the weights change."""
        ...

    def close(self) -> None:
        """Release the resources of the plant."""
        ...


class Model(ABC):
    """An idealised model: a plant that computes every Reading from State and Drive alone."""

    @property
    @abstractmethod
    def engine(self) -> str:
        """Return the names and versions of the libraries that compute."""

    @property
    def details(self) -> dict[str, Any]:
        """Return an empty table: the model is built from constants and parts alone."""
        return {}

    def begins(self, cycle: int) -> bool:
        """Return true: no cycle depends on an earlier one."""
        del cycle
        return True

    @abstractmethod
    def cycle(self, state: State, drive: Drive) -> Reading:
        """Compute one cycle and return what is read before the weights change."""

    def close(self) -> None:  # noqa: B027 - there is nothing to do
        """Do nothing: no resources are held."""


class Rule(Protocol):
    """How the weights change at the end of a cycle."""

    @property
    def memory(self) -> Floats:
        """Return what the rule carries into the first cycle, shape (M,); empty if nothing."""
        ...

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Return the State after the cycle, its count one higher."""
        ...
