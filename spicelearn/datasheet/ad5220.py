"""AD5220: Analog Devices data sheet, 100 kohm grade."""

from __future__ import annotations

from .bench import Bench, Figure
from .levels import Input, Level, Pins

INPUT = Input(
    low=Level(0.3, 0.1),  # 0.8 V at 5 V, 0.6 V at 3 V
    threshold=Level(0.975, 0.125),
    high=Level(1.65, 0.15),  # 2.4 and 2.1 V
    high_A=1e-6,
    low_A=1e-6,
)
PINS: Pins = dict.fromkeys(("clk", "ud", "cs"), INPUT)

PERIOD = 120e-6  # s, of the clock: twelve of the slowest time constants
AMPERES = 10e-6
UP = 130  # clocks up from code 0, beyond the last code
STEPS = 127

WALK = "\n".join(
    f"meas tran w{code} find v(w) at={(code + 0.95) * PERIOD!r}" for code in range(UP + 1)
)


def nonlinearity(printed: dict[str, float]) -> dict[str, float]:
    """Return step, zero, R-INL, R-DNL and the step beyond the end, from the wiper voltages.

    ``printed`` holds the voltage ``wK`` at every code K, V. Resistances are in ohm, the largest
    nonlinearities in LSB.
    """
    ohm = [printed[f"w{code}"] / AMPERES for code in range(UP + 1)]
    ideal = 100e3 / 128
    best = (ohm[STEPS] - ohm[0]) / STEPS
    inl = [(ohm[code] - ohm[0]) / ideal - code for code in range(STEPS + 1)]
    dnl = [(ohm[code + 1] - ohm[code]) / ideal - 1 for code in range(STEPS)]
    return {
        "step": best,
        "zero": ohm[0],
        "inl": max(map(abs, inl)),
        "dnl": max(map(abs, dnl)),
        "beyond": ohm[UP] - ohm[STEPS],
    }


COUNTER = f"""
x1 clk ud open 0 w 0 cs vdd AD5220 start=0
ropen open 0 1g
vdd vdd 0 5
vcs cs 0 0
vud ud 0 5
vclk clk 0 pulse(5 0 {PERIOD!r} 10n 10n 1u {PERIOD!r})
iw 0 w {AMPERES!r}
.save v(w)
.control
tran 5u {(UP + 1.1) * PERIOD!r} 0 5u
{WALK}
.endc"""

CONTROL = """
x1 clk ud open 0 w 0 cs vdd AD5220
ropen open 0 1g
vdd vdd 0 5
vclk clk 0 pulse(0 5 50u 10n 10n 50u 100u)
vcs cs 0 pwl(0 0 270u 0 271u 5 470u 5 471u 0)
vud ud 0 pwl(0 5 570u 5 571u 0)
iw 0 w 10u
.save v(w) i(vdd)
.control
tran 2u 20m 0 2u
meas tran v0 find v(w) at=40u
meas tran v1 find v(w) at=95u
meas tran v2 find v(w) at=265u
meas tran v3 find v(w) at=465u
meas tran v4 find v(w) at=565u
meas tran v5 find v(w) at=19.9m
let poweron = (v0/10u - 40)/781.25
let rising = (v1 - v0)/10u/781.25
let counted = (v2 - v0)/10u/781.25
let held = (v3 - v2)/10u/781.25
let down = v5/10u
print poweron rising counted held down
meas tran supply avg i(vdd)
let current = -supply
print current
.endc"""

ENDS = """
x1 0 vdd a 0 w 0 vdd vdd AD5220
vdd vdd 0 5
va a 0 1
x2 0 vdd a2 0 w2 0 vdd vdd AD5220 tol=-0.29
va2 a2 0 1
x3 0 vdd a3 0 w3 0 vdd vdd AD5220 tol=0.28 mismatch=0.01
va3 a3 0 1
.options temp=27
.control
op
let rab = -1/i(va)
let low = -1/i(va2)
let high = -1/i(va3)
print rab low high
set temp=37
op
let warm = -1/i(va)
let tempco = (warm/op1.rab - 1)/10
print tempco
.endc"""


def bandwidth(code: int) -> Bench:
    """Return the bench of the -3 dB frequency, Hz, from A to W with B at ground, at a code."""
    limits = {"typical": 69e3} if code == 64 else {}
    return Bench(
        "AD5220",
        f"""
x1 0 vdd a 0 w 0 vdd vdd AD5220 start={code}
vdd vdd 0 5
va a 0 dc 0 ac 1
.control
ac dec 200 100 10meg
meas ac low find vm(w) at=100
let level = low*0.70795
meas ac f3 when vm(w)=level
.endc""",
        (Figure("f3", f"bandwidth, A to W, code {code}", "Hz", **limits),),
    )


