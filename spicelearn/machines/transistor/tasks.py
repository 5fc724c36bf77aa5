"""The tasks of the transistor network (Dillavou et al., PNAS 2024), and some of ours.

Roles, inputs and labels of ``xor-paper`` and ``nonlinear-regression`` are those of a third party's
replica of the paper; those of the others are ours (A), found by trying random ones. Nodes of the
4 x 4 torus are numbered row by row. ``two-tasks`` is of Dillavou et al., *Understanding and
embracing imperfection in physical learning networks* (arXiv 2505.22887).
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from ...network.graph import Output
from ...plant import Floats
from ...tasks.classification import Classification
from ...tasks.digits import digits as handwritten
from ...tasks.flowers import flowers
from ...tasks.regression import Regression
from ...tasks.sequence import Sequence

TORUS: dict[str, Any] = {"network": "torus-4x4", "machine": "transistor"}
HIGH_V = 0.45  # V, of an input
LABEL_V = 0.02  # V, of the digits
RAILS_V = 0.0181, 0.4351  # of the small network, its inputs too
TURN = 100  # cycles, after which the other of two tasks is taught
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


def parity(seed: int) -> Regression:
    """Return the parity of three inputs, taught layer by layer, on two networks in cascade (A).

    The first is taught XOR of two inputs, the second XOR of that and the third. Roles in either are
    those of ``xor``.
    """
    label_V = 0.02
    bits = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    low, high = np.zeros(len(bits)), np.full(len(bits), HIGH_V)
    first, third = HIGH_V * bits[:, :2], HIGH_V * bits[:, 2]
    odd = np.column_stack([bits[:, :2].sum(axis=1) % 2, bits.sum(axis=1) % 2])
    rows = np.column_stack([first, low, high, third, low, high]), label_V * (2.0 * odd - 1)
    return Regression(
        network="cascade",
        machine="transistor",
        name="parity",
        summary="parity of three inputs in two networks in cascade, -20 or 20 mV of either",
        inputs=(6, 12, 7, 11, 28, 23, 27),
        outputs=((0, 10), (16, 26)),
        eta=0.5,
        cycles=15_000,
        evaluate_every=50,
        seed=seed,
        training=rows,
        test=rows,
    )


def nonlinear_regression(seed: int) -> Regression:
    """Return the paper's curve: eight points in fixed order."""
    x = np.array(PAPER_X)
    inputs = np.column_stack([x, np.zeros(len(x)), np.full(len(x), HIGH_V)])
    rows = inputs, np.array(PAPER_Y)[:, None]
    summary = "eight points of a curve that rises and saturates, in fixed order"
    return table("nonlinear-regression", summary, (15, 5, 7), 10, rows, 1.0, 72_000, seed, True)


def parabola(seed: int) -> Regression:
    """Return a line and a parabola: nine points, mean, slope and curvature of their own (A)."""
    x = np.linspace(0, HIGH_V, 9)
    z = 2 * x / HIGH_V - 1
    inputs = np.column_stack([x, np.zeros(len(x)), np.full(len(x), HIGH_V)])
    rows = inputs, (0.03 * z + 0.02 * (z**2 - 0.5))[:, None]
    summary = "a line of 30 mV and a parabola of 20 mV, nine points, between two nodes"
    return table("parabola", summary, (8, 15, 6), (13, 12), rows, 0.5, 12_000, seed)


def iris(seed: int) -> Classification:
    """Return the flowers with the training set of this seed; one difference tells the class (A)."""
    return Classification(
        **TORUS,
        name="iris-transistor",
        summary="three classes of flowers: -40, 0 or 40 mV between two nodes, 60 epochs",
        inputs=(6, 2, 13, 12, 11, 0),
        outputs=((4, 7),),
        eta=0.5,
        cycles=1800,
        evaluate_every=150,
        **flowers(seed, HIGH_V, 0.0, HIGH_V),
        targets=np.array([[-0.04], [0.0], [0.04]]),
    )


