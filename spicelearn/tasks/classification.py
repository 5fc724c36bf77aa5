"""Classification: the outputs indicate a class (2022 paper, Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..plant import Floats, Ints
from .base import Evaluation, Example, Task, shuffled, span


@dataclass(frozen=True, kw_only=True, eq=False)
class Classification(Task):
    """Teach, for every example of a class, the machine's response to the class's mean example.

    These targets are measured at the start of every epoch (Appendix A); a response indicates the
    class whose target is nearest. ``training`` and ``test`` are pairs of inputs, V, shape
    (n, inputs), and numbers of ``classes``, shape (n,).
    """

    seed: int
    classes: tuple[str, ...]
    training: tuple[Floats, Ints]
    test: tuple[Floats, Ints]

    @property
    def epoch(self) -> int:
        """Return the number of cycles of an epoch: one per training example."""
        return len(self.training[0])

    def begin(self) -> Example:
        """Return the first example with targets of 0 V: the first query has not been made."""
        return Example.single(self.training[0][0], np.zeros(len(self.outputs)))

    def queries(self, cycle: int) -> Floats | None:
        """Return the mean training example of each class at the start of an epoch."""
        if cycle % self.epoch:
            return None
        inputs, labels = self.training
        return np.stack([inputs[labels == kind].mean(axis=0) for kind in range(len(self.classes))])

    def example(self, cycle: int, responses: Floats | None) -> Example:
        """Return one training example and the target of its class."""
        assert responses is not None
        inputs, labels = self.training
        chosen = shuffled(self.seed, cycle, self.epoch)
        return Example.single(inputs[chosen], responses[labels[chosen]])

    def applied(self) -> tuple[float, float]:
        """Return the extremes of the inputs, V; targets are responses, which lie between them."""
        return span(np.concatenate([self.training[0], self.test[0]]))

    def tests(self) -> Floats:
        """Return the inputs of the test set, V, shape (T, inputs)."""
        return self.test[0]

    def evaluate(self, outputs: Floats, responses: Floats | None) -> Evaluation:
        """Compare each output with the target of its class, and find the class with the nearest."""
        assert responses is not None
        distance = np.linalg.norm(outputs[:, None, :] - responses[None], axis=2)
        labels = self.test[1]
        found = np.asarray(distance.argmin(axis=1))
        return Evaluation(outputs, responses[labels], labels, found, self.classes)
