"""What is minimised: a number from the outputs of all examples, and its gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import SpicelearnError
from ...plant import Bools, Floats
from .board import HomodyneBoard

STEEPEST = 60.0  # exponent of the sigmoid, at most


def correlation(outputs: Floats, ones: Bools, board: HomodyneBoard) -> tuple[float, Floats]:
    """Return ``(1 - rho)/2 / sigmoid(separation / unit_V)`` and its gradient, 1/V (paper).

    ``rho`` is the correlation of outputs and labels, the separation that of the lowest of the ones
    from the highest of the zeros. Raises SpicelearnError if all outputs are equal.
    """
    centred, labels = outputs - outputs.mean(), ones - ones.mean()
    size, scale = float(np.linalg.norm(centred)), float(np.linalg.norm(labels))
    if size <= 1e-12 * (1 + np.abs(outputs).max()):
        raise SpicelearnError(
            f"all outputs are {outputs[0]:.6g} V: the loss has no gradient, expected controls at "
            "which they differ"
        )
    rho = float(centred @ labels) / (size * scale)
    by_rho = labels / (size * scale) - rho * centred / size**2
    lowest = int(np.where(ones, outputs, np.inf).argmin())
    highest = int(np.where(ones, -np.inf, outputs).argmax())
    exponent = (outputs[lowest] - outputs[highest]) / board.unit_V
    sigmoid = 1 / (1 + np.exp(-np.clip(exponent, -STEEPEST, STEEPEST)))
    loss = (1 - rho) / 2 / sigmoid
    gradient = -by_rho / 2 / sigmoid
    by_separation = -loss * (1 - sigmoid) / board.unit_V
    gradient[lowest] += by_separation
    gradient[highest] -= by_separation
    return loss, gradient


def square(outputs: Floats, ones: Bools, board: HomodyneBoard) -> tuple[float, Floats]:
    """Return the mean square distance from two levels ``span_V`` apart, in units of it.

    The lower level is the best one: only the difference counts. The gradient is in 1/V.
    """
    miss = outputs - board.span_V * ones
    miss = (miss - miss.mean()) / board.span_V
    return float(np.mean(miss**2)), 2 * miss / (len(miss) * board.span_V)


Loss = Callable[[Floats, Bools, HomodyneBoard], tuple[float, Floats]]
LOSSES: dict[str, Loss] = {"correlation": correlation, "square": square}