CAPACITANCES = """
x1 0 vdd a 0 w b vdd vdd AD5220
x2 0 vdd a2 0 w2 b2 vdd vdd AD5220
vdd vdd 0 5
ra a 0 1g
rb b 0 1g
vw w 0 dc 0 ac 1
va a2 0 dc 0 ac 1
rw w2 0 1g
rb2 b2 0 1g
.control
ac lin 1 1meg 1meg
let omega = 2*pi*1meg
let cw = imag(-i(vw))/omega
let ca = imag(-i(va))/omega
print cw ca
.endc"""

LEVELS = """
vfive five 0 5
vthree three 0 3
vc c 0 pwl(0 5 50u 0)
x1 c five a1 0 w1 0 0 five AD5220
x2 c five a2 0 w2 0 0 five AD5220 vt=0.8
x3 c five a3 0 w3 0 0 five AD5220 vt=2.4
x4 c three a4 0 w4 0 0 three AD5220
x5 c three a5 0 w5 0 0 three AD5220 vt=0.8
x6 c three a6 0 w6 0 0 three AD5220 vt=2.4
.control
tran 50n 50u 0 50n
meas tran five find v(c) when v(x1.code)=64.5
meas tran fivelow find v(c) when v(x2.code)=64.5
meas tran fivehigh find v(c) when v(x3.code)=64.5
meas tran three find v(c) when v(x4.code)=64.5
meas tran threelow find v(c) when v(x5.code)=64.5
meas tran threehigh find v(c) when v(x6.code)=64.5
.endc"""

BENCHES = (
    Bench(
        "AD5220",
        COUNTER,
        (
            Figure("step", "step", "ohm", typical=781.25),
            Figure("zero", "wiper resistance", "ohm", typical=40, maximum=100),
            Figure("inl", "R-INL, largest", "LSB", typical=0.1, maximum=0.5),
            Figure("dnl", "R-DNL, largest", "LSB", typical=0.1, maximum=0.5),
            Figure("beyond", "step beyond code 127", "ohm", minimum=-1, maximum=1),
        ),
        nonlinearity,
    ),
    Bench(
        "AD5220",
        CONTROL,
        (
            Figure("poweron", "code at power-on", "", typical=64, minimum=63.5, maximum=64.5),
            Figure("rising", "codes at a rising edge", "", minimum=-0.1, maximum=0.1),
            Figure("counted", "codes at two falling edges", "", minimum=1.8, maximum=2.2),
            Figure("held", "codes while cs is high", "", minimum=-0.1, maximum=0.1),
            Figure("down", "R_WB after counting into the lower end", "ohm", 0, 40, 100),
            Figure("current", "supply current", "A", typical=15e-6, maximum=40e-6),
        ),
    ),
    Bench(
        "AD5220",
        ENDS,
        (
            Figure("rab", "R_AB", "ohm", 70e3, 100e3, 130e3),
            Figure("low", "R_AB at tol = -0.29", "ohm", 70e3, 71e3, 130e3),
            Figure("high", "R_AB at tol = 0.28, mismatch = 0.01", "ohm", 70e3, 129.3e3, 130e3),
            Figure("tempco", "tempco of R_AB", "1/C", typical=800e-6),
        ),
    ),
    Bench(
        "AD5220",
        LEVELS,
        (
            Figure("five", "clock taken for low from, supply 5 V", "V", 0.8, None, 2.4),
            Figure("fivelow", "the same, part at V_IL", "V", 0.79, 0.8, 0.81),
            Figure("fivehigh", "the same, part at V_IH", "V", 2.39, 2.4, 2.41),
            Figure("three", "clock taken for low from, supply 3 V", "V", 0.6, None, 2.1),
            Figure("threelow", "supply 3 V, part at V_IL", "V", 0.59, 0.6, 0.61),
            Figure("threehigh", "supply 3 V, part at V_IH", "V", 2.09, 2.1, 2.11),
        ),
    ),
    *(bandwidth(code) for code in (16, 64, 112)),
    Bench(
        "AD5220",
        CAPACITANCES,
        (
            Figure("cw", "capacitance of W, 1 MHz", "F", typical=48e-12),
            Figure("ca", "capacitance of A, 1 MHz", "F", typical=10e-12),
        ),
    ),
)
