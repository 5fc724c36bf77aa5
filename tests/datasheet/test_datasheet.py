"""Every data sheet figure on the models, and that a broken model is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from spicelearn import datasheet
from spicelearn.datasheet import BENCHES
from spicelearn.datasheet.bench import Bench, Figure, values
from spicelearn.errors import EngineError, SpicelearnError
from spicelearn.spice.library import part, parts

from ..conftest import Run

pytestmark = pytest.mark.usefixtures("ngspice")


def test_every_part_has_a_bench() -> None:
    benched = {bench.part for bench in BENCHES}
    assert benched | {"AD5220_rheostat"} == set(parts())  # the rheostat is the AD5220's, bare


def test_the_command_measures_every_figure_and_all_pass(command: Run) -> None:
    done = command("models", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    connections = [row for row in rows if "driver" in row]
    assert {"SN74ALS86", "LM339A", "CD74HC73", "MC14490"} == {row["part"] for row in connections}
    assert any(row["short"] for row in connections)  # the status tells of figures only
    rows = [row for row in rows if "driver" not in row]
    assert len(rows) == sum(len(bench.figures) for bench in BENCHES)
    assert all(row["passed"] for row in rows if row["passed"] is not None)
    assert sum(row["passed"] is None for row in rows) == 11
    typical = [row for row in rows if row["typical"] is not None]
    assert len(typical) > 20
    for row in typical:
        assert row["measured"] == pytest.approx(row["typical"], rel=0.1)


BEYOND = "one input beyond, one within: output low"
FIT = "ohmic current over the laboratory's law"
BODY = "body effect over formula, gamma 0.85, V_SB 2 V"
ALS_LIMIT = "input taken for high from, part at V_IH"
PULL = """rpull vdd ain {}
.model cmos adc_bridge(in_low=0 in_high=0 rise_delay=1n fall_delay=1n)
xdelay"""
MUTATIONS = [
    ("AD5220", "atop [ud q0 q1 q2 q3 q4 q5 q6]", "atop [ud q0 q1 q2 q3 q4 q5]", "step"),
    ("AD5220", "rw=40", "rw=120", "wiper resistance"),
    ("AD5220", "inverter d_inverter", "inverter d_buffer", "codes at a rising edge"),
    ("AD5220", "aen [cs top bottom]", "aen [top bottom]", "codes while cs is high"),
    ("LM339A", "tau=425n", "tau=900n", "response, 100 mV step, 5 mV overdrive"),
    ("LM339A", "vcc inp i =", "inp vcc i =", "bias current, out of the inputs"),
    ("LM339A", "vsat=0.13", "vsat=0.3", "saturation voltage at 4 mA"),
    ("SN74ALS86", "d_xor", "d_or", "both high: output"),
    ("SN74ALS86", "vt=1.4", "vt=2.4", "input taken for high from"),
    ("SN74ALS86", "{0.72*tpd/1k}", "1f", "output for a pulse of 1.2 ns"),
    ("SN74ALS86", "{0.72*tpd/1k}", "1f", "lowest high output for a pulse of 1.2 ns"),
    ("SN74ALS86", "{0.72*tpd/1k}", "{3*tpd/1k}", "output for a pulse of 10 ns"),
    ("SN74ALS86", "- {drop} +", "- 1.7 +", "V_OH at -0.4 mA, part at its limit"),
    ("SN74ALS86", "({vol} - 0.2)", "0.15", "V_OL at 8 mA, part at its limit"),
    ("SN74ALS86", "in_low={vt} in_high={vt}", "in_low=1.4 in_high=1.4", ALS_LIMIT),
    ("AD5220", "vdd com {0.075 + vt/32}", "vdd com {0.125}", "supply 3 V, part at V_IH"),
    ("AD5220", "vt=1.6", "vt=0.7", "clock taken for low from, supply 5 V"),
    ("CD74HC73", "vcc com {vt}", "vcc com 0.5", "the same, part at V_IH"),
    (
        "CD74HC73",
        "v(level)*v(vcc,com))/60",
        "v(level)*v(vcc,com))/90",
        "V_OL at 4 mA, supply 4.5 V",
    ),
    ("MC14490", PULL.format("26k"), PULL.format("40k"), "current out of a low input"),
    ("LM339A", "cout=5p", "cout=0", "rise of the output, 5.1 kohm to 5 V"),
    ("LM339A", "rleak out com 50g", "rleak out com 1meg", "output current when high, 5 V"),
    ("LM339A", "dsub com out substrate", "*", "high output into which 1 mA is forced"),
    ("CD74HC73", "aclk cpd rising edge", "aclk rising cpd edge", "clock to output high"),
    ("CD74HC73", "tpd=13n icc", "tpd=19n icc", "clock to output high"),
    ("CD74HC73", "ajk jd kd", "ajk kd jd", "J = 1, K = 0: output"),
    ("CD74HC73", "ajk jd kd", "ajk jd jd", "then J = 0, K = 1: output"),
    ("SN74ALS86", "icc=1m", "icc=5m", "supply current of four"),
    ("LM339A", "min(v(inp,com), v(inn,com))", "max(v(inp,com), v(inn,com))", BEYOND),
    ("MC14490", "[q1 q2 q3 q4] all", "[q1 q2] all", "delay of a rise, oscillator periods"),
    ("MC14490", "anone [n1 n2 n3 n4]", "anone [n1 n1]", "delay of a fall, oscillator periods"),
    ("ALD1106", "vto=0.7", "vto=0.65", FIT),
    ("ALD1106", "gamma=0 phi", "gamma=0.85 phi", FIT),
    ("ALD1106", "gamma={gamma}", "gamma=0", BODY),
    ("ALD1106", "nfs=2.93e11", "nfs=1e11", "below threshold, per decade"),
    ("ALD1106", "cov=0.19p", "cov=0.3p", "input capacitance, gate at 0"),
    ("ALD1106", "theta=0", "theta=0.1", "saturated current over beta/2 (V_GS - V_T)2"),
    ("AD633", "v(x)*v(y)*(1", "v(x)*v(x)*(1", "X feedthrough, of full scale"),
    ("AD633", "scale=2.5m", "scale=5m", "scale error, of full scale"),
    ("AD633", "gdrive 0 drive z w", "gdrive 0 drive 0 w", "rise of the output for 5 V at z"),
    ("AD633", "bw=1meg", "bw=2meg", "bandwidth"),
    ("AD633", "sr=20meg ib", "sr=10meg ib", "slew rate"),
    ("AD633", "head=3", "head=5", "highest output"),
    ("AD633", "clip=12.5", "clip=9", "largest input difference that counts"),
    ("AD712", "gbw=4meg", "gbw=3.5meg", "unity-gain frequency"),
    ("AD712", "sr=20meg rout", "sr=12meg rout", "slew rate"),
    ("AD712", "hn=1.37", "hn=3", "lowest output, 2 kohm"),
    ("AD712", "isc=25m", "isc=10m", "short-circuit current"),
    ("AD712", "gdrive 0 drive inp inn", "gdrive drive 0 inp inn", "input offset"),
    ("AD712", "av=400k", "av=100k", "gain, 2 kohm"),
    ("ADG411", "ron=25", "ron=40", "resistance when closed"),
    ("ADG411", "tau=150n", "tau=300n", "time to open"),
    ("ADG411", "gd com d", "gd com s", "charge injected at opening, 10 nF"),
    ("ADG411", "level=0", "level=1", "input taken for high from"),
    ("ADG411", "cds=1.3p", "cds=5p", "off isolation at 1 MHz"),
    ("ADG411", "0.28*v(vl,com)", "0.6*v(vl,com)", "input taken for high from"),
]


@pytest.mark.parametrize(("name", "old", "new", "figure"), MUTATIONS)
def test_a_broken_model_misses_its_data_sheet(name: str, old: str, new: str, figure: str) -> None:
    """Only the bench that measures the figure is run."""
    model = part(name)
    assert old in model
    (bench,) = (
        bench
        for bench in BENCHES
        if bench.part == name and figure in {each.name for each in bench.figures}
    )
    try:
        rows = bench.measure(model.replace(old, new, 1))
    except EngineError as failure:  # a measurement that finds no crossing
        assert figure in str(failure)
    else:
        assert figure in {row["figure"] for row in rows if row["passed"] is False}


def test_a_figure_needs_its_limits_and_its_typical_value() -> None:
    figure = Figure("x", "x", "V", 1.0, 2.0, 3.0)
    assert [figure.passes(x) for x in (2.0, 2.19, 1.81)] == [True, True, True]
    assert [figure.passes(x) for x in (2.21, 1.79, float("nan"), -2.0)] == 4 * [False]
    assert not Figure("x", "x", "V", maximum=2.0).passes(2.1)
    assert not Figure("x", "x", "V", minimum=2.0).passes(1.9)


def test_what_ngspice_prints_is_read() -> None:
    printed = "t5    =  6.1e-06 targ= 1\nfoo = -1\nNo. of Data Rows : 3\nbad = failed\n"
    assert values(printed) == {"t5": 6.1e-6, "foo": -1.0}


def test_a_bench_without_its_figure_is_an_error() -> None:
    bench = Bench("SN74ALS86", ".control\nquit\n.endc", (Figure("x", "a thing", "V"),))
    with pytest.raises(EngineError, match="bench of SN74ALS86 has no a thing; last words"):
        bench.measure(part("SN74ALS86"))


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SpicelearnError, match="no program ngspice"):
        BENCHES[0].measure("")


def test_every_model_says_what_it_is() -> None:
    """Source, what is modelled, what is not; every pin and every parameter explained."""
    for name in parts():
        head, *subcircuits = re.split(r"(?m)^\.subckt ", part(name))
        for heading in ("* Source", "* Modelled", "* Not here", "* Pins", "* Parameters"):
            assert heading in head, name
        for text in subcircuits:
            first = re.sub(r"\n\+", "", text).splitlines()[0].split()[1:]
            for word in first:
                assert re.search(rf"\b{word.split('=')[0]}\b", head), (name, word)


def test_the_benches_are_data_beside_their_part() -> None:
    folder = Path(datasheet.__file__).parent
    assert {bench.part.lower() for bench in BENCHES} <= {path.stem for path in folder.glob("*.py")}


SHIFTED = {
    "AD5220": """x1 clk up open g w b g vdd AD5220
