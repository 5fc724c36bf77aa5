"""The tasks of the transistor network (Dillavou et al., PNAS 2024) and one of ours.

Roles, inputs and labels of ``xor-paper`` and ``nonlinear-regression`` are those of a third party's
replica of the paper; those of ``xor`` and ``parabola`` are ours (A). Nodes of the 4 x 4 torus are
numbered row by row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...network.graph import Output
from ...plant import Floats
from ...tasks.regression import Regression

TORUS: dict[str, Any] = {"network": "torus-4x4", "machine": "transistor"}
HIGH_V = 0.45  # V, of an input
PAPER_X = (0.0005, 0.0628, 0.1251, 0.1873, 0.2479, 0.3118, 0.3724, 0.4347)  # V
PAPER_Y = (0.1088, 0.1472, 0.1872, 0.2256, 0.2649, 0.3041, 0.3041, 0.3041)  # V


def table(
    name: str,
    summary: str,
    inputs: tuple[int, ...],
    output: Output,
    rows: tuple[Floats, Floats],
    eta: float,
    cycles: int,
    seed: int,
    in_order: bool = False,
) -> Regression:
    """Return the task of a few examples, one per cycle, all of which are its test set too."""
    return Regression(
        **TORUS,
        name=name,
        summary=summary,
        inputs=inputs,
        outputs=(output,),
        eta=eta,
        cycles=cycles,
        evaluate_every=max(1, cycles // 400),
        seed=seed,
        training=rows,
        test=rows,
        in_order=in_order,
    )


def gate(low_V: float, high_V: float, labels: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the examples of XOR: two inputs, two constant nodes; labels of false and true, V."""
    pairs = [(x, y) for x in (0.0, HIGH_V) for y in (0.0, HIGH_V)]
    inputs = np.array([[x, y, low_V, high_V] for x, y in pairs])
    targets = np.array([[labels[x != y]] for x, y in pairs])
    return inputs, targets


def xor(seed: int) -> Regression:
    """Return XOR as a difference of two nodes (A)."""
    rows = gate(0.0, HIGH_V, (-0.02, 0.02))
    summary = "exclusive or of two inputs: -20 or 20 mV between two nodes"
    return table("xor", summary, (6, 12, 7, 11), (0, 10), rows, 0.5, 20_000, seed)


def xor_paper(seed: int) -> Regression:
    """Return XOR with the roles and labels of the paper."""
    rows = gate(0.11, 0.33, (0.0, -0.087))
    summary = "exclusive or as in the paper: 0 or -87 mV between two nodes"
    return table("xor-paper", summary, (15, 13, 5, 7), (10, 0), rows, 0.5, 20_000, seed)


def nonlinear_regression(seed: int) -> Regression:
    """Return the paper's curve: eight points in fixed order."""
    x = np.array(PAPER_X)
    inputs = np.column_stack([x, np.zeros(len(x)), np.full(len(x), HIGH_V)])
    rows = inputs, np.array(PAPER_Y)[:, None]
    summary = "eight points of a curve that rises and saturates, in fixed order"
    return table("nonlinear-regression", summary, (15, 5, 7), 10, rows, 1.0, 32_000, seed, True)


TASKS = {"xor": xor, "xor-paper": xor_paper, "nonlinear-regression": nonlinear_regression}
