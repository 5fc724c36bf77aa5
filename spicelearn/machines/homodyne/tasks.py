"""The Boolean gates of two inputs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...tasks.base import Curriculum
from ...tasks.separation import Separation
from ...tasks.sequence import Sequence

HIGH_V = 1.0  # of an input that is true; false is 0 V (A)
CYCLES = 200  # of a gate
RATE_V = 0.1  # by which a control moves per cycle, about (Adam)
TABLES = {  # what is true of 00, 01, 10, 11
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
    "xor-gate": (0, 1, 1, 0),
    "xnor": (1, 0, 0, 1),
}


def gate(name: str, seed: int) -> Separation:
    """Return a gate: every row of its truth table in every cycle."""
    del seed  # nothing is drawn
    pairs = [(a, b) for a in (0.0, HIGH_V) for b in (0.0, HIGH_V)]
    rows = np.array(pairs), np.array(TABLES[name])
    return Separation(
        name=name,
        machine="homodyne",
        summary=f"the gate {name.removesuffix('-gate').upper()} of two inputs, 0 and 1 V",
        network="mosfets",
        cycles=CYCLES,
        inputs=(0, 1),
        outputs=(7,),
        eta=RATE_V,
        classes=("0", "1"),
        training=rows,
        test=rows,
        margin=0.5,
        least_V=0.05,
    )


def gates(seed: int) -> Sequence:
    """Return all six gates, one after another, each from controls of its own."""
    tasks = tuple(gate(name, seed) for name in TABLES)
    return Sequence(
        name="gates",
        machine="homodyne",
        summary="all six gates in a row, each from new controls",
        network="mosfets",
        cycles=CYCLES * len(tasks),
        tasks=tasks,
    )


TASKS: dict[str, Callable[[int], Curriculum]] = {
    **{name: partial(gate, name) for name in TABLES},
    "gates": gates,
}
