"""The constants of the transistor machine."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from ...constants import Constants, choice, quantity
from ...errors import UsageError

SWITCH_OHM = 25.0  # of a closed switch (ADG411)
FASTEST = 1000.0  # 1/V: nothing learns at such a rate
IMPERFECT = (  # constants that are zero on the board of the theory
    "body_sqrtV",
    "offset_V2",
    "offset_sigma_V2",
    "noise_V2",
    "injection_C",
    "gain_sigma",
    "imbalance_sigma",
    "clamped_bias",
    "threshold_sigma_V",
)

ELECTRICAL = (  # constants of the circuit alone
    *("body_sqrtV", "surface_V", "bulk_V", "clip_V", "supply_V", "node_F"),
)


@dataclass(frozen=True)
class TransistorBoard(Constants):
    """Hold every constant of the machine; a field's unit ends its name.

    Values are those of the laboratory (Dillavou et al., PNAS 2024, and the authors' code and fits);
    "(A)" marks an assumption of ours. Raises UsageError for a value out of range.
    """

    factor_A_V2: float = quantity(
        0.85e-3, 1e-6, 1, "S: ohmic conductance is S (V_G - V_T - (V_a + V_b)/2) (fit)"
    )
    threshold_V: float = quantity(0.7, -5, 5, "V_T (fit: 0.62 to 0.70)")
    subthreshold_V: float = quantity(
        0.1, 0.06, 1, "gate voltage of a decade of current below threshold (fit)"
    )
    body_sqrtV: float = quantity(
        0.0, 0, 2, "body effect gamma, sqrt(V); 0.85 on a university's card of the ALD1106"
    )
    surface_V: float = quantity(0.9, 0.1, 2, "surface potential phi of the body effect")
    bulk_V: float = quantity(0.0, -15, 0, "bulk of all transistors: at ground or below")
    full_scale_V: float = quantity(0.453, 1e-3, 5, "largest voltage of a node (authors' code)")
    gate_ohm: float = quantity(1e3, 1, 1e9, "R through which a multiplier charges a gate")
    gate_F: float = quantity(2.2e-6, 1e-12, 1, "C that holds a gate's voltage")
    scale_V: float = quantity(
        0.33, 1e-3, 100, "V0: 4 x 10 V / 11^2, of buffers of gain 11 and 10 V-scale multipliers"
    )
    window_s: float = quantity(100e-6, 1e-9, 1, "learning window of a cycle")
    clip_V: float = quantity(
        1.0, 1e-3, 100, "largest sum or difference of drops of a multiplier, detail behavioural (A)"
    )
    example_s: float = quantity(
        150e-6, 1e-9, 10, "time for which an example is applied, its learning window included (A)"
    )
    supply_V: float = quantity(15.0, 5, 18, "supplies, plus and minus, of detail parts")
    gate_low_V: float = quantity(0.75, 0, 20, "clamping diodes: lowest gate voltage")
    gate_high_V: float = quantity(8.0, 0, 20, "clamping diodes: highest gate voltage")
    gate_start_V: float = quantity(2.0, 0, 20, "gates at the beginning, the mean (A)")
    gate_spread_V: float = quantity(
        0.1, 0, 10, "gates at the beginning: uniform, plus or minus (A)"
    )
    node_F: float = quantity(
        10e-12, 0, 1e-6, "wiring of a node and the buffers' inputs on it (A); in decks to look at"
    )
    offset_V2: float = quantity(
        0.0, -1, 1, "offset on the difference of the squared drops, of every edge (drift)"
    )
    offset_sigma_V2: float = quantity(0.0, 0, 1, "its spread from edge to edge, normal")
    noise_V2: float = quantity(
        0.0, 0, 1, "noise on that difference, rms of its mean over a window, drawn anew per cycle"
    )
    injection_C: float = quantity(
        0.0,
        -1e-9,
        1e-9,
        "charge that the learning switch leaves on a gate per window; 5 pC, data sheet",
    )
    gain_sigma: float = quantity(0.0, 0, 0.5, "spread of a multiplier's scale, relative, normal")
    imbalance_sigma: float = quantity(
        0.0,
        0,
        0.3,
        "spread of the clamped square's gain over the free one's, of every edge, relative, normal",
    )
    clamped_bias: float = quantity(
        0.0,
        0,
        0.5,
        "by how much more the clamped drop counts than the free one: gates fall, and power with "
        "them",
    )
    reversal: str = choice(
        "inputs",
        ("inputs", "output"),
        "where an edge reverses its learning for a nudge away from the target (A): at the "
        "multiplier's inputs, or at its output, and its offset with it",
    )
    threshold_sigma_V: float = quantity(
        0.0, 0, 0.5, "spread of V_T, of either twin's transistor, normal"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high, start = self.gate_low_V, self.gate_high_V, self.gate_start_V
        if not low + self.gate_spread_V <= start <= high - self.gate_spread_V:
            raise UsageError(
                f"board: gate_start_V = {start:g} plus or minus gate_spread_V = "
                f"{self.gate_spread_V:g}, expected within gate_low_V = {low:g} and gate_high_V = "
                f"{high:g}"
            )
        if self.rate > FASTEST:
            raise UsageError(
                f"board: a window moves gates by {self.rate:g} V per V^2, expected at most "
                f"{FASTEST:g}: enlarge gate_F or gate_ohm, or shorten window_s"
            )
        if self.window_s > self.example_s:
            raise UsageError(
                f"board: window_s = {self.window_s:g}, expected at most example_s = "
                f"{self.example_s:g}: an example lasts as long as its learning window, or longer"
            )

    @property
    def rate(self) -> float:
        """Return alpha, 1/V: a window moves a gate by alpha ((dV^F)^2 - (dV^C)^2)."""
        return self.window_s / (self.scale_V * self.gate_ohm * self.gate_F)

    @property
    def thermal_V(self) -> float:
        """Return phi of the channel law, V: the current falls by a decade every phi ln 10."""
        return self.subthreshold_V / math.log(10)

    def idealised(self) -> TransistorBoard:
        """Return the board without imperfections."""
        none: dict[str, Any] = dict.fromkeys(IMPERFECT, 0.0)
        return replace(self, **none)
