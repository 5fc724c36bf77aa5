"""MC14490: ON Semiconductor data sheet."""

from __future__ import annotations

from .bench import Bench, Figure
from .levels import Input, Level, Output, Pins

PINS: Pins = {
    "ain": Input(
        low=Level(share=0.3),
        threshold=Level(share=0.5),
        high=Level(share=0.7),
        high_A=0.0,
        low_A=0.0,  # beside the pull-up: 255, 190, 140 uA at 5 V
        pull_up_ohm=(5 / 255e-6, 5 / 190e-6, 5 / 140e-6),
    ),
    "aout": Output(
        high=(Level(share=1), Level(-0.4, 1)),
        low=(Level(), Level(0.4)),
        source_A=0.16e-3,
        sink_A=1.6e-3,
        leak_A=0.0,
    ),
}

DELAY = """
x1 a o 0 oo y vdd MC14490
vdd vdd 0 5
vo o 0 pulse(0 5 0.1u 10n 10n 0.49u 1u)
va a 0 pwl(0 0 10u 0 10.01u 5 20u 5 20.01u 0 30u 0 30.01u 5 32u 5 32.01u 0)
cl y 0 50p
.control
tran 5n 45u 0 5n
meas tran up trig v(a) val=2.5 rise=1 targ v(y) val=2.5 rise=1
meas tran down trig v(a) val=2.5 fall=1 targ v(y) val=2.5 fall=1
let rise = up/1u
let fall = down/1u
print rise fall
meas tran bounce max v(y) from=26u to=45u
meas tran top find v(y) at=19u
.endc"""

LEVELS = """
vdd vdd 0 5
vc c 0 pwl(0 5 10u 5 110u 0)
x1 c 0 o1 vdd MC14490_delay delay=1u
x2 c 0 o2 vdd MC14490_delay delay=1u vt=0.3
x3 c 0 o3 vdd MC14490_delay delay=1u vt=0.7
x4 g 0 o4 vdd MC14490_delay delay=1u
vg g 0 0
il 0 o4 1.6m
ih o5 0 0.16m
x5 vdd 0 o5 vdd MC14490_delay delay=1u
.control
tran 50n 120u 0 50n
meas tran t1 when v(o1)=2.5 fall=1
meas tran t2 when v(o2)=2.5 fall=1
meas tran t3 when v(o3)=2.5 fall=1
let level = 5 - 5*(t1 - 11u)/100u
let least = 5 - 5*(t2 - 11u)/100u
let most = 5 - 5*(t3 - 11u)/100u
meas tran current find i(vg) at=5u
let pull = current
meas tran vol find v(o4) at=5u
meas tran voh find v(o5) at=5u
print level least most pull
.endc"""

BENCHES = (
    Bench(
        "MC14490",
        DELAY,
        (
            Figure("rise", "delay of a rise, oscillator periods", "", 3, None, 4.1),
            Figure("fall", "delay of a fall, oscillator periods", "", 3, None, 4.1),
            Figure("bounce", "output after a bounce of two periods", "V", maximum=0.1),
            Figure("top", "output high", "V", minimum=4.9),
        ),
    ),
    Bench(
        "MC14490",
        LEVELS,
        (
            Figure("level", "input taken for low from", "V", 2.25, None, 2.75),
            Figure("least", "the same, part at V_IL", "V", 1.48, 1.5, 1.51),
            Figure("most", "the same, part at V_IH", "V", 3.48, 3.5, 3.51),
            Figure("pull", "current out of a low input", "A", 140e-6, 190e-6, 255e-6),
            Figure("voh", "V_OH at -0.16 mA", "V", minimum=4.6),
            Figure("vol", "V_OL at 1.6 mA", "V", maximum=0.4),
        ),
    ),
)
