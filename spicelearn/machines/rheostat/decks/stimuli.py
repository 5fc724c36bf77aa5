"""Sources whose voltage changes from clock to clock."""

from __future__ import annotations

import numpy as np

from ....plant import Floats
from ....spice.deck import Timing
from ....spice.sheet import Sheet

RISE = 10e-9  # s, from one clock's voltage to the next, or a hundredth of the clock's hold time


def wave(volts: Floats, timing: Timing, delay: float = 0.0) -> str:
    """Return the value of a source with one voltage per clock, V: constant or PWL.

    Voltage k is applied from the stepping edge of clock k - 1 on, or ``delay``, s, later.
    """
    points = [f"0 {float(volts[0])!r}"]
    rise = min(RISE, timing.hold / 100)
    for row in np.flatnonzero(np.diff(volts)) + 1:
        time = timing.first_step + (row - 1) * timing.period + delay
        before, after = float(volts[row - 1]), float(volts[row])
        points.append(f"{time:.12g} {before!r} {time + rise:.12g} {after!r}")
    return repr(float(volts[0])) if len(points) == 1 else f"pwl({' '.join(points)})"


def chip_select(sheet: Sheet, detail: str, volts: Floats, timing: Timing) -> None:
    """Drive node ``cs``, active low: high where the rheostats are to hold their codes.

    It changes a quarter of the hold time after a stepping edge, which has then passed the gates.
    """
    delay = timing.hold / 4
    sheet.section("Chip select of the rheostats: high holds their codes")
    if detail == "analog":
        sheet.V("cs", "cs", 0, wave(volts, timing, delay))
    elif volts.any():
        half = "{logic_supply_V/2}"
        sheet.V("cs", "cs_V", 0, wave(volts, timing, delay))
        sheet.A("cs", "[cs_V]", "[cs]", model="select")
        sheet.model("select", "adc_bridge", in_low=half, in_high=half)
    else:
        sheet.A("cs", "cs", model="select")
        sheet.model("select", "d_pulldown", load="1p")
