"""ADG411: Analog Devices data sheet, supplies of 15 V either way, V_L 5 V."""

from __future__ import annotations

from .bench import Bench, Figure

SUPPLIES = """
vp vp 0 15
vn vn 0 -15
vl vl 0 5
"""

STATIC = f"""{SUPPLIES}
x1 s1 d1 0 vp vn vl 0 ADG411
v1 s1 0 8.5
i1 d1 0 10m
x2 s2 d2 vl vp vn vl 0 ADG411
vs2 s2 0 15.5
vd2 d2 0 -15.5
x3 d3 d3 0 vp vn vl 0 ADG411
v3 d3 0 15.5
x4 s4 d4 in vp vn vl 0 ADG411
v4 s4 0 1
r4 d4 0 25
vin in 0 0
.control
op
let ron = v(s1,d1)/10m
let sleak = i(vs2)
let dleak = i(vd2)
let onleak = i(v3)/2
let supply = -i(vl)/4
print ron sleak dleak onleak supply
dc vin 0 5 5m
meas dc threshold when v(d4)=0.25 fall=1
.endc"""

SWITCHING = f"""{SUPPLIES}
x1 s d in vp vn vl 0 ADG411
vs s 0 10
rl d 0 300
cl d 0 35p
vin in 0 pulse(3 0 1u 5n 5n 1u 4u)
.control
tran 1n 3u 0 1n
let top = 10*300/325
let level = v(d)/top
meas tran on trig v(in) val=1.5 fall=1 targ level val=0.9 rise=1
meas tran off trig v(in) val=1.5 rise=1 targ level val=0.9 fall=1
.endc"""

CHARGE = f"""{SUPPLIES}
x1 0 d in vp vn vl 0 ADG411 ileak=0
cl d 0 10n
vin in 0 pulse(0 3 5u 5n 5n 10u 40u)
.control
tran 5n 24u 0 5n
meas tran before find v(d) at=4.9u
meas tran held find v(d) at=12u
meas tran back find v(d) at=23u
let charge = (held - before)*10n
let returned = (back - before)*10n
print charge returned
.endc"""

ALTERNATING = f"""{SUPPLIES}
x1 s1 d1 vl vp vn vl 0 ADG411
v1 s1 0 ac 1
r1 d1 0 50
c1 d1 0 5p
x2 s2 0 vl vp vn vl 0 ADG411 cds=0
v2 s2 0 ac 1
x3 s3 s3 0 vp vn vl 0 ADG411
v3 s3 0 ac 1
.control
ac lin 1 1meg 1meg
let isolation = -vdb(d1)
let coff = -imag(i(v2))/(2*pi*1e6)
let con = -imag(i(v3))/(2*pi*1e6)
print isolation coff con
.endc"""

BENCHES = (
    Bench(
        "ADG411",
        STATIC,
        (
            Figure("ron", "resistance when closed", "ohm", typical=25, maximum=35),
            Figure("threshold", "input taken for high from", "V", 0.8, None, 2.4),
            Figure("sleak", "leakage of s, open", "A", -0.25e-9, None, 0.25e-9),
            Figure("dleak", "leakage of d, open", "A", -0.25e-9, None, 0.25e-9),
            Figure("onleak", "leakage, closed", "A", -0.4e-9, 0.1e-9, 0.4e-9),
            Figure("supply", "supply current of one", "A", maximum=1e-6),
        ),
    ),
    Bench(
        "ADG411",
        SWITCHING,
        (
            Figure("on", "time to close", "s", typical=110e-9, maximum=175e-9),
            Figure("off", "time to open", "s", typical=100e-9, maximum=145e-9),
        ),
    ),
    Bench(
        "ADG411",
        CHARGE,
        (
            Figure("charge", "charge injected at opening, 10 nF", "C", typical=5e-12),
            Figure("returned", "charge left after closing again", "C", -1e-14, None, 1e-14),
        ),
    ),
    Bench(
        "ADG411",
        ALTERNATING,
        (
            Figure("isolation", "off isolation at 1 MHz", "dB", typical=68),
            Figure("coff", "capacitance of s, open", "F", typical=9e-12),
            Figure("con", "capacitance, closed (data sheet: 35 pF)", "F"),
        ),
    ),
)
