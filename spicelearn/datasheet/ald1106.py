"""ALD1106: Advanced Linear Devices data sheet, and the laboratory's fit that the default model is.

The fit conducts better than the data sheet's typical part: those rows have the data sheet's limits
only, and `TYPICAL` shows the parameters that meet its typical values.
"""

from __future__ import annotations

from .bench import Bench, Figure

FIT = """
vd d 0 0.45
vs s 0 0.1
vg g 0 5
x1 d1 g s 0 ALD1106
v1 d d1 0
x2 s g d2 0 ALD1106
v2 d d2 0
vlow low 0 0.1
x3 low g 0 0 ALD1106
vhigh high 0 5
x4 high g 0 0 ALD1106
v5 g5 0 0.3
vd5 d5 0 0.45
x5 d5 g5 0 0 ALD1106
v6 g6 0 0.4
vd6 d6 0 0.45
x6 d6 g6 0 0 ALD1106
voff doff 0 12
x7 doff 0 0 0 ALD1106
.control
op
let ohmic = i(v1)/(0.85m*(5 - 0.7 - 0.275)*0.35)
let exchanged = i(v2)/i(v1)
let ron = 0.1/(-i(vlow))
let on = -i(vhigh)
let saturation = on/(0.5*0.85m*4.3^2)
let slope = 0.1/log10(i(vd6)/i(vd5))
let off = -i(voff)
print ohmic exchanged ron on saturation slope off
.endc"""

THRESHOLD = """
x1 d d 0 0 ALD1106
i1 0 d 1u
x2 e e s2 0 ALD1106 gamma=0
v2 s2 0 2
i2 s2 e 100u
x3 f f 0 0 ALD1106 gamma=0.85
i3 0 f 100u
x4 h h s4 0 ALD1106 gamma=0.85
v4 s4 0 2
i4 s4 h 100u
.control
op
let threshold = v(d)
let unmoved = v(e,s2)/(0.7 + sqrt(200u/0.85m))
let moved = (v(h,s4) - v(f))/(0.85*(sqrt(2.9) - sqrt(0.9)))
print threshold unmoved moved
.endc"""

TYPICAL = """
.subckt typical d g s b
x1 d g s b ALD1106 beta=0.62m gamma=0.85 sigma=0.04
.ends
vg g 0 5
x1 low g 0 0 typical
vlow low 0 0.1
x2 five g 0 0 typical
vfive five 0 5
x3 six g 0 0 typical
vsix six 0 6
.control
op
let ron = 0.1/(-i(vlow))
let on = -i(vfive)
let slope = i(vsix)/i(vfive) - 1
print ron on slope
.endc"""

CAPACITANCE = """
x1 d g 0 0 ALD1106
vd d 0 5
vg g 0 0 ac 1
x2 e h 0 0 ALD1106
ve e 0 0.1
vh h 0 5 ac 1
x3 f 0 0 0 ALD1106
vf f 0 5 ac 1
.control
ac lin 1 1meg 1meg
let ciss = -imag(i(vg))/(2*pi*1e6)
let crss = imag(i(vd))/(2*pi*1e6)
let closed = -imag(i(vh))/(2*pi*1e6)
let coss = -imag(i(vf))/(2*pi*1e6)
print ciss crss closed coss
.endc"""

BENCHES = (
    Bench(
        "ALD1106",
        FIT,
        (
            Figure("ohmic", "ohmic current over the laboratory's law", "", 0.999, 1.0, 1.001),
            Figure("exchanged", "d and s exchanged: current over before", "", 0.9999, 1, 1.0001),
            Figure(
                "saturation", "saturated current over beta/2 (V_GS - V_T)2", "", 0.99, 1.0, 1.01
            ),
            Figure("slope", "below threshold, per decade", "V", typical=0.1),
            Figure("ron", "on-resistance, laboratory's fit", "ohm", maximum=500),
            Figure("on", "drain current at 5 V, laboratory's fit", "A", minimum=3e-3),
            Figure("off", "drain current, gate at 0, 12 V", "A", maximum=400e-12),
        ),
    ),
    Bench(
        "ALD1106",
        THRESHOLD,
        (
            Figure("threshold", "threshold at 1 uA", "V", 0.4, 0.7, 1.0),
            Figure("unmoved", "V_GS at V_SB = 2 V over that at 0, no gamma", "", 0.99, 1.0, 1.01),
            Figure("moved", "body effect over formula, gamma 0.85, V_SB 2 V", "", typical=1.0),
        ),
    ),
    Bench(
        "ALD1106",
        TYPICAL,
        (
            Figure("ron", "on-resistance, typical part", "ohm", typical=350, maximum=500),
            Figure("on", "drain current at 5 V, typical part", "A", 3e-3, 4.8e-3),
            Figure("slope", "its rise per volt of V_DS, typical part", "1/V"),
        ),
    ),
    Bench(
        "ALD1106",
        CAPACITANCE,
        (
            Figure("ciss", "input capacitance, gate at 0", "F", typical=1e-12, maximum=3e-12),
            Figure("closed", "input capacitance, gate at 5 V", "F", maximum=3e-12),
            Figure("crss", "capacitance from gate to drain, gate at 0", "F"),
            Figure("coss", "capacitance of the drain at 5 V", "F"),
        ),
    ),
)
