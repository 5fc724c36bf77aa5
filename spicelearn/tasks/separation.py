"""Two classes told apart by one threshold on an output, at whatever level (Boon et al., 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..plant import Bools, Floats, Ints
from .base import Evaluation, Example, Merit, Task, span

EDGE_V = 1e-9  # V, between two places where examples change sides: nearer ones are one
BETWEEN = "between"  # the class of an output that is within the margin


@dataclass(frozen=True, kw_only=True, eq=False)
class Separation(Task):
    """Apply all training examples in every cycle; the higher outputs are to be those of one class.

    ``classes`` are the names of the lower and of the higher class; ``training`` and ``test`` are
    pairs of inputs, V, shape (n, inputs), and classes, 0 or 1, shape (n,). ``margin`` is the least
    gap between the classes as a share of the range of all outputs, ``least_V`` in volts: both must
    be reached. Targets are 0 and ``least_V``, which only tell the classes apart.
    """

    merit_name: ClassVar[str] = "gap"

    classes: tuple[str, str]
    training: tuple[Floats, Ints]
    test: tuple[Floats, Ints]
    margin: float
    least_V: float

    def example(self, cycle: int, responses: Floats | None) -> Example:
        """Return all training examples."""
        del cycle, responses
        inputs, labels = self.training
        return Example(inputs, self.least_V * labels[:, None].astype(np.float64))

    def applied(self) -> tuple[float, float]:
        """Return the extremes of the inputs, V."""
        return span(np.concatenate([self.training[0], self.test[0]]))

    def queries(self, cycle: int) -> Floats | None:
        """Return the inputs whose outputs set the threshold; None if they are those of the test."""
        return None if self.test is self.training else self.training[0]

    def tests(self) -> Floats:
        """Return the inputs of the test set, V, shape (T, inputs)."""
        return self.test[0]

    def test_classes(self) -> list[str]:
        """Return the class of every example of the test."""
        return [self.classes[label] for label in self.test[1]]

    def gap(self, outputs: Floats) -> float:
        """Return the gap that the classes must have at these outputs, V."""
        return max(self.margin * float(np.ptp(outputs)), self.least_V)

    def is_solved(self, outputs: Floats, ones: Bools, reserve: float = 0.0) -> bool:
        """Return whether outputs, V, shape (n,), separate the classes by the gap that is asked.

        With a ``reserve`` the gap must be larger by this share.
        """
        if not 0 < ones.sum() < len(ones):
            return False
        return bool(outputs[ones].min() - outputs[~ones].max() >= (1 + reserve) * self.gap(outputs))

    def threshold(self, outputs: Floats, ones: Bools) -> float:
        """Return the threshold, V, at which most examples are on their side by half the gap.

        Of equally good ones the middle one of the first that follow each other. None is tried where
        an example changes sides: there the last bit of an output would decide.
        """
        half = self.gap(outputs) / 2
        edges = np.unique(np.concatenate([outputs - half, outputs + half]))
        edges = np.concatenate([[edges[0] - half], edges, [edges[-1] + half]])
        places = ((edges[1:] + edges[:-1]) / 2)[np.diff(edges) > EDGE_V]
        above = outputs[None] >= places[:, None] + half
        below = outputs[None] <= places[:, None] - half
        right = np.where(ones[None], above, below).sum(axis=1)
        best = right == right.max()
        first = int(best.argmax())
        last = first + int(np.append(~best[first:], True).argmax()) - 1
        return float((places[first] + places[last]) / 2)

    def evaluate(self, outputs: Floats, responses: Floats | None) -> Evaluation:
        """Find the class of every output, and its distance from the nearest two levels.

        The levels are at least the gap apart; else they are the means of the two classes. An output
        that is closer to the threshold than half the gap is of no class: it is ``between``. The
        merit is the gap that there is: of what is held back, twice the distance from the threshold
        of the example that is nearest to it, or farthest on the wrong side.
        """
        seen = outputs[:, 0]
        labels = self.test[1]
        ones = labels == 1
        if responses is None:
            known, classes = seen, ones
        else:
            known, classes = responses[:, 0], self.training[1] == 1
        threshold, gap = self.threshold(known, classes), self.gap(known)
        middle = (seen[ones].min() + seen[~ones].max()) / 2 if responses is None else threshold
        there = 2 * float(np.where(ones, seen - middle, middle - seen).min())
        found = np.where(
            seen >= threshold + gap / 2,
            1,
            np.where(seen <= threshold - gap / 2, 0, len(self.classes)),
        )
        apart = max(float(seen[ones].mean() - seen[~ones].mean()), gap)
        low = float((seen - apart * ones).mean())
        desired = (low + apart * ones)[:, None]
        merit = Merit(self.merit_name, "V", there, gap)
        return Evaluation(outputs, desired, labels, found, (*self.classes, BETWEEN), merit)
