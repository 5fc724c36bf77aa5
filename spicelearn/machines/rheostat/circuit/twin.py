"""The whole machine: twin networks of rheostats that learn by Eq. 6 (2022 paper)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ....network.graph import Network, terminals
from ....plant import Drive, Floats, State
from ....spice.deck import Deck, Knobs, Timing, solver
from ....spice.library import part
from ....spice.sheet import Sheet, folded
from ....spice.twins import clamped_node, free_node, output_name, target_node
from ..board import Board
from ..parts import Parts
from . import clamp, clock, edge
from .limits import refuse_impossible
from .settling import slowest_time_constant

OPTIONS = ".options trtol=1 reltol=1e-3"
TIGHT = ".options trtol=1 reltol=1e-5"
ACCURATE = "method=gear"
UNREJECTED = "chgtol=1"  # no truncation error rejects a step
UNLIMITED = "convabsstep=1e3"  # V: by so much a part's input may move in one iteration
GENTLE = ".options trtol=1 reltol=1e-2 abstol=1e-9 vntol=1e-3 gmin=1e-10"
STEP_DIVISOR = 10  # of the longest step, in a gentle circuit
STRIDING = f"method=trap xmu=0 {UNREJECTED}"  # backward Euler


@dataclass(frozen=True)
class Twins:
    """Hold all that the machine's circuit is made from, and its state and drive at power-on.

    ``removable`` are the edges that may be cut out of the running circuit, in that order; in
    ``detail`` analog every pin is analog, else comparator outputs and logic are events. ``task`` is
    the name of what it is to learn. The clock is released ``at_once``, or when it suits the solver.
    A ``gentle`` circuit is solved with wider tolerances, in short steps, where the normal one does
    not converge.
    """

    network: Network
    board: Board
    parts: Parts
    state: State
    drive: Drive
    removable: tuple[int, ...] = ()
    detail: str = "event"
    task: str = ""
    at_once: bool = False
    gentle: bool = False

    @cached_property
    def timing(self) -> Timing:
        """Return the times of a cycle, long enough for the network before and after every cut.

        The slowest time constant is scaled by the largest rheostat.
        """
        tau = max(
            slowest_time_constant(self.network.without(self.removable[:gone]), self.board)
            for gone in range(len(self.removable) + 1)
        )
        tau *= float(self.parts.scale.max())
        timing = clock.timing(self.board, tau, self.detail, self.at_once)
        if self.gentle:
            return replace(timing, max_step=timing.max_step / STEP_DIVISOR, striding=False)
        return timing


def options(twins: Twins) -> str:
    """Return the options line: solver, method and tolerances.

    An ample period is simulated in a few long steps of the backward Euler method: a step of h time
    constants multiplies the distance from the settled state by 1/(1 + h); a method of second order
    needs two steps for as much. There, and with every pin analog, no step is rejected: what crosses
    a threshold in a step that ngspice rejects may keep its output for ever. Where the network is
    sensed before it has settled, the truncation error decides what is sensed: its tolerance is
    tight.

    In detail event the circuit between two decisions is linear, so one iteration finds its
    voltages and another confirms them. ngspice would let inputs of digital parts move by 0.1 V or
    a quarter per iteration, which a linear circuit does not need.
    """
    striding, analog = twins.timing.striding, twins.detail == "analog"
    tolerances = GENTLE if twins.gentle else OPTIONS if striding or analog else TIGHT
    method = STRIDING if striding else accurate(twins.detail)
    chosen = solver(len(twins.network.edges))
    limit = "" if analog else UNLIMITED
    return " ".join(filter(None, (tolerances, chosen, method, limit)))


def accurate(detail: str) -> str:
    """Return the method of a circuit in short steps, of this detail."""
    return f"{ACCURATE} {UNREJECTED}" if detail == "analog" else ACCURATE


ABOUT = (
    "A twin network of digital rheostats that trains itself (S. Dillavou, M. Stern, A. J. Liu,",
    "D. J. Durian, Phys. Rev. Applied 18, 014040, 2022): two identical networks see the same",
    "inputs, the outputs of one are nudged towards the target, and every edge compares its own two",
    "drops. Equation numbers and appendices are those of the paper.",
    "",
    "Nodes: in2 is input 2, common to both networks; f3 is node 3 of the free one, c3 that of the",
    "clamped one; t8 the target of output 8; e7.ud the latched bit of edge 7: up where it is high.",
    "Inside edge 7, xe7: plus and minus its averagers, more and negative its comparators' outputs.",
)


def twin_sheet(
    twins: Twins,
    title: str = "",
    *shows: str,
    counting: bool = False,
    releasing: bool = False,
    gated: bool = False,
) -> Sheet:
    """Return the machine as a PySpice circuit, models included, to simulate or to build upon.

    Sources ``vinN`` drive the inputs and ``vtN`` hold the targets; ``xeK`` is edge K and ``eK.ud``
    its latched bit. ``shows`` are lines of its head that say what it prints. If ``counting``, the
    rheostats step themselves; their chip selects are all at node ``cs``, or if ``gated`` at one
    node ``eK.cs`` per edge. If ``releasing``, the clamps nudge only while node ``nudge`` is at 1 V.
    Raises UsageError for constants that no circuit can have.
    """
    network, board, drive = twins.network, twins.board, twins.drive
    refuse_impossible(board, twins.detail)
    what = [f"spicelearn: {twins.task}" if twins.task else "spicelearn", title]
    what += [f"twin network {network.name}", f"{len(network.edges)} edges"]
    what += [f"detail {twins.detail}", f"seed {twins.parts.seed}"]
    sheet = Sheet(", ".join(filter(None, what)), board, *ABOUT, *shows)
    sheet.raw_spice = parts_text(counting)
    clock_constants(sheet, board, twins.timing)
    sheet.derive("eta", drive.eta, "nudge of Eq. 1")
    supplies(sheet, twins.detail, board.gate_pullup_ohm > 0)
    sheet.section("Inputs and targets, V")
    for node, volts in zip(network.inputs, drive.inputs[0], strict=True):
        sheet.V(f"in{node}", f"in{node}", 0, repr(float(volts)))
    for output, volts in zip(network.outputs, drive.targets[0], strict=True):
        sheet.V(target_node(output), target_node(output), 0, repr(float(volts)))
    _edges(sheet, twins, counting, gated)
    _clamps(sheet, network, releasing)
    return sheet


def _clamps(sheet: Sheet, network: Network, releasing: bool) -> None:
    """Add one clamp per output."""
    sheet.section("Clamp: one per output (Eq. 1)")
    nudge = ["nudge"] if releasing else []
    kinds = {isinstance(output, tuple) for output in network.outputs}
    if False in kinds:
        sheet.subcircuit(clamp.clamp_circuit(releasing))
    if True in kinds:
        sheet.subcircuit(clamp.difference_clamp(releasing))
    for output in network.outputs:
        ends = terminals([output])
        pins = [*(f"f{node}" for node in ends), *(f"c{node}" for node in ends), target_node(output)]
        kind = "dclamp" if isinstance(output, tuple) else "clamp"
        sheet.X(output_name("s", output), kind, *pins, *nudge)


def parts_text(counting: bool) -> str:
    """Return the text of the models of all parts."""
    rheostat = "AD5220" if counting else "AD5220_rheostat"
    return "\n".join(part(name) for name in (rheostat, *edge.PARTS, "MC14490"))


def clock_constants(sheet: Sheet, board: Board, timing: Timing) -> None:
    """Add the clock's period, start and delay as constants, each with its origin."""
    settling = f"the time in which the slowest time constant settles to {board.settle_V:g} V"
    period = f"{clock.AMPLE} times {settling} (A)"
    if board.clock_period_s:
        period = "as the board has it"
    sheet.derive("clock_period_s", timing.period, f"clock period: {period}")
    sheet.derive("clock_start_s", timing.start, "where the clock is released")
    delay = f"{clock.DEBOUNCE:g} s, or {clock.SLOWER:g} of {settling} where that is longer (A)"
    if board.clock_delay_s:
        delay = "as the board has it"
    what = f"MC14490: four periods of its oscillator: {delay}"
    sheet.derive("clock_delay_s", timing.delay, what)


