"""The whole machine: twin networks of rheostats that learn by Eq. 6 (2022 paper)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ...board import Board
from ...network import Network
from ...parts import Parts
from ...plant import Drive, State
from ..deck import Deck, Timing
from ..library import part
from ..settling import slowest_time_constant
from ..sheet import Sheet, folded
from . import clock, edge, supervisor
from .limits import refuse_impossible

OPTIONS = ".options trtol=1 reltol=1e-3"
ACCURATE = "method=gear"
SPARSE = "klu"  # a solver that ngspice has from 42 on; before, the option does nothing
SPARSE_FROM = 300  # edges, from which on it is faster
GENTLE = ".options trtol=1 reltol=1e-2 abstol=1e-9 vntol=1e-3 gmin=1e-10"
SHORTER = 10  # times, the steps of a gentle circuit
STRIDING = "method=trap xmu=0 chgtol=1"  # backward Euler; no truncation error rejects a step


def free_node(network: Network, node: int) -> str:
    """Return the circuit node of a network node in the free twin; an input is common to both."""
    return f"in{node}" if node in network.inputs else f"f{node}"


def clamped_node(network: Network, node: int) -> str:
    """Return the circuit node of a network node in the clamped twin."""
    return f"in{node}" if node in network.inputs else f"c{node}"


@dataclass(frozen=True)
class Machine:
    """Hold all that the machine's circuit is made from, with what it is switched on with.

    ``removable`` are the edges that may be taken out of the running circuit, in that order; in
    ``detail`` board every pin is analog, else comparator outputs and logic are events. ``task`` is
    what it is to learn, by name. Its clock is released ``at_once``, or when it suits the solver. A
    ``gentle`` one is solved with wider tolerances, in short steps: where there is no convergence.
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
        """Return the times of a cycle, for the network and all that is left of it by and by.

        The largest rheostat scales the slowest time constant.
        """
        tau = max(
            slowest_time_constant(self.network.without(self.removable[:gone]), self.board)
            for gone in range(len(self.removable) + 1)
        )
        tau *= float(self.parts.scale.max())
        timing = clock.timing(self.board, tau, self.detail, self.at_once)
        if self.gentle:
            return replace(timing, max_step=timing.max_step / SHORTER, striding=False)
        return timing


def options(machine: Machine) -> str:
    """Return the options line: solver, method and tolerances.

    An ample period is taken in a few long steps of the backward Euler method: of what is missing
    to the settled state a step of h time constants leaves 1/(1 + h), where methods of second order
    leave as much for two. None is rejected: a comparator that crosses its threshold in a step that
    ngspice takes back may keep its output for ever.
    """
    method = STRIDING if machine.timing.striding else ACCURATE
    solver = f" {SPARSE}" if len(machine.network.edges) >= SPARSE_FROM else ""
    return f"{GENTLE if machine.gentle else OPTIONS}{solver} {method}"


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


def twin_circuit(
    machine: Machine,
    title: str = "",
    *shows: str,
    counting: bool = False,
    releasing: bool = False,
    gated: bool = False,
) -> Sheet:
    """Return the machine as a PySpice circuit, models included, to simulate or to build upon.

    Sources ``vinN`` drive the inputs and ``vtN`` hold the targets; ``xeK`` is edge K and ``eK.ud``
    its latched bit. ``shows`` are lines of its head that tell what it prints. Where it is
    ``counting`` the rheostats step themselves, their chip selects joined at node ``cs``, or where
    they are ``gated`` at a node ``eK.cs`` an edge; where the supervisor is ``releasing`` the
    outputs, node ``nudge`` tells when. Raises UsageError for constants that no circuit has.
    """
    network, board, drive = machine.network, machine.board, machine.drive
    refuse_impossible(board, machine.detail)
    what = [f"spicelearn: {machine.task}" if machine.task else "spicelearn", title]
    what += [f"twin network {network.name}", f"{len(network.edges)} edges"]
    what += [f"detail {machine.detail}", f"seed {machine.parts.seed}"]
    circuit = Sheet(", ".join(filter(None, what)), board, *ABOUT, *shows)
    circuit.raw_spice = parts_text(counting)
    clock_constants(circuit, board, machine.timing)
    circuit.derive("eta", drive.eta, "nudge of Eq. 1")
    supplies(circuit, machine.detail)
    circuit.section("Inputs and targets, V")
    for node, volts in zip(network.inputs, drive.inputs, strict=True):
        circuit.V(f"in{node}", f"in{node}", 0, repr(float(volts)))
    for node, volts in zip(network.outputs, drive.targets, strict=True):
        circuit.V(f"t{node}", f"t{node}", 0, repr(float(volts)))
    _edges(circuit, machine, counting, gated)
    circuit.section("Supervisor: one an output (Eq. 1)")
    circuit.subcircuit(supervisor.supervisor_circuit(releasing))
    nudge = ["nudge"] if releasing else []
    for node in network.outputs:
        circuit.X(f"s{node}", "supervisor", f"f{node}", f"c{node}", f"t{node}", *nudge)
    return circuit


def parts_text(counting: bool) -> str:
    """Return the models of all parts."""
    rheostat = "AD5220" if counting else "AD5220_rheostat"
    return "\n".join(part(name) for name in (rheostat, *edge.PARTS, "MC14490"))


