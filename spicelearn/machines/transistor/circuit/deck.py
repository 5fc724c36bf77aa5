"""The deck: two transistors and a multiplier per edge, gates on capacitors, clamps."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from PySpice.Spice.Netlist import Netlist

from ....machine import Setup
from ....network.graph import Network, terminals
from ....plant import Drive, Floats, State
from ....schedules.clocks import SYNCHRONOUS
from ....schedules.rules import OVERCLAMP
from ....spice.deck import Deck, Knobs, Timing, solver
from ....spice.sheet import Sheet, folded
from ....spice.twins import clamped_node, free_node, target_node
from ..board import TransistorBoard
from ..parts import TransistorParts
from . import behavioural, discrete
from .edge import derive_constants

OPTIONS = ".options trtol=1e6 chgtol=1 itl4=40 reltol=1e-5 vntol=1e-8 abstol=1e-12"
TIGHT = ".options trtol=1e6 chgtol=1 itl4=40 reltol=1e-8 vntol=1e-9 abstol=1e-14"
EULER = "method=trap xmu=0"  # backward Euler
GONE = 1e-9  # what is left of a transistor that is taken out
GENTLER = 20  # times as many steps
PARTS_STEPS = 10  # of a window: amplifiers settle within one
RATE_STEP = 4.0  # 1/V: a window is taken in steps of at most this rate
RESTLESS = 1.0  # 1/V, up to which gates may learn in the step in which inputs change
RESTS = 2  # steps
ABOUT = (
    "A twin network of transistors that learns (S. Dillavou et al., PNAS 2024): each edge is an",
    "n-channel MOSFET in a free and in a clamped network, the common gate held by a capacitor. A",
    "multiplier per edge forms the difference of the squared drops and charges the gate while the",
    "learning signal is on: dV_G/dt = ((dV^F)^2 - (dV^C)^2) / (V0 R C).",
    "",
    "Nodes: in2 is input 2, common to both networks; f3 is node 3 of the free one, c3 that of the",
    "clamped one; t0_10 the label of output 0-10; g7 the gate of edge 7.",
)


Source = Callable[[str, str, float], None]  # of this name, at this node, at this voltage, V
Named = Callable[[Network, int], str]  # the circuit node of a network's node, in a copy of it


@dataclass(frozen=True)
class Detail:
    """Describe how much of the circuit is there.

    ``supervise``, ``edges`` and ``amplifiers`` put it into a sheet. ``nudge`` are the knobs of the
    nudge, ``transistor`` is the name of the multiplier of a transistor, of an edge and a twin;
    ``learn_V`` the learning signal, and ``noise`` returns what a noise of 1 V^2 is in its unit.
    """

    supervise: Callable[[Sheet, Transistors, Source], None]
    edges: Callable[[Sheet, Transistors], None]
    amplifiers: Callable[[Sheet, Network, Named, Named], None]
    nudge: Callable[[Network], Knobs]
    transistor: str
    learn_V: float
    noise: Callable[[TransistorBoard], float]


DETAILS = {
    "behavioural": Detail(
        behavioural.supervise,
        behavioural.edges,
        behavioural.amplifiers,
        behavioural.nudge,
        "m.xe{}.m{}[m]",
        1.0,
        lambda board: 1.0,
    ),
    "parts": Detail(
        discrete.supervise,
        discrete.edges,
        discrete.amplifiers,
        discrete.nudge,
        "m.xe{}.x{}.m1[m]",
        5.0,
        lambda board: 1 / board.scale_V,
    ),
}


@dataclass(frozen=True)
class Transistors:
    """Hold all that the machine's circuit is made from, with what it is switched on with.

    ``removable`` are the edges that may be taken out of the running circuit. ``masked`` where not
    all edges learn in every cycle: each then has a learning signal of its own.
    A ``gentle`` one takes a window in many steps: where there is no convergence in one. In a
    ``natural`` one steps may have any length, and nodes and transistors have their capacitances.
    Windows are cut short in a ``brief`` one: gates that move by microvolts need tight tolerances.
    """

    network: Network
    board: TransistorBoard
    parts: TransistorParts
    drive: Drive
    task: str = ""
    removable: tuple[int, ...] = ()
    masked: bool = False
    gentle: bool = False
    natural: bool = False
    detail: str = "behavioural"
    brief: bool = False

    @classmethod
    def of(cls, setup: Setup) -> Self:
        """Return that of a lesson."""
        lesson = setup.lesson
        return cls(
            network=setup.network,
            board=setup.constants,
            parts=setup.parts,
            drive=lesson.first_drive(),
            task=lesson.task.name,
            removable=setup.removable,
            masked=lesson.clock.kind != SYNCHRONOUS or bool(setup.removable),
            detail=setup.detail,
            brief=lesson.rule.kind == OVERCLAMP,
        )

    @property
    def steps(self) -> int:
        """Return in how many steps a window is taken."""
        usual = PARTS_STEPS if self.detail == "parts" else math.ceil(self.board.rate / RATE_STEP)
        return GENTLER * usual if self.gentle else usual

    @property
    def rests(self) -> int:
        """Return the steps between a change of the inputs and the window.

        Where a step moves gates by much, Newton's method converges only from a state near by. Parts
        have the time that the board gives them.
        """
        if self.detail == "parts":
            return max(1, round((self.board.example_s - self.board.window_s) / self.step) - 1)
        return RESTS if self.board.rate > RESTLESS else 0

    @property
    def closes(self) -> int:
        """Return the steps after the window: the switch of the parts opens in it."""
        return 1 if self.detail == "parts" else 0

    @property
    def step(self) -> float:
        """Return the length of a step, s."""
        return self.board.window_s / self.steps

    @property
    def learning(self) -> list[str]:
        """Return the nodes of the learning signal: one, or one per edge where some do not learn."""
        edges = range(len(self.network.edges))
        return [f"learn{index}" for index in edges] if self.masked else ["learn"]


def sheet_of(machine: Transistors, *shows: str, **functions: str) -> Sheet:
    """Return the machine as a PySpice circuit, to simulate or to build upon.

    ``shows`` are lines that say what a deck shows; ``functions`` are expressions, by node, of those
    sources that are functions of time: at their steps ngspice takes no points of its own.

    Sources ``vinN`` drive the inputs, ``vtN`` hold the labels, ``vlearn`` is the learning signal;
    ``xeK`` is edge K and ``gK`` its gate.
    """
    network, board = machine.network, machine.board
    what = [f"spicelearn: {machine.task}" if machine.task else "spicelearn"]
    what += [f"transistor network {network.name}", f"{len(network.edges)} edges"]
    what += [f"seed {machine.parts.seed}"]
    sheet = Sheet(", ".join(what), board, *ABOUT, *shows)
    derive_constants(sheet, board)
    sheet.derive("step_s", machine.step, "time step: a window, or one of its parts")
    sheet.derive("eta", machine.drive.eta, "nudge of Eq. 1")
    detail = DETAILS[machine.detail]

    def source(name: str, node: str, volts: float) -> None:
        if name in functions:
            sheet.B(name, node, 0, v=functions[name])
        else:
            sheet.V(name, node, 0, repr(volts))

    detail.supervise(sheet, machine, source)
    sheet.section(f"Learning signal: {detail.learn_V:g} V while gates move; rails of the gates")
    for signal in machine.learning:
        source(signal, signal, 0.0)
    sheet.V("low", "low", 0, "{gate_low_V+diode_V}")
    sheet.V("high", "high", 0, "{gate_high_V-diode_V}")
    if board.bulk_V:
        sheet.V("bulk", "bulk", 0, "{bulk_V}")
    detail.edges(sheet, machine)
    if network.resistors:
        sheet.section("Fixed resistors, which do not learn")
        fixed_resistors(sheet, network, free_node, clamped_node)
    if network.amplifiers:
        detail.amplifiers(sheet, network, free_node, clamped_node)
    if machine.natural:
        sheet.section("Capacitance of the nodes that no source holds")
        for node in sorted({*range(network.nodes)} - {*network.common}):
            for twin in "fc":
                sheet.C(f"{twin}{node}", f"{twin}{node}", 0, "{node_F}")
    return sheet


def fixed_resistors(circuit: Netlist, network: Network, *copies: Named) -> None:
    """Put in the network's fixed resistors, in copies of it whose nodes have these names."""
    for number, (a, b, ohm) in enumerate(network.resistors):
        for ends in dict.fromkeys((name(network, a), name(network, b)) for name in copies):
            circuit.R(f"fixed{number}_{'_'.join(ends)}", *ends, repr(ohm))


