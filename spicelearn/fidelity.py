"""How far a circuit is from the theory: two plants, the same states and drives."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from . import record
from .board import Board
from .experiment import Experiment
from .ideal.twin import IdealTwin
from .plant import Bools, Floats, Ints, Plant, Reading
from .plants import make_plant
from .rule import Rule, for_board
from .supervisor import Supervisor

TELL_EVERY = 0.5  # s
SURE_V = 10e-3  # difference of drops from which the paper's machine decides right


@dataclass(frozen=True)
class Comparison:
    """Hold what two plants answered to the same states and drives, C cycles.

    ``differ`` shape (D,), where their decisions differ, one for every cycle and intact edge;
    ``margin`` V, shape (D,), by how much the absolute drops differ, as the second has them;
    ``wrong`` and ``own_margin`` the same for the first's decisions against Eq. 5 on its own
    voltages; ``volts`` V, shape (C, 2, N), first minus second, free and clamped; ``errors`` V^2,
    the first's, where measured; ``unsettled`` its cycles that had not settled.
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
        """Return the fraction of decisions on which both agree."""
        return _right(self.differ, self.margin, 0)

    @property
    def agreement_above(self) -> float:
        """Return that fraction where the second's drops differ by `SURE_V` or more."""
        return _right(self.differ, self.margin, SURE_V)

    @property
    def own_agreement(self) -> float:
        """Return the fraction of the first's decisions that Eq. 5 makes on its own voltages."""
        return _right(self.wrong, self.own_margin, 0)

    @property
    def own_agreement_above(self) -> float:
        """Return that fraction where its own drops differ by `SURE_V` or more."""
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
    """Return the fraction of right decisions among those of at least this margin; 1 of none."""
    counted = wrong[np.abs(margin) >= least]
    return 1 - float(counted.mean()) if counted.size else 1.0


Tick = Callable[[int], None]  # hears now and then which cycle has been compared


def compare(
    first: Plant,
    second: Plant,
    experiment: Experiment,
    rule: Rule,
    tick: Tick = lambda cycle: None,
) -> Comparison:
    """Train the first plant and ask the second the same, cycle by cycle.

    Both get the first's state, so that differences do not accumulate.
    """
    lesson, state = experiment.lesson, experiment.start()
    edges = np.array(lesson.network.edges)
    differ, margins, wrong, own, volts, errors = [], [], [], [], [], []
    unsettled = 0
    supervisor = Supervisor(first, lesson, experiment.damage)
    told = time.monotonic()
    while state.cycle < experiment.length:
        drive = supervisor.drive(state)
        one, other = first.cycle(state, drive), second.cycle(state, drive)
        there = drive.intact
        differ.append((one.up != other.up)[there])
        margins.append(_margin(other, edges)[there])
        own.append(_margin(one, edges)[there])
        wrong.append(one.up[there] != (own[-1] >= 0))
        volts.append([one.free - other.free, one.clamped - other.clamped])
        measured = supervisor.measure(state, drive, one)
        if measured is not None:
            errors.append(measured.error)
        unsettled += not one.settled
        state = rule.advance(state, one, drive)
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            tick(state.cycle)
    return Comparison(
        differ=np.concatenate(differ),
        margin=np.concatenate(margins),
        wrong=np.concatenate(wrong),
        own_margin=np.concatenate(own),
        volts=np.array(volts),
        errors=np.array(errors),
        unsettled=unsettled,
    )


def _margin(reading: Reading, edges: Ints) -> Floats:
    """Return by how much each edge's clamped drop exceeds its free one, absolute, V (Eq. 5)."""
    first, second = edges.T
    clamped = np.abs(reading.clamped[first] - reading.clamped[second])
    return np.asarray(clamped - np.abs(reading.free[first] - reading.free[second]))


def same_imperfections(experiment: Experiment) -> IdealTwin:
    """Return the idealised twin with those imperfections of the circuit that a formula holds.

    An averager brings the comparator 1 / (1 + w) of w dV^C - dV^F, w = 1 + up_bias, so that an
    offset counts 1 + w times, and the offset current makes another by way of the legs: for w = 1,
    2 V_os - I_os R_leg.
    """
    board, parts = experiment.constants, experiment.parts()
    if board.sense == "averager":
        offset = parts.offset_V.copy()
        leg = board.averager_leg_ohm
        offset[:, 0] *= 2 + board.up_bias
        offset[:, 0] -= parts.offset_current_A[:, 0] * leg
        parts = replace(parts, offset_V=offset)
    board = replace(board, **Board.circuit_only())
    return IdealTwin(experiment.lesson.network, board, parts)


def decades_with_same_imperfections(experiment: Experiment) -> float:
    """Return the decades that the idealised twin of this circuit reaches by itself."""
    twin = same_imperfections(experiment)
    rule = for_board(experiment.lesson.network, experiment.constants, experiment.parts())
    return compare(twin, twin, experiment, rule).decades


def on_board(experiment: Experiment, board: Board) -> Experiment:
    """Return the experiment on another board, by the plant that can have it."""
    if board.decision == "signed":
        return replace(experiment, board=board, plant="spice")
    return replace(experiment, board=board, plant="ideal", detail=None)


def against(experiment: Experiment, theory: Board, tick: Tick = lambda cycle: None) -> Comparison:
    """Compare an experiment's plant with the ideal machine of a board."""
    lesson, parts = experiment.lesson, experiment.parts()
    ideal = IdealTwin(lesson.network, theory, replace(experiment, board=theory).parts())
    plant = make_plant(experiment, parts, lesson)
    try:
        rule = for_board(lesson.network, experiment.constants, parts)
        return compare(plant, ideal, experiment, rule, tick)
    finally:
        plant.close()
