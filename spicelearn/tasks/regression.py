"""Regression: outputs that are functions of the inputs (2022 paper, Results and Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass

from ..plant import Floats
from .base import Evaluation, Example, Task, shuffled


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression(Task):
    """Give ``batch`` training examples per cycle, each once per epoch; hold the test set back.

    ``training`` and ``test`` are pairs of inputs and desired outputs, V, shapes (n, inputs) and
    (n, outputs).
    """

    seed: int
    training: tuple[Floats, Floats]
    test: tuple[Floats, Floats]
    batch: int = 1
    in_order: bool = False

    def example(self, cycle: int, responses: Floats | None) -> Example:
        """Return the training examples of this cycle."""
        inputs, targets = self.training
        numbers = range(cycle * self.batch, (cycle + 1) * self.batch)
        if self.in_order:
            chosen = [number % len(inputs) for number in numbers]
        else:
            chosen = [shuffled(self.seed, number, len(inputs)) for number in numbers]
        return Example(inputs[chosen], targets[chosen])

    def volts(self) -> tuple[float, float]:
        """Return the extremes of all examples, V; desired differences do not count."""
        sets = (self.training, self.test)
        every = [
            volts for inputs, targets in sets for volts in (inputs, targets[:, self.nodes_alone])
        ]
        every = [some for some in every if some.size]
        return min(float(some.min()) for some in every), max(float(some.max()) for some in every)

    def tests(self) -> Floats:
        """Return the inputs of the test set, V, shape (T, inputs)."""
        return self.test[0]

    def evaluate(self, outputs: Floats, responses: Floats | None) -> Evaluation:
        """Compare with the desired outputs."""
        return Evaluation(outputs, self.test[1])
