"""The dopants' mean field against whole holes that hop one at a time, at random settings.

``python studies/homodyne/kinetic_monte_carlo.py [DEVICE [SETTINGS]]``: prints a table of
studies/homodyne/kinetic-monte-carlo.md. Sites, rates and energies are the device's own, but an
occupation is 0 or 1. Small devices are solved exactly, as a master equation of all 2^S states;
others by a kinetic Monte Carlo (Bortz, Kalos and Lebowitz).
"""

from __future__ import annotations

import sys

import numpy as np

from spicelearn.machines.homodyne.devices.dopants import LEVER, THERMAL_V, Dopants
from spicelearn.plant import Floats

LARGEST = 12  # sites of a device that is solved exactly
COPIES = 200  # of the device, each with random numbers of its own
SETTLE = 500  # hops before the mean is taken
HOPS = 2000  # hops over which it is taken


class Hops:
    """All hops of a device at one setting: those between two sites, then those of electrodes."""

    def __init__(self, device: Dopants, volts: Floats) -> None:
        every = np.append(volts, 0.0)
        self.device = device
        self.fixed = device.offsets + device.levers @ every
        self.reservoirs = LEVER / THERMAL_V * every
        self.first, self.second = np.nonzero(device.hops)
        self.site, self.electrode = np.nonzero(device.taps)

    def rates(self, holes: Floats) -> tuple[Floats, Floats]:
        """Return all rates in some states, (B, sites), and the expected current out."""
        device, a, b = self.device, self.first, self.second
        x = self.fixed + holes @ device.repulsion
        climb = x[:, b] - x[:, a] - device.repulsion[a, b]  # without the hole that hops
        moves = device.hops[a, b] * glauber(climb) * holes[:, a] * (1 - holes[:, b])
        here, full = device.taps[self.site, self.electrode], holes[:, self.site]
        uphill = self.reservoirs[self.electrode] - x[:, self.site]
        swaps = here * np.where(full > 0, glauber(uphill), glauber(-uphill))
        out = (self.electrode == device.electrodes.output) * (2 * full - 1)
        return np.concatenate([moves, swaps], axis=1), np.asarray((swaps * out).sum(axis=1))


def glauber(climb: Floats) -> Floats:
    """Return the part of the attempts that succeed, for a change of energy in kT."""
    return np.asarray(0.5 * (1 - np.tanh(climb / 2)))


def exact(device: Dopants, volts: Floats) -> tuple[float, float]:
    """Return the mean current into the output, A, at one setting; its error is 0."""
    hops, states = Hops(device, volts), np.arange(2**device.sites)
    holes = (states[:, None] >> np.arange(device.sites) & 1).astype(float)
    rates, out = hops.rates(holes)
    flips = np.concatenate([1 << hops.first | 1 << hops.second, 1 << hops.site])
    flow = np.diag(-rates.sum(axis=1))
    for rate, flip in zip(rates.T, flips.tolist(), strict=True):
        flow[states ^ flip, states] += rate
    scale = rates.max()
    flow[0] = scale  # one balance follows from the others: instead, all chances add up to 1
    chances = np.linalg.solve(flow, scale * (states == 0))
    return float(chances @ out), 0.0


def simulated(device: Dopants, volts: Floats, rng: np.random.Generator) -> tuple[float, float]:
    """Return the mean current into the output, A, and its standard error, at one setting."""
    hops, copies = Hops(device, volts), np.arange(COPIES)
    first = np.concatenate([hops.first, hops.site])
    holes = (rng.random((COPIES, device.sites)) < 0.5).astype(float)
    charge, waited = np.zeros(COPIES), np.zeros(COPIES)
    for hop in range(SETTLE + HOPS):
        rates, out = hops.rates(holes)
        upto = rates.cumsum(axis=1)
        total = upto[:, -1]
        if hop >= SETTLE:  # the current that is expected while this state lasts
            charge += out / total
            waited += 1 / total
        picked = (upto < (rng.random(COPIES) * total)[:, None]).sum(axis=1)
        holes[copies, first[picked]] = 1 - holes[copies, first[picked]]
        moved = picked < len(hops.second)
        second = hops.second[picked[moved]]
        holes[copies[moved], second] = 1 - holes[copies[moved], second]
    mean = float(charge.sum() / waited.sum())
    error = np.sqrt(np.sum((charge - mean * waited) ** 2)) / waited.sum()
    return mean, float(error)


def main() -> None:
    """Print a row for every setting; the first is at rest."""
    device = Dopants.named(sys.argv[1] if len(sys.argv) > 1 else "dopants")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    rng = np.random.default_rng(1)
    inputs = rng.integers(0, 2, (count + 1, 2)).astype(float)
    volts = np.hstack([inputs, rng.uniform(-1.5, 1.5, (count + 1, 5))])
    volts[0] = 0
    field, _ = device.slopes(volts)
    print(f"{device.name}: current into the output, uA (1 uA stands for 1 nA)\n")
    print("| setting, V | mean field | whole holes | standard error | difference |")
    print("|---|---|---|---|---|")
    for setting, expected in zip(volts, field.tolist(), strict=True):
        small = device.sites <= LARGEST
        mean, error = exact(device, setting) if small else simulated(device, setting, rng)
        shown = " ".join(f"{volt:.2f}" for volt in setting)
        share = f"{100 * (expected / mean - 1):+.1f} %" if setting.any() else "-"
        print(
            f"| {shown} | {1e6 * expected:.4f} | {1e6 * mean:.4f} | {1e6 * error:.4f} | {share} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