def knobs(machine: Transistors) -> tuple[Knobs, ...]:
    """Return what is altered, the learning signals last.

    The multipliers of removable transistors; inputs and labels, V; the nudge; noise, V^2; learning
    signals, V: negative where learning is reversed. For a shorter window they are smaller: gates
    that move more slowly in a whole one come to the same.
    """
    network, board, masked = machine.network, machine.board, machine.masked
    detail = DETAILS[machine.detail]
    noisy = range(len(network.edges) if board.noise_V2 else 0)
    scale = detail.noise(board)

    def learning(state: State, drive: Drive) -> Floats:
        del state
        moving = drive.learning & drive.intact
        volts = detail.learn_V * drive.sign * drive.duration
        return volts * np.asarray(moving if masked else [moving.any()])

    removable = list(machine.removable)
    return (
        Knobs(
            tuple(detail.transistor.format(edge, twin) for edge in removable for twin in "fc"),
            lambda state, drive: np.where(drive.intact[removable], 1.0, GONE).repeat(2),
        ),
        Knobs(
            tuple(f"vin{node}[dc]" for node in network.inputs), lambda state, drive: drive.inputs[0]
        ),
        Knobs(
            tuple(f"v{target_node(output)}[dc]" for output in network.outputs),
            lambda state, drive: drive.targets[0],
        ),
        detail.nudge(network),
        Knobs(
            tuple(f"v.xe{edge}.vnoise[dc]" for edge in noisy),
            lambda state, drive: (
                scale * machine.parts.noise(board, state.cycle, drive.duration)[noisy]
            ),
        ),
        Knobs(tuple(f"v{node}[dc]" for node in machine.learning), learning),
    )


def deck_of(machine: Transistors) -> Deck:
    """Return the deck that is driven cycle by cycle.

    Probes: free nodes in order, clamped nodes, gates.
    """
    network = machine.network
    nodes, edges = range(network.nodes), range(len(network.edges))
    probes = [name(network, node) for name in (free_node, clamped_node) for node in nodes]
    probes += [f"g{index}" for index in edges]
    sheet = sheet_of(machine)
    saved = dict.fromkeys(probes)
    step = machine.step
    sheet.analysis(
        f"{TIGHT if machine.brief else OPTIONS} {EULER} {solver(len(network.edges))}".strip(),
        *folded(f".save {' '.join(f'v({probe})' for probe in saved)}"),
        *folded(f".print tran {' '.join(f'v(f{node})' for node in terminals(network.outputs))}"),
        f".tran {step!r} {20 * step!r} 0 {step!r}",
        ".end",
    )
    timing = Timing(period=2 * step, first_sense=step, first_step=2 * step, tau=0, max_step=step)
    return Deck(str(sheet), knobs(machine), tuple(probes), (), timing)
