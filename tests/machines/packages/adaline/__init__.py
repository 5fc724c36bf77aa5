"""A machine of another package: an adaptive linear element, whose weights are voltages.

Multipliers weight the inputs, an adder sums them, and the mean over a batch of error times input is
measured by the circuit itself; the weights follow it with momentum (LMS).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spicelearn.constants import Constants, quantity
from spicelearn.errors import UsageError
from spicelearn.machine import Form, Machine, PlantKind, Setup, Weights
from spicelearn.network.graph import Network
from spicelearn.plant import Drive, Floats, Plant, Reading, State
from spicelearn.spice.ngspice import library_path
from spicelearn.tasks.regression import Regression

INPUTS = 3  # two and a bias
GATES = {"and": (0.0, 0.0, 0.0, 1.0), "or": (0.0, 1.0, 1.0, 1.0)}  # V, for inputs 00 01 10 11


@dataclass(frozen=True)
class AdalineBoard(Constants):
    """Hold the constants of the machine."""

    weight_limit_V: float = quantity(2.0, 0.1, 10, "weights lie within plus and minus this")
    rate: float = quantity(0.4, 0, 10, "by how much a weight follows the mean gradient")
    momentum: float = quantity(0.5, 0, 0.99, "part of the last change that is added to the next")
    offset_sigma_V: float = quantity(1e-3, 0, 1, "offset of a multiplier's output, normal")


@dataclass(frozen=True)
class Multipliers:
    """Hold the offset of every multiplier, V, shape (3,)."""

    offset_V: Floats

    def as_dict(self) -> dict[str, Any]:
        """Return the offsets."""
        return {"offset_V": self.offset_V.tolist()}


@dataclass(frozen=True)
class Momentum:
    """Let the weights follow the gradient; the memory holds the latest changes, V, shape (3,)."""

    board: AdalineBoard

    @property
    def memory(self) -> Floats:
        """Return no change."""
        return np.zeros(INPUTS)

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Change the weights that are learning."""
        change = self.board.momentum * state.memory + self.board.rate * reading.signal
        change = change * drive.learning
        limit = self.board.weight_limit_V
        return State(np.clip(state.weights + change, -limit, limit), state.cycle + 1, change)


def star(name: str) -> Network:
    """Return the network: every input is joined to the output."""
    if name != "star":
        raise UsageError(f"no network {name!r}, expected star")
    return Network("star", INPUTS + 1, tuple((node, INPUTS) for node in range(INPUTS)))


def gate(name: str, seed: int) -> Regression:
    """Return the task of a gate: all four examples in every cycle, which are the test set too."""
    inputs = np.array([[x, y, 1.0] for x in (0.0, 1.0) for y in (0.0, 1.0)])
    examples = inputs, np.array(GATES[name])[:, None]
    return Regression(
        name=f"adaline-{name}",
        summary=f"the nearest linear function to the gate {name}",
        machine="adaline",
        network="star",
        inputs=(0, 1, 2),
        outputs=(3,),
        eta=1.0,
        cycles=60,
        evaluate_every=5,
        seed=seed,
        training=examples,
        test=examples,
        batch=4,
    )


def check(setup: Setup) -> None:
    """Refuse cuts: an adder has all of its inputs."""
    if setup.removable:
        raise UsageError(f"cut of edge {setup.removable[0]}, expected none for an adaline")


def circuit(setup: Setup) -> Plant:
    """Return the circuit."""
    from .circuit import circuit_plant

    return circuit_plant(setup)


def deck(setup: Setup) -> str:
    """Return the circuit's deck."""
    from .circuit import Adder

    return Adder(setup).deck.text


def ideal(setup: Setup) -> Plant:
    """Return the idealised model."""
    from .ideal import Adaline

    return Adaline(setup)


MACHINE = Machine(
    name="adaline",
    summary="adaptive linear element; weights are voltages that follow a measured gradient",
    tasks={
        "adaline-and": lambda seed: gate("and", seed),
        "adaline-or": lambda seed: gate("or", seed),
    },
    plants={
        "spice": PlantKind("circuit", AdalineBoard(), circuit, engine=library_path),
        "ideal": PlantKind("idealised model", AdalineBoard(offset_sigma_V=0), ideal),
    },
    weights=lambda board, network: Weights(
        "weight", "weight", "V", -board.weight_limit_V, board.weight_limit_V, False, INPUTS
    ),
    start=lambda board, network, seed: np.random.default_rng(seed).uniform(-0.5, 0.5, INPUTS),
    draw=lambda board, network, seed: Multipliers(
        np.random.default_rng([seed, 1]).normal(0, board.offset_sigma_V, INPUTS)
    ),
    rule=lambda setup: Momentum(setup.constants),
    check=check,
    network=star,
    forms={"whole": Form("the circuit, for one cycle", deck, ("cycles", "probability", "clock"))},
)
