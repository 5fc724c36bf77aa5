"""AD633: Analog Devices data sheet, supplies of 15 V either way, 2 kohm."""

from __future__ import annotations

from .bench import Bench, Figure

STATIC = """
vp vp 0 15
vn vn 0 -15
vx x 0 10
vy y 0 10
vz z 0 5
x1 x 0 y 0 vn 0 w1 vp AD633
r1 w1 0 2k
v2 x2 0 0
x2 x2 0 0 0 vn 0 w2 vp AD633
r2 w2 0 2k
x3 0 0 0 0 vn z w3 vp AD633
r3 w3 0 2k
.control
op
let total = v(w1)/10 - 1
let offset = v(w2)
let bias = -i(v2)
let sum = v(w3) - v(w2)
let resistance = 10/(-i(vx) - bias)
let supply = -i(vp)/3
print total offset bias sum resistance supply
.endc"""

NULLED = """
vp vp 0 15
vn vn 0 -15
vx x 0 10
x1 x 0 0 0 vn 0 w1 vp AD633 vos=0 xos=0 yos=0
x2 0 0 x 0 vn 0 w2 vp AD633 vos=0 xos=0 yos=0
x3 x 0 x 0 vn 0 w3 vp AD633 vos=0 xos=0 yos=0 xft=0 yft=0
x4 0 0 x 0 vn 0 w4 vp AD633 vos=0 yos=0 xft=0 yft=0 scale=0
x5 x 0 0 0 vn 0 w5 vp AD633 vos=0 xos=0 xft=0 yft=0 scale=0
.control
op
let xfeed = v(w1)/10
let yfeed = v(w2)/10
let scale = v(w3)/10 - 1
let xin = v(w4)
let yin = v(w5)
print xfeed yfeed scale xin yin
.endc"""

LIMITS = """
vp vp 0 15
vn vn 0 -15
vx x 0 15
x1 x 0 x 0 vn 0 w1 vp AD633
r1 w1 0 2k
x2 0 x x 0 vn 0 w2 vp AD633
r2 w2 0 2k
x3 x 0 x 0 vn 0 w3 vp AD633
vshort w3 0 0
vy y 0 0.1
x4 x 0 y 0 vn 0 w4 vp AD633 scale=0 xos=0 yos=0 vos=0 xft=0 yft=0
.control
op
let high = v(w1)
let low = v(w2)
let short = i(vshort)
let clip = v(w4)*100
print high low short clip
.endc"""

DYNAMIC = """
vp vp 0 15
vn vn 0 -15
rl w 0 2k
x1 x 0 y 0 vn 0 w vp AD633 scale=0 xos=0 yos=0 vos=0 xft=0 yft=0
vx x 0 0 pwl(0 -10 1u -10 1.001u 10) ac 0.1
vy y 0 10
.control
tran 5n 5u 0 5n
meas tran rise trig v(w) val=-8 rise=1 targ v(w) val=5 rise=1
let slew = 13/rise
let settling = vecmax(time*(abs(v(w) - 10) gt 0.2)) - 1.001u
print slew settling
ac dec 50 1k 20meg
let gain = vm(w)/0.1
meas ac bandwidth when gain=0.70711
.endc"""

BENCHES = (
    Bench(
        "AD633",
        STATIC,
        (
            Figure("total", "total error at 10 V, 10 V, of full scale", "", -0.02, None, 0.02),
            Figure("offset", "output at inputs of 0", "V", -50e-3, 5e-3, 50e-3),
            Figure("sum", "rise of the output for 5 V at z", "V", 4.995, 5, 5.005),
            Figure("bias", "bias current", "A", typical=0.8e-6, maximum=2e-6),
            Figure("resistance", "resistance between x1 and x2", "ohm", typical=10e6),
            Figure("supply", "supply current", "A", typical=4e-3, maximum=6e-3),
        ),
    ),
    Bench(
        "AD633",
        NULLED,
        (
            Figure("scale", "scale error, of full scale", "", typical=2.5e-3),
            Figure("xfeed", "X feedthrough, of full scale", "", typical=3e-3, maximum=10e-3),
            Figure("yfeed", "Y feedthrough, of full scale", "", typical=1e-3, maximum=4e-3),
            Figure("xin", "input offset X", "V", -30e-3, 5e-3, 30e-3),
            Figure("yin", "input offset Y", "V", -30e-3, 5e-3, 30e-3),
        ),
    ),
    Bench(
        "AD633",
        LIMITS,
        (
            Figure("high", "highest output", "V", minimum=11),
            Figure("low", "lowest output", "V", maximum=-11),
            Figure("short", "short-circuit current", "A", typical=30e-3, maximum=40e-3),
            Figure("clip", "largest input difference that counts", "V", minimum=10),
        ),
    ),
    Bench(
        "AD633",
        DYNAMIC,
        (
            Figure("bandwidth", "bandwidth", "Hz", typical=1e6),
            Figure("slew", "slew rate", "V/s", typical=20e6),
            Figure("settling", "20 V step to 1 % (data sheet: 2 us)", "s"),
        ),
    ),
)