def clock_constants(circuit: Sheet, board: Board, timing: Timing) -> None:
    """Tell the clock's period and delay, and where they come from."""
    settling = f"the time in which the slowest time constant settles to {board.settle_V:g} V"
    period = f"{clock.AMPLE} times {settling} (A)"
    if board.clock_period_s:
        period = "as the board has it"
    circuit.derive("clock_period_s", timing.period, f"clock period: {period}")
    circuit.derive("clock_start_s", timing.start, "where the clock is released")
    delay = f"{clock.DEBOUNCE:g} s, or {clock.SLOWER:g} of {settling} where that is longer (A)"
    if board.clock_delay_s:
        delay = "as the board has it"
    what = f"MC14490: four periods of its oscillator: {delay}"
    circuit.derive("clock_delay_s", timing.delay, what)


def supplies(circuit: Sheet, detail: str) -> None:
    """Put in the rails and the clock."""
    circuit.section("Supplies")
    circuit.V("cc", "vcc", 0, "{comparator_supply_V}")
    if detail == "board":
        circuit.V("dd", "high", 0, "{logic_supply_V}")
    circuit.section("Clock: two falling edges, the first latches, the second steps (Appendix C)")
    if detail == "board":
        circuit.subcircuit(clock.clock_by_parts())
        circuit.X("clock", "clock", "latch", "step", "high")
    else:
        circuit.subcircuit(clock.clock_circuit())
        circuit.X("clock", "clock", "latch", "step")


def _edges(circuit: Sheet, machine: Machine, counting: bool, gated: bool) -> None:
    """Put in the edges, each with what was drawn for its parts."""
    network = machine.network
    circuit.subcircuit(edge.edge_circuit(machine.board, machine.detail, counting))
    _, _, _, _, *joined, _ = edge.pins(machine.detail, counting)  # with nodes of their names
    circuit.section(
        "Edges: free a, b; clamped a, b; clocks; supplies; latched bit",
        "scalef, scalec: R_AB of the free and the clamped rheostat over nominal; vos1, ios1:",
        "offsets of the comparator of the two drops (V, A); vos2, ios2: of that of the free drop's",
        "sign; what is not listed is as in .subckt edge",
    )
    noise = noisy(machine)
    for index, ends in enumerate(network.edges):
        nodes = [name(network, node) for name in (free_node, clamped_node) for node in ends]
        code = machine.state.codes[index].item()
        common = [f"e{index}.{pin}" if gated and pin == "cs" else pin for pin in joined]
        pins = (*nodes, *common, f"e{index}.ud")
        own = {**drawn(machine.parts, index), **noise[index]}
        circuit.X(f"e{index}", "edge", *pins, code=repr(code), **own)


def noisy(machine: Machine) -> list[dict[str, str]]:
    """Return every edge's noise currents of the first cycle, on a board with noise."""
    network, board = machine.network, machine.board
    if not board.noise_V:
        return [{} for _ in network.edges]
    noise = machine.parts.node_noise(board, network, machine.state.cycle)
    currents = edge.noise_currents(board, noise, np.array(network.edges)).reshape(2, -1).T
    return [{f"noise{n}": f"{amperes:.9g}" for n, amperes in enumerate(row, 1)} for row in currents]


def drawn(parts: Parts, index: int) -> dict[str, str]:
    """Return those parameters of an edge that were drawn and are not those of a perfect one."""
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


def _knobs(network: Network, board: Board, removable: tuple[int, ...]) -> list[str]:
    """Return the names of the knobs in their order; see `twin_deck`."""
    edges = range(len(network.edges))
    return [
        *(f"r.xe{index}.x{twin}.rwb[resistance]" for twin in "fc" for index in edges),
        *(f"vin{node}[dc]" for node in network.inputs),
        *(f"vt{node}[dc]" for node in network.outputs),
        *(f"e.xs{node}.enudge[gain]" for node in network.outputs),
        *(
            f"i.xe{index}.inoise{comparator}[dc]"
            for comparator in ((1, 2) if board.noise_V else ())
            for index in edges
        ),
        *(f"{device}[m]" for index in removable for device in edge.devices(board, f"xe{index}")),
    ]


def twin_deck(machine: Machine) -> Deck:
    """Return the deck of the machine that is driven and stepped from outside, clock by clock.

    Order of the knobs: free rheostat of every edge, clamped rheostat of every edge, input voltages,
    target voltages, nudges; on a board with noise also the noise currents; the multipliers of the
    devices of every removable edge. Probes: free nodes in order, then clamped nodes. Raises
    UsageError for constants that no circuit has.
    """
    network, timing, analog = machine.network, machine.timing, machine.detail == "board"
    nodes = range(network.nodes)
    probes = [name(network, node) for name in (free_node, clamped_node) for node in nodes]
    bits = [f"e{index}.ud" for index in range(len(network.edges))]
    saved = dict.fromkeys([*probes, *(bits if analog else ())])
    sheet = twin_circuit(machine)
    sheet.analysis(
        options(machine),
        *folded(f".save {' '.join(f'v({probe})' for probe in saved)}"),
        *folded(f".print tran {' '.join(f'v(f{node}) v(c{node})' for node in network.outputs)}"),
        f".tran {timing.max_step!r} {timing.period + timing.first_step!r} 0 {timing.max_step!r}",
        ".end",
    )
    return Deck(
        text=str(sheet),
        knobs=tuple(_knobs(network, machine.board, machine.removable)),
        probes=tuple(probes),
        bits=tuple(bits),
        timing=timing,
        high_V=machine.board.logic_supply_V / 2 if analog else None,
    )
