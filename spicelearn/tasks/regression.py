"""Regression: outputs that are functions of the inputs (2022 paper, Results and Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plant import Floats
from .base import Example, Marked, Task, shuffled

WEIGHTS = np.array([[0.15, 0.20], [0.25, 0.10]])  # outputs by inputs (A)
LOW, HIGH = 1.0, 5.0  # V, the range of the inputs
TRAINING, TEST = 400, 20  # examples


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression(Task):
    """Give one training example a cycle, each once an epoch; hold the test examples back.

    ``training`` and ``test`` are pairs of inputs and desired outputs, V, shapes (n, inputs) and
    (n, outputs).
    """

    seed: int
    training: tuple[Floats, Floats]
    test: tuple[Floats, Floats]

    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return one training example."""
        inputs, targets = self.training
        chosen = shuffled(self.seed, cycle, len(inputs))
        return Example(inputs[chosen], targets[chosen])

    def volts(self) -> tuple[float, float]:
        """Return the extremes of all examples."""
        every = [*self.training, *self.test]
        return min(float(some.min()) for some in every), max(float(some.max()) for some in every)

    def tests(self) -> Floats:
        """Return the inputs of the test set."""
        return self.test[0]

    def mark(self, outputs: Floats, answers: Floats | None) -> Marked:
        """Compare with the desired outputs."""
        return Marked(outputs, self.test[1])


def linear(name: str, nodes: tuple[int, ...], weights: Floats, seed: int) -> Regression:
    """Return the regression of outputs that are ``weights`` times inputs drawn uniformly.

    ``nodes`` are the inputs', the one at 0 V that weights below one take, and the outputs'.
    """
    outputs, inputs = weights.shape
    rng = np.random.default_rng([seed, 0x4E64])
    drawn = rng.uniform(LOW, HIGH, (TRAINING + TEST, inputs))
    grounded = np.column_stack([drawn, np.zeros(len(drawn))])
    wanted = drawn @ weights.T
    return Regression(
        name=name,
        summary="two linear functions of two inputs of 1 to 5 V; 400 training, 20 test examples",
        network="wheel9",
        inputs=nodes[: inputs + 1],
        outputs=nodes[-outputs:],
        eta=0.2,
        cycles=1000,
        evaluate_every=25,
        seed=seed,
        training=(grounded[:TRAINING], wanted[:TRAINING]),
        test=(grounded[TRAINING:], wanted[TRAINING:]),
    )


def regression(seed: int) -> Regression:
    """Return the task with the examples of this seed."""
    return linear("regression", (7, 5, 2, 4, 0), WEIGHTS, seed)