def two_tasks(seed: int, low_V: float = 0.14) -> Regression:
    """Return two tasks in turn on the laboratory's small network of two transistors.

    With the input at the upper rail the output is to be 0.31 V, at the lower rail ``low_V``. Which
    two of the three branches that meet at the output are transistors is ours (A).
    """
    low, high = RAILS_V
    rows = np.array([[high, high, low], [low, high, low]]), np.array([[0.31], [low_V]])
    return Regression(
        network="fork",
        machine="transistor",
        name="two-tasks" if low_V == 0.14 else "two-tasks-near",
        summary=f"two tasks in turn, 0.31 V and {low_V:g} V from two transistors and 500 ohm",
        inputs=(0, 1, 2),
        outputs=(3,),
        eta=1.0,
        cycles=40 * TURN,
        evaluate_every=TURN // 10,
        seed=seed,
        training=rows,
        test=rows,
        in_order=True,
        hold=TURN,
    )


def two_tasks_near(seed: int) -> Regression:
    """Return the same with an output of 0.18 V for the lower rail: the laboratory's example 2."""
    return two_tasks(seed, 0.18)


def xor_retrain(seed: int) -> Sequence:
    """Return XOR, then XOR with the opposite labels, without reset.

    The roles are not those of ``xor``, with which the opposite labels are out of reach (A).
    """
    tasks = []
    for name, sign in (("xor", 1), ("xnor", -1)):
        rows = gate(0.0, HIGH_V, (-0.02 * sign, 0.02 * sign))
        tasks.append(table(name, "", (4, 0, 9, 15), (3, 12), rows, 0.5, 8_000, seed))
    return Sequence(
        **TORUS,
        name="xor-retrain",
        summary="xor on other nodes, then the same with opposite labels, without reset",
        cycles=sum(task.cycles for task in tasks),
        tasks=tuple(tasks),
    )


def digits(seed: int) -> Classification:
    """Return the digits on a dense layer: one difference of two nodes per digit (A).

    The pixels are nodes 0 to 63; digit d is node 64 + d less node 74 + d.
    """
    return Classification(
        name="digits",
        summary="ten handwritten digits, 64 pixels, ten differences: -20 or 20 mV at least",
        network="dense-64x20",
        machine="transistor",
        inputs=tuple(range(64)),
        outputs=tuple((64 + digit, 74 + digit) for digit in range(10)),
        eta=1.0,
        cycles=14_380,  # ten epochs
        evaluate_every=1438,
        record_every=100,
        **handwritten(seed, HIGH_V),
        targets=LABEL_V * (2 * np.eye(10) - 1),
        hinge=True,
    )


def digits_pairs(seed: int) -> Classification:
    """Return the digits on a dense layer: one difference of two nodes per pair of digits (A).

    The pixels are nodes 0 to 63. The pairs are 0 and 1, 0 and 2, ..., 8 and 9: pair k is node
    64 + k less node 109 + k, taught by its two digits only.
    """
    pairs = list(combinations(range(10), 2))
    targets = np.full((10, len(pairs)), np.nan)
    for pair, (high, low) in enumerate(pairs):
        targets[[high, low], pair] = LABEL_V, -LABEL_V
    first = 64 + np.arange(len(pairs))
    return Classification(
        name="digits-pairs",
        summary="ten handwritten digits, 64 pixels, a difference per pair of digits: -20 or 20 mV "
        "at least",
        network=f"dense-64x{2 * len(pairs)}",
        machine="transistor",
        inputs=tuple(range(64)),
        outputs=tuple((int(node), int(node) + len(pairs)) for node in first),
        eta=1.0,
        cycles=28_760,  # twenty epochs
        evaluate_every=1438,
        record_every=200,
        **handwritten(seed, HIGH_V),
        targets=targets,
        hinge=True,
    )


TASKS = {
    "xor": xor,
    "xor-paper": xor_paper,
    "parity": parity,
    "nonlinear-regression": nonlinear_regression,
    "parabola": parabola,
    "iris-transistor": iris,
    "digits": digits,
    "digits-pairs": digits_pairs,
    "xor-retrain": xor_retrain,
    "two-tasks": two_tasks,
    "two-tasks-near": two_tasks_near,
}
