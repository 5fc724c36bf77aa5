"""The electrical constants of the rheostat machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...constants import Constants, choice, quantity
from ...errors import UsageError
from ...plant import Floats, Ints

LEVELS = (  # constants of logic levels, which detail event does not have
    *("pullup_ohm", "gate_threshold_V", "gate_drop_V", "gate_low_V", "gate_pullup_ohm"),
    *("flipflop_threshold", "rheostat_threshold_V"),
)
ELECTRICAL = (  # constants of the circuit alone, which change no settled voltage and no decision
    *("terminal_end_F", "terminal_wiper_F", "averager_leg_ohm", "offset_current_limit_A"),
    *("comparator_supply_A", "response_s", "gate_delay_s", "flipflop_delay_s"),
    *("clock_delay_s", "settle_V", *LEVELS),
)


@dataclass(frozen=True)
class Board(Constants):
    """Hold every electrical constant of the machine; a field's unit ends its name.

    Defaults are typical data sheet values; "(A)" marks an assumption where paper and data sheets
    give no value. Raises UsageError for a value out of range, naming the field.
    """

    logic_supply_V: float = quantity(5.0, 0.1, 30, "logic rail; node voltages lie in 0..this")
    comparator_supply_V: float = quantity(
        12.0, 1, 36, "LM339 rail (A): inputs must stay 1.5 V below it"
    )
    rheostat_ohm: float = quantity(100e3, 1e2, 1e7, "AD5220 end-to-end resistance R_AB")
    positions: int = quantity(128, 2, 65536, "AD5220 wiper positions")
    wiper_ohm: float = quantity(40.0, 1e-3, 1e4, "AD5220 wiper resistance")
    terminal_end_F: float = quantity(10e-12, 0, 1e-6, "AD5220 capacitance of terminals A and B")
    terminal_wiper_F: float = quantity(48e-12, 1e-15, 1e-6, "AD5220 capacitance of terminal W")
    start_code: int = quantity(64, 0, 65535, "wiper code at power-on: mid-scale, 40H")
    update: str = choice(
        "counter",
        ("counter", "continuous", "batch"),
        "what a clock does to a rheostat: one code up or down (Eq. 3); or Eq. 2, continuously; or "
        "one code by the sign of Eq. 2 summed over batch_cycles (nothing in the circuit does that)",
    )
    batch_cycles: int = quantity(
        1, 1, 100_000, "cycles, of one example each, that are summed before a step; batch only"
    )
    learning_rate: float = quantity(
        2e12, 0, 1e20, "gamma of Eq. 2 times the clock period, ohm^3 / V^2; continuous update only"
    )
    decision: str = choice(
        "signed",
        ("signed", "absolute"),
        "Eq. 6, which the circuit's logic evaluates, or Eq. 5, idealised model only",
    )
    up_bias: float = quantity(
        0.001,
        0,
        0.5,
        "by how much more the clamped drop counts than the free one: resistances rise where they "
        "are nearly alike (2022 paper, Appendix C; size and means are ours, A: the averagers' "
        "legs to the clamped network are smaller by this part)",
    )
    tolerance_sigma: float = quantity(
        0.0, 0, 0.3, "spread of R_AB from edge to edge, relative, normal"
    )
    mismatch_sigma: float = quantity(
        0.0, 0, 0.3, "spread of the ratio of an edge's two R_AB, relative, normal"
    )
    noise_V: float = quantity(
        0.0, 0, 5, "noise of every node that is not an input, rms, new in every cycle"
    )
    sense: str = choice(
        "averager",
        ("averager", "ideal"),
        "how two differences reach one comparator (A): two resistive averagers, or an ideal "
        "difference that loads nothing",
    )
    averager_leg_ohm: float = quantity(220e3, 1e2, 1e9, "leg of an averager (A)")
    offset_sigma_V: float = quantity(
        1e-3, 0, 1, "LM339A input offset: drawn per comparator, normal, 1 mV typical"
    )
    offset_limit_V: float = quantity(2e-3, 0, 1, "LM339A input offset: draws beyond are redrawn")
    bias_A: float = quantity(25e-9, 0, 1e-3, "LM339A input bias current, out of each input")
    offset_current_sigma_A: float = quantity(
        5e-9, 0, 1e-3, "LM339A offset current: drawn per comparator, normal, 5 nA typical"
    )
    offset_current_limit_A: float = quantity(
        50e-9, 0, 1e-3, "LM339A offset current: draws beyond are redrawn"
    )
    comparator_supply_A: float = quantity(200e-6, 0, 1, "LM339A supply current of one comparator")
    response_s: float = quantity(1.3e-6, 1e-12, 1, "LM339A response time at 5 mV overdrive")
    pullup_ohm: float = quantity(
        5.1e3, 100, 1e6, "LM339A pull-up to the logic rail (A); in detail analog, else ideal"
    )
    gate_delay_s: float = quantity(10e-9, 1e-12, 1, "SN74ALS86 propagation delay")
    gate_threshold_V: float = quantity(
        1.4, 0, 10, "SN74ALS86 input threshold: 0.8 to 2.0 guaranteed; in detail analog"
    )
    gate_drop_V: float = quantity(
        1.7, 0, 5, "SN74ALS86 supply minus high output: 2 guaranteed; in detail analog"
    )
    gate_low_V: float = quantity(
        0.35, 0.2, 5, "SN74ALS86 low output at 8 mA: 0.5 guaranteed; in detail analog"
    )
    gate_pullup_ohm: float = quantity(
        0.0, 0, 1e6, "pull-ups of the outputs of gates, 0: none, as in the paper; in detail analog"
    )
    flipflop_threshold: float = quantity(
        0.5, 0, 1, "CD74HC73 input threshold over supply: 0.3 to 0.7 guaranteed; in detail analog"
    )
    rheostat_threshold_V: float = quantity(
        1.6,
        0,
        10,
        "AD5220 input threshold at 5 V: 0.8 to 2.4 guaranteed; in detail analog, where it counts",
    )
    flipflop_delay_s: float = quantity(13e-9, 1e-12, 1, "CD74HC73 clock to output")
    clock_delay_s: float = quantity(
        0.0,
        0,
        10,
        "MC14490: four periods of its oscillator; 0 derives it: 20 us, or a thousandth "
        "of the network's time to settle (A); a short one forces short time steps",
    )
    clock_period_s: float = quantity(
        0.0, 0, 100, "clock period; 0 derives it from the network's slowest time constant (A)"
    )
    settle_V: float = quantity(
        1e-5, 1e-9, 1, "how near to its final value every node has to be at the latch (A)"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        headroom = self.comparator_supply_V - 1.5
        if headroom < self.logic_supply_V:
            raise UsageError(
                f"board: comparator_supply_V = {self.comparator_supply_V:g} leaves an input range "
                f"of {headroom:g} V, expected at least logic_supply_V = {self.logic_supply_V:g}"
            )
        if self.start_code >= self.positions:
            raise UsageError(
                f"board: start_code = {self.start_code}, expected 0 to {self.positions - 1}"
            )
        for kind in ("offset", "offset_current"):
            unit = "A" if kind == "offset_current" else "V"
            sigma, limit = f"{kind}_sigma_{unit}", f"{kind}_limit_{unit}"
            if getattr(self, limit) < getattr(self, sigma):
                raise UsageError(
                    f"board: {limit} = {getattr(self, limit):g}, "
                    f"expected at least {sigma} = {getattr(self, sigma):g}"
                )

    def idealised(self) -> Board:
        """Return the board of the idealised model with these rheostats: Eq. 5, no imperfection."""
        return replace(
            self,
            decision="absolute",
            offset_sigma_V=0.0,
            up_bias=0.0,
            tolerance_sigma=0.0,
            mismatch_sigma=0.0,
            noise_V=0.0,
            **self.circuit_only(),
        )

    @staticmethod
    def circuit_only() -> dict[str, Any]:
        """Return the constants that only the circuit has, with their ideal values."""
        return {
            "sense": "ideal",
            "bias_A": 0.0,
            "offset_current_sigma_A": 0.0,
            "clock_period_s": 0.0,
        }

    def resistance(self, codes: Floats | Ints, scale: Floats | float = 1.0) -> Floats:
        """Return a rheostat's resistance at these wiper codes, ohm (AD5220 data sheet).

        ``scale`` is its end-to-end resistance R_AB divided by the nominal value.
        """
        track = codes * (self.rheostat_ohm / self.positions)
        return np.asarray(track * scale + self.wiper_ohm, np.float64)
