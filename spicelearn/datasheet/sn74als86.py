"""SN74ALS86: TI data sheet, 5 V."""

from __future__ import annotations

from .bench import Bench, Figure
from .levels import Input, Level, Output, Pins

INPUT = Input(low=Level(0.8), threshold=Level(1.4), high=Level(2.0), high_A=20e-6, low_A=0.1e-3)
PINS: Pins = {
    "a": INPUT,
    "b": INPUT,
    "y": Output(
        high=(Level(-1.7, 1), Level(-2, 1)),
        low=(Level(0.35), Level(0.5)),
        source_A=0.4e-3,
        sink_A=8e-3,
        leak_A=20e-6,  # as an output of the family that is switched off (A)
    ),
}

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

LIMITS = """
vcc vcc 0 5
va a 0 pwl(0 0 10u 5)
x1 a 0 y1 vcc 0 SN74ALS86 vt=0.8
x2 a 0 y2 vcc 0 SN74ALS86 vt=2
x3 vcc 0 h vcc 0 SN74ALS86 drop=2
ih h 0 0.4m
x4 0 0 l vcc 0 SN74ALS86 vol=0.5
il 0 l 8m
.control
tran 5n 10u 0 5n
meas tran least find v(a) when v(y1)=1.5
meas tran most find v(a) when v(y2)=1.5
meas tran voh find v(h) at=9u
meas tran vol find v(l) at=9u
.endc"""

PULSE = """
vcc vcc 0 5
vs s 0 pulse(0 3.5 50n 0.1n 0.1n 1.1n 1u)
vl l 0 pulse(0 3.5 50n 0.1n 0.1n 9.9n 1u)
x1 s 0 y1 vcc 0 SN74ALS86
x2 l 0 y2 vcc 0 SN74ALS86
x3 s vcc y3 vcc 0 SN74ALS86
c1 y1 0 15p
c2 y2 0 15p
c3 y3 0 15p
.control
tran 0.05n 150n 0 0.05n
meas tran short max v(y1)
meas tran whole max v(y2)
meas tran dip min v(y3) from=40n to=150n
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
    Bench(
        "SN74ALS86",
        LIMITS,
        (
            Figure("least", "input taken for high from, part at V_IL", "V", 0.79, 0.8, 0.82),
            Figure("most", "input taken for high from, part at V_IH", "V", 1.99, 2.0, 2.02),
            Figure("voh", "V_OH at -0.4 mA, part at its limit", "V", 2.99, 3.0, 3.01),
            Figure("vol", "V_OL at 8 mA, part at its limit", "V", 0.49, 0.5, 0.51),
        ),
    ),
    Bench(
        "SN74ALS86",
        PULSE,
        (  # no data sheet figure: what the next gate, V_IL 0.8 V and V_IH 2 V, is not to see
            Figure("short", "output for a pulse of 1.2 ns", "V", maximum=0.8),
            Figure("dip", "lowest high output for a pulse of 1.2 ns", "V", minimum=2.0),
            Figure("whole", "output for a pulse of 10 ns", "V", minimum=3.0),
        ),
    ),
)