rup up vdd 1
rb b g 1
ropen open g 1g
vclk clk g pulse(0 5 10u 10n 10n 10u 20u)
iw g w 10u
.control
tran 1u 205u 0 1u
let volts = v(w) - v(g)
meas tran out find volts at=204u
.endc""",
    "LM339A": """vp p g 1
vn n g 2
x1 p n vdd g y LM339A
rp y vdd 5.1k
.control
op
let out = v(y) - v(g)
print out
.endc""",
    "SN74ALS86": """x1 vdd g y vdd g SN74ALS86
rl y g 10k
.control
tran 1n 100n
let volts = v(y) - v(g)
meas tran out find volts at=90n
.endc""",
    "CD74HC73": """vclk c g pulse(0 5 1u 5n 5n 1u 9u)
x1 c vdd vdd vdd g q qn vdd CD74HC73
.control
tran 5n 4u 0 5n
let volts = v(q) - v(g)
meas tran out find volts at=3u
.endc""",
    "ALD1106": """vgate a g 3
rd vdd d 10k
x1 d a g g ALD1106
.control
op
let out = v(d) - v(g)
print out
.endc""",
    "AD633": """vx x g 2
x1 x g x g vn g w vp AD633 vos=0 xos=0 yos=0 xft=0 yft=0 scale=0
vp vp g 15
vn vn g -15
.control
op
let out = v(w) - v(g)
print out
.endc""",
    "AD712": """vi i g 2