def supplies(sheet: Sheet, detail: str, pulled_up: bool = False) -> None:
    """Add the supplies and the clock, ``pulled_up`` as in `clock.clock_by_parts`."""
    sheet.section("Supplies")
    sheet.V("cc", "vcc", 0, "{comparator_supply_V}")
    if detail == "analog":
        sheet.V("dd", "high", 0, "{logic_supply_V}")
    sheet.section("Clock: two falling edges, the first latches, the second steps (Appendix C)")
    if detail == "analog":
        sheet.subcircuit(clock.clock_by_parts("high", pulled_up))
        sheet.X("clock", "clock", "latch", "step", "high")
    else:
        sheet.subcircuit(clock.clock_circuit())
        sheet.X("clock", "clock", "latch", "step")


def _edges(sheet: Sheet, twins: Twins, counting: bool, gated: bool) -> None:
    """Add the edges, each with the values drawn for its parts."""
    network = twins.network
    sheet.subcircuit(edge.edge_circuit(twins.board, twins.detail, counting))
    _, _, _, _, *joined, _ = edge.pins(twins.detail, counting)  # with nodes of their names
    sheet.section(
        "Edges: free a, b; clamped a, b; clocks; supplies; latched bit",
        "scalef, scalec: R_AB of the free and the clamped rheostat over nominal; vos1, ios1:",
        "offsets of the comparator of the two drops (V, A); vos2, ios2: of that of the free drop's",
        "sign; what is not listed is as in .subckt edge",
    )
    noise = noisy(twins)
    for index, ends in enumerate(network.edges):
        nodes = [name(network, node) for name in (free_node, clamped_node) for node in ends]
        code = twins.state.weights[index].item()
        common = [f"e{index}.{pin}" if gated and pin == "cs" else pin for pin in joined]
        pins = (*nodes, *common, f"e{index}.ud")
        own = {**imperfect(twins.parts, index), **noise[index]}
        sheet.X(f"e{index}", "edge", *pins, code=repr(code), **own)


