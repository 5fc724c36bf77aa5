"""AD712: Analog Devices data sheet, J grade, supplies of 15 V either way."""

from __future__ import annotations

from .bench import Bench, Figure

STATIC = """
vp vp 0 15
vn vn 0 -15
x1 0 f1 vp vn f1 AD712
v6 p6 0 0
v7 n6 0 0
x6 p6 n6 vp vn o6 AD712
v2 p2 0 20m
x2 p2 0 vp vn o2 AD712 vos=0
r2 o2 0 2k
x3 0 p2 vp vn o3 AD712 vos=0
r3 o3 0 2k
v4 p4 0 1u
x4 p4 0 vp vn o4 AD712 vos=0
r4 o4 0 2k
x5 p2 0 vp vn o5 AD712 vos=0
vshort o5 0 0
.control
op
let vos = -v(f1)
let bias = -(i(v6) + i(v7))/2
let offset = i(v7) - i(v6)
let high = v(o2)
let low = v(o3)
let gain = v(o4)/1u
let short = i(vshort)
print vos bias offset high low gain short
.endc"""

SUPPLY = """
vp vp 0 15
vn vn 0 -15
x1 0 o1 vp vn o1 AD712
x2 0 o2 vp vn o2 AD712
.control
op
let supply = -i(vp)
print supply
.endc"""

SMALL = """
vp vp 0 15
vn vn 0 -15
x1 p o1 vp vn o1 AD712
vi p 0 0 ac 1
x2 p n2 vp vn o2 AD712
r2 o2 n2 10k
r3 n2 0 1k
.control
ac dec 50 10k 20meg
let open = vm(o1)/mag(v(p) - v(o1))
meas ac gbw when open=1
let first = vm(o2)[0]
let eleven = vm(o2)/first
print first
meas ac closed when eleven=0.70711
.endc"""

STEP = """
vp vp 0 15
vn vn 0 -15
x1 p o1 vp vn o1 AD712 vos=0
vi p 0 pwl(0 -5 1u -5 1.001u 5)
r1 o1 0 2k
x2 0 n2 vp vn o2 AD712 vos=0
vj j 0 pwl(0 5 1u 5 1.001u -5)
rj j n2 5k
rf n2 o2 5k
cf n2 o2 10p
.control
tran 2n 4u 0 2n
meas tran rise trig v(o1) val=-2 rise=1 targ v(o1) val=3 rise=1
let slew = 5/rise
print slew
let follower = vecmax(time*(abs(v(o1) - 5) gt 1m)) - 1.001u
let inverter = vecmax(time*(abs(v(o2) - 5) gt 1m)) - 1.001u
print follower inverter
.endc"""

BENCHES = (
    Bench(
        "AD712",
        STATIC,
        (
            Figure("vos", "input offset", "V", -3e-3, 0.3e-3, 3e-3),
            Figure("bias", "bias current, into the inputs", "A", typical=25e-12, maximum=75e-12),
            Figure("offset", "offset current", "A", -25e-12, 10e-12, 25e-12),
            Figure("gain", "gain, 2 kohm", "V/V", minimum=150e3, typical=400e3),
            Figure("high", "highest output, 2 kohm", "V", minimum=13, typical=13.9),
            Figure("low", "lowest output, 2 kohm", "V", typical=-13.3, maximum=-12.5),
            Figure("short", "short-circuit current", "A", typical=25e-3),
        ),
    ),
    Bench(
        "AD712",
        SUPPLY,
        (Figure("supply", "supply current of two", "A", typical=5e-3, maximum=6.8e-3),),
    ),
    Bench(
        "AD712",
        SMALL,
        (
            Figure("gbw", "unity-gain frequency", "Hz", minimum=3e6, typical=4e6),
            Figure("first", "gain with 10 kohm and 1 kohm", "V/V", 10.99, 11, 11.01),
            Figure("closed", "bandwidth at gain 11", "Hz"),
        ),
    ),
    Bench(
        "AD712",
        STEP,
        (
            Figure("slew", "slew rate", "V/s", minimum=16e6, typical=20e6),
            Figure("inverter", "10 V step to 1 mV, inverting", "s", typical=1e-6, maximum=1.2e-6),
            Figure("follower", "10 V step to 1 mV, follower", "s"),
        ),
    ),
)
