"""LM339A: National / TI data sheet."""

from __future__ import annotations

from .bench import Bench, Figure
from .levels import Level, Output, Pins

PINS: Pins = {
    "out": Output(high=None, low=(Level(0.13), Level(0.4)), source_A=0.0, sink_A=4e-3, leak_A=1e-6)
}


def response(name: str, key: str, before: str, after: str, typical: float | None) -> Bench:
    """Return the bench of the response time, s: from an input step to half the output.

    ``before`` and ``after`` are the input's difference from 1.4 V, such as " + 5m".
    """
    return Bench(
        "LM339A",
        f"""
x1 p n vcc 0 out LM339A vos=0
vcc vcc 0 5
rpull vcc out 5.1k
vn n 0 1.4
vp p 0 pwl(0 {{1.4{before}}} 10u {{1.4{before}}} 10.001u {{1.4{after}}})
.control
tran 2n 20u 0 2n
meas tran crossed when v(out)=2.5
let {key} = crossed - 10.001u
print {key}
.endc""",
        (Figure(key, name, "s", typical=typical),),
    )


DC = """
x1 p 0 vcc 0 out LM339A
vcc vcc 0 15
rpull vcc out 15k
vp p 0 0
.control
dc vp 0.8m 1.2m 0.2u
meas dc vos when v(out)=7.5
let slope = deriv(v(out))
let gain = maximum(slope)
print gain
.endc"""

CURRENTS = """
x1 p n vcc 0 out LM339A
vcc vcc 0 5
rp p 0 1meg
rn n 0 1meg
.control
op
let bias = (v(p) + v(n))/2/1meg
let offset = (v(p) - v(n))/1meg
let supply = -4*i(vcc)
print bias offset supply
.endc"""

OUTPUT = """
vcc vcc 0 5
vm m 0 -1
x1 m 0 vcc 0 o1 LM339A
i1 0 o1 4m
x2 m 0 vcc 0 o2 LM339A
i2 0 o2 8m
x3 m 0 vcc 0 o3 LM339A
v3 o3 0 1.5
x4 0 m vcc 0 o4 LM339A
v4 o4 0 30
.control
op
let vol4 = v(o1)
let vol8 = v(o2)
let sink = -i(v3)
let leak = -i(v4)
print vol4 vol8 sink leak
.endc"""

EDGES = """
x1 p 0 vcc 0 out LM339A
vcc vcc 0 12
vdd vdd 0 5
rpull vdd out 5.1k
vp p 0 pulse(-0.1 0.1 1u 1n 1n 5u 20u)
.control
tran 1n 12u 0 1n
meas tran up trig v(out) val=0.5 rise=1 targ v(out) val=4.5 rise=1
meas tran down trig v(out) val=4.5 fall=1 targ v(out) val=0.5 fall=1
.endc"""

LOADED = """
vcc vcc 0 12
vm m 0 -1
x1 0 m vcc 0 o1 LM339A
i1 0 o1 1m
x2 0 m vcc 0 o2 LM339A
i2 o2 0 1m
x3 0 m vcc 0 o3 LM339A
v3 o3 0 5
.control
op
let high = v(o1)
let below = v(o2)
let leak = -i(v3)
print high below leak
.endc"""

COMMON = """
vcc vcc 0 12
x1 p n vcc 0 out LM339A vos=0 ib=0 ios=0
rpull vcc out 5.1k
vcm n 0 5
vd p n -20m
.control
dc vcm 0 12 5m
meas dc limit when v(out)=6 rise=1
let headroom = 12 - limit
print headroom
dc vcm 0 0.1 10m
let ground = maximum(v(out))
print ground
alter vcm = 12
alter vd = -7
op
let beyond = v(out)
print beyond
.endc"""

BENCHES = (
    Bench(
        "LM339A",
        DC,
        (
            Figure("vos", "input offset", "V", -2e-3, 1e-3, 2e-3),
            Figure("gain", "gain, 15 kohm", "V/V", minimum=50e3, typical=200e3),
        ),
    ),
    Bench(
        "LM339A",
        CURRENTS,
        (
            Figure("bias", "bias current, out of the inputs", "A", typical=25e-9, maximum=250e-9),
            Figure("offset", "offset current", "A", -50e-9, 5e-9, 50e-9),
            Figure("supply", "supply current of four", "A", typical=0.8e-3, maximum=2e-3),
        ),
    ),
    Bench(
        "LM339A",
        OUTPUT,
        (
            Figure("vol4", "saturation voltage at 4 mA", "V", typical=0.13, maximum=0.4),
            Figure("vol8", "saturation voltage at 8 mA", "V"),
            Figure("sink", "sink current at 1.5 V", "A", minimum=6e-3, typical=16e-3),
            Figure("leak", "output current when high, 30 V", "A", maximum=1e-6),
        ),
    ),
    Bench(
        "LM339A",
        COMMON,
        (
            Figure("headroom", "supply minus highest common mode", "V", 0, 1.5, 1.5),
            Figure("beyond", "one input beyond, one within: output low", "V", maximum=0.4),
            Figure("ground", "output low at a common mode of 0 V", "V", maximum=0.4),
        ),
    ),
    Bench(
        "LM339A",
        EDGES,
        (
            Figure("up", "rise of the output, 5.1 kohm to 5 V", "s", 20e-9, None, 100e-9),
            Figure("down", "fall of the output, 100 mV overdrive", "s", maximum=100e-9),
        ),
    ),
    Bench(
        "LM339A",
        LOADED,
        (
            Figure("high", "high output into which 1 mA is forced", "V", 36, None, 45),
            Figure("below", "high output from which 1 mA is drawn", "V", -1, None, 0),
            Figure("leak", "output current when high, 5 V", "A", typical=0.1e-9, maximum=1e-6),
        ),
    ),
    response("response, 100 mV step, 5 mV overdrive", "t5", " - 95m", " + 5m", 1.3e-6),
    response("response, 100 mV step, 20 mV overdrive", "t20", " - 80m", " + 20m", None),
    response("response, TTL swing", "ttl", " - 1.4", " + 1.6", 300e-9),
)
