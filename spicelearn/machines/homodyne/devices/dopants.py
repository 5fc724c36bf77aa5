"""Hopping of holes between dopants in a disc of silicon, in mean field, as a circuit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from ....errors import ConvergenceError, EngineError, UsageError
from ....network.graph import Network
from ....plant import Floats
from .base import Device, Electrodes, node

if TYPE_CHECKING:
    from ....spice.sheet import Remarked

RADIUS_NM = 25.0  # of the disc
RIM = (7, 2, 3, 0, 4, 1, 5, 6)  # the electrodes round the rim: the output opposite to 4 (A)
DONORS = 2  # charged for good: +e each (A)
APART_NM = 3.0  # no two dopants are closer (A)
DECAY_NM = 5.0  # rates fall as exp(-2 r / DECAY_NM) (A)
THERMAL_V = 0.006635  # kT/e at 77 K
COULOMB_V_NM = 1.43996 / 11.7  # e/(4 pi eps_0 eps_r) in silicon
DISORDER_V = 0.01  # standard deviation of a site's own energy (A)
LEVER = 0.5  # the part of an electrode's voltage that reaches the disc (A)
DROPPED = 1e-5  # of the largest rate: pairs below it are left out (A)
CLAMP = 1000  # times the sum of a site's rates: against occupations beyond 0 and 1
OUTPUT_A = 10e-6  # rms of the output's current at random settings; 10 nA in the laboratory (A)
SETTINGS = 64  # at which that is measured
CONTROL_V = 1.5  # the largest control of a setting
DIGITS = 6  # of the numbers in a deck
ELECTRODES = Electrodes()
NAME = re.compile(r"dopants(?:-(\d{1,3})s)?(?:-(\d{1,6}))?", re.ASCII)
DEFAULT_SITES = 12
DEFAULT_SEED = 7  # of 0 to 9, the one on which most starts learn their gate
MOST_SITES = 80
DRAWS = 1000  # until a network is connected
STEPS_LIMIT = 60  # of Newton's method
STEP_LIMIT = 0.5  # of an occupation
TINY = 1e-9  # change of an occupation at which Newton's method ends
TOLERANCE = 1e-6  # by which an occupation may be beyond 0 and 1
INSTANT = 1e12  # a step of Newton's method: a time that long
TIMES = (2.0 ** np.arange(-2, 42)).tolist()  # steps in time, in units of a site's own
TERMS = 200  # of the potential's Fourier series


@dataclass(frozen=True, eq=False)
class Dopants(Device):
    """Hold sites (acceptors), each with an occupation by a hole, between 0 and 1.

    ``places_nm`` shape (S, 2) and ``donors_nm`` (D, 2) are for a figure. With p the occupations,
    V the electrodes' voltages and T = kT/e, the energy of a hole at every site is

        x = offsets + levers V + repulsion p        in units of kT,

    and the current from site i to site j, at the rate ``hops[i, j]`` = g, in A, is

        g/2 (p_i - p_j - tanh((x_j - x_i + u (p_j - p_i))/2) (p_i + p_j - 2 p_i p_j)),

    the mean of Glauber's rates ``g / (1 + exp(change of energy / kT))``, where u =
    ``repulsion[i, j]`` takes the pair out of its own field. From site i to electrode e, at the
    rate ``taps[i, e]`` = g, it is

        g/2 (2 p_i - 1 - tanh((LEVER V_e / T - x_i)/2)).

    Correlations are left out: at rest a current of up to some hundredths of the usual one is left.
    Currents are a thousand times those of the laboratory: 1 uA stands for 1 nA there.
    """

    name: str
    places_nm: Floats
    donors_nm: Floats
    offsets: Floats  # shape (S,)
    levers: Floats  # (S, electrodes), 1/V
    repulsion: Floats  # (S, S), symmetric, diagonal 0
    hops: Floats  # (S, S), the same, A
    taps: Floats  # (S, electrodes), A
    electrodes: Electrodes = ELECTRODES
    gain_V_A: float = 1e5
    label: str = "occupation"

    @classmethod
    def named(cls, name: str) -> Dopants:
        """Return the device ``dopants-SITESs-SEED``, all of it drawn from the seed.

        Both parts may be left out. Raises UsageError for another name.
        """
        match = NAME.fullmatch(name)
        if match is None:
            expected = "dopants-SITESs-SEED, each part optional, as in dopants-20s-3"
            raise UsageError(f"no device {name[:60]!r}, expected {expected}")
        sites, seed = (
            default if text is None else int(text)
            for text, default in zip(match.groups(), (DEFAULT_SITES, DEFAULT_SEED), strict=True)
        )
        if not 1 <= sites <= MOST_SITES:
            raise UsageError(f"device {name}: {sites} sites, expected 1 to {MOST_SITES}")
        rng = np.random.default_rng([seed, 0xD1])
        for _ in range(DRAWS):
            drawn = cls._drawn(name, sites, rng)
            if nx.is_connected(drawn.network.graph()):
                return drawn._scaled(rng)
        raise UsageError(
            f"device {name}: an electrode that no site is near in {DRAWS} draws, "
            "expected more sites"
        )

    @classmethod
    def _drawn(cls, name: str, sites: int, rng: np.random.Generator) -> Dopants:
        """Return a device whose rates are relative ones, perhaps not connected."""
        spots: list[Floats] = []
        while len(spots) < sites + DONORS:
            spot = rng.uniform(-RADIUS_NM, RADIUS_NM, 2)
            gaps = np.array([np.hypot(*(spot - other)) for other in spots])
            if np.hypot(*spot) < RADIUS_NM and (gaps > APART_NM).all():
                spots.append(spot)
        places, donors = np.array(spots[:sites]), np.array(spots[sites:])
        between = np.linalg.norm(places[:, None] - places, axis=-1)
        np.fill_diagonal(between, np.inf)
        repulsion = COULOMB_V_NM / THERMAL_V / between
        attached = np.linalg.norm(places[:, None] - donors, axis=-1)
        donated = COULOMB_V_NM / THERMAL_V * (1 / attached).sum(axis=1)
        own = rng.normal(0, DISORDER_V / THERMAL_V, sites)
        reach, levers = _contacts(places)
        hops, taps = np.exp(-2 * between / DECAY_NM), np.exp(-2 * reach / DECAY_NM)
        least = DROPPED * max(hops.max(), taps.max())
        return cls(
            name,
            places,
            donors,
            offsets=_rounded(own + donated - repulsion.sum(axis=1)),  # an empty site is charged -e
            levers=_rounded(LEVER / THERMAL_V * levers),
            repulsion=_rounded(repulsion),
            hops=np.where(hops < least, 0, hops),
            taps=np.where(taps < least, 0, taps),
        )

    def _scaled(self, rng: np.random.Generator) -> Dopants:
        """Return the device with rates at which its output has the rms `OUTPUT_A`."""
        inputs = rng.integers(0, 2, (SETTINGS, self.electrodes.inputs))
        controls = rng.uniform(-CONTROL_V, CONTROL_V, (SETTINGS, self.electrodes.controls))
        currents, _ = self.slopes(np.hstack([inputs, controls]))
        factor = OUTPUT_A / np.sqrt(np.mean(currents**2))
        return Dopants(
            self.name,
            self.places_nm,
            self.donors_nm,
            self.offsets,
            self.levers,
            self.repulsion,
            _rounded(factor * self.hops),
            _rounded(factor * self.taps),
        )

    @property
    def sites(self) -> int:
        """Return the number of sites."""
        return len(self.offsets)

    @cached_property
    def network(self) -> Network:
        """Return electrodes and sites, and the pairs that a hole can hop between."""
        first = self.electrodes.count
        pairs = [(first + a, first + b) for a, b in np.argwhere(np.triu(self.hops)).tolist()]
        ends = [(electrode, first + site) for site, electrode in np.argwhere(self.taps).tolist()]
        return Network(self.name, first + self.sites, (*sorted(ends), *pairs))

    @property
    def watched(self) -> tuple[str, ...]:
        """Return the nodes of a deck that are occupations."""
        return tuple(node(self.electrodes.count + site) for site in range(self.sites))

    def check(self, volts: Floats) -> None:
        """Raise EngineError unless all occupations, shape (..., sites), are within 0 and 1."""
        astray = ~((volts >= -TOLERANCE) & (volts <= 1 + TOLERANCE))
        if astray.any():
            place = tuple(np.argwhere(astray)[0])
            raise EngineError(
                f"device {self.name}: the occupation of site {place[-1]} is {volts[place]:.6g}, "
                "expected 0 to 1"
            )

    def slopes(self, volts: Floats) -> tuple[Floats, Floats]:
        """Return the current into the output and its derivatives, by Newton's method."""
        every = np.zeros((len(volts), self.electrodes.count))
        every[:, : self.electrodes.driven] = volts
        occupied = self._solved(every)
        _, matrix, by_energy, tapped, by_tap = self._balance(every, occupied)
        by_volt = by_energy @ self.levers - LEVER / THERMAL_V * by_tap
        moved = -np.linalg.solve(matrix, by_volt)
        raised = self.levers + self.repulsion @ moved
        out = self.electrodes.output
        slopes = self.taps[:, out] @ moved + np.einsum("bi,bie->be", by_tap[:, :, out], raised)
        return tapped[:, :, out].sum(axis=1), slopes[:, : self.electrodes.driven]

    def _solved(self, volts: Floats) -> Floats:
        """Return the occupations, shape (B, S), for voltages of all electrodes, (B, electrodes)."""
        occupied = np.full((len(volts), self.sites), 0.5)
        left = np.arange(len(volts))
        for _ in range(STEPS_LIMIT):
            occupied[left], largest = self._stepped(volts[left], occupied[left], INSTANT)
            left = left[largest > TINY]
            if not len(left):
                return occupied
        occupied[left] = 0.5  # what Newton's method does not find is followed in time
        for time in TIMES:
            occupied[left], largest = self._stepped(volts[left], occupied[left], time)
        if largest.max() > TINY:
            raise ConvergenceError(
                f"device {self.name}: no occupations are found for "
                f"{volts[left[largest.argmax()], :-1].round(4).tolist()} V"
            )
        return occupied

    def _stepped(self, volts: Floats, occupied: Floats, time: float) -> tuple[Floats, Floats]:
        """Return the occupations a time later, in units of each site's own, and largest changes.

        An implicit step, which is Newton's for a long time; no occupation moves by more than
        `STEP_LIMIT`.
        """
        leaving, matrix, *_ = self._balance(volts, occupied)
        held = matrix + np.diag(self._own / time)
        step = np.linalg.solve(held, leaving[:, :, None])[:, :, 0]
        largest = np.abs(step).max(axis=1)
        return occupied - step * np.minimum(1, STEP_LIMIT / (largest + 1e-30))[:, None], largest

    @cached_property
    def _own(self) -> Floats:
        """Return the sum of the rates of every site, A, shape (S,)."""
        return np.asarray(self.hops.sum(axis=1) + self.taps.sum(axis=1))

    def _balance(self, volts: Floats, occupied: Floats) -> tuple[Floats, ...]:
        """Return the current out of every site, A, and what it depends on.

        That is: the current, shape (B, S), its derivatives by occupations, in all and by energies
        alone, both (B, S, S); its part into every electrode, (B, S, electrodes), and the
        derivatives of that by the site's energy.
        """
        p, own = occupied, np.arange(self.sites)
        x = self.offsets + volts @ self.levers.T + p @ self.repulsion
        here, there = p[:, :, None], p[:, None, :]
        climb = x[:, None, :] - x[:, :, None] + self.repulsion * (there - here)
        uphill, mixed = np.tanh(climb / 2), here + there - 2 * here * there
        half = self.hops / 2
        current = half * (here - there - uphill * mixed)
        steep = half / 2 * (1 - uphill**2) * mixed  # by minus the climb
        toward = np.tanh((LEVER / THERMAL_V * volts[:, None, :] - x[:, :, None]) / 2)
        tapped = self.taps / 2 * (2 * here - 1 - toward)
        by_tap = self.taps / 4 * (1 - toward**2)
        beyond = np.maximum(p - 1, 0) - np.maximum(-p, 0)
        leaving = current.sum(axis=2) + tapped.sum(axis=2) + CLAMP * self._own * beyond

        by_energy = -steep
        by_energy[:, own, own] += steep.sum(axis=2) + by_tap.sum(axis=2)
        matrix = -half * (1 + uphill * (1 - 2 * here)) - steep * self.repulsion
        matrix[:, own, own] += (half * (1 - uphill * (1 - 2 * there)) + steep * self.repulsion).sum(
            axis=2
        )
        matrix[:, own, own] += self.taps.sum(axis=1) + CLAMP * self._own * ((p > 1) | (p < 0))
        return leaving, matrix + by_energy @ self.repulsion, by_energy, tapped, by_tap

    def add_to(self, sheet: Remarked, node_F: float) -> None:
        """Add energies, hopping currents and clamps; sites have no capacitance."""
        first, electrodes = self.electrodes.count, range(self.electrodes.count)
        sites = [(site, node(first + site)) for site in range(self.sites)]
        sheet.section(
            "Device: energy of a hole at every site, in kT: x8 at the site whose occupation is e8",
            "1 uA of hopping current stands for 1 nA in the laboratory",
        )
        for site, _ in sites:
            energy = f"x{first + site}"
            sheet.I(energy, 0, energy, self.offsets[site].item())
            sheet.R(energy, energy, 0, 1)
            sources = [(node(place), self.levers[site, place]) for place in electrodes]
            sources += [(other, self.repulsion[site, place]) for place, other in sites]
            for source, gain in sources:
                if gain:
                    name = f"{energy}{source}"
                    sheet.VCCS(name, 0, energy, source, 0, transconductance=gain.item())
        sheet.section("Device: hopping from site to site, mean of Glauber's rates")
        for a, b in np.argwhere(np.triu(self.hops)).tolist():
            (_, here), (_, there) = sites[a], sites[b]
            climb = f"v(x{first + b},x{first + a})/2"
            own = f"{self.repulsion[a, b].item() / 2!r}*v({there},{here})"
            mixed = f"(v({here})+v({there})-2*v({here})*v({there}))"
            current = f"(v({here},{there})-tanh({climb}+{own})*{mixed})"
            half = self.hops[a, b].item() / 2
            sheet.B(f"h{here}{there}", here, there, i=f"{half!r}*{current}")
        sheet.section("Device: hopping from sites to electrodes")
        for site, place in np.argwhere(self.taps).tolist():
            _, here = sites[site]
            toward = f"{LEVER / THERMAL_V / 2!r}*v({node(place)})-v(x{first + site})/2"
            half = self.taps[site, place].item() / 2
            current = f"{half!r}*(2*v({here})-1-tanh({toward}))"
            sheet.B(f"h{here}{node(place)}", here, node(place), i=current)
        sheet.section("Device: clamps; without them ngspice finds occupations beyond 0 and 1")
        for site, here in sites:
            beyond = f"uramp(v({here})-1)-uramp(-v({here}))"
            stiff = CLAMP * self._own[site].item()
            sheet.B(f"clamp{here}", here, 0, i=f"{stiff!r}*({beyond})")