def noisy(twins: Twins) -> list[dict[str, str]]:
    """Return the noise currents of every edge in the first cycle, A; none without noise."""
    network, board = twins.network, twins.board
    if not board.noise_V:
        return [{} for _ in network.edges]
    noise = twins.parts.node_noise(board, network, twins.state.cycle)
    currents = edge.noise_currents(board, noise, np.array(network.edges)).reshape(2, -1).T
    return [{f"noise{n}": f"{amperes:.9g}" for n, amperes in enumerate(row, 1)} for row in currents]


def imperfect(parts: Parts, index: int) -> dict[str, str]:
    """Return the parameters of an edge that differ from those of a perfect one."""
    values = {
        "scalef": parts.scale[index, 0],
        "scalec": parts.scale[index, 1],
        "vos1": parts.offset_V[index, 0],
        "ios1": parts.offset_current_A[index, 0],
        "vos2": parts.offset_V[index, 1],
        "ios2": parts.offset_current_A[index, 1],
    }
    return {
        name: repr(float(value)) for name, value in values.items() if value != edge.PARAMETERS[name]
    }


def knobs(twins: Twins) -> tuple[Knobs, ...]:
    """Return what is altered from cycle to cycle.

    These are the rheostats of every edge, free then clamped, ohm; the voltages of inputs and
    targets, V; the nudges; on a board with noise the noise currents, A; and the multipliers of the
    devices of removable edges.
    """
    network, board, parts = twins.network, twins.board, twins.parts
    edges, outputs = range(len(network.edges)), network.outputs
    share = np.array([0.5 if isinstance(output, tuple) else 1.0 for output in outputs])
    found = [
        Knobs(
            tuple(f"r.xe{index}.x{twin}.rwb[resistance]" for twin in "fc" for index in edges),
            lambda state, drive: parts.resistances(board, state.weights).ravel(),
        ),
        Knobs(
            tuple(f"vin{node}[dc]" for node in network.inputs), lambda state, drive: drive.inputs[0]
        ),
        Knobs(
            tuple(f"v{target_node(output)}[dc]" for output in outputs),
            lambda state, drive: drive.targets[0],
        ),
        Knobs(
            tuple(f"e.x{output_name('s', output)}.enudge[gain]" for output in outputs),
            lambda state, drive: share * drive.eta,
        ),
    ]
    if board.noise_V:
        found.append(_noise_knobs(twins))
    if twins.removable:
        found.append(_multiplier_knobs(twins))
    return tuple(found)


def _noise_knobs(twins: Twins) -> Knobs:
    """Return the currents that carry the noise of both comparators of every edge, A."""
    network, board, parts = twins.network, twins.board, twins.parts

    def currents(state: State, drive: Drive) -> Floats:
        del drive
        return edge.noise_currents(
            board, parts.node_noise(board, network, state.cycle), network.ends
        )

    names = (
        f"i.xe{index}.inoise{comparator}[dc]"
        for comparator in (1, 2)
        for index in range(len(network.edges))
    )
    return Knobs(tuple(names), currents)


def _multiplier_knobs(twins: Twins) -> Knobs:
    """Return the multipliers of all devices of the removable edges: 1, or `edge.GONE` once cut."""
    removable = list(twins.removable)
    devices = [edge.devices(twins.board, f"xe{index}") for index in removable]

    def multipliers(state: State, drive: Drive) -> Floats:
        del state
        return np.where(drive.intact[removable], 1.0, edge.GONE).repeat(len(devices[0]))

    return Knobs(tuple(f"{name}[m]" for names in devices for name in names), multipliers)


def twin_deck(twins: Twins) -> Deck:
    """Return the deck of the machine that is driven and stepped from outside, clock by clock.

    Its probes are the free nodes in order, then the clamped nodes. Raises UsageError for constants
    that no circuit can have.
    """
    network, timing, analog = twins.network, twins.timing, twins.detail == "analog"
    nodes = range(network.nodes)
    probes = [name(network, node) for name in (free_node, clamped_node) for node in nodes]
    bits = [f"e{index}.ud" for index in range(len(network.edges))]
    saved = dict.fromkeys([*probes, *(bits if analog else ())])
    sheet = twin_sheet(twins)
    shown = " ".join(f"v(f{node}) v(c{node})" for node in terminals(network.outputs))
    sheet.analysis(
        options(twins),
        *folded(f".save {' '.join(f'v({probe})' for probe in saved)}"),
        *folded(f".print tran {shown}"),
        f".tran {timing.max_step!r} {timing.period + timing.first_step!r} 0 {timing.max_step!r}",
        ".end",
    )
    return Deck(
        text=str(sheet),
        knobs=knobs(twins),
        probes=tuple(probes),
        bits=tuple(bits),
        timing=timing,
        high_V=twins.board.logic_supply_V / 2 if analog else None,
    )
