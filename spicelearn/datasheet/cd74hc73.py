"""CD74HC73: TI data sheet."""

from __future__ import annotations

from .bench import Bench, Figure
from .levels import Input, Level, Output, Pins

INPUT = Input(
    low=Level(share=0.3), threshold=Level(share=0.5), high=Level(share=0.7), high_A=1e-6, low_A=1e-6
)
OUTPUT = Output(
    high=(Level(share=1), Level(-0.1, 1)),
    low=(Level(), Level(0.1)),
    source_A=20e-6,
    sink_A=20e-6,
    leak_A=0.0,  # it reaches the supply by itself
)
PINS: Pins = {**dict.fromkeys(("cp", "r", "j", "k"), INPUT), **dict.fromkeys(("q", "qn"), OUTPUT)}

TOGGLE = """
x1 c r vcc vcc 0 q qn vcc CD74HC73
vcc vcc 0 5
vc c 0 pulse(0 5 1u 6n 6n 994n 2u)
vr r 0 pwl(0 5 9.5u 5 9.51u 0)
cl q 0 15p
.control
tran 0.5n 12u 0 0.5n
meas tran tplh trig v(c) val=2.5 fall=1 targ v(q) val=2.5 rise=1
meas tran tphl trig v(c) val=2.5 fall=2 targ v(q) val=2.5 fall=1
meas tran before find v(q) at=1.5u
meas tran once find v(q) at=2.5u
meas tran twice find v(q) at=4.5u
meas tran inverse find v(qn) at=4.5u
meas tran reset find v(q) at=11.5u
.endc"""

TRUTH = """
x1 c vcc k vcc 0 q qn j CD74HC73
vcc vcc 0 5
vc c 0 pulse(0 5 1u 6n 6n 994n 2u)
vj j 0 pwl(0 5 3u 5 3.01u 0 5u 0 5.01u 0)
vk k 0 pwl(0 0 3u 0 3.01u 0 5u 0 5.01u 5)
.control
tran 1n 8u 0 1n
meas tran set find v(q) at=2.9u
meas tran held find v(q) at=4.9u
meas tran cleared find v(q) at=6.9u
.endc"""

LEVELS = """
x1 c vcc vcc vcc 0 q qn vcc CD74HC73
x2 c vcc vcc vcc 0 q2 qn2 vcc CD74HC73 vt=0.3
x3 c vcc vcc vcc 0 q3 qn3 vcc CD74HC73 vt=0.7
x4 0 vcc vcc vcc 0 low high vcc CD74HC73
ihigh high 0 4m
ilow 0 low 4m
vcc vcc 0 4.5
vc c 0 pwl(0 4.5 10u 0)
.control
tran 5n 10u 0 5n
meas tran level find v(c) when v(q)=2.25 rise=1
meas tran least find v(c) when v(q2)=2.25 rise=1
meas tran most find v(c) when v(q3)=2.25 rise=1
meas tran voh find v(high) at=5u
meas tran vol find v(low) at=5u
.endc"""

BENCHES = (
    Bench(
        "CD74HC73",
        TOGGLE,
        (
            Figure("tplh", "clock to output high", "s", typical=13e-9),
            Figure("tphl", "clock to output low", "s", typical=13e-9),
            Figure("before", "output before a falling edge", "V", maximum=0.1),
            Figure("once", "J = K = 1: after one falling edge", "V", minimum=4.9),
            Figure("twice", "after two", "V", maximum=0.1),
            Figure("inverse", "inverse output after two", "V", minimum=4.9),
            Figure("reset", "output while reset is low", "V", maximum=0.1),
        ),
    ),
    Bench(
        "CD74HC73",
        TRUTH,
        (
            Figure("set", "J = 1, K = 0: output", "V", minimum=4.9),
            Figure("held", "then J = K = 0: output", "V", minimum=4.9),
            Figure("cleared", "then J = 0, K = 1: output", "V", maximum=0.1),
        ),
    ),
    Bench(
        "CD74HC73",
        LEVELS,
        (
            Figure("level", "clock taken for low from, supply 4.5 V", "V", 1.35, None, 3.15),
            Figure("least", "the same, part at V_IL", "V", 1.33, 1.35, 1.36),
            Figure("most", "the same, part at V_IH", "V", 3.13, 3.15, 3.16),
            Figure("voh", "V_OH at -4 mA, supply 4.5 V", "V", minimum=3.98),
            Figure("vol", "V_OL at 4 mA, supply 4.5 V", "V", maximum=0.26),
        ),
    ),
)
