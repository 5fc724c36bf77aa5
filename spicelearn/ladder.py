"""Why a circuit is as far from the theory as it is: one imperfection a rung between the two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .board import Board
from .experiment import Experiment
from .fidelity import Comparison, against, decades_with_same_imperfections, on_board
from .plants import machine
from .spice.circuits.clock import AMPLE

Step = Callable[[str], None]  # hears which part of the work begins


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
    Rung("bias towards up", {"up_bias": 0.0}, {}),
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
TOO_FAST = 1 / 4  # of the time in which the network settles


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
            added = {"clock_period_s": fast_period(experiment)}
        together = replace(together, **added)
        if "decision" in added:
            lonely = replace(lonely, **added)  # from here on in the circuit, which has Eq. 6
        step(rung.effect)
        told = partial(cycles_done, step, rung.effect, experiment.length)
        here = on_board(experiment, together)
        climbed = against(here, bottom, told)
        alone = against(on_board(experiment, replace(lonely, **added)), bottom, told)
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


def cycles_done(step: Step, what: str, length: int, cycle: int) -> None:
    """Say how far one comparison is."""
    step(f"{what}: cycle {cycle} of {length}")


def fast_period(experiment: Experiment) -> float:
    """Return a clock period that leaves the network `TOO_FAST` of the time to settle, s."""
    board = replace(experiment.constants, clock_period_s=0.0)
    settled = replace(experiment, board=board)
    timing = machine(settled, settled.parts(), settled.lesson).timing
    settle = (timing.period - 2 * timing.hold) / AMPLE
    return timing.hold + max(TOO_FAST * settle, timing.hold / 2)


def _figures(comparison: Comparison) -> dict[str, Any]:
    return {
        "agreement": comparison.agreement,
        "voltage_rms": comparison.voltage_rms,
        "decades": comparison.decades,
        "unsettled_cycles": comparison.unsettled,
    }


def verdict(rungs: list[dict[str, Any]]) -> str:
    """Say in one sentence which imperfection costs most decisions, alone."""
    worst = min(rungs, key=lambda rung: float(rung["alone"]["agreement"]))
    wrong = 1 - worst["alone"]["agreement"]
    if wrong == 0:
        return "No imperfection, alone, changes a decision."
    clean = rungs[0]["alone"]["decades"]
    return (
        f"Alone, {worst['effect']} costs most decisions: {100 * wrong:.2g} % of them differ from "
        f"the perfect machine's. The error then falls by {worst['alone']['decades']:.2f} decades, "
        f"with 128 codes by themselves by {clean:.2f}."
    )
