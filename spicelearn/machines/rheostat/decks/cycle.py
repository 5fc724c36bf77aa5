"""The machine as it is trained, for one clock cycle."""

from __future__ import annotations

from ....machine import Setup
from ....network.graph import terminals
from ....spice.sheet import Sheet
from ....spice.twins import clamped_node, free_node, target_node
from ..circuit.plant import twins_of
from ..circuit.twin import Twins, options, twin_sheet
from .display import Display

SHOWS = (
    "",
    "It is switched on with the example of cycle 0 and shows that cycle: of edge 7 the free and",
    "the clamped drop as they are sensed (e7_free, e7_clamped, V) and the bit that it latches",
    "(e7_up: 1 where its resistance is to rise); then clocks, outputs and targets against time.",
)


def cycle_form(setup: Setup) -> str:
    """Return a deck that shows one clock cycle.

    The deck prints clocks and outputs against time, and for every edge both drops as they are
    sensed and the bit that it latches. Raises UsageError for constants that no circuit can have.
    """
    twins = twins_of(setup)
    sheet = twin_sheet(twins, "one clock cycle", *SHOWS)
    network, timing = twins.network, twins.timing
    display = Display(sheet, twins.detail)
    clocks = display.volts("latch", "step")
    edges = range(len(network.edges))
    bits = display.volts(*(f"e{k}.ud" for k in edges), names=[f"e{k}.up" for k in edges])
    _drops(sheet, twins)
    end, step = timing.first_step + timing.period / 2, f"{timing.max_step:.9g}"
    sheet.analysis(
        f"{options(twins)} noinit nopage",
        "* one cycle: until the second falling edge and half a period more",
        f".tran {step} {end:.9g} 0 {step}",
    )
    outputs = [
        name
        for output in network.outputs
        for node in terminals([output])
        for name in (f"f{node}", f"c{node}", target_node(output))
    ]
    sheet.table([*clocks, *dict.fromkeys(outputs)])
    sensed, latched = f"at={timing.first_sense:.9g}", f"at={timing.first_step:.9g}"
    for edge, bit in zip(edges, bits, strict=True):
        sheet.analysis(
            f".meas tran e{edge}_free find v(e{edge}.free) {sensed}",
            f".meas tran e{edge}_clamped find v(e{edge}.clamped) {sensed}",
            f".meas tran e{edge}_up find v({bit}) {latched}",
        )
    sheet.analysis(".end")
    return str(sheet)


def _drops(sheet: Sheet, twins: Twins) -> None:
    """Add nodes whose voltages are the drops of every edge."""
    network = twins.network
    sheet.remark("the free and the clamped drop of every edge")
    for index, (a, b) in enumerate(network.edges):
        for drop, name in (("free", free_node), ("clamped", clamped_node)):
            ends = (name(network, a), name(network, b))
            sheet.VCVS(f"{drop}{index}", f"e{index}.{drop}", 0, *ends, voltage_gain=1)
