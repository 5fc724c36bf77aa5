"""How far a circuit is from the theory, and why: two plants, the same drives, a ladder between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from . import record
from .board import Board
from .experiment import Experiment
from .ideal.twin import IdealTwin
from .plant import Bools, Floats, Ints, Plant, Reading
from .rule import Rule, for_board
from .run import make_plant
from .spice.circuits.clock import timing
from .spice.settling import slowest_time_constant

SURE_V = 10e-3  # difference of drops from which the paper's machine decides right

Step = Callable[[str], None]  # hears which part of the work begins


@dataclass(frozen=True)
class Comparison:
    """Hold what two plants answered to the same states and drives, C cycles.

    ``differ`` shape (C, E), where their decisions differ; ``margin`` V, shape (C, E), by how much
    the absolute drops differ, as the second has them; ``wrong`` and ``own_margin`` the same for
    the first's decisions against Eq. 5 on its own voltages; ``volts`` V, shape (C, 2, N), first
    minus second, free and clamped; ``errors`` V^2, shape (C,), the first's; ``unsettled`` its
    cycles that had not settled.
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


def compare(first: Plant, second: Plant, experiment: Experiment, rule: Rule) -> Comparison:
    """Train the first plant and ask the second the same, cycle by cycle.

    Both get the first's state, so that differences do not accumulate.
    """
    network, state = experiment.chosen_network, experiment.start()
    edges = np.array(network.edges)
    differ, margins, wrong, own, volts, errors = [], [], [], [], [], []
    unsettled = 0
    for drive in experiment.drives():
        one, other = first.cycle(state, drive), second.cycle(state, drive)
        differ.append(one.up != other.up)
        margins.append(_margin(other, edges))
        own.append(_margin(one, edges))
        wrong.append(one.up != (own[-1] >= 0))
        volts.append([one.free - other.free, one.clamped - other.clamped])
        errors.append(experiment.chosen_task.score(one, drive))
        unsettled += not one.settled
        state = rule.advance(state, one, drive)
    return Comparison(
        differ=np.array(differ),
        margin=np.array(margins),
        wrong=np.array(wrong),
        own_margin=np.array(own),
        volts=np.array(volts),
        errors=np.array(errors),
        unsettled=unsettled,
    )


def _margin(reading: Reading, edges: Ints) -> Floats:
    """Return by how much each edge's clamped drop exceeds its free one, absolute, V (Eq. 5)."""
    first, second = edges.T
    clamped = np.abs(reading.clamped[first] - reading.clamped[second])
    return np.asarray(clamped - np.abs(reading.free[first] - reading.free[second]))


@dataclass(frozen=True)
class Rung:
    """Name an imperfection, the constants of Board that make it, and what they are without it.

    ``nominal`` are the values shown where the board in question has none of it.
    """

    effect: str
    off: dict[str, Any]
    nominal: dict[str, Any]

    def on(self, board: Board) -> dict[str, Any]:
        """Return the constants with the imperfection as on this board."""
        chosen = {name: getattr(board, name) for name in self.off}
        return {**chosen, **self.nominal} if chosen == self.off else chosen


RUNGS = (
    Rung("128 codes, one up or down", {"update": "continuous"}, {"update": "counter"}),
    Rung("wiper resistance", {"wiper_ohm": 1e-3}, {}),
    Rung("Eq. 6 instead of Eq. 5", {"decision": "absolute"}, {}),
    Rung("averagers load and bridge", {"sense": "ideal"}, {}),
    Rung("bias and offset currents", {"bias_A": 0.0, "offset_current_sigma_A": 0.0}, {}),
    Rung("comparator input offset", {"offset_sigma_V": 0.0}, {}),
    Rung(
        "rheostat tolerance and mismatch",
        {"tolerance_sigma": 0.0, "mismatch_sigma": 0.0},
        {"tolerance_sigma": 0.1, "mismatch_sigma": 0.01},
    ),
    Rung("node noise", {"noise_V": 0.0}, {"noise_V": 10e-3}),
    Rung("a clock that is too fast", {"clock_period_s": 0.0}, {}),
)
TOO_FAST = 1 / 4  # of the period that lets the network settle


def same_imperfections(experiment: Experiment) -> IdealTwin:
    """Return the idealised twin with those imperfections of the circuit that a formula holds.

    An averager halves the drops, so a comparator's offset counts twice, and its offset current
    makes another by way of the leg: 2 V_os - I_os R_leg.
    """
    board, parts = experiment.constants, experiment.parts()
    if board.sense == "averager":
        offset = parts.offset_V.copy()
        leg = board.averager_leg_ohm
        offset[:, 0] = 2 * offset[:, 0] - parts.offset_current_A[:, 0] * leg
        parts = replace(parts, offset_V=offset)
    board = replace(board, **Board.circuit_only())
    return IdealTwin(experiment.chosen_network, board, parts)


