"""Classification: outputs that tell classes apart (2022 paper, Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plant import Floats, Ints
from .base import Example, Marked, Task, shuffled


@dataclass(frozen=True, kw_only=True, eq=False)
class Classification(Task):
    """Desire, for every example of a class, what the machine answers to the class's mean example.

    These targets are asked for at the start of every epoch (Appendix A); an example is of the class
    whose target is nearest. ``training`` and ``test`` are pairs of inputs, V, shape (n, inputs),
    and numbers of ``classes``, shape (n,).
    """

    seed: int
    classes: tuple[str, ...]
    training: tuple[Floats, Ints]
    test: tuple[Floats, Ints]

    @property
    def epoch(self) -> int:
        """Return the number of cycles of an epoch: one a training example."""
        return len(self.training[0])

    def begin(self) -> Example:
        """Return the first example; there is no target before the machine has been asked."""
        return Example(self.training[0][0], np.zeros(len(self.outputs)))

    def asks(self, cycle: int) -> Floats | None:
        """Return the mean training example of each class at the start of an epoch."""
        if cycle % self.epoch:
            return None
        inputs, labels = self.training
        return np.stack([inputs[labels == kind].mean(axis=0) for kind in range(len(self.classes))])

    def example(self, cycle: int, answers: Floats | None) -> Example:
        """Return one training example and its class's target."""
        assert answers is not None
        inputs, labels = self.training
        chosen = shuffled(self.seed, cycle, self.epoch)
        return Example(inputs[chosen], answers[labels[chosen]])

    def volts(self) -> tuple[float, float]:
        """Return the extremes of the inputs; targets are answers, which lie between them."""
        every = (self.training[0], self.test[0])
        return min(float(some.min()) for some in every), max(float(some.max()) for some in every)

    def tests(self) -> Floats:
        """Return the inputs of the test set."""
        return self.test[0]

    def mark(self, outputs: Floats, answers: Floats | None) -> Marked:
        """Compare with the own class's target, and find the class whose target is nearest."""
        assert answers is not None
        distance = np.linalg.norm(outputs[:, None, :] - answers[None], axis=2)
        labels = self.test[1]
        found = np.asarray(distance.argmin(axis=1))
        return Marked(outputs, answers[labels], labels, found, self.classes)
