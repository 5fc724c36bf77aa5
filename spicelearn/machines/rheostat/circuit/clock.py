"""The two-phase clock: a first falling edge latches, a second steps (2022 paper, Appendix C)."""

from __future__ import annotations

import math

from ....errors import UsageError
from ....spice.deck import MERGED, Timing
from ....spice.sheet import Block
from ..board import Board

SETUP = 5e-9  # s, data stable before the flip-flop's clock edge (CD74HC73 needs less at 5 V, A)
START = 10e-9  # s, when the generator is released, at the next time point of the transient
AMPLE = 8  # settling times in a clock period (A)
STRIDE = 64  # time constants in the longest step of an ample period
DEBOUNCE = 20e-6  # s, delay of a debouncer's section: four periods of 200 kHz (A)
SLOWER = 1e-3  # of the settling time, if that is longer: a slow clock has a slow oscillator (A)
FINE = 10  # longest steps in a time constant, where a pin is analog and the board gives the period
GATE = {  # parameters of a complete gate
    "tpd": "{gate_delay_s}",
    "vt": "{gate_threshold_V}",
    "drop": "{gate_drop_V}",
    "vol": "{gate_low_V}",
}
HOLDS_PER_STEP = 1000  # hold times in the longest step, so that nanosecond edges are resolved


def clock_circuit() -> Block:
    """Return the subcircuit ``clock latch step``: a generator, two MC14490 sections, three XORs.

    The generator is a NAND that feeds back to itself after a period and is released at the start.
    It has no analog edges, so the transient spends no time points on it. Each transition runs
    through both sections; an XOR across a section is high while the transition is inside it, so
    ``latch`` falls when it leaves the first and ``step`` when it leaves the second. The third
    gate buffers the generator (A).
    """
    circuit = Block("clock", "latch", "step")
    circuit.remark("a generator that feeds back to itself after a period, released at the start")
    circuit.V("start", "start", 0, "pwl(0 0 {clock_start_s} 5)")
    circuit.A("start", "[start]", "[run]", model="threshold")
    circuit.model("threshold", "adc_bridge", in_low=4.999, in_high=4.999, rise_delay="1p")
    circuit.A("generator", "[run wave]", "wave", model="generator")
    delay = "{clock_period_s}"
    circuit.model("generator", "d_nand", rise_delay=delay, fall_delay=delay)
    circuit.remark("two falling edges: an XOR is high while a transition is inside a section")
    circuit.A("ground", "low", model="ground")
    circuit.model("ground", "d_pulldown", load="1p")
    gate = {"tpd": "{gate_delay_s}"}
    section = {"delay": "{clock_delay_s}"}
    circuit.X("buffer", "SN74ALS86_logic", "wave", "low", "clk", **gate)
    circuit.X("first", "MC14490_logic", "clk", "clk1", **section)
    circuit.X("second", "MC14490_logic", "clk1", "clk2", **section)
    circuit.X("latch", "SN74ALS86_logic", "clk", "clk1", "latch", **gate)
    circuit.X("step", "SN74ALS86_logic", "clk1", "clk2", "step", **gate)
    return circuit


def timing(board: Board, tau: float, detail: str = "event", at_once: bool = False) -> Timing:
    """Return the times of a cycle for a network with this slowest time constant, s.

    After a step the network has `AMPLE` times tau * ln(logic_supply_V / settle_V) before it is
    sensed, unless the board gives the period: then the solver's few long steps settle as well as
    the network does. In ``detail`` analog the steps are short. The clock is released ``at_once``,
    else after one longest step: ngspice's first step is a hundredth of the time until then. Raises
    UsageError if the board's clock period or delay is too short for the parts.
    """
    settle = tau * math.log(board.logic_supply_V / board.settle_V)
    output = board.flipflop_delay_s + board.gate_delay_s
    delay = board.clock_delay_s or float(f"{max(DEBOUNCE, SLOWER * settle, 2 * output):.3g}")
    if delay < output:
        raise UsageError(
            f"board: clock_delay_s = {delay:g} steps before the flip-flop has its output, "
            f"expected at least {output:g}"
        )
    decision = board.response_s + 2 * board.gate_delay_s + SETUP
    hold = decision + delay
    ample = board.clock_period_s == 0
    striding = ample and detail == "event"
    period = round(AMPLE * settle + 2 * hold, 12) if ample else board.clock_period_s
    if period < 1.5 * hold:
        raise UsageError(
            f"board: clock_period_s = {period:g}, expected at least {1.5 * hold:g}: comparators, "
            f"gates and clock delay alone take {hold:g} s"
        )
    longest = min(1.5 * tau or period, HOLDS_PER_STEP * hold)
    if striding:  # the latch stays clear of the points that ngspice joins with the step
        longest = min(max(STRIDE * tau, hold), delay / (4 * MERGED))
    if detail == "analog" and not ample:  # no error control shortens the steps (twin.accurate)
        longest = min(longest, tau / FINE or period)
    longest = round(min(longest, period), 12)
    start = START if at_once or not ample else longest
    latch = start + period + 2 * board.gate_delay_s + delay
    return Timing(
        period=period,
        first_sense=latch - decision,
        first_step=latch + delay,
        start=start,
        delay=delay,
        tau=tau,
        max_step=longest,
        ample=ample,
        striding=striding,
    )


def clock_by_parts(supply: str, pulled_up: bool = False) -> Block:
    """Return the subcircuit ``clock latch step`` with its supply, every node analog.

    It has a function generator and complete XORs. Of the debouncer it has the delay only, between
    analog pins: the oscillator would force a time point every eighth of its period. If
    ``pulled_up``, the clocks have pull-ups to the logic supply.
    """
    circuit = Block("clock", "latch", "step", supply)
    edge = 5e-9
    times = f"{{clock_start_s+clock_period_s}} {edge} {edge} {{clock_period_s-{edge}}}"
    wave = f"pulse(0 {{logic_supply_V}} {times} {{2*clock_period_s}})"
    circuit.V("generator", "wave", 0, wave)
    circuit.X("buffer", "SN74ALS86", "wave", 0, "clk", supply, 0, **GATE)
    for name, source, target in (("first", "clk", "clk1"), ("second", "clk1", "clk2")):
        circuit.X(name, "MC14490_delay", source, 0, target, supply, delay="{clock_delay_s}")
    circuit.X("latch", "SN74ALS86", "clk", "clk1", "latch", supply, 0, **GATE)
    circuit.X("step", "SN74ALS86", "clk1", "clk2", "step", supply, 0, **GATE)
    if pulled_up:
        pull_up(circuit, supply, "latch", "step")
    return circuit


def pull_up(circuit: Block, supply: str, *nodes: str) -> None:
    """Add the pull-ups of gates' outputs."""
    for node in nodes:
        circuit.R(f"pull{node}", supply, node, "{gate_pullup_ohm}")
