"""What a network can learn of a table: the share of a column's variance that functions explain.

An output of a network of resistors is a weighted mean of the voltages applied, with weights from 0
that sum to 1. A constant node at either end of the supply takes any weight that is left: so an
output is a constant plus a sum of inputs with weights from 0. The difference of two outputs has
weights of either sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from ..plant import Floats

MOST_ROWS = 2000  # that are looked at
FOLDS = 5  # of the cross-validation
TREES = 30
ALIKE = 0.02  # of the variance or of the rows: a difference that does not count
HARDLY = 0.1  # of the variance explained, or of what the most frequent class leaves: less is none
MEAN_SHARE = 0.6  # of an output's weights that its inputs have in sum, at most, of a proposal
ROOM = 0.1  # of the supply, between its ends and what is desired


@dataclass(frozen=True)
class Reach:
    """Hold the share of a column's variance that functions of the inputs explain, 0 to 1.

    Each function is fitted to four fifths of the rows and measured on the others, in turn. ``mean``
    is a sum with weights from 0, as one output of a passive network is, ``line`` one with weights
    of either sign, ``curve`` any function (a random forest). For classes it is the share of what
    the most frequent class leaves, and ``mean`` is as ``line``.
    """

    name: str
    mean: float
    line: float
    curve: float

    @property
    def falls(self) -> bool:
        """Return whether weights below 0 explain more."""
        return self.line > self.mean + ALIKE

    @property
    def bends(self) -> bool:
        """Return whether a function that is not linear explains more, by far."""
        return self.curve > self.line + 5 * ALIKE


def reach_of(name: str, inputs: Floats, column: Floats) -> Reach:
    """Return what functions of the inputs, shape (rows, inputs), explain of a column, (rows,)."""
    inputs, column = some(inputs, column)
    folds = KFold(min(FOLDS, len(column)), shuffle=True, random_state=0)
    shares = []
    for kind in (
        LinearRegression(positive=True),
        LinearRegression(),
        RandomForestRegressor(TREES, random_state=0),
    ):
        found = cross_val_predict(kind, inputs, column, cv=folds)
        left = float(np.mean((column - found) ** 2) / np.var(column))
        shares.append(max(0.0, 1 - left))
    return Reach(name, *shares)


def reach_of_classes(name: str, inputs: Floats, labels: list[str]) -> Reach:
    """Return what functions of the inputs, shape (rows, inputs), tell of the classes of rows."""
    inputs, classes = some(StandardScaler().fit_transform(inputs), np.array(labels))
    _, sizes = np.unique(classes, return_counts=True)
    folds = StratifiedKFold(max(2, min(FOLDS, int(sizes.min()))), shuffle=True, random_state=0)
    least = sizes.max() / len(classes)
    shares = []
    for kind in (
        LogisticRegression(max_iter=1000),
        RandomForestClassifier(TREES, random_state=0),
    ):
        right = float(np.mean(cross_val_predict(kind, inputs, classes, cv=folds) == classes))
        shares.append(max(0.0, (right - least) / (1 - least)))
    return Reach(name, shares[0], *shares)


def in_order(inputs: Floats, labels: list[str]) -> list[str]:
    """Return the classes in the order of their means along the line that parts them best.

    ``inputs`` have shape (rows, inputs); the line is the first discriminant (Fisher).
    """
    classes = np.array(labels)
    line = LinearDiscriminantAnalysis(n_components=1).fit_transform(inputs, classes)[:, 0]
    means = {name: float(line[classes == name].mean()) for name in sorted(set(labels))}
    return sorted(means, key=means.__getitem__)


def some(inputs: Floats, column: Floats) -> tuple[Floats, Floats]:
    """Return at most `MOST_ROWS` of the rows, at random."""
    if len(column) <= MOST_ROWS:
        return inputs, column
    chosen = np.random.default_rng(0).choice(len(column), MOST_ROWS, replace=False)
    return inputs[chosen], column[chosen]


def node_scale(inputs: Floats, columns: list[Floats], high_V: float) -> tuple[float, float]:
    """Return the voltages to which the extremes of desired columns are scaled, for single nodes.

    ``inputs`` are volts from 0 to ``high_V``, shape (rows, inputs). The largest span for which, of
    every column, the weights from 0 that fit it best sum to at most `MEAN_SHARE`, and its constant
    is what nodes at 0 and at ``high_V`` can add.
    """
    fits = []
    for column in columns:
        share = (column - column.min()) / np.ptp(column)
        fit = LinearRegression(positive=True).fit(inputs, share)
        fits.append((float(fit.coef_.sum()), float(fit.intercept_)))
    room = ROOM * high_V
    most = high_V - 2 * room
    for span in np.linspace(most, most / 50, 50):
        if span * max(weights for weights, _ in fits) > MEAN_SHARE:
            continue
        least = max(room, *(-span * begun for _, begun in fits))
        free = [high_V * (1 - span * weights) - span * begun for weights, begun in fits]
        upper = min(high_V - room - span, *free)
        if least <= upper:
            low = (least + upper) / 2
            return round(float(low), 2), round(float(low + span), 2)
    middle = high_V / 2
    return round(0.98 * middle, 2), round(1.02 * middle, 2)
