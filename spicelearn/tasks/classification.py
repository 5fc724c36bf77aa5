"""Classification: the outputs indicate a class (2022 paper, Appendix A)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from ..plant import Floats, Ints
from .base import Evaluation, Example, Task, shuffled, span


@dataclass(frozen=True, kw_only=True, eq=False)
class Classification(Task):
    """Teach the target of its class for every example; a response indicates the nearest target.

    ``targets``, shape (classes, outputs), are given, in the unit of the outputs; or, if they are
    None, a class's target is the machine's response to its mean example, measured at the start of
    every epoch (Appendix A). ``training`` and ``test`` are pairs of inputs, V, shape (n, inputs),
    and numbers of ``classes``, shape (n,).

    A given target is NaN where a class has nothing to teach an output. With a ``hinge``, for given
    targets, only what is wrong is taught: an output whose target is the highest, or the lowest, of
    its targets may lie beyond it. In both cases the machine is queried for the example of every
    cycle, an output that is not taught is left where it is, and it has no part in the distance of a
    response from a target. With these the targets are an error-correcting output code, decoded by
    its loss (Allwein, Schapire and Singer, J. Mach. Learn. Res. 1, 113, 2000).
    """

    fits: ClassVar[bool] = False

    seed: int
    classes: tuple[str, ...]
    training: tuple[Floats, Ints]
    test: tuple[Floats, Ints]
    targets: Floats | None = None
    hinge: bool = False

    @property
    def epoch(self) -> int:
        """Return the number of cycles of an epoch: one per training example."""
        return len(self.training[0])

    @property
    def targets_move(self) -> bool:
        """Say whether a class's target is the machine's response."""
        return self.targets is None

    def begin(self) -> Example:
        """Return the first example; its target is 0 V if the first query is still to be made."""
        inputs, labels = self.training
        zero = np.zeros((len(self.classes), len(self.outputs)))
        return Example.single(inputs[0], np.nan_to_num(self._desired(zero)[labels[0]]))

    @cached_property
    def _gaps(self) -> bool:
        """Say whether a class has nothing to teach some output."""
        return self.targets is not None and bool(np.isnan(self.targets).any())

    @cached_property
    def _outermost(self) -> Floats:
        """Return the lowest and the highest target of every output, V, shape (2, outputs)."""
        return np.array(self.desired()).T

    def queries(self, cycle: int) -> Floats | None:
        """Return the mean training example of each class at the start of an epoch.

        Where outputs may be left it is the example of this cycle, in every cycle.
        """
        inputs, labels = self.training
        if self.hinge or self._gaps:
            return inputs[[shuffled(self.seed, cycle, self.epoch)]]
        if self.targets is not None or cycle % self.epoch:
            return None
        return np.stack([inputs[labels == kind].mean(axis=0) for kind in range(len(self.classes))])

    def _desired(self, responses: Floats | None) -> Floats:
        """Return the target of every class, shape (classes, outputs)."""
        if self.targets is not None:
            return self.targets
        assert responses is not None
        return responses

    def _taught(self, desired: Floats, outputs: Floats) -> Floats:
        """Return what is taught where ``desired`` are the targets: an output itself if it is left.

        Both have the shape (..., outputs), as the result has, V.
        """
        left = np.isnan(desired)
        if self.hinge:
            low, high = self._outermost
            beyond = ((desired == high) & (outputs > high)) | ((desired == low) & (outputs < low))
            left = left | beyond
        return np.where(left, outputs, desired)

    def example(self, cycle: int, responses: Floats | None) -> Example:
        """Return one training example and what is taught: the target of its class."""
        inputs, labels = self.training
        chosen = shuffled(self.seed, cycle, self.epoch)
        target = self._desired(responses)[labels[chosen]]
        if responses is None:
            return Example.single(inputs[chosen], np.nan_to_num(target))
        return Example.single(inputs[chosen], self._taught(target, responses[0]))

    def applied(self) -> tuple[float, float]:
        """Return the extremes of the inputs, V."""
        return span(np.concatenate([self.training[0], self.test[0]]))

    def desired(self) -> list[tuple[float, float]]:
        """Return the extremes of every output's targets, V, if they are given."""
        columns = () if self.targets is None else tuple(self.targets.T)
        return [span(column[~np.isnan(column)]) for column in columns]

    def given(self) -> tuple[Floats, Floats] | None:
        """Return the training examples and the targets of their classes, if these are given."""
        inputs, labels = self.training
        return None if self.targets is None else (inputs, self.targets[labels])

    def labels(self, responses: Floats | None) -> Floats | None:
        """Return the target of every class; None before the first query, or where some are NaN."""
        if self._gaps:
            return None
        return responses if self.targets is None else self.targets

    def tests(self) -> Floats:
        """Return the inputs of the test set, V, shape (T, inputs)."""
        return self.test[0]

    def test_targets(self) -> Floats | None:
        """Return the targets of the test set's classes, V, shape (T, outputs), if given."""
        return None if self.targets is None else self.targets[self.test[1]]

    def evaluate(self, outputs: Floats, responses: Floats | None) -> Evaluation:
        """Compare each output with the target of its class, and find the class with the nearest."""
        seen = outputs[:, None, :]
        wanted = self._taught(self._desired(responses), seen)
        labels = self.test[1]
        found = np.asarray(np.linalg.norm(seen - wanted, axis=2).argmin(axis=1))
        own = wanted[np.arange(len(labels)), labels]
        return Evaluation(outputs, own, labels, found, self.classes)