def _contacts(places: Floats) -> tuple[Floats, Floats]:
    """Return how far every electrode is from every site, nm, and its part of the potential there.

    Both have shape (S, electrodes). The contacts take up half of the rim; from one to the next the
    rim's potential changes linearly, and inside it is the solution of Laplace's equation.
    """
    count = len(RIM)
    radii, angles = np.hypot(*places.T), np.arctan2(places[:, 1], places[:, 0])
    middles = np.empty(count)
    middles[list(RIM)] = 2 * np.pi / count * np.arange(count)
    turned = angles[:, None] - middles
    turned = np.abs((turned + np.pi) % (2 * np.pi) - np.pi)
    flat, foot = np.pi / count / 2, 3 * np.pi / count / 2  # where a contact and its influence end
    beside = np.maximum(turned - flat, 0)
    reach = np.sqrt(
        (RADIUS_NM - radii[:, None] * np.cos(beside)) ** 2 + (radii[:, None] * np.sin(beside)) ** 2
    )
    order = np.arange(1, TERMS + 1)
    weights = 2 / np.pi * (np.cos(order * flat) - np.cos(order * foot)) / (foot - flat) / order**2
    waves = (radii[:, None, None] / RADIUS_NM) ** order * np.cos(order * turned[:, :, None])
    return reach, (flat + foot) / (2 * np.pi) + waves @ weights


def _rounded(values: Floats) -> Floats:
    """Return the values with `DIGITS` digits, as a deck has them."""
    rounded = [float(f"{value:.{DIGITS}g}") for value in values.ravel().tolist()]
    return np.array(rounded).reshape(values.shape)
