"""The theory of the circuit, and the imperfections between the two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...machine import Imperfection, Setup, Theory
from ...plant import Drive, Floats, Ints, Plant, Reading, State
from .board import TransistorBoard

STEEPEST_V = 0.06  # of gate voltage per decade below threshold: the limit at room temperature
NEAR_V = 0.1  # of a limit, where its diode conducts
LONGER = 10  # times, the long windows
AD633_V_HZ = 0.8e-6  # noise at a multiplier's output, V/sqrt(Hz) (data sheet)


def multiplier_noise(setup: Setup) -> dict[str, Any]:
    """Return the noise of a multiplier's output in its mean over a window, as V^2 at its input."""
    board: TransistorBoard = setup.constants
    return {"noise_V2": board.scale_V * AD633_V_HZ / (2 * board.window_s) ** 0.5}


def long_windows(setup: Setup) -> dict[str, Any]:
    """Return windows that are `LONGER` times as long."""
    board: TransistorBoard = setup.constants
    window = LONGER * board.window_s
    return {"window_s": window, "example_s": max(board.example_s, window)}


# The saturation of the channel is no imperfection: the law of the theory has it too.
IMPERFECTIONS = (
    Imperfection("conduction below threshold", {"subthreshold_V": STEEPEST_V}),
    Imperfection(
        "body effect", {"body_sqrtV": 0.0, "bulk_V": 0.0}, {"body_sqrtV": 0.85}
    ),  # of a university's card of the ALD1106
    Imperfection(
        "thresholds of the twins differ", {"threshold_sigma_V": 0.0}, {"threshold_sigma_V": 0.01}
    ),
    Imperfection("multiplier gain error", {"gain_sigma": 0.0}, {"gain_sigma": 0.01}),
    Imperfection(
        "gains of the two squares differ", {"imbalance_sigma": 0.0}, {"imbalance_sigma": 0.0035}
    ),  # of two multipliers with a scale error of 0.25 % each, typical (AD633 data sheet)
    Imperfection("bias towards low gates", {"clamped_bias": 0.0}, {"clamped_bias": 1e-3}),
    Imperfection("charge of the switch", {"injection_C": 0.0}, {"injection_C": 5e-12}),
    Imperfection("multiplier noise", {"noise_V2": 0.0}, multiplier_noise),
    Imperfection(
        "multiplier offset",
        {"offset_V2": 0.0, "offset_sigma_V2": 0.0},
        {"offset_sigma_V2": 1e-4},
    ),
    Imperfection(f"fewer windows, {LONGER} times as long", {}, long_windows, pace=LONGER),
)


def perfect(board: TransistorBoard) -> TransistorBoard:
    """Return the board of the machine without any of these imperfections."""
    return replace(board.idealised(), bulk_V=0.0, subthreshold_V=STEEPEST_V)


def plant_for(board: TransistorBoard) -> str:
    """Return the plant for a board: the circuit, which can have any."""
    del board
    return "spice"


def decided(setup: Setup, state: State, drive: Drive, reading: Reading) -> Ints:
    """Return whether each gate rose, 1, or fell, -1, shape (E,).

    Gates that do not learn decide nothing, 0, and so do those that are, or come, near a limit:
    there a diode decides.
    """
    board: TransistorBoard = setup.constants
    before, after = state.weights, np.asarray(reading.signal)
    low, high = board.gate_low_V + NEAR_V, board.gate_high_V - NEAR_V
    moving = (
        drive.learning
        & drive.intact
        & (np.minimum(before, after) > low)
        & (np.maximum(before, after) < high)
    )
    return np.where(moving, np.where(after >= before, 1, -1), 0)


def margin(setup: Setup, drive: Drive, reading: Reading) -> Floats:
    """Return by how much the free drop exceeds the clamped one, absolute, V, shape (E,).

    The opposite where outputs are nudged away from their targets.
    """
    free, clamped = (setup.network.drops(reading.probes[name]) for name in ("free", "clamped"))
    return np.asarray(drive.sign * (np.abs(free) - np.abs(clamped)))


def like(setup: Setup) -> Plant:
    """Return the idealised model with the board itself: all but the body effect has a formula."""
    from .ideal import IdealModel  # noqa: PLC0415 - slow to import

    return IdealModel(setup)


THEORY = Theory(
    imperfections=IMPERFECTIONS,
    idealised=TransistorBoard.idealised,
    perfect=perfect,
    plant_for=plant_for,
    decided=decided,
    margin=margin,
    like=like,
    rule="the rule",
    decision="A decision is whether a gate rises or falls in a cycle; gates at a limit decide "
    "nothing.",
)
