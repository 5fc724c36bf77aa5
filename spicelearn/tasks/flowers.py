"""Fisher's irises: three classes of flowers by four measures, for tasks of any machine.

The table ``iris.csv`` holds 50 flowers of each class, measures in cm, in the order in which
scikit-learn has them.
"""

from __future__ import annotations

from csv import reader
from importlib import resources
from typing import Any

import numpy as np

from ..plant import Floats, Ints

FLOWERS = "iris.csv"
PER_CLASS = 10  # for training (2022 paper)


def flowers(seed: int, full_scale_V: float, *constants_V: float) -> dict[str, Any]:
    """Return training and test set and classes of a classification, for a seed.

    Each measure is scaled to 0..``full_scale_V``, by its extremes over all flowers; inputs at
    ``constants_V`` follow the four measures. 30 flowers are drawn for training, 120 are left.
    """
    measures, labels, classes = measured()
    low, high = measures.min(axis=0), measures.max(axis=0)
    volts = full_scale_V * (measures - low) / (high - low)
    inputs = np.column_stack([volts, *(np.full(len(volts), constant) for constant in constants_V)])
    rng = np.random.default_rng([seed, 0x1415])
    chosen = np.concatenate(
        [rng.permutation(np.flatnonzero(labels == kind))[:PER_CLASS] for kind in range(3)]
    )
    rest = np.setdiff1d(np.arange(len(labels)), chosen)

    def part(rows: Ints) -> tuple[Floats, Ints]:
        return inputs[rows], labels[rows]

    return {
        "seed": seed,
        "classes": classes,
        "training": part(chosen),
        "test": part(rest),
    }


def measured() -> tuple[Floats, Ints, tuple[str, ...]]:
    """Return the measures of all flowers, cm, shape (150, 4), their classes, and these by name."""
    text = (resources.files("spicelearn.tasks") / FLOWERS).read_text(encoding="utf-8")
    _, *rows = reader(text.splitlines())
    kinds = sorted({kind for *_, kind in rows})
    measures = np.array([row[:-1] for row in rows], dtype=float)
    return measures, np.array([kinds.index(kind) for *_, kind in rows]), tuple(kinds)
