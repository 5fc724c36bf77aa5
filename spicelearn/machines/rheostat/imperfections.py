"""The theory of the circuit, and the imperfections between the two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...machine import SURE_V, Imperfection, Setup, Theory
from ...plant import Drive, Floats, Ints, Plant, Reading, State
from .board import Board

TOO_FAST = 1 / 4  # of the network's settling time


def fast_clock(setup: Setup) -> dict[str, Any]:
    """Return a clock period, s, in which the network has `TOO_FAST` of its settling time."""
    from .circuit.clock import AMPLE  # noqa: PLC0415 - the circuit is slow to import
    from .circuit.plant import twins_of  # noqa: PLC0415

    board = replace(setup.constants, clock_period_s=0.0)
    timing = twins_of(replace(setup, constants=board)).timing
    settle = (timing.period - 2 * timing.hold) / AMPLE
    return {"clock_period_s": timing.hold + max(TOO_FAST * settle, timing.hold / 2)}


IMPERFECTIONS = (
    Imperfection(
        "128 codes, one up or down", {"update": "continuous"}, {"update": "counter"}, kept=True
    ),
    Imperfection("wiper resistance", {"wiper_ohm": 1e-3}),
    Imperfection("Eq. 6 instead of Eq. 5", {"decision": "absolute"}, kept=True),
    Imperfection("bias towards up", {"up_bias": 0.0}),
    Imperfection("averagers load and bridge", {"sense": "ideal"}),
    Imperfection("bias and offset currents", {"bias_A": 0.0, "offset_current_sigma_A": 0.0}),
    Imperfection("comparator input offset", {"offset_sigma_V": 0.0}),
    Imperfection(
        "rheostat tolerance and mismatch",
        {"tolerance_sigma": 0.0, "mismatch_sigma": 0.0},
        {"tolerance_sigma": 0.1, "mismatch_sigma": 0.01},
    ),
    Imperfection("node noise", {"noise_V": 0.0}, {"noise_V": 10e-3}),
    Imperfection("a clock that is too fast", {"clock_period_s": 0.0}, fast_clock),
)


def perfect(board: Board) -> Board:
    """Return the board of the machine without any of these imperfections."""
    return replace(board.idealised(), update="continuous", wiper_ohm=1e-3)


def plant_for(board: Board) -> str:
    """Return the plant for a board: the circuit for Eq. 6, the idealised model for Eq. 5."""
    return "spice" if board.decision == "signed" else "ideal"


def decided(setup: Setup, state: State, drive: Drive, reading: Reading) -> Ints:
    """Return what each edge latched: 1 up, -1 down, shape (E,); 0 where it is cut out."""
    del setup, state
    return np.where(drive.intact, np.where(reading.signal, 1, -1), 0)


def margin(setup: Setup, drive: Drive, reading: Reading) -> Floats:
    """Return by how much the clamped drop exceeds the free one, absolute, V, shape (E,) (Eq. 5)."""
    del drive
    free, clamped = (setup.network.drops(reading.probes[name]) for name in ("free", "clamped"))
    return np.asarray(np.abs(clamped) - np.abs(free))


def like(setup: Setup) -> Plant:
    """Return the idealised model with the circuit's imperfections, but for a clock too fast."""
    from .loaded import LoadedModel  # noqa: PLC0415 - slow to import

    return LoadedModel(setup.network, setup.constants, setup.parts)


THEORY = Theory(
    imperfections=IMPERFECTIONS,
    idealised=Board.idealised,
    perfect=perfect,
    plant_for=plant_for,
    decided=decided,
    margin=margin,
    like=like,
    rule="Eq. 5",
    decision="A decision is the bit that an edge latches in a cycle: up or down.",
    sure=f"The dashed line is at {1e3 * SURE_V:g} mV, from which on the machine in the laboratory "
    "decides right.",
)
