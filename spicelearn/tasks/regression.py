"""Regression: two outputs that are linear in two inputs (2022 paper, Results and Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..plant import Floats
from .base import Example, Measurement, Task, shuffled

WEIGHTS = np.array([[0.15, 0.20], [0.25, 0.10]])  # outputs by inputs (A)
LOW, HIGH = 1.0, 5.0  # V, the range of the inputs
TRAINING, TEST = 400, 20  # examples


@dataclass(frozen=True, kw_only=True)
class Regression(Task):
    """Draw inputs uniformly; the third input is ground, as the weights are below one."""

    seed: int

    @cached_property
    def _draws(self) -> Floats:
        rng = np.random.default_rng([self.seed, 0x4E64])
        return rng.uniform(LOW, HIGH, (TRAINING + TEST, 2))

    def _grounded(self, inputs: Floats) -> Floats:
        return np.column_stack([inputs, np.zeros(len(inputs))])

    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return one training example."""
        inputs = self._draws[shuffled(self.seed, cycle, TRAINING)]
        return Example(np.append(inputs, 0.0), WEIGHTS @ inputs)

    def tests(self) -> Floats:
        """Return the inputs of the test set."""
        return self._grounded(self._draws[TRAINING:])

    def wanted(self) -> Floats:
        """Return the desired outputs for the test set, V, shape (T, 2)."""
        wanted: Floats = self._draws[TRAINING:] @ WEIGHTS.T
        return wanted

    def grade(self, outputs: Floats, answers: Floats | None) -> Measurement:
        """Return the mean squared error over the test set."""
        return Measurement(float(np.mean((outputs - self.wanted()) ** 2)))


def regression(seed: int) -> Regression:
    """Return the task with the examples of this seed."""
    return Regression(
        name="regression",
        summary="two linear functions of two inputs of 1 to 5 V; 400 training, 20 test examples",
        network="wheel9",
        inputs=(7, 5, 2),
        outputs=(4, 0),
        eta=0.2,
        cycles=1000,
        evaluate_every=25,
        seed=seed,
    )
