"""The tasks of the 2022 paper.

The paper gives the kinds of tasks, the numbers of inputs and outputs and the voltages 5, 1 and 0 V.
The nodes, the weights of the regressions, the nudges eta, the cuts and the voltages of ``seven``
are assumptions of ours (A).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...plant import Floats
from ...schedules.cuts import Cut
from ...tasks.allostery import Allostery, constant
from ...tasks.classification import Classification
from ...tasks.flowers import flowers
from ...tasks.regression import Regression
from ...tasks.sequence import Sequence

WHEEL: dict[str, Any] = {"network": "wheel9", "machine": "rheostat"}
CUTS = ((100, 10), (200, 11), (300, 8), (400, 13), (500, 14))  # cycle and edge (A)
WEIGHTS = np.array([[0.15, 0.20], [0.25, 0.10]])  # of the regression, outputs by inputs (A)
LOWEST_INPUT, HIGHEST_INPUT = 1.0, 5.0  # V, of the regressions (paper)
TRAINING, TEST = 400, 20  # examples of the regressions (paper)
FULL_SCALE = 5.0  # V, of the measures of the flowers


def allostery(seed: int) -> Allostery:
    """Return three outputs at 3 V; nothing is random (2022 paper, Results)."""
    del seed
    return Allostery(
        **WHEEL,
        name="allostery",
        summary="three outputs at 3 V from inputs at 5, 1 and 0 V",
        inputs=(2, 0, 6),
        outputs=(8, 7, 5),
        eta=0.5,
        cycles=1000,
        input_V=constant(5, 1, 0),
        target_V=constant(3, 3, 3),
    )


def divider(seed: int) -> Allostery:
    """Return the voltage divider whose target changes (2022 paper, Fig. 2)."""
    del seed
    return Allostery(
        name="divider",
        summary="the middle of two edges follows a target that changes every 100 cycles",
        machine="rheostat",
        network="divider",
        inputs=(0, 2),
        outputs=(1,),
        eta=0.5,
        cycles=500,
        input_V=constant(5, 0),
        target_V=((2.0, 3.5, 1.5, 3.0, 2.2),),
    )


def damage(seed: int) -> Allostery:
    """Return the task in which five edges are cut during training (2022 paper, Fig. 5)."""
    del seed
    return Allostery(
        **WHEEL,
        name="damage",
        summary="two outputs at 3 and 2 V; an edge is cut every 100 cycles, five in all",
        inputs=(0, 2, 1),
        outputs=(7, 4),
        eta=0.5,
        cycles=600,
        cuts=tuple(Cut(cycle, edge) for cycle, edge in CUTS),
        input_V=constant(5, 1, 0),
        target_V=constant(3, 2),
    )


def linear(name: str, nodes: tuple[int, ...], weights: Floats, seed: int) -> Regression:
    """Return the regression of outputs that are ``weights`` times inputs drawn uniformly.

    ``weights`` has shape (outputs, inputs). ``nodes`` are those of the inputs, one at 0 V, which
    weights with a sum below one need, and those of the outputs.
    """
    outputs, inputs = weights.shape
    rng = np.random.default_rng([seed, 0x4E64])
    random = rng.uniform(LOWEST_INPUT, HIGHEST_INPUT, (TRAINING + TEST, inputs))
    grounded = np.column_stack([random, np.zeros(len(random))])
    desired = random @ weights.T
    return Regression(
        **WHEEL,
        name=name,
        summary="two linear functions of two inputs of 1 to 5 V; 400 training, 20 test examples",
        inputs=nodes[: inputs + 1],
        outputs=nodes[-outputs:],
        eta=0.2,
        cycles=1000,
        evaluate_every=25,
        seed=seed,
        training=(grounded[:TRAINING], desired[:TRAINING]),
        test=(grounded[TRAINING:], desired[TRAINING:]),
    )


def regression(seed: int) -> Regression:
    """Return the task with the examples of this seed."""
    return linear("regression", (7, 5, 2, 4, 0), WEIGHTS, seed)


def iris(seed: int) -> Classification:
    """Return the task with the training flowers of this seed (2022 paper, Appendix A)."""
    return Classification(
        **WHEEL,
        name="iris",
        summary="three classes of flowers; 30 training and 120 test flowers, 40 epochs",
        inputs=(8, 6, 4, 7, 5),
        outputs=(2, 1, 3),
        eta=0.1,
        cycles=1200,
        evaluate_every=150,
        **flowers(seed, FULL_SCALE, 0.0),
    )


def seven(seed: int) -> Sequence:
    """Return the paper's seven tasks in nine lessons: task ii is taught three times (Fig. 4)."""
    one = allosteric("ii", {0: 5.0, 4: 0.0}, {2: 3.5})
    tasks = (
        replace(iris(seed), name="i"),
        one,
        allosteric("iii", {2: 5.0, 0: 1.0, 6: 0.0}, {8: 3.0, 7: 3.0}),
        one,
        allosteric("iv", {1: 5.0, 5: 0.0}, {8: 2.0, 3: 3.0, 7: 2.5}),
        allosteric("v", {0: 5.0, 3: 1.0, 6: 0.0}, {1: 3.5, 8: 2.2, 5: 1.0, 7: 2.5}),
        one,
        linear("vi", (7, 5, 2, 4, 0), WEIGHTS, seed),
        linear("vii", (1, 4, 6, 8, 2), np.array([[0.20, 0.20], [0.30, 0.15]]), seed),
    )
    return Sequence(
        **WHEEL,
        name="seven",
        summary="a classification, four allosteries and two regressions in a row, without reset",
        cycles=sum(task.cycles for task in tasks),
        tasks=tasks,
    )


def allosteric(name: str, inputs: dict[int, float], outputs: dict[int, float]) -> Allostery:
    """Return an allostery of the sequence from its voltages by node, V."""
    return Allostery(
        **WHEEL,
        name=name,
        summary=f"{len(outputs)} constant outputs",
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        eta=0.5,
        cycles=300,
        input_V=constant(*inputs.values()),
        target_V=constant(*outputs.values()),
    )


TASKS = {
    "divider": divider,
    "allostery": allostery,
    "regression": regression,
    "iris": iris,
    "damage": damage,
    "seven": seven,
}
