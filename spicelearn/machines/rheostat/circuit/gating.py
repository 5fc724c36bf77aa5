"""The registers that select, cycle by cycle, the edges whose rheostats may step."""

from __future__ import annotations

from ....schedules import lfsr
from ....schedules.clocks import Clock
from ....spice.sheet import Block, Sheet

RANDOM = "lfsr"  # name of the subcircuit


def lfsr_circuit(bits: str) -> Block:
    """Return the subcircuit ``lfsr clk off cs``; ``cs`` is high, to deselect, if ``off`` is.

    A shift register of 17 stages with feedback moves as many places per clock as the threshold
    ``bits`` has bits. Its first stages, read as a binary fraction, are compared with the threshold:
    ``cs`` is low where they are less. Parameter ``seed``: what it holds at power-on, stage k in
    bit k.
    """
    circuit = Block(RANDOM, "clk", "off", "cs", seed=1)
    moves = len(bits)
    circuit.remark(
        f"x^{lfsr.STAGES} + x^{lfsr.TAP} + 1, {moves} places a clock; selected where 0.q0 q1 ... is"
        f" less than 0.{bits} (binary)"
    )
    for new in range(moves):
        taps = f"[q{new} q{new + lfsr.STAGES - lfsr.TAP}]"
        circuit.A(f"x{new}", taps, f"x{new}", model="xor")
    for stage in range(lfsr.STAGES):
        source = stage + moves
        data = f"q{source}" if source < lfsr.STAGES else f"x{source - lfsr.STAGES}"
        name = f"q{stage}"
        circuit.A(name, data, "clk", "null", "null", name, "null", model=f"stage{stage}")
        bit = f"{{int(seed/{2**stage})-2*int(seed/{2 ** (stage + 1)})}}"
        circuit.model(f"stage{stage}", "d_dff", clk_delay="1n", ic=bit)
    circuit.model("xor", "d_xor", rise_delay="1n", fall_delay="1n")
    held = f"q{moves - 1}"
    for place in range(moves - 2, -1, -1):  # 0.q >= 0.bits, from the last bit to the first
        gate = "and" if bits[place] == "1" else "or"
        circuit.A(f"c{place}", f"[q{place} {held}]", f"c{place}", model=gate)
        held = f"c{place}"
    circuit.A("cs", f"[off {held}]", "cs", model="or")
    for gate in ("and", "or"):
        circuit.model(gate, f"d_{gate}", rise_delay="1n", fall_delay="1n")
    return circuit


def own_selects(sheet: Sheet, clock: Clock, detail: str, high: str) -> None:
    """Give each edge K its own chip select ``eK.cs``, high if ``cs`` is or if K is not clocked.

    Registers move when ``latch`` rises while ``cs`` is low. In ``detail`` analog the chip selects
    are analog nodes, at 0 or ``high``.
    """
    analog = detail == "analog"
    edges = range(clock.weights)
    own = [f"e{index}.select" if analog else f"e{index}.cs" for index in edges]
    latch, off = ("latchd", "csd") if analog else ("latch", "cs")
    sheet.section("Chip select of every edge: high holds its codes")
    if analog:
        sheet.A("logic", "[latch cs]", f"[{latch} {off}]", model="level")
        sheet.model("level", "adc_bridge", in_low=f"{{{high}/2}}", in_high=f"{{{high}/2}}")
    sheet.A("move", f"[{latch} ~{off}]", "move", model="move")
    sheet.model("move", "d_and", rise_delay="1n", fall_delay="1n")
    if clock.groups is None:
        bits = clock.threshold
        share = int(bits, 2) / 2 ** len(bits)
        sheet.remark(
            f"each is clocked with probability {share:g}, by a shift register of its own, which",
            "moves when latch rises: long before the step",
        )
        sheet.subcircuit(lfsr_circuit(bits))
        for index, seed in enumerate(lfsr.seeds(clock.phases)):
            sheet.X(f"g{index}", RANDOM, "move", off, own[index], seed=seed)
    else:
        _take_turns(sheet, clock, off, own)
    if analog:
        joined = " ".join(f"e{index}.cs" for index in edges)
        sheet.A("selects", f"[{' '.join(own)}]", f"[{joined}]", model="drive")
        sheet.model("drive", "dac_bridge", out_low=0, out_high=f"{{{high}}}")


def _take_turns(sheet: Sheet, clock: Clock, off: str, own: list[str]) -> None:
    """Add a ring of flip-flops, one of which is high, and select the edges of that group."""
    groups = clock.groups
    assert groups is not None
    sheet.remark(f"{groups} groups take turns: of a ring of flip-flops one is high")
    for group in range(groups):
        last = group == groups - 1
        before, kind = f"turn{(group - 1) % groups}", "first" if last else "later"
        sheet.A(f"turn{group}", before, "move", "null", "null", f"turn{group}", "null", model=kind)
    sheet.model("first", "d_dff", clk_delay="1n", ic=1)
    if groups > 1:
        sheet.model("later", "d_dff", clk_delay="1n", ic=0)
    for index, group in enumerate(clock.group):
        sheet.A(f"g{index}", f"[{off} ~turn{group}]", own[index], model="deselect")
    sheet.model("deselect", "d_or", rise_delay="1n", fall_delay="1n")
