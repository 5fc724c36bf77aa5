"""A transient of equal steps, altered in between: for circuits whose weights are charges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..plant import Floats
from .deck import Deck
from .loaded import Loaded

HISTORY = 32e6  # bytes of saved points
LEAD_IN = 12  # times four points, in which steps grow to their full length from a hundredth
SHORT_OHM, OPEN_OHM = 1.0, 1e15  # of the resistors that hold a capacitor while it is preset
CUT = "no convergence in a step of that length"
NEAR = 1e-6  # of a step, by which one may differ in length


@dataclass(frozen=True)
class Charges:
    """Name what presets the voltages of capacitors, as ``device[parameter]``, one each.

    Beside each capacitor of so many ``farads`` stand a current source into it and a resistor to
    ground, both of no effect, 0 A and `OPEN_OHM`, unless voltages are preset.
    """

    currents: tuple[str, ...]
    resistors: tuple[str, ...]
    farads: float


class SteppedSession(Loaded):
    """A deck in a transient whose points lie one step apart, as long as Newton's method converges.

    The step is the longest one of the deck's timing. Knobs are altered at will between points: no
    breakpoint, so that a step costs one point. What follows `begin` depends on nothing before it,
    to the last bit. ngspice keeps every point: a transient is `full` when they take `HISTORY`.
    """

    def __init__(self, deck: Deck, charges: Charges) -> None:
        self._charges = charges
        self._longest = int(HISTORY / (8 * (len(set(deck.probes)) + 1)))  # points
        self._plot = ""
        super().__init__(deck)

    def begin(self, volts: Floats, knobs: Floats) -> None:
        """Begin a transient from the operating point at these knobs and capacitor voltages, V."""
        step = self.deck.timing.max_step
        self.library.words.clear()
        held = [*self._resistors(SHORT_OHM), *self._currents(volts / SHORT_OHM)]
        self.library.commands([*held, *self._changes(knobs)])
        self._check(not self.library.words, "did not take a value")
        self.library.command("stop when time > 0")
        self.library.begin(step, 2 * self._longest * step)
        self.library.command("delete all")
        self._check(self.library.length(b"time") > 0, "could not start the transient")
        if self._plot:
            self.library.command(f"destroy {self._plot}")
        self._plot = self.library.plot_name()
        self.library.commands([*self._resistors(OPEN_OHM), *self._currents(np.zeros(len(volts)))])
        self._grow()

    @property
    def full(self) -> bool:
        """Return whether it is time to begin another transient."""
        return self.library.length(b"time") > self._longest

    def settle(self, knobs: Floats) -> Floats:
        """Take a step at these knobs, at which no capacitor is charged; return the probes, V.

        Its length does not matter: where a sudden change of the knobs makes ngspice take shorter
        steps, they grow again.
        """
        self.library.words.clear()
        self.library.commands([*self._changes(knobs), "step 1"])
        if not self._is_even(1):
            self._grow()
        return self._read([1])

    def _grow(self) -> None:
        """Take points until they lie one step apart."""
        for _ in range(LEAD_IN):
            self.library.command("step 4")
            if self._is_even(1):
                return
        self._even(1)

    def preset(self, change: Floats, knobs: Floats) -> None:
        """Change the voltages of the capacitors by so much, V, in a step at these knobs.

        By backward Euler a current brings a whole step's worth of charge.
        """
        amperes = change * (self._charges.farads / self.deck.timing.max_step)
        self.library.commands([*self._changes(knobs), *self._currents(amperes), "step 1"])
        self._even(1)
        self.library.commands(self._currents(np.zeros(len(change))))

    def _currents(self, amperes: Floats) -> list[str]:
        """Return the commands that set the current sources."""
        names = self._charges.currents
        return [
            f"alter @{name} = {value!r}"
            for name, value in zip(names, amperes.tolist(), strict=True)
        ]

    def _resistors(self, ohms: float) -> list[str]:
        """Return the commands that set the resistors."""
        return [f"alter @{name} = {ohms!r}" for name in self._charges.resistors]

    def run(self, knobs: Floats, steps: int = 1) -> Floats:
        """Take so many steps at these knobs; return the probes after the first and the last.

        The result has shape (2, probes), or (1, probes) after one step, V. Raises EngineError, or
        ConvergenceError, if a step was not as long as it was to be: ngspice takes shorter ones
        where it does not converge.
        """
        self.library.words.clear()
        self.library.commands([*self._changes(knobs), f"step {steps}"])
        self._even(steps)
        return self._read([steps, 1] if steps > 1 else [1])

    def _read(self, back: Iterable[int]) -> Floats:
        """Return the probes so many places before the end, shape (places, probes), V."""
        values = self.library.analog(self.deck.probes, *back)
        if not np.isfinite(values).all():
            odd = self.deck.probes[int(np.argmin(np.isfinite(values).all(axis=0)))]
            self._check(False, f"gives no voltage for node {odd}")
        return values

    def _even(self, steps: int) -> None:
        """See that the last points lie one step apart."""
        if not self._is_even(steps):
            self.library.words.append(CUT)
            self._check(False, f"took shorter steps than {self.deck.timing.max_step:g} s")

    def _is_even(self, steps: int) -> bool:
        """Say whether the last points lie one step apart."""
        step, times = self.deck.timing.max_step, self.library.tail(b"time", steps + 1).tolist()
        even = (abs((b - a) / step - 1) < NEAR for a, b in pairwise(times))
        return len(times) == steps + 1 and all(even)
