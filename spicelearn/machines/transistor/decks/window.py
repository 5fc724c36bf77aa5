"""One learning window of one example, in steps as fine as ngspice takes them."""

from __future__ import annotations

from dataclasses import replace

from ....machine import Setup
from ....network.graph import terminals
from ....spice.deck import solver
from ....spice.sheet import Sheet
from ....spice.twins import clamped_node, free_node, target_node
from ..circuit.deck import DETAILS, Transistors, sheet_of
from .gates import begin_with

POINTS = 200  # at least, of a window
RISE = 1e-3  # of a window, in which the learning signal rises and falls
ACCURATE = ".options reltol=1e-5 vntol=1e-8 abstol=1e-13 noinit nopage"
SHOWS = (
    "",
    "It shows the example of cycle 0. The nodes have settled when the learning signal, learn,",
    "rises; it falls after the window. Of edge 7 it prints the free and the clamped drop as the",
    "window opens (e7_free, e7_clamped, V), the gate before and after (g7_before, g7_after, V) and",
    "by how much it moved (e7_moved, V: up where the free drop is the larger one), and the error",
    "before and after (V^2); then learning signal, outputs, labels and gates against time.",
)


def window_form(setup: Setup) -> str:
    """Return a deck that shows one learning window of the first example."""
    machine = replace(Transistors.of(setup), masked=False, natural=True)
    network, board = machine.network, machine.board
    window = board.window_s
    opens = max(board.example_s - window, window / 10)
    closes = opens + window
    sheet, high = sheet_of(machine, *SHOWS), DETAILS[machine.detail].learn_V
    rise = window * RISE
    pulse = (opens - rise / 2, rise, rise, window - rise, 10 * closes)
    sheet.element(
        "Vlearn"
    ).dc_value = f"pulse(0 {high:g} {' '.join(f'{time:.9g}' for time in pulse)})"
    _drops(sheet, machine)
    begin_with(sheet, setup.state)
    step = f"{window / POINTS:.9g}"
    sheet.analysis(
        f"{ACCURATE} {solver(len(network.edges))}".strip(),
        f".tran {step} {closes + window / 10:.9g} 0 {step}",
    )
    outputs = [
        name
        for output in network.outputs
        for node in terminals([output])
        for name in (f"f{node}", f"c{node}", target_node(output))
    ]
    edges = range(len(network.edges))
    sheet.table(["learn", *dict.fromkeys(outputs), *(f"g{edge}" for edge in edges)])
    before, after = (f"at={time:.9g}" for time in (opens - rise, closes + rise))
    for edge in edges:
        sheet.analysis(
            f".meas tran e{edge}_free find v(e{edge}.free) {before}",
            f".meas tran e{edge}_clamped find v(e{edge}.clamped) {before}",
            f".meas tran g{edge}_before find v(g{edge}) {before}",
            f".meas tran g{edge}_after find v(g{edge}) {after}",
            f".meas tran e{edge}_moved param='g{edge}_after-g{edge}_before'",
        )
    sheet.analysis(".end")
    return str(sheet)


def _drops(sheet: Sheet, machine: Transistors) -> None:
    """Add nodes whose voltages are the drops of every edge."""
    network = machine.network
    sheet.section("The free and the clamped drop of every edge, to be seen; nothing loads them")
    for index, (a, b) in enumerate(network.edges):
        for drop, name in (("free", free_node), ("clamped", clamped_node)):
            ends = (name(network, a), name(network, b))
            sheet.VCVS(f"{drop}{index}", f"e{index}.{drop}", 0, *ends, voltage_gain=1)
