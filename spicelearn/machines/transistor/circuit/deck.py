"""The deck: two transistors and a multiplier per edge, gates on capacitors, clamps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ....machine import Setup
from ....network.graph import Network, terminals
from ....plant import Drive, Floats, State
from ....schedules.clocks import SYNCHRONOUS
from ....spice.deck import Deck, Knobs, Timing, solver
from ....spice.sheet import Sheet, folded
from ....spice.twins import clamped_node, free_node, output_name, target_node
from ..board import TransistorBoard
from ..parts import TransistorParts
from .edge import derive_constants, edge_circuit

OPTIONS = ".options trtol=1e6 chgtol=1 itl4=40 reltol=1e-6 vntol=1e-9 abstol=1e-12"
EULER = "method=trap xmu=0"  # backward Euler
GONE = 1e-9  # what is left of a transistor that is taken out
GENTLE_STEPS = 20  # of a window
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


@dataclass(frozen=True)
class Transistors:
    """Hold all that the machine's circuit is made from, with what it is switched on with.

    ``removable`` are the edges that may be taken out of the running circuit. ``masked`` where not
    all edges learn in every cycle: each then has a learning signal of its own.
    A ``gentle`` one takes a window in many steps: where there is no convergence in one.
    """

    network: Network
    board: TransistorBoard
    parts: TransistorParts
    drive: Drive
    task: str = ""
    removable: tuple[int, ...] = ()
    masked: bool = False
    gentle: bool = False

    @classmethod
    def of(cls, setup: Setup) -> Transistors:
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
        )

    @property
    def steps(self) -> int:
        """Return in how many steps a window is taken."""
        return GENTLE_STEPS if self.gentle else math.ceil(self.board.rate / RATE_STEP)

    @property
    def rests(self) -> int:
        """Return the steps between a change of the inputs and the window.

        Where a step moves gates by much, Newton's method converges only from a state near by.
        """
        return RESTS if self.board.rate > RESTLESS else 0

    @property
    def step(self) -> float:
        """Return the length of a step, s."""
        return self.board.window_s / self.steps

    @property
    def learning(self) -> list[str]:
        """Return the nodes of the learning signal: one, or one per edge where some do not learn."""
        edges = range(len(self.network.edges))
        return [f"learn{index}" for index in edges] if self.masked else ["learn"]


def sheet_of(machine: Transistors) -> Sheet:
    """Return the machine as a PySpice circuit, to simulate or to build upon.

    Sources ``vinN`` drive the inputs, ``vtN`` hold the labels, ``vlearn`` is the learning signal;
    ``xeK`` is edge K and ``gK`` its gate.
    """
    network, board, drive = machine.network, machine.board, machine.drive
    what = [f"spicelearn: {machine.task}" if machine.task else "spicelearn"]
    what += [f"transistor network {network.name}", f"{len(network.edges)} edges"]
    what += [f"seed {machine.parts.seed}"]
    sheet = Sheet(", ".join(what), board, *ABOUT)
    derive_constants(sheet, board)
    sheet.derive("step_s", machine.step, "time step: a window, or one of its parts")
    sheet.derive("eta", drive.eta, "nudge of Eq. 1")
    sheet.section("Inputs and labels, V")
    for node, volts in zip(network.inputs, drive.inputs[0], strict=True):
        sheet.V(f"in{node}", f"in{node}", 0, repr(float(volts)))
    for output, volts in zip(network.outputs, drive.targets[0], strict=True):
        sheet.V(target_node(output), target_node(output), 0, repr(float(volts)))
    sheet.section("Learning signal: 1 V while gates move; rails of the gates")
    for signal in machine.learning:
        sheet.V(signal, signal, 0, 0)
    sheet.V("low", "low", 0, "{gate_low_V+diode_V}")
    sheet.V("high", "high", 0, "{gate_high_V-diode_V}")
    if board.bulk_V:
        sheet.V("bulk", "bulk", 0, "{bulk_V}")
    _edges(sheet, machine)
    _clamps(sheet, network)
    return sheet


def _edges(sheet: Sheet, machine: Transistors) -> None:
    """Put in the edges, each with what was drawn for its parts."""
    network, parts, board = machine.network, machine.parts, machine.board
    bulk = "bulk" if board.bulk_V else 0
    sheet.section("Edges: free a, b; clamped a, b; gate; learning signal; rails; bulk")
    sheet.subcircuit(edge_circuit(board))
    for index, ends in enumerate(network.edges):
        nodes = [name(network, node) for name in (free_node, clamped_node) for node in ends]
        learn = machine.learning[index if machine.masked else 0]
        own: dict[str, tuple[float, float]] = {
            "vtf": (parts.threshold_V[index, 0], board.threshold_V),
            "vtc": (parts.threshold_V[index, 1], board.threshold_V),
            "offset": (parts.offset_V2[index], 0.0),
            "gain": (parts.gain[index], 1.0),
        }
        drawn = {name: repr(float(value)) for name, (value, usual) in own.items() if value != usual}
        sheet.X(f"e{index}", "edge", *nodes, f"g{index}", learn, "low", "high", bulk, **drawn)


def _clamps(sheet: Sheet, network: Network) -> None:
    """Hold each output's nodes in the clamped network (Eq. 1)."""
    sheet.section("Clamps (Eq. 1); of a difference each node takes half of the nudge, V(nudge)")
    sheet.V("nudge", "nudge", 0, "{eta}")
    for output in network.outputs:
        ends = terminals([output])
        push, target = output_name("n", output), target_node(output)
        shown = ",".join(f"f{node}" for node in ends)
        part = 1 / len(ends)
        sheet.B(push, push, 0, v=f"{part:g}*v(nudge)*(v({target})-v({shown}))")
        for node, sign in zip(ends, "+-", strict=False):
            sheet.B(f"c{node}", f"c{node}", 0, v=f"v(f{node}){sign}v({push})")


