"""Fisher's irises: three classes of flowers by four measures, for tasks of any machine."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..plant import Floats, Ints

PER_CLASS = 10  # for training (2022 paper)


def flowers(seed: int, full_scale_V: float, *constants_V: float) -> dict[str, Any]:
    """Return training and test set and classes of a classification, for a seed.

    Each measure is scaled to 0..``full_scale_V``, by its extremes over all flowers; inputs at
    ``constants_V`` follow the four measures. 30 flowers are drawn for training, 120 are left.
    """
    from sklearn.datasets import load_iris  # noqa: PLC0415 - half a second, for these tasks only

    iris = load_iris()
    measures, labels = iris.data, iris.target
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
        "classes": tuple(str(name) for name in iris.target_names),
        "training": part(chosen),
        "test": part(rest),
    }
