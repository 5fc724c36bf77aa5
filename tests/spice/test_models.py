"""Each part alone, from its .lib and nothing else, under plain ``ngspice -b``."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from spicelearn.errors import SpicelearnError
from spicelearn.spice.library import part, parts

Batch = Callable[[str], str]

ON = "apull {node} up\n.model up d_pullup(load=1p)\n"
STIMULUS = "v{node} {node} 0 {wave}\na{node} [{node}] [{node}_d] level\n"
LEVEL = ".model level adc_bridge(in_low=2.5 in_high=2.5 rise_delay=1p fall_delay=1p)\n"


def number(name: str, printed: str) -> float:
    match = re.search(rf"^{re.escape(name)} = (\S+)", printed, re.MULTILINE)
    assert match, printed
    return float(match.group(1))


def events(node: str, printed: str) -> list[tuple[float, str]]:
    """Return the (time, value) pairs that ``eprint`` shows for one node."""
    rows = re.findall(r"^(\d\.\d+e[-+]\d+)\s+(\S+)", printed, re.MULTILINE)
    found: list[tuple[float, str]] = []
    for time, value in rows:
        if not found or value != found[-1][1]:
            found.append((float(time), value))
    assert found, f"{node}: {printed}"
    return found


def test_every_model_is_a_subcircuit_named_like_its_file() -> None:
    old = ["AD5220", "AD5220_rheostat", "CD74HC73", "LM339A", "MC14490", "SN74ALS86"]
    assert parts() == sorted([*old, "AD633", "AD712", "ADG411", "ALD1106"])
    for name in parts():
        found = re.findall(r"^\.subckt (\S+)", part(name), re.MULTILINE)
        assert found[0] == name
        assert set(found[1:]) <= {f"{name}_{form}" for form in ("logic", "counter", "delay")}


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(SpicelearnError, match="no part model 'LM741'"):
        part("LM741")


@pytest.mark.parametrize(("code", "ohm"), [(0, 40), (1, 821.25), (64, 50040), (127, 99258.75)])
def test_rheostat_resistance(batch: Batch, code: int, ohm: float) -> None:
    printed = batch(
        f"rheostat\n{part('AD5220_rheostat')}\nx1 w 0 AD5220_rheostat code={code}\ni1 0 w 1u\n"
        ".control\nset numdgt=12\nop\nlet ohm = v(w)/1u\nprint ohm\n.endc\n.end\n"
    )
    assert number("ohm", printed) == pytest.approx(ohm, rel=1e-6)


def test_rheostat_capacitances(batch: Batch) -> None:
    printed = batch(
        f"rheostat\n{part('AD5220_rheostat')}\nx1 w b AD5220_rheostat\nvw w 0 ac 1\nvb b 0\n"
        ".control\nset numdgt=12\nac lin 1 1k 1k\n"
        "let cw = imag(-i(vw))/(2*pi*1k)\nprint cw\n.endc\n.end\n"
    )
    assert number("cw", printed) == pytest.approx(58e-12, rel=1e-6)


@pytest.mark.parametrize(("volts", "state"), [(1.9e-3, "0s"), (2.1e-3, "1s")])
def test_comparator_offset(batch: Batch, volts: float, state: str) -> None:
    printed = batch(
        f"comparator\n{part('LM339A')}\nx1 p 0 vcc 0 out LM339A_logic vos=2m ib=0 ios=0\n"
        f"vp p 0 {volts}\nvcc vcc 0 12\n"
        ".control\ntran 1u 5u\neprint out\n.endc\n.end\n"
    )
    assert events("out", printed)[-1][1] == state


def test_comparator_bias_and_offset_currents_leave_the_inputs(batch: Batch) -> None:
    printed = batch(
        f"comparator\n{part('LM339A')}\nx1 p n vcc 0 out LM339A_logic ib=25n ios=5n\n"
        "rp p 0 1meg\nrn n 0 1meg\nvcc vcc 0 12\n"
        ".control\nset numdgt=12\nop\nlet vp = v(p)\nlet vn = v(n)\nlet icc = -i(vcc)\n"
        "print vp\nprint vn\nprint icc\n.endc\n.end\n"
    )
    assert number("vp", printed) == pytest.approx(27.5e-3, rel=1e-6)
    assert number("vn", printed) == pytest.approx(22.5e-3, rel=1e-6)
    assert number("icc", printed) == pytest.approx(200.05e-6, rel=1e-6)


def test_comparator_response(batch: Batch) -> None:
    printed = batch(
        f"comparator\n{part('LM339A')}\nx1 p 0 vcc 0 out LM339A_logic vos=0\n"
        "vp p 0 pwl(0 -95m 2u -95m 2.001u 5m)\nvcc vcc 0 12\n"
        ".control\ntran 1n 6u 0 1n\neprint out\n.endc\n.end\n"
    )
    time, value = events("out", printed)[-1]
    assert value == "1s"
    assert time - 2.001e-6 == pytest.approx(1.3e-6, abs=5e-9)


def test_exclusive_or_truth_and_delay(batch: Batch) -> None:
    printed = batch(
        f"gate\n{part('SN74ALS86')}\nx1 a_d b_d y SN74ALS86_logic\n{LEVEL}"
        + STIMULUS.format(node="a", wave="pulse(0 5 10u 1n 1n 20u 40u)")
        + STIMULUS.format(node="b", wave="pulse(0 5 20u 1n 1n 40u 80u)")
        + ".control\ntran 1n 60u 0 1n\neprint y\n.endc\n.end\n"
    )
    found = events("y", printed)
    assert [value for _, value in found] == ["0s", "1s", "0s", "1s", "0s", "1s"][: len(found)]
    assert len(found) >= 5
    assert found[1][0] == pytest.approx(10.0105e-6, abs=2e-9)


def test_flip_flop_steps_on_falling_edges_only(batch: Batch) -> None:
    """It takes the inverse of its output: one change per clock, 13 ns after the clock falls."""
    printed = batch(
        f"flip-flop\n{part('CD74HC73')}\n{LEVEL}"
        "x1 qn clk_d q CD74HC73_logic\nainverter q qn inverter\n"
        ".model inverter d_inverter(rise_delay=10p fall_delay=10p)\n"
        + STIMULUS.format(node="clk", wave="pulse(0 5 1u 1n 1n 1u 2u)")
        + ".control\ntran 1n 7.5u 0 1n\neprint q\n.endc\n.end\n"
    )
    found = events("q", printed)
    assert [value for _, value in found] == ["0s", "1s", "0s", "1s"]
    for (time, _), edge in zip(found[1:], (2.001e-6, 4.001e-6, 6.001e-6), strict=True):
        assert time - edge == pytest.approx(13e-9, abs=3e-9)


def test_debouncer_delays_both_edges(batch: Batch) -> None:
    printed = batch(
        f"debouncer\n{part('MC14490')}\nx1 in_d out MC14490_logic delay=2u\n{LEVEL}"
        + STIMULUS.format(node="in", wave="pulse(0 5 3u 1n 1n 4u 20u)")
        + ".control\ntran 1n 12u 0 1n\neprint out\n.endc\n.end\n"
    )
    times = [time for time, _ in events("out", printed)[1:]]
    assert times == pytest.approx([5.0e-6, 9.0e-6], abs=3e-9)


RAILS = "vp vp 0 15\nvn vn 0 -15\nvl vl 0 5\n"


@pytest.mark.parametrize(
    ("gate", "high", "low"),
    [(1.5, 0.45, 0.0), (2.0, 0.1, 0.3), (5.0, 0.45, 0.44), (8.0, 0.0, 0.45)],
)
def test_transistor_follows_the_laboratory(
    batch: Batch, gate: float, high: float, low: float
) -> None:
    """Ohmic current, beta (V_G - V_T - mean of the ends) times their difference."""
    printed = batch(
        f"transistor\n{part('ALD1106')}\nx1 a g b 0 ALD1106\nva a 0 {high}\nvb b 0 {low}\n"
        f"vg g 0 {gate}\n.control\nset numdgt=12\nop\nlet ia = -i(va)\nprint ia\n.endc\n.end\n"
    )
    law = 0.85e-3 * (gate - 0.7 - (high + low) / 2) * (high - low)
    assert number("ia", printed) == pytest.approx(law, rel=1e-3)


@pytest.mark.parametrize(
    ("x", "y", "z", "w"), [(3, 4, 0, 1.2), (-3, 4, 1, -0.2), (-10, -10, 0, 10), (20, 2, 0, 2.5)]
)
def test_multiplier_multiplies_adds_and_clips(
    batch: Batch, x: float, y: float, z: float, w: float
) -> None:
    printed = batch(
        f"multiplier\n{part('AD633')}\n{RAILS}x1 x 0 0 y vn z w vp AD633\n"
        f"+ vos=0 xos=0 yos=0 scale=0 xft=0 yft=0\nvx x 0 {x}\nvy y 0 {-y}\nvz z 0 {z}\n"
        ".control\nset numdgt=12\nop\nlet w = v(w)\nprint w\n.endc\n.end\n"
    )
    assert number("w", printed) == pytest.approx(w, abs=1e-4)


LOOP = f"""{RAILS}
vi i 0 pwl(0 -5 1u -5 1.001u 5)
xf i f vp vn f AD712 vos=0
xa i n vp vn a AD712 vos=0
ra a n 10k
rb n 0 10k
xm f 0 a 0 vn 0 w vp AD633
"""


def test_loops_find_their_operating_point_without_steps_of_gmin(batch: Batch) -> None:
    """A follower, an amplifier of gain 2 near its limit and a multiplier, from nothing known."""
    printed = batch(
        f"loops\n{part('AD712')}\n{part('AD633')}\n{LOOP}.options gminsteps=0 srcsteps=0\n"
        ".control\nop\nlet f = v(f)\nlet a = v(a)\nprint f a\n.endc\n.end\n"
    )
    assert "gmin" not in printed
    assert number("f", printed) == pytest.approx(-5, abs=1e-3)
    assert number("a", printed) == pytest.approx(-10, abs=1e-3)


def test_an_amplifier_slews_and_recovers_from_its_limits(batch: Batch) -> None:
    printed = batch(
        f"loops\n{part('AD712')}\n{part('AD633')}\n{LOOP}"
        ".control\ntran 10n 20u 0 20n\nmeas tran up find v(f) at=15u\n"
        "meas tran product find v(w) at=15u\nmeas tran half when v(f)=1 rise=1\n.endc\n.end\n"
    )
    found = dict(re.findall(r"^(up|product|half)\s+=\s+(\S+)", printed, re.MULTILINE))
    assert float(found["up"]) == pytest.approx(5, abs=1e-3)
    assert float(found["product"]) == pytest.approx(5.05, abs=0.05)
    assert float(found["half"]) == pytest.approx(1.225e-6, abs=0.02e-6)


@pytest.mark.parametrize(("level", "held"), [(0, 1.0), (1, 0.0)])
def test_switch_samples_and_holds(batch: Batch, level: int, held: float) -> None:
    """Closed for the first 10 us by a low input (ADG411) or for the rest by a high one (ADG412)."""
    printed = batch(
        f"switch\n{part('ADG411')}\n{RAILS}x1 s d in vp vn vl 0 ADG411 level={level} ileak=0\n"
        "cd d 0 10n\nvin in 0 pwl(0 0 10u 0 10.01u 3)\nvs s 0 pwl(0 1 12u 1 12.1u 0)\n"
        ".control\ntran 50n 30u\nmeas tran held find v(d) at=30u\n.endc\n.end\n"
    )
    match = re.search(r"^held\s+=\s+(\S+)", printed, re.MULTILINE)
    assert match, printed
    assert float(match.group(1)) == pytest.approx(held, abs=2e-3)
