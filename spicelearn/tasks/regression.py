"""Regression: outputs that are functions of the inputs (2022 paper, Results and Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plant import Floats
from .base import Evaluation, Example, Task, shuffled, span


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression(Task):
    """Give ``batch`` training examples per cycle, each once per epoch; hold the test set back.

    The same ones are given for ``hold`` cycles on end. With ``in_order`` they come in their order.

    ``training`` and ``test`` are pairs of inputs and desired outputs, V, shapes (n, inputs) and
    (n, outputs).
    """

    seed: int
    training: tuple[Floats, Floats]
    test: tuple[Floats, Floats]
    batch: int = 1
    in_order: bool = False
    hold: int = 1

    def example(self, cycle: int, responses: Floats | None) -> Example:
        """Return the training examples of this cycle."""
        inputs, targets = self.training
        taken = cycle // self.hold
        numbers = range(taken * self.batch, (taken + 1) * self.batch)
        if self.in_order:
            chosen = [number % len(inputs) for number in numbers]
        else:
            chosen = [shuffled(self.seed, number, len(inputs)) for number in numbers]
        return Example(inputs[chosen], targets[chosen])

    def applied(self) -> tuple[float, float]:
        """Return the extremes of the inputs of all examples, V."""
        return span(np.concatenate([self.training[0], self.test[0]]))

    def desired(self) -> list[tuple[float, float]]:
        """Return the extremes of every output's targets, V."""
        return [span(column) for column in np.concatenate([self.training[1], self.test[1]]).T]

    def given(self) -> tuple[Floats, Floats]:
        """Return the training examples."""
        return self.training

    def tests(self) -> Floats:
        """Return the inputs of the test set, V, shape (T, inputs)."""
        return self.test[0]

    def test_targets(self) -> Floats:
        """Return what is desired for the test set, V, shape (T, outputs)."""
        return self.test[1]

    def evaluate(self, outputs: Floats, responses: Floats | None) -> Evaluation:
        """Compare with the desired outputs."""
        return Evaluation(outputs, self.test[1])
