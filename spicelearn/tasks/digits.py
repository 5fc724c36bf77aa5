"""Handwritten digits of 8 x 8 pixels: ten classes, for tasks of any machine.

The table ``digits.csv`` holds 1,797 images as scikit-learn has them, in its order: pixels in rows
from the top, grey from 0, the paper, to 16.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from ..plant import Floats, Ints

TABLE = "digits.csv"
GREYS = 16
TEST_SHARE = 0.2  # of every digit


def digits(seed: int, full_scale_V: float) -> dict[str, Any]:
    """Return training and test set and classes of a classification, for a seed.

    The 64 inputs are 0..``full_scale_V``. A fifth of every digit is drawn for the test.
    """
    pixels, labels = images()
    inputs = pixels * (full_scale_V / GREYS)
    rng = np.random.default_rng([seed, 0xD161])
    held = [
        rng.permutation(rows)[: round(TEST_SHARE * len(rows))]
        for rows in (np.flatnonzero(labels == digit) for digit in range(10))
    ]
    tested = np.isin(np.arange(len(labels)), np.concatenate(held))
    return {
        "seed": seed,
        "classes": tuple(map(str, range(10))),
        "training": (inputs[~tested], labels[~tested]),
        "test": (inputs[tested], labels[tested]),
    }


@cache
def images() -> tuple[Floats, Ints]:
    """Return all images, shape (1797, 64), grey 0 to 16, and their digits, shape (1797,)."""
    with (resources.files("spicelearn.tasks") / TABLE).open(encoding="utf-8") as file:
        table = np.loadtxt(file, delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1].astype(np.int64)