def decades_with_same_imperfections(experiment: Experiment) -> float:
    """Return the decades that the idealised twin of this circuit reaches by itself."""
    twin = same_imperfections(experiment)
    rule = for_board(experiment.chosen_network, experiment.constants, experiment.parts())
    return compare(twin, twin, experiment, rule).decades


def validate(experiment: Experiment, step: Step) -> tuple[dict[str, Any], dict[str, Comparison]]:
    """Compare the experiment's circuit with the idealised machine that has the same rheostats.

    Returns the keys of ``validate --json`` and the comparisons behind the figures: ``circuit``
    against the ideal machine, and ``ideal``, the ideal machine trained by itself.
    """
    board = experiment.constants
    theory = board.idealised()
    step("circuit against the ideal machine")
    circuit = _against(experiment, theory)
    step("the ideal machine by itself")
    ideal = _against(_on(experiment, theory), theory)
    rungs = climb(experiment, step)
    results = {
        "task": experiment.task,
        "cycles": experiment.length,
        "seed": experiment.seed,
        "edges": experiment.edges,
        "decisions": int(circuit.differ.size),
        "agreement": circuit.agreement,
        "agreement_above_10mV": circuit.agreement_above,
        "own_agreement": circuit.own_agreement,
        "own_agreement_above_10mV": circuit.own_agreement_above,
        "voltage_rms": circuit.voltage_rms,
        "voltage_max": float(np.abs(circuit.volts).max()),
        "decades_spice": circuit.decades,
        "decades_ideal": ideal.decades,
        "decades_ideal_same_imperfections": decades_with_same_imperfections(experiment),
        "unsettled_cycles": circuit.unsettled,
        "ladder": rungs,
        "verdict": verdict(rungs),
    }
    return results, {"circuit": circuit, "ideal": ideal}


def climb(experiment: Experiment, step: Step) -> list[dict[str, Any]]:
    """Add one imperfection after another to the perfect machine, and each one alone.

    A rung's ``agreement`` and ``voltage_rms`` (against the perfect machine) and ``decades`` are
    with all the rungs before it, ``decades_ideal`` those of the idealised twin with the same
    imperfections as far as a formula holds them; under ``alone`` stand those of the machine with
    128 codes that has this imperfection only (and Eq. 6, where it takes a circuit to have it).
    """
    board = experiment.constants
    bottom = replace(board.idealised(), update="continuous", wiper_ohm=1e-3)
    together, lonely, rungs = bottom, replace(bottom, update="counter"), []
    for rung in RUNGS:
        added = rung.on(board)
        if added == {"clock_period_s": 0.0}:
            added = {"clock_period_s": TOO_FAST * settling_period(experiment)}
        together = replace(together, **added)
        if "decision" in added:
            lonely = replace(lonely, **added)  # from here on in the circuit, which has Eq. 6
        step(rung.effect)
        here = _on(experiment, together)
        climbed = _against(here, bottom)
        alone = _against(_on(experiment, replace(lonely, **added)), bottom)
        rungs.append(
            {
                "effect": rung.effect,
                "constants": added,
                **_figures(climbed),
                "decades_ideal": decades_with_same_imperfections(here),
                "alone": _figures(alone),
            }
        )
    return rungs


def settling_period(experiment: Experiment) -> float:
    """Return the clock period that lets the experiment's network settle, s."""
    board = replace(experiment.constants, clock_period_s=0.0)
    return timing(board, slowest_time_constant(experiment.chosen_network, board)).period


def _figures(comparison: Comparison) -> dict[str, Any]:
    return {
        "agreement": comparison.agreement,
        "voltage_rms": comparison.voltage_rms,
        "decades": comparison.decades,
        "unsettled_cycles": comparison.unsettled,
    }


def _on(experiment: Experiment, board: Board) -> Experiment:
    """Return the experiment on another board, by the plant that can have it."""
    plant = "spice" if board.decision == "signed" else "ideal"
    return replace(experiment, board=board, plant=plant)


def _against(experiment: Experiment, theory: Board) -> Comparison:
    """Compare an experiment's plant with the ideal machine of a board."""
    network, parts = experiment.chosen_network, experiment.parts()
    ideal = IdealTwin(network, theory, replace(experiment, board=theory).parts())
    plant = make_plant(experiment, parts)
    try:
        return compare(plant, ideal, experiment, for_board(network, experiment.constants, parts))
    finally:
        plant.close()


def verdict(rungs: list[dict[str, Any]]) -> str:
    """Say in one sentence which imperfection costs most decisions, alone."""
    worst = min(rungs, key=lambda rung: float(rung["alone"]["agreement"]))
    wrong = 1 - worst["alone"]["agreement"]
    if wrong == 0:
        return "No imperfection, alone, changes a decision."
    clean = rungs[0]["alone"]["decades"]
    return (
        f"Alone, {worst['effect']} costs most: {100 * wrong:.2g} % of the decisions differ from "
        f"the perfect machine's, and the error falls by {worst['alone']['decades']:.2f} decades "
        f"where 128 codes by themselves reach {clean:.2f}."
    )
