"""Sources whose voltage changes from clock to clock."""

from __future__ import annotations

import numpy as np

from ...plant import Floats
from ..deck import Timing
from ..sheet import Sheet

RISE = 10e-9  # s, from one clock's voltage to the next, or a hundredth of the clock's hold time


def wave(volts: Floats, timing: Timing, late: float = 0.0) -> str:
    """Return the source that has these voltages from clock to clock, constant or PWL.

    Row k is there from the stepping edge of clock k - 1 on, or so many seconds later.
    """
    points = [f"0 {float(volts[0])!r}"]
    rise = min(RISE, timing.hold / 100)
    for row in np.flatnonzero(np.diff(volts)) + 1:
        time = timing.first_step + (row - 1) * timing.period + late
        before, after = float(volts[row - 1]), float(volts[row])
        points.append(f"{time:.12g} {before!r} {time + rise:.12g} {after!r}")
    return repr(float(volts[0])) if len(points) == 1 else f"pwl({' '.join(points)})"


def chip_select(sheet: Sheet, detail: str, volts: Floats, timing: Timing) -> None:
    """Drive node ``cs``, active low: high where the rheostats are to hold their codes.

    It changes a while after a stepping edge: the one before may be on its way through the gates.
    """
    late = timing.hold / 4
    sheet.section("Chip select of the rheostats: high holds their codes")
    if detail == "board":
        sheet.V("cs", "cs", 0, wave(volts, timing, late))
    elif volts.any():
        half = "{logic_supply_V/2}"
        sheet.V("cs", "cs_V", 0, wave(volts, timing, late))
        sheet.A("cs", "[cs_V]", "[cs]", model="select")
        sheet.model("select", "adc_bridge", in_low=half, in_high=half)
    else:
        sheet.A("cs", "cs", model="select")
        sheet.model("select", "d_pulldown", load="1p")
