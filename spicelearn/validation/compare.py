"""Comparison of a circuit with the theory: two plants, the same states and drives."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from ..constants import Constants
from ..errors import UsageError
from ..experiment import Experiment
from ..machine import Theory
from ..network.graph import Network
from ..plant import Bools, Drive, Floats, Plant, Reading, Rule, State
from ..runs import record
from ..runs.supervisor import Supervisor
from ..runs.train import train

TELL_EVERY = 0.5  # s between calls of the listener
SURE_V = 10e-3  # V, difference of drops above which the paper's machine decides right


def theory_of(experiment: Experiment) -> Theory:
    """Return the theory of a machine's circuit; raise UsageError if there is none."""
    if experiment.apparatus.theory is None:
        raise UsageError(f"machine {experiment.machine} has no theory to be validated against")
    return experiment.apparatus.theory


@dataclass(frozen=True)
class Comparison:
    """Hold how two plants responded to the same states and drives, in C cycles.

    There are D decisions, one per cycle and intact edge. ``differ``, shape (D,), says which differ;
    ``margin``, V, shape (D,), is the difference of the absolute drops in the second plant.
    ``wrong`` and ``own_margin`` are the same for the first plant's decisions against those that the
    theory makes on the first plant's own voltages. ``volts``, V, shape (C, 2, N), are the node
    voltages, first plant minus second, free and clamped; ``errors``, V^2, those of the first plant
    where measured; ``unsettled`` is the number of its cycles that had not settled.
    """

    differ: Bools
    margin: Floats
    wrong: Bools
    own_margin: Floats
    volts: Floats
    errors: Floats
    unsettled: int

    @property
    def agreement(self) -> float:
        """Return the fraction of decisions on which both plants agree."""
        return _right(self.differ, self.margin, 0)

    @property
    def agreement_above(self) -> float:
        """Return that fraction where the second plant's drops differ by `SURE_V` or more."""
        return _right(self.differ, self.margin, SURE_V)

    @property
    def own_agreement(self) -> float:
        """Return the fraction of the first plant's decisions that its voltages and theory give."""
        return _right(self.wrong, self.own_margin, 0)

    @property
    def own_agreement_above(self) -> float:
        """Return that fraction where the first plant's drops differ by `SURE_V` or more."""
        return _right(self.wrong, self.own_margin, SURE_V)

    @property
    def voltage_rms(self) -> float:
        """Return the root mean square difference of node voltages, V."""
        return float(np.sqrt(np.mean(self.volts**2)))

    @property
    def decades(self) -> float:
        """Return the decades by which the first plant's error fell."""
        return record.summary(self.errors.tolist())["decades"]


def _right(wrong: Bools, margin: Floats, least: float) -> float:
    """Return the fraction of right decisions of at least this margin, V; 1 if there are none."""
    counted = wrong[np.abs(margin) >= least]
    return 1 - float(counted.mean()) if counted.size else 1.0


Tick = Callable[[int], None]  # called now and then with the cycle that has been compared


class Comparer:
    """Record, cycle by cycle, the responses of two plants to the same state and drive.

    Both get the first plant's state, so that differences do not accumulate.
    """

    def __init__(
        self, second: Plant, network: Network, theory: Theory, supervisor: Supervisor, tick: Tick
    ) -> None:
        self._second = second
        self._network = network
        self._theory = theory
        self._supervisor = supervisor
        self._tick = tick
        self._told = time.monotonic()
        self._differ: list[Bools] = []
        self._margins: list[Floats] = []
        self._wrong: list[Bools] = []
        self._own: list[Floats] = []
        self._volts: list[list[Floats]] = []
        self._errors: list[float] = []
        self._unsettled = 0

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Run the second plant for one cycle of the first, and compare the two."""
        other, there = self._second.cycle(state, drive), drive.intact
        own = self._theory.margin(reading, self._network)[there]
        self._differ.append((reading.signal != other.signal)[there])
        self._margins.append(self._theory.margin(other, self._network)[there])
        self._own.append(own)
        self._wrong.append(reading.signal[there] != (own >= 0))
        self._volts.append([reading.probes[name] - other.probes[name] for name in reading.probes])
        measured = self._supervisor.measure(state, drive, reading)
        if measured is not None:
            self._errors.append(measured.error)
        self._unsettled += not reading.settled
        if time.monotonic() - self._told > TELL_EVERY:
            self._told = time.monotonic()
            self._tick(state.cycle)

    @property
    def comparison(self) -> Comparison:
        """Return the comparison of all cycles so far."""
        return Comparison(
            differ=np.concatenate(self._differ),
            margin=np.concatenate(self._margins),
            wrong=np.concatenate(self._wrong),
            own_margin=np.concatenate(self._own),
            volts=np.array(self._volts),
            errors=np.array(self._errors),
            unsettled=self._unsettled,
        )


def compare(
    first: Plant,
    second: Plant,
    experiment: Experiment,
    rule: Rule,
    tick: Tick = lambda cycle: None,
) -> Comparison:
    """Train the first plant, and run the second on the same states and drives."""
    lesson = experiment.lesson
    supervisor = Supervisor(first, lesson, experiment.damage)
    comparer = Comparer(second, lesson.network, theory_of(experiment), supervisor, tick)
    train(first, supervisor, experiment.start(), comparer, rule, experiment.length)
    return comparer.comparison


def decades_with_same_imperfections(experiment: Experiment) -> float:
    """Return the decades by which the error falls in the idealised model of this circuit."""
    setup = experiment.setup(experiment.lesson)
    model = theory_of(experiment).like(setup)
    return compare(model, model, experiment, experiment.rule_of(setup)).decades


def on_board(experiment: Experiment, board: Constants) -> Experiment:
    """Return the experiment on another board, with the plant that can have it."""
    plant = theory_of(experiment).plant_for(board)
    details = experiment.apparatus.plants[plant].details
    detail = experiment.detail if experiment.detail in details else None
    return replace(experiment, board=board, plant=plant, detail=detail)


def against(
    experiment: Experiment, theory: Constants, tick: Tick = lambda cycle: None
) -> Comparison:
    """Compare an experiment's plant with the idealised model of a board."""
    ideal = on_board(experiment, theory)
    setup = experiment.setup(experiment.lesson)
    with (
        closing(ideal.plant_of(ideal.setup(ideal.lesson))) as model,
        closing(experiment.plant_of(setup)) as plant,
    ):
        return compare(plant, model, experiment, experiment.rule_of(setup), tick)
