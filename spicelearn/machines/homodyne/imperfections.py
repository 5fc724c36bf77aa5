"""The theory of the circuit, and the imperfections between the two."""

from __future__ import annotations

import numpy as np

from ...machine import Imperfection, Setup, Theory
from ...plant import Drive, Floats, Ints, Plant, Reading, State
from .board import HomodyneBoard
from .losses import LOSSES
from .plan import PUBLISHED

SMALL_V = 1e-3  # amplitude at which a device is linear
LARGE_V = 0.05  # the largest of the paper
WINDOW_S = 0.2
OPAMP_V_RTHZ = 5e-6  # 50 fA/sqrt(Hz), a current amplifier's, through 100 megohm


IMPERFECTIONS = (
    Imperfection(
        "amplitude of the sines", {"amplitudes_V": (SMALL_V,)}, {"amplitudes_V": (LARGE_V,)}
    ),
    Imperfection(
        "frequencies that collide",
        {"frequencies_Hz": (), "window_s": WINDOW_S},
        {"frequencies_Hz": tuple(periods / WINDOW_S for periods in PUBLISHED)},
    ),
    Imperfection("phase of the amplifier ignored", {"phase": "rotated"}, {"phase": "in-phase"}),
    Imperfection("noise of the amplifier", {"noise_V_rtHz": 0.0}, {"noise_V_rtHz": OPAMP_V_RTHZ}),
)


def perfect(board: HomodyneBoard) -> HomodyneBoard:
    """Return the board of the machine without any of these imperfections."""
    return board.with_values(
        {name: value for each in IMPERFECTIONS for name, value in each.off.items()}
    )


def plant_for(board: HomodyneBoard) -> str:
    """Return the plant for a board: the circuit, which can have any."""
    del board
    return "spice"


def decided(setup: Setup, state: State, drive: Drive, reading: Reading) -> Ints:
    """Return whether each control is to rise, 1, or to fall, -1, shape (P,).

    Controls that do not learn decide nothing, 0.
    """
    del state
    return np.where(drive.learning, np.where(margin(setup, drive, reading) >= 0, 1, -1), 0)


def margin(setup: Setup, drive: Drive, reading: Reading) -> Floats:
    """Return by how much the loss falls per volt of every control, 1/V, shape (P,)."""
    loss = LOSSES[setup.constants.loss]
    _, by_output = loss(reading.outputs[:, 0], drive.targets[:, 0] > 0, setup.constants)
    return np.asarray(-by_output @ reading.signal[:, 0])


def like(setup: Setup) -> Plant:
    """Return the idealised model: none of the imperfections has a formula."""
    from .ideal import IdealModel  # noqa: PLC0415 - slow to import

    return IdealModel(setup)


THEORY = Theory(
    imperfections=IMPERFECTIONS,
    idealised=HomodyneBoard.idealised,
    perfect=perfect,
    plant_for=plant_for,
    decided=decided,
    margin=margin,
    like=like,
    rule="the gradient",
    decision="A decision is whether a control is to rise or to fall, by the gradient of the loss.",
    quantity="fall of the loss per volt (1/V)",
    place="example",
)
