"""The machine as it is trained, for one clock cycle."""

from __future__ import annotations

from ..circuits.twin import Machine, clamped_node, free_node, options, twin_circuit
from ..sheet import Sheet
from .display import Display

SHOWS = (
    "",
    "It is switched on with the example of cycle 0 and shows that cycle: of edge 7 the free and",
    "the clamped drop as they are sensed (e7_free, e7_clamped, V) and the bit that it latches",
    "(e7_up: 1 where its resistance is to rise); then clocks, outputs and targets against time.",
)


def cycle_form(machine: Machine) -> str:
    """Return a deck that shows one clock cycle.

    It prints clock and outputs against time, and of every edge what it decides upon: both drops as
    they are sensed, and the bit that it latches.
    """
    sheet = twin_circuit(machine, "one clock cycle", *SHOWS)
    network, timing = machine.network, machine.timing
    display = Display(sheet, machine.detail)
    clocks = display.volts("latch", "step")
    edges = range(len(network.edges))
    bits = display.volts(*(f"e{k}.ud" for k in edges), names=[f"e{k}.up" for k in edges])
    _drops(sheet, machine)
    end, step = timing.first_step + timing.period / 2, f"{timing.max_step:.9g}"
    sheet.analysis(
        f"{options(machine)} noinit nopage",
        "* one cycle: until the second falling edge and half a period more",
        f".tran {step} {end:.9g} 0 {step}",
    )
    outputs = [name for node in network.outputs for name in (f"f{node}", f"c{node}", f"t{node}")]
    display.table([*clocks, *outputs])
    sensed, latched = f"at={timing.first_sense:.9g}", f"at={timing.first_step:.9g}"
    for edge, bit in zip(edges, bits, strict=True):
        sheet.analysis(
            f".meas tran e{edge}_free find v(e{edge}.free) {sensed}",
            f".meas tran e{edge}_clamped find v(e{edge}.clamped) {sensed}",
            f".meas tran e{edge}_up find v({bit}) {latched}",
        )
    sheet.analysis(".end")
    return str(sheet)


def _drops(sheet: Sheet, machine: Machine) -> None:
    """Show the drops of every edge as voltages of nodes."""
    network = machine.network
    sheet.remark("the free and the clamped drop of every edge")
    for index, (a, b) in enumerate(network.edges):
        for drop, name in (("free", free_node), ("clamped", clamped_node)):
            ends = (name(network, a), name(network, b))
            sheet.VCVS(f"{drop}{index}", f"e{index}.{drop}", 0, *ends, voltage_gain=1)
