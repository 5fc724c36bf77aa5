"""SN74ALS86: TI data sheet, 5 V."""

from __future__ import annotations

from .bench import Bench, Figure

DELAY = """
x1 a b y vcc 0 SN74ALS86
vcc vcc 0 5
va a 0 pulse(0 3.5 100n 2n 2n 98n 200n)
vb b 0 pwl(0 0 450n 0 452n 3.5)
cl y 0 50p
rl y 0 500
.control
tran 0.1n 900n 0 0.1n
meas tran tplh trig v(a) val=1.3 rise=2 targ v(y) val=1.3 rise=2
meas tran tphl trig v(a) val=1.3 fall=2 targ v(y) val=1.3 fall=2
meas tran high find v(y) at=350n
meas tran low find v(y) at=450n
meas tran both find v(y) at=540n
.endc"""

LEVELS = """
x1 a 0 y vcc 0 SN74ALS86
vcc vcc 0 5
va a 0 pwl(0 0 10u 5 20u 0)
i1 y 0 0
x2 vcc 0 h vcc 0 SN74ALS86
vcc2 vcc2 0 5
x4 0 0 open vcc2 0 SN74ALS86
ropen open 0 1g
i2 h 0 0.4m
x3 0 0 l vcc 0 SN74ALS86
i3 0 l 8m
.control
tran 5n 20u 0 5n
meas tran rise find v(a) when v(y)=1.5 rise=1
meas tran fall find v(a) when v(y)=1.5 fall=1
meas tran voh find v(h) at=15u
meas tran icc1 find i(vcc2) at=15u
let supply = -4*icc1
print supply
meas tran vol find v(l) at=15u
.endc"""

BENCHES = (
    Bench(
        "SN74ALS86",
        DELAY,
        (
            Figure("tplh", "delay to high", "s", 2e-9, None, 17e-9),
            Figure("tphl", "delay to low", "s", 2e-9, None, 17e-9),
            Figure("high", "one input high: output", "V", minimum=2.4),
            Figure("low", "both low: output", "V", maximum=0.5),
            Figure("both", "both high: output", "V", maximum=0.5),
        ),
    ),
    Bench(
        "SN74ALS86",
        LEVELS,
        (
            Figure("rise", "input taken for high from", "V", 0.8, None, 2.0),
            Figure("fall", "input taken for low from", "V", 0.8, None, 2.0),
            Figure("voh", "V_OH at -0.4 mA", "V", minimum=3.0),
            Figure("vol", "V_OL at 8 mA", "V", typical=0.35, maximum=0.5),
            Figure("supply", "supply current of four", "A", typical=3.9e-3, maximum=5.9e-3),
        ),
    ),
)
