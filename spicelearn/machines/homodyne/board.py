"""The constants of the homodyne machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ...constants import Constants, choice, quantity, series
from ...errors import UsageError
from .plan import fewest_samples, free_plan

LOSSES = ("correlation", "square")
OPTIMISERS = tuple(sorted(path.stem for path in (Path(__file__).parent / "optimisers").iterdir()))
WHOLE = 1e-6  # of a period, by which the periods in a window may differ from a whole number

ELECTRICAL = (  # constants of the circuit alone: how derivatives are read
    *("amplitudes_V", "frequencies_Hz", "samples", "ramp", "node_F", "bandwidth_Hz"),
    *("noise_V_rtHz", "phase"),
)


@dataclass(frozen=True)
class HomodyneBoard(Constants):
    """Hold every constant of the machine; a field's unit ends its name.

    "(A)" marks an assumption of ours; "paper" is Boon et al. (2021) or its authors' code. Raises
    UsageError for a value out of range.
    """

    control_low_V: float = quantity(-1.5, -100, 100, "lowest control voltage (A)")
    control_high_V: float = quantity(1.5, -100, 100, "highest control voltage (A)")
    amplitudes_V: tuple[float, ...] = series(
        (0.01,), 1e-6, 10, "amplitudes of the sines: one for all controls, or one for each (A)"
    )
    window_s: float = quantity(0.2, 1e-9, 1e3, "lock-in window of an example (paper: 0.4)")
    frequencies_Hz: tuple[float, ...] = series(
        (), 1e-3, 1e9, "frequencies of the sines, one per control; none: a plan without collisions"
    )
    samples: int = quantity(
        0, 0, 1_000_000, "time points per window; 0: the fewest at which nothing folds back"
    )
    lead: int = quantity(20, 1, 10_000, "time points before a window, in which it settles (A)")
    ramp: int = quantity(10, 1, 10_000, "of these, in which the data inputs change (A)")
    node_F: float = quantity(10e-12, 0, 1e-3, "wiring of an internal node of `mosfets` (A)")
    bandwidth_Hz: float = quantity(300.0, 1e-3, 1e9, "current amplifier: one pole (A)")
    noise_V_rtHz: float = quantity(
        0.0, 0, 1, "current amplifier: noise density at its output, V/sqrt(Hz)"
    )
    phase: str = choice(
        "rotated",
        ("rotated", "in-phase", "magnitude"),
        "lock-in: turned back by the amplifier's phase; in phase only; magnitude with the sign in "
        "phase (paper)",
    )
    loss: str = choice("square", LOSSES, "what is minimised: see losses.py")
    unit_V: float = quantity(
        0.1, 1e-9, 100, "unit of the separation in the correlation loss (paper: 5 nA)"
    )
    span_V: float = quantity(0.4, 1e-9, 100, "separation that the square loss asks for (A)")
    reserve: float = quantity(
        0.1,
        0,
        1e6,
        "controls rest where the gap between the classes exceeds what is asked by this share (A)",
    )
    optimiser: str = choice("adam", OPTIMISERS, "how controls follow the gradient")

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = self.control_low_V, self.control_high_V
        if not low < high:
            raise UsageError(
                f"board: control_low_V = {low:g}, expected less than control_high_V = {high:g}"
            )
        for amplitude in self.amplitudes_V:
            if amplitude > (high - low) / 2:
                raise UsageError(
                    f"board: amplitudes_V has {amplitude:g}, expected at most {(high - low) / 2:g},"
                    " half the range of the controls"
                )
        if not self.amplitudes_V:
            raise UsageError(
                "board: amplitudes_V is empty, expected one for all controls, or one for each"
            )
        if self.ramp > self.lead:
            raise UsageError(
                f"board: ramp = {self.ramp}, expected at most lead = {self.lead}: inputs are at "
                "rest when a window begins"
            )

    def periods(self, controls: int) -> tuple[int, ...]:
        """Return how many periods of each control's sine a window has.

        Raises UsageError for frequencies that are too few, equal, or not whole periods.
        """
        if not self.frequencies_Hz:
            return free_plan(controls)
        if len(self.frequencies_Hz) != controls:
            raise UsageError(
                f"board: frequencies_Hz has {len(self.frequencies_Hz)}, expected {controls}, one "
                "per control"
            )
        found = []
        for hertz in self.frequencies_Hz:
            periods = round(hertz * self.window_s)
            if not periods or abs(hertz * self.window_s - periods) > WHOLE * periods:
                raise UsageError(
                    f"board: frequencies_Hz has {hertz:g}, expected whole periods in window_s = "
                    f"{self.window_s:g}: a multiple of {1 / self.window_s:g}"
                )
            if periods in found:
                raise UsageError(f"board: frequencies_Hz has {hertz:g} twice, expected it once")
            found.append(periods)
        return tuple(found)

    def points(self, controls: int) -> int:
        """Return the number of time points per window.

        Raises UsageError if they are too few for the fastest sine.
        """
        periods = self.periods(controls)
        if not self.samples:
            return fewest_samples(periods)
        if self.samples < 2 * max(periods) + 1:
            raise UsageError(
                f"board: samples = {self.samples}, expected at least {2 * max(periods) + 1}: two "
                "per period of the fastest sine, and one"
            )
        return self.samples

    def amplitudes(self, controls: int) -> tuple[float, ...]:
        """Return the amplitude of every control's sine, V; raise UsageError for a wrong number."""
        if len(self.amplitudes_V) not in (1, controls):
            raise UsageError(
                f"board: amplitudes_V has {len(self.amplitudes_V)}, expected 1 or {controls}, one "
                "per control"
            )
        return self.amplitudes_V * (controls // len(self.amplitudes_V))

    def idealised(self) -> HomodyneBoard:
        """Return the board without noise."""
        return replace(self, noise_V_rtHz=0.0)
