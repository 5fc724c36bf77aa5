"""What a passive network can reach: remarks on outputs and targets that no learning brings near."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..network.graph import Network, Output, label, terminals
from ..plant import Floats
from .base import Task

LEAST_V = 1e-3  # V, by which a target has to be out of reach to be told
MISS_V = 20e-3  # V rms, of the best network: less is near the step of a wiper code
TIMES = 2.0  # by which weights of any sign have to be better than those of a network
HELP = (
    "scale the targets, add an input at a constant voltage, or take the difference of two nodes "
    "as output"
)


def anchors(network: Network, node: int) -> list[int]:
    """Return the places of the inputs that a node reaches without passing through an input."""
    near = network.reached([node], network.inputs)
    return [place for place, held in enumerate(network.inputs) if held in near]


def remarks(task: Task, network: Network, linear: bool) -> list[str]:
    """Return sentences on outputs that cannot learn, and on targets that are out of reach.

    In a passive network every node lies between the inputs that it reaches. If it is ``linear`` it
    is their mean with weights from 0, which sum to 1, too.
    """
    told = []
    given = task.given()
    for column, output in enumerate(network.outputs):
        if network.reached(terminals([output]), network.inputs) & {*network.amplified}:
            continue  # beyond its inputs too
        ends = [(node, anchors(network, node)) for node in terminals([output])]
        alone = [(node, places[0]) for node, places in ends if len(places) == 1]
        told += [hanging(node, network.inputs[place]) for node, place in alone]
        if given is None or alone:
            continue
        inputs, targets = given
        taught = ~np.isnan(targets[:, column])
        wanted = targets[taught, column]
        seen = [inputs[taught][:, places] for _, places in ends]
        told += beyond(output, seen, wanted) or (
            unfitted(output, seen, wanted) if linear and task.fits else []
        )
    return told


def hanging(node: int, held: int) -> str:
    """Say that a node reaches one input only."""
    return (
        f"output node {node} reaches no input but node {held}: it has that voltage whatever is "
        "learned; connect it to an input at another voltage too"
    )


def beyond(output: Output, seen: Sequence[Floats], targets: Floats) -> list[str]:
    """Say how many targets, V, shape (n,), lie outside what the inputs span.

    ``seen`` holds the inputs that each of the output's nodes reaches, V, shape (n, inputs).
    """
    low, high = seen[0].min(axis=1), seen[0].max(axis=1)
    for other in seen[1:]:
        low, high = low - other.max(axis=1), high - other.min(axis=1)
    miss = np.maximum(low - targets, targets - high)
    out = int((miss > LEAST_V).sum())
    if not out:
        return []
    return [
        f"{out} of {len(targets)} targets of output {label(output)} are out of reach, by up to "
        f"{miss.max():.3g} V: they lie beyond what its inputs span; {HELP}"
    ]


def unfitted(output: Output, seen: Sequence[Floats], targets: Floats) -> list[str]:
    """Say by how much the best linear network misses targets that other weights would meet.

    Arguments are those of `beyond`.
    """
    if len(targets) < 2:
        return []
    from scipy.optimize import nnls  # noqa: PLC0415 - slow to import

    signs = (1.0, -1.0)[: len(seen)]
    columns = np.hstack([sign * part for sign, part in zip(signs, seen, strict=True)])
    firm = 1e3 * max(1.0, float(np.abs(columns).max())) * len(targets)  # weights sum to 1, firmly
    sums = np.zeros((len(seen), columns.shape[1]))
    ends = np.cumsum([part.shape[1] for part in seen])
    for row, (end, part) in enumerate(zip(ends, seen, strict=True)):
        sums[row, end - part.shape[1] : end] = firm
    wanted = np.concatenate([targets, np.full(len(seen), firm)])
    passive, _ = nnls(np.vstack([columns, sums]), wanted)
    free, *_ = np.linalg.lstsq(columns, targets, rcond=None)
    best, any_sign = (
        float(np.sqrt(np.mean((columns @ weights - targets) ** 2))) for weights in (passive, free)
    )
    if best < MISS_V or best < TIMES * any_sign:
        return []
    return [
        f"targets of output {label(output)} ask for weights below 0 or with a sum above 1: the "
        f"best network misses them by {best:.3g} V rms, weights of any size and sign by "
        f"{any_sign:.3g} V rms; {HELP}"
    ]
