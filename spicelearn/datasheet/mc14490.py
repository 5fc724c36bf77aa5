"""MC14490: ON Semiconductor data sheet."""

from __future__ import annotations

from .bench import Bench, Figure

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
)
