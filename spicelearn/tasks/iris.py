"""Iris: three classes of flowers by four measures (2022 paper, Results and Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.datasets import load_iris

from ..plant import Floats, Ints
from .base import Example, Measurement, Task, shuffled

FULL_SCALE = 5.0  # V, to which each measure is scaled over all flowers
A_CLASS = 10  # training flowers of each


@dataclass(frozen=True, kw_only=True)
class Iris(Task):
    """Desire, for every flower of a class, what the machine answers to the class's mean flower.

    These targets are asked for at the start of every epoch (Appendix A); a flower is of the class
    whose target is nearest.
    """

    seed: int

    @cached_property
    def _flowers(self) -> tuple[Floats, Ints, Floats, Ints]:
        """Return training inputs and labels, test inputs and labels."""
        measures, labels = load_iris(return_X_y=True)
        low, high = measures.min(axis=0), measures.max(axis=0)
        volts = FULL_SCALE * (measures - low) / (high - low)
        inputs = np.column_stack([volts, np.zeros(len(volts))])  # and a node at ground
        rng = np.random.default_rng([self.seed, 0x1415])
        chosen = np.concatenate(
            [rng.permutation(np.flatnonzero(labels == kind))[:A_CLASS] for kind in range(3)]
        )
        rest = np.setdiff1d(np.arange(len(labels)), chosen)
        return inputs[chosen], labels[chosen], inputs[rest], labels[rest]

    @property
    def epoch(self) -> int:
        """Return the number of cycles of an epoch: one a training flower."""
        return 3 * A_CLASS

    def begin(self) -> Example:
        """Return the first flower; there is no target before the machine has been asked."""
        return Example(self._flowers[0][0], np.zeros(len(self.outputs)))

    def asks(self, cycle: int) -> Floats | None:
        """Return the mean training flower of each class at the start of an epoch."""
        if cycle % self.epoch:
            return None
        inputs, labels, _, _ = self._flowers
        return np.stack([inputs[labels == kind].mean(axis=0) for kind in range(3)])

    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return one training flower and its class's target."""
        assert answers is not None
        inputs, labels, _, _ = self._flowers
        flower = shuffled(self.seed, cycle, self.epoch)
        return Example(inputs[flower], answers[labels[flower]])

    def tests(self) -> Floats:
        """Return the test flowers."""
        return self._flowers[2]

    def classified(self, outputs: Floats, answers: Floats) -> Ints:
        """Return the class whose target is nearest to each flower's outputs."""
        distance = np.linalg.norm(outputs[:, None, :] - answers[None], axis=2)
        return np.asarray(distance.argmin(axis=1))

    def grade(self, outputs: Floats, answers: Floats | None) -> Measurement:
        """Return the mean squared distance to the own class's target, and the accuracy."""
        assert answers is not None
        labels = self._flowers[3]
        error = float(np.mean((outputs - answers[labels]) ** 2))
        return Measurement(error, float(np.mean(self.classified(outputs, answers) == labels)))


def iris(seed: int) -> Iris:
    """Return the task with the training flowers of this seed."""
    return Iris(
        name="iris",
        summary="three classes of flowers; 30 training and 120 test flowers, 40 epochs",
        network="wheel9",
        inputs=(8, 6, 4, 7, 5),
        outputs=(2, 1, 3),
        eta=0.1,
        cycles=1200,
        evaluate_every=150,
        seed=seed,
    )
