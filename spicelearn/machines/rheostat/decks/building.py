"""The machine to be built: its packages and what joins them, from the circuit of detail analog."""

from __future__ import annotations

from dataclasses import replace

from ....errors import UsageError
from ....machine import Setup
from ....spice.sheet import Sheet
from ....spice.twins import clamped_node, free_node
from ....spice.wiring import GROUND, Wiring, flat
from ..board import Board
from ..circuit.clock import timing
from ..circuit.edge import edge_circuit, pins
from ..circuit.limits import refuse_impossible, refuse_uncounted
from ..circuit.plant import twins_of
from ..circuit.twin import twin_sheet

DETAIL = "analog"
CLAMPS = ("clamp", "dclamp")  # of the laboratory: instruments read free nodes, hold clamped ones
POWER = ("vcc", "high", GROUND)
GRADES = {10e3: "AD5220BNZ10", 50e3: "AD5220BNZ50", 100e3: "AD5220BNZ100"}
DECOUPLING_F = 100e-9
OSCILLATOR_Hz_F = 1.5e-6  # of an MC14490 at 5 V, typical: frequency times capacitance
POWER_ON = 64  # wiper code that an AD5220 sets itself
PERIODS = 4  # of its oscillator in the delay of a section
SLOW_F = 10e-9  # of a clock of the laboratory's 3 to 5 Hz: a delay of 27 ms (A)
LEAST_F = 100e-12  # below this the capacitance of the wiring decides (A)


def machine_wiring(setup: Setup) -> Wiring:
    """Return the components of the whole machine; edges share packages.

    Raises UsageError for constants that no such components have.
    """
    twins = replace(twins_of(setup), detail=DETAIL)
    network, edges = twins.network, range(len(twins.network.edges))
    sheet = twin_sheet(twins, counting=True)
    wiring = _wiring(f"{network.name}, {len(edges)} edges", twins.board, twins.timing.period)
    wiring.place(sheet, flat(sheet, *CLAMPS))
    farads = oscillator_F(twins.board)
    for component in [*wiring.components]:
        numbers = {pin: number for number, pin in component.pins.items()}
        if "oscin" in numbers:
            ends = [component.nets[numbers[pin]] for pin in ("oscin", "oscout")]
            wiring.leads("C", farads, dict(zip("12", ends, strict=True)))
    wiring.decouple(DECOUPLING_F)
    wiring.connector("power", POWER)
    wiring.connector("clock", ("xclock.wave", "latch", "step", "cs", GROUND))
    nodes = range(network.nodes)
    wiring.connector("inputs", [f"in{node}" for node in network.inputs])
    for twin, name in (("free", free_node), ("clamped", clamped_node)):
        own = [name(network, node) for node in nodes if node not in network.inputs]
        wiring.connector(f"{twin} nodes", own)
    wiring.connector("latched bits", [f"e{index}.ud" for index in edges])
    return wiring


def edge_wiring(setup: Setup) -> Wiring:
    """Return the components of the board of one edge; the clock is elsewhere.

    Raises UsageError for constants that no such components have.
    """
    board: Board = setup.constants
    refuse_impossible(board, DETAIL)
    wiring = _wiring("one edge", board, timing(board, 0.0).period)
    sheet = Sheet("one edge", board)
    sheet.subcircuit(edge_circuit(board, DETAIL, counting=True))
    sheet.X("e0", "edge", *pins(DETAIL, counting=True))
    wiring.place(sheet, flat(sheet))
    wiring.decouple(DECOUPLING_F)
    wiring.connector("power", POWER)
    wiring.connector("clock", ("latch", "step", "cs", "ud", GROUND))
    wiring.connector("nodes", ("fa", "fb", "ca", "cb"))
    return wiring


LOGIC_V = 4.5, 5.5  # supplies of an SN74ALS86; an AD5220 takes 2.7 to 5.5 V


def _wiring(what: str, board: Board, period: float) -> Wiring:
    """Return a wiring without components; refuse rheostats that cannot be bought."""
    refuse_uncounted(board, period)
    low, high = LOGIC_V
    if not low <= board.logic_supply_V <= high:
        raise UsageError(
            f"board: logic_supply_V = {board.logic_supply_V:g}, expected {low:g} to {high:g} for a "
            "machine to be built: an SN74ALS86 and an AD5220 take no other"
        )
    if board.start_code != POWER_ON:
        raise UsageError(
            f"board: start_code = {board.start_code}, expected {POWER_ON} for a machine to be "
            "built: an AD5220 begins there"
        )
    if board.rheostat_ohm not in GRADES:
        grades = ", ".join(f"{ohm:g}" for ohm in GRADES)
        raise UsageError(
            f"board: rheostat_ohm = {board.rheostat_ohm:g}, expected one of {grades} for a machine "
            "to be built"
        )
    return Wiring(f"spicelearn: {what}", {"AD5220": GRADES[board.rheostat_ohm]})


def oscillator_F(board: Board) -> float:
    """Return the capacitor of the debouncer's oscillator, F, for the board's clock delay.

    Where the board gives none: `SLOW_F`. Raises UsageError for a delay that is too short.
    """
    if not board.clock_delay_s:
        return SLOW_F
    farads = OSCILLATOR_Hz_F * board.clock_delay_s / PERIODS
    if farads < LEAST_F:
        least = LEAST_F * PERIODS / OSCILLATOR_Hz_F
        raise UsageError(
            f"board: clock_delay_s = {board.clock_delay_s:g}, expected 0 or at least {least:.3g} "
            "for a machine to be built: its oscillator has a capacitor"
        )
    return farads
