"""The figures of the parts' data sheets, and benches that measure them on the models."""

from __future__ import annotations

from . import ad633, ad712, ad5220, adg411, ald1106, cd74hc73, lm339a, mc14490, sn74als86
from .bench import Bench
from .levels import Pins

BENCHES: tuple[Bench, ...] = (
    *ad5220.BENCHES,
    *lm339a.BENCHES,
    *sn74als86.BENCHES,
    *cd74hc73.BENCHES,
    *mc14490.BENCHES,
    *ald1106.BENCHES,
    *ad633.BENCHES,
    *ad712.BENCHES,
    *adg411.BENCHES,
)

PINS: dict[str, Pins] = {
    "AD5220": ad5220.PINS,
    "LM339A": lm339a.PINS,
    "SN74ALS86": sn74als86.PINS,
    "CD74HC73": cd74hc73.PINS,
    "MC14490": mc14490.PINS,
}
