"""Iris: three classes of flowers by four measures (2022 paper, Results and Appendix A)."""

from __future__ import annotations

import numpy as np

from .classification import Classification

FULL_SCALE = 5.0  # V, to which each measure is scaled over all flowers
A_CLASS = 10  # training flowers of each


def iris(seed: int) -> Classification:
    """Return the task with the training flowers of this seed."""
    from sklearn.datasets import load_iris  # noqa: PLC0415 - half a second, for this task only

    flowers = load_iris()
    measures, labels = flowers.data, flowers.target
    low, high = measures.min(axis=0), measures.max(axis=0)
    volts = FULL_SCALE * (measures - low) / (high - low)
    inputs = np.column_stack([volts, np.zeros(len(volts))])  # and a node at ground
    rng = np.random.default_rng([seed, 0x1415])
    chosen = np.concatenate(
        [rng.permutation(np.flatnonzero(labels == kind))[:A_CLASS] for kind in range(3)]
    )
    rest = np.setdiff1d(np.arange(len(labels)), chosen)
    return Classification(
        name="iris",
        summary="three classes of flowers; 30 training and 120 test flowers, 40 epochs",
        network="wheel9",
        inputs=(8, 6, 4, 7, 5),
        outputs=(2, 1, 3),
        eta=0.1,
        cycles=1200,
        evaluate_every=150,
        seed=seed,
        classes=tuple(str(name) for name in flowers.target_names),
        training=(inputs[chosen], labels[chosen]),
        test=(inputs[rest], labels[rest]),
    )
