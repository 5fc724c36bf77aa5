"""The deck: two transistors and a multiplier per edge, gates on capacitors, clamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....machine import Setup
from ....network.graph import Network, terminals
from ....plant import Drive, Floats, State
from ....schedules.clocks import SYNCHRONOUS
from ....spice.deck import Deck, Knobs, Timing
from ....spice.sheet import Block, Sheet, folded
from ....spice.stepped_session import OPEN_OHM
from ....spice.twins import clamped_node, free_node, output_name, target_node
from ..board import TransistorBoard
from ..parts import TransistorParts

LENGTH_M = 7.8e-6  # of a channel
KP_A_V2 = 48e-6  # of the model card: S = KP W / L
OXIDE_M = 50e-9
NFS_CM2 = 2.93e11  # fast surface states: 100 mV per decade
SLOPE_V = 0.0595  # per decade without them
OPTIONS = ".options trtol=1e6 chgtol=1 itl4=40 reltol=1e-6 vntol=1e-9 abstol=1e-12"
MIDPOINT, EULER = "method=trap", "method=trap xmu=0"  # the latter is backward Euler
GONE = 1e-9  # what is left of a transistor that is taken out
GENTLE_STEPS = 20  # of a window
MIDPOINT_RATE = 0.5  # 1/V, up to which the clamping diodes are not stiff within a window
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
    def by_midpoint(self) -> bool:
        """Say whether a window is taken by the midpoint rule, exact to second order.

        A window that moves gates by much is taken by backward Euler, which clamping diodes do not
        upset: it is exact to first order.
        """
        return self.board.rate <= MIDPOINT_RATE and not self.gentle

    @property
    def steps(self) -> int:
        """Return in how many steps a window is taken."""
        return GENTLE_STEPS if self.gentle else 1

    @property
    def learning(self) -> list[str]:
        """Return the nodes of the learning signal: one, or one per edge where some do not learn."""
        edges = range(len(self.network.edges))
        return [f"learn{index}" for index in edges] if self.masked else ["learn"]


def edge_circuit() -> Block:
    """Return the subcircuit ``edge fa fb ca cb g learn low high``.

    Two transistors, a multiplier and the gate: the product of the sum and the difference of the two
    drops is the difference of their squares; either factor is clipped as the real part does.
    ``learn`` is 1 V while the gate is to move, ``low`` and ``high`` are the rails of the diodes.
    """
    pins = ("fa", "fb", "ca", "cb", "g", "learn", "low", "high")
    circuit = Block("edge", *pins, vtf="{threshold_V}", vtc="{threshold_V}", offset=0, gain=1)
    circuit.remark("free and clamped transistor; bulk at ground")
    for twin in "fc":
        channel = {"w": "{channel_m}", "l": "{length_m}"}
        circuit.M(twin, f"{twin}a", "g", f"{twin}b", 0, model=f"nch{twin}", **channel)
        card = {"vto": f"{{vt{twin}}}", "kp": "{kp_A_V2}", "nfs": "{nfs_cm2}", "tox": "{oxide_m}"}
        flat = {"gamma": "0", "phi": "0.9", "kappa": "0", "eta": "0", "theta": "0"}
        circuit.model(f"nch{twin}", "nmos", level="3", **card, **flat)
    circuit.remark("the gate's capacitor, charged by the product of sum and difference, clipped")
    circuit.C("g", "g", 0, "{gate_F}")
    circuit.I("preset", 0, "g", 0)
    circuit.R("preset", "g", 0, OPEN_OHM)
    for node, pairs in (("sum", ("fa", "fb", "ca", "cb")), ("diff", ("fa", "fb", "cb", "ca"))):
        circuit.VCCS(f"{node}f", 0, node, *pairs[:2], transconductance=1)
        circuit.VCCS(f"{node}c", 0, node, *pairs[2:], transconductance=1)
        circuit.R(node, node, 0, 1)
    product = f"{clipped('sum')}*{clipped('diff')}"
    current = f"v(learn)*(gain*{product}+offset)/({{scale_V*gate_ohm}})"
    circuit.B("learn", 0, "g", i=current)
    circuit.remark("clamping diodes")
    circuit.D("low", "low", "g", model="clamp")
    circuit.D("high", "g", "high", model="clamp")
    circuit.model("clamp", "d", n=0.5)
    return circuit


def clipped(node: str) -> str:
    """Return a factor as a multiplier has it: clipped at the edge of its range."""
    return f"min(max(v({node}),-({{clip_V}})),{{clip_V}})"


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
    sheet.derive("length_m", LENGTH_M, "channel length")
    width = board.factor_A_V2 / KP_A_V2 * LENGTH_M
    sheet.derive("channel_m", width, "channel width: S = KP W / L")
    sheet.derive("kp_A_V2", KP_A_V2, "KP of the model card")
    sheet.derive("oxide_m", OXIDE_M, "oxide thickness")
    surface = NFS_CM2 * (board.subthreshold_V - SLOPE_V) / (0.1 - SLOPE_V)
    sheet.derive("nfs_cm2", surface, "fast surface states: they set the slope below threshold")
    sheet.derive("eta", drive.eta, "nudge of Eq. 1")
    sheet.section("Inputs and labels, V")
    for node, volts in zip(network.inputs, drive.inputs[0], strict=True):
        sheet.V(f"in{node}", f"in{node}", 0, repr(float(volts)))
    for output, volts in zip(network.outputs, drive.targets[0], strict=True):
        sheet.V(target_node(output), target_node(output), 0, repr(float(volts)))
    sheet.section("Learning signal: 1 V while gates move; rails of the gates")
    for signal in machine.learning:
        sheet.V(signal, signal, 0, 0)
    sheet.V("low", "low", 0, "{gate_low_V}")
    sheet.V("high", "high", 0, "{gate_high_V}")
    _edges(sheet, machine)
    _clamps(sheet, network)
    return sheet


def _edges(sheet: Sheet, machine: Transistors) -> None:
    """Put in the edges, each with what was drawn for its parts."""
    network, parts, board = machine.network, machine.parts, machine.board
    sheet.section("Edges: free a, b; clamped a, b; gate; learning signal; rails")
    sheet.subcircuit(edge_circuit())
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
        sheet.X(f"e{index}", "edge", *nodes, f"g{index}", learn, "low", "high", **drawn)


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

    The multipliers of removable transistors; inputs and labels, V; the nudge; learning signals, V.
    """
    network, masked = machine.network, machine.masked

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
        Knobs(tuple(f"v{node}[dc]" for node in machine.learning), learning),
    )


def deck_of(machine: Transistors) -> Deck:
    """Return the deck that is driven cycle by cycle.

    Probes: free nodes in order, clamped nodes, gates.
    """
    network, board = machine.network, machine.board
    nodes, edges = range(network.nodes), range(len(network.edges))
    probes = [name(network, node) for name in (free_node, clamped_node) for node in nodes]
    probes += [f"g{index}" for index in edges]
    sheet = sheet_of(machine)
    saved = dict.fromkeys(probes)
    step = board.window_s / machine.steps
    sheet.analysis(
        f"{OPTIONS} {MIDPOINT if machine.by_midpoint else EULER}",
        *folded(f".save {' '.join(f'v({probe})' for probe in saved)}"),
        f".print tran {' '.join(f'v(f{node})' for node in terminals(network.outputs))}",
        f".tran {step!r} {20 * step!r} 0 {step!r}",
        ".end",
    )
    timing = Timing(period=2 * step, first_sense=step, first_step=2 * step, tau=0, max_step=step)
    return Deck(str(sheet), knobs(machine), tuple(probes), (), timing)
