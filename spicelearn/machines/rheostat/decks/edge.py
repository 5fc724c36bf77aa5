"""One edge alone, with stimuli that show its decisions and its steps."""

from __future__ import annotations

import numpy as np

from ....machine import Setup
from ....spice.sheet import Sheet
from ..board import Board
from ..circuit import clock, edge
from ..circuit.limits import refuse_impossible, refuse_uncounted
from ..circuit.twin import OPTIONS, accurate, clock_constants, imperfect, parts_text, supplies
from ..parts import Parts
from .display import Display
from .stimuli import chip_select, wave

# V at fa, fb, ca, cb, and whether the chip select lets the counter count: one clock per row
STIMULI = (
    ((3.0, 2.0, 3.0, 1.5), True),  # free +1.0, clamped +1.5: up
    ((3.0, 1.5, 3.0, 2.0), True),  # free +1.5, clamped +1.0: down
    ((2.0, 3.0, 1.5, 3.0), True),  # free -1.0, clamped -1.5: up
    ((1.5, 3.0, 2.0, 3.0), True),  # free -1.5, clamped -1.0: down
    ((3.0, 2.0, 3.0, 1.5), False),  # up again, but not selected: the code stays
)
ABOUT = (
    "One edge of a twin network of digital rheostats (S. Dillavou, M. Stern, A. J. Liu,",
    "D. J. Durian, Phys. Rev. Applied 18, 014040, 2022), its four nodes driven by sources: the",
    "free drop is V(fa) - V(fb), the clamped one V(ca) - V(cb). Five clocks: the resistance is to",
    "rise, fall, rise, fall (Eq. 6: where the clamped drop is the larger one, it rises), and to",
    "stay where it is while chip select is high. Equation numbers and appendices are the paper's.",
    "",
    "Inside the edge, xe0: plus and minus are its averagers, more and negative its comparators'",
    "outputs (clamped drop larger; free drop negative), up the bit to be latched; e0.ud is the",
    "latched bit. It prints the code before and after every step, code0 to code5, from mid-scale",
    "64 65 64 65 64 64; then voltages, clocks, bits and both rheostats' codes against time.",
)


def edge_form(setup: Setup) -> str:
    """Return a deck of edge 0 of the machine and of the clock.

    Raises UsageError for constants that no circuit, or no rheostat that steps itself, can have.
    """
    board: Board = setup.constants
    parts: Parts = setup.parts
    detail = setup.detail
    timing = clock.timing(board, 0.0, at_once=True)
    refuse_impossible(board, detail)
    refuse_uncounted(board, timing.period)
    sheet = Sheet(
        f"spicelearn: one edge, five clocks, detail {detail}, seed {parts.seed}", board, *ABOUT
    )
    sheet.raw_spice = parts_text(counting=True)
    clock_constants(sheet, board, timing)
    supplies(sheet, detail, board.gate_pullup_ohm > 0)
    sheet.section("Stimuli, V")
    for column, node in enumerate(("fa", "fb", "ca", "cb")):
        volts = np.array([row[column] for row, _ in STIMULI])
        sheet.V(node, node, 0, wave(volts, timing))
    high = board.logic_supply_V
    select = np.array([0.0 if counts else high for _, counts in STIMULI])
    chip_select(sheet, detail, select, timing)
    sheet.section("Edge: free a, b; clamped a, b; clocks; supplies; latched bit")
    sheet.subcircuit(edge.edge_circuit(board, detail, counting=True))
    pins = (*edge.pins(detail, counting=True)[:-1], "e0.ud")
    sheet.X("e0", "edge", *pins, code=repr(board.start_code), **imperfect(parts, 0))
    _analyse(sheet, detail, timing.first_step, timing.period)
    return str(sheet)


def _analyse(sheet: Sheet, detail: str, first_step: float, period: float) -> None:
    """Add analyses: voltages, digital nodes and codes against time, the code after every step."""
    display = Display(sheet, detail)
    digital = ("latch", "step", "xe0.more", "xe0.negative", "xe0.up", "e0.ud")
    shown = display.volts(*digital, names=("latch_V", "step_V", "more", "negative", "up", "ud"))
    end = first_step + (len(STIMULI) - 0.5) * period
    sheet.analysis(
        f"{OPTIONS} {accurate(detail)} noinit nopage",
        f".tran {period / 50:.9g} {end:.9g} 0 {period / 50:.9g}",
    )
    sheet.table(["fa", "fb", "ca", "cb", *shown, "xe0.xf.code", "xe0.xc.code"])
    sheet.analysis("* the code of the free rheostat before, and after every step")
    for count in range(len(STIMULI) + 1):
        time = first_step + (count - 0.75) * period
        sheet.analysis(f".meas tran code{count} find v(xe0.xf.code) at={time:.9g}")
    sheet.analysis(".end")
