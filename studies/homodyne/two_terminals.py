"""Two-terminal elements are not enough, for docs/homodyne.md: ``python .../two_terminals.py``.

On the graph of the default device every channel is replaced by a diode, a square-law element or a
resistor, drawn at random. Counted is how often the output's current falls as a data input rises.
"""

from __future__ import annotations

import numpy as np

from spicelearn.errors import ConvergenceError
from spicelearn.machines.homodyne.devices import device_named
from spicelearn.plant import Floats, Ints
from spicelearn.solvers.newton import NewtonSolver

SETTINGS = 1000
SEED = 3
STEP_V = 0.05  # by which a data input rises
KNEE_V = 0.25  # of a diode


def current_of(volts: Floats, kinds: Ints, factors: Floats) -> tuple[Floats, Floats]:
    """Return the currents of the elements, A, and their slopes, S, which are never negative."""
    bent = np.clip(volts / KNEE_V, -30, 12)
    shapes = (
        (KNEE_V * np.expm1(bent), np.exp(bent)),
        (volts * np.abs(volts), 2 * np.abs(volts) + 1e-3),
        (volts, np.ones_like(volts)),
    )
    chosen = [kinds == k for k in range(len(shapes))]
    current, slope = (np.select(chosen, some) for some in zip(*shapes, strict=True))
    return factors * current, factors * slope


def main() -> None:
    """Count how often the current falls, with two terminals and with three."""
    device, rng = device_named("mosfets"), np.random.default_rng(SEED)
    network, out = device.network, device.electrodes.output
    first, second = network.ends.T
    solver = NewtonSolver(network, range(out + 1))
    kinds, factors = (
        rng.integers(0, 3, len(network.edges)),
        1e-5 * rng.uniform(0.2, 5, len(network.edges)),
    )
    flips = factors * 0 + rng.choice([-1.0, 1.0], len(network.edges))  # which way a diode points

    def law(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
        current, slope = current_of(flips * (a - b), kinds, factors)
        return flips * current, slope, -slope

    def output(electrodes: Floats) -> float:
        volts = solver.solve(law, np.append(electrodes, 0.0), np.zeros(network.nodes))
        current, _, _ = law(volts[first], volts[second])
        return float(current[second == out].sum() - current[first == out].sum())

    falls = {"two terminals": 0, "three terminals": 0}
    compared = 0
    for _ in range(SETTINGS):
        electrodes = np.concatenate([rng.uniform(0, 1, 2), rng.uniform(-1.5, 1.5, 5)])
        raised = electrodes + np.append([STEP_V], np.zeros(6))
        try:
            change = output(raised) - output(electrodes)
        except ConvergenceError:
            continue
        compared += 1
        falls["two terminals"] += change < -1e-12
        before, after = device.slopes(np.array([electrodes, raised]))[0]
        falls["three terminals"] += after - before < -1e-12
    print(
        f"of {compared} random settings the output's current falls as input 0 rises by {STEP_V} V:"
    )
    for name, count in falls.items():
        print(f"  {name}: {count}")


if __name__ == "__main__":
    main()