def knobs(machine: Transistors) -> tuple[Knobs, ...]:
    """Return what is altered, the learning signals last.

    The multipliers of removable transistors; inputs and labels, V; the nudge; noise, V^2; learning
    signals, V.
    """
    network, masked = machine.network, machine.masked
    edges = len(network.edges)
    noisy = range(edges if machine.board.noise_V2 else 0)

    def learning(state: State, drive: Drive) -> Floats:
        del state
        moving = drive.learning & drive.intact
        return np.asarray(moving if masked else [moving.any()], dtype=np.float64)

    removable = list(machine.removable)
    return (
        Knobs(
            tuple(f"m.xe{edge}.m{twin}[m]" for edge in removable for twin in "fc"),
            lambda state, drive: np.where(drive.intact[removable], 1.0, GONE).repeat(2),
        ),
        Knobs(
            tuple(f"vin{node}[dc]" for node in network.inputs), lambda state, drive: drive.inputs[0]
        ),
        Knobs(
            tuple(f"v{target_node(output)}[dc]" for output in network.outputs),
            lambda state, drive: drive.targets[0],
        ),
        Knobs(("vnudge[dc]",), lambda state, drive: np.array([drive.eta])),
        Knobs(
            tuple(f"v.xe{edge}.vnoise[dc]" for edge in noisy),
            lambda state, drive: machine.parts.noise(machine.board, state.cycle)[noisy],
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
        f"{OPTIONS} {EULER} {solver(len(network.edges))}".strip(),
        *folded(f".save {' '.join(f'v({probe})' for probe in saved)}"),
        f".print tran {' '.join(f'v(f{node})' for node in terminals(network.outputs))}",
        f".tran {step!r} {20 * step!r} 0 {step!r}",
        ".end",
    )
    timing = Timing(period=2 * step, first_sense=step, first_step=2 * step, tau=0, max_step=step)
    return Deck(str(sheet), knobs(machine), tuple(probes), (), timing)