x1 i n vp vn o AD712 vos=0
rf o n 10k
rg n g 10k
vp vp g 15
vn vn g -15
.control
op
let out = v(o) - v(g)
print out
.endc""",
    "ADG411": """vs s g 1
x1 s d g vp vn vdd g ADG411
rl d g 75
vp vp g 15
vn vn g -15
.control
op
let out = v(d) - v(g)
print out
.endc""",
}
EXPECTED = {
    "AD5220": 0.578,
    "LM339A": 0.0317,
    "SN74ALS86": 3.28,
    "CD74HC73": 5.0,
    "ALD1106": 0.263,
    "AD633": 0.4,
    "AD712": 4.0,
    "ADG411": 0.75,
}


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_a_part_works_on_any_ground_and_included_twice(
    batch: Callable[[str], str], name: str, expected: float
) -> None:
    """Supplies of -5 V and 0: a pin named gnd would be node 0 whatever it is joined to."""
    model = part(name)
    printed = batch(f"shifted\n{model}\n{model}\nvee g 0 -5\nvdd vdd g 5\n{SHIFTED[name]}\n.end\n")
    assert values(printed)["out"] == pytest.approx(expected, rel=0.05), printed


def test_a_gate_that_is_faster_than_its_edges_still_switches(batch: Callable[[str], str]) -> None:
    deck = SHIFTED["SN74ALS86"].replace("g SN74ALS86", "g SN74ALS86 tpd=1p")
    printed = batch(f"fast\n{part('SN74ALS86')}\nvee g 0 0\nvdd vdd g 5\n{deck}\n.end\n")
    assert values(printed)["out"] > 3
