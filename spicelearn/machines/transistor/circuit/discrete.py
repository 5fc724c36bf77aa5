"""The machine from its parts: AD633, AD712, ADG411 and ALD1106, with supplies and resistors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ....network.graph import Network, Output, terminals
from ....plant import Drive, Floats, State
from ....spice.deck import Knobs
from ....spice.library import part
from ....spice.sheet import Block, Sheet
from ....spice.stepped_session import OPEN_OHM
from ....spice.twins import clamped_node, free_node, target_node
from ..board import SWITCH_OHM
from .edge import hold_gate

if TYPE_CHECKING:
    from .deck import Named, Source, Transistors

PARTS = ("AD633", "AD712", "ADG411", "ALD1106")
GAIN = 11  # of the node buffers: 1 + 10 kohm / 1 kohm
MEAN_OHM = 10e3  # of the resistors that form means of two buffers
CLAMP_OHM = 1e3  # over the largest weight of a sum
PRODUCT = GAIN**2 / 40  # 1/V: output of an AD633 over the product of sum and difference of drops
RAILS = ("low", "high", "vp", "vn", "vl")
EDGE = ("fa", "fb", "ca", "cb", "ma", "mb", "bfa", "bfb", "bca", "bcb", "g", "learn", "bulk")
NULLED = {"vos": 0, "ios": 0}  # the offset of an AD712


def supervise(sheet: Sheet, machine: Transistors, source: Source) -> None:
    """Put in supplies and labels, the followers that hold inputs, and the clamps (Eq. 1)."""
    network = machine.network
    sheet.section("Supplies")
    sheet.V("p", "vp", 0, "{supply_V}")
    sheet.V("n", "vn", 0, "{-supply_V}")
    sheet.V("l", "vl", 0, 5)
    sheet.section("Inputs, V, held by followers; labels and their opposites")
    for node, volts in zip(network.inputs, machine.drive.inputs[0], strict=True):
        source(f"in{node}", f"s{node}", float(volts))
        follower(sheet, f"in{node}", f"s{node}", f"in{node}")
    for output, volts in zip(network.outputs, machine.drive.targets[0], strict=True):
        target = target_node(output)
        source(target, target, float(volts))
        sheet.R(f"{target}a", target, f"{target}i", "10k")
        sheet.R(f"{target}b", f"{target}i", f"{target}n", "10k")
        sheet.X(target, "AD712", 0, f"{target}i", "vp", "vn", f"{target}n", **NULLED)
    sheet.section(
        "Clamps (Eq. 1): resistors weigh the buffers of the free nodes and the label; the sum is",
        "held by a follower. Of a difference each node takes half of the nudge.",
    )
    for output in network.outputs:
        for node, shares in zip(terminals([output]), sums(output, machine.drive.eta), strict=True):
            for shown, share in shares.items():
                sheet.R(f"k{node}{shown}", shown, f"k{node}", repr(weighing_ohm(share)))
            follower(sheet, f"k{node}", f"k{node}", f"c{node}")
    sheet.raw_spice = "\n".join(part(name) for name in PARTS)


def sums(output: Output, eta: float) -> list[dict[str, float]]:
    """Return, for each node of an output, what it is in the clamped network: shares of sources.

    ``bfN`` is the buffer of free node N, `GAIN` times its voltage. The rest is ground's.
    """
    target, ends = target_node(output), terminals([output])
    if len(ends) == 1:
        found = [{f"bf{ends[0]}": (1 - eta) / GAIN, target: eta}]
    else:
        first, second = (f"bf{node}" for node in ends)
        own, other = (1 - eta / 2) / GAIN, eta / 2 / GAIN
        found = [
            {first: own, second: other, target: eta / 2},
            {first: other, second: own, f"{target}n": eta / 2},
        ]
    return [{**shares, "0": 1 - sum(shares.values())} for shares in found]


def nudge(network: Network) -> Knobs:
    """Return the resistors of the clamps, whose shares follow from the nudge."""
    names = [
        f"rk{node}{source}[resistance]"
        for output in network.outputs
        for node, shares in zip(terminals([output]), sums(output, 0.5), strict=True)
        for source in shares
    ]

    def ohms(state: State, drive: Drive) -> Floats:
        del state
        every = [sum_ for output in network.outputs for sum_ in sums(output, drive.eta)]
        return np.array([weighing_ohm(share) for sum_ in every for share in sum_.values()])

    return Knobs(tuple(names), ohms)


def weighing_ohm(share: float) -> float:
    """Return the resistor that gives a source this share of a sum."""
    return min(CLAMP_OHM / share, OPEN_OHM) if share > 0 else OPEN_OHM


def follower(sheet: Sheet | Block, name: str, source: str, node: str) -> None:
    """Hold a node at the voltage of another by an AD712."""
    sheet.X(f"o{name}", "AD712", source, node, "vp", "vn", node, **NULLED)


def buffer_circuit() -> Block:
    """Return the subcircuit ``buffer source out vp vn``: gain `GAIN`, not inverting."""
    circuit = Block("buffer", "source", "out", "vp", "vn")
    circuit.X("amp", "AD712", "source", "fb", "vp", "vn", "out", **NULLED)
    circuit.R("high", "out", "fb", "10k")
    circuit.R("low", "fb", 0, "1k")
    return circuit


def edges(sheet: Sheet, machine: Transistors) -> None:
    """Put in the node buffers, and the edges with what was drawn for their parts."""
    network, parts, board = machine.network, machine.parts, machine.board
    sheet.section("Node buffers: bfN of the free, bcN of the clamped network; mN their mean")
    sheet.subcircuit(buffer_circuit())
    for node in range(network.nodes):
        amplified = {free_node(network, node): f"bf{node}"}
        if node not in network.common:
            amplified[clamped_node(network, node)] = f"bc{node}"
        for shown, out in amplified.items():
            sheet.X(out, "buffer", shown, out, "vp", "vn")
        for number, out in enumerate((f"bf{node}", buffered(network, node))):
            sheet.R(f"m{node}_{number}", out, f"m{node}", MEAN_OHM)
    sheet.section("Edges: free a, b; clamped a, b; means; buffers; gate; learning signal")
    sheet.subcircuit(edge_circuit(machine))
    for index, ends in enumerate(network.edges):
        nodes = [name(network, node) for name in (free_node, clamped_node) for node in ends]
        nodes += [f"m{node}" for node in ends] + [f"bf{node}" for node in ends]
        nodes += [buffered(network, node) for node in ends]
        drawn = {
            "vtf": parts.threshold_V[index, 0],
            "vtc": parts.threshold_V[index, 1],
            "vos": parts.offset_V2[index] / board.scale_V,
            "scale": parts.gain[index] / (board.scale_V * PRODUCT) - 1,
        }
        learn = machine.learning[index if machine.masked else 0]
        own = {name: repr(float(value)) for name, value in drawn.items()}
        pins = (f"g{index}", learn, "bulk" if board.bulk_V else 0, *RAILS)
        sheet.X(f"e{index}", "edge", *nodes, *pins, **own)


def amplifiers(sheet: Sheet, network: Network, free: Named, clamped: Named) -> None:
    """Put in the one-way amplifiers: difference amplifiers on buffers of the free network."""
    del clamped
    sheet.section(
        "Amplifiers",
        "An AD712 and four resistors amplify the difference of two buffers of the free network, or",
        "of one and ground, about the level.",
    )
    for each in network.amplifiers:
        target = free(network, each.target)
        high, low = [*(f"bf{node}" for node in terminals([each.source])), 0][:2]
        if each.gain < 0:
            high, low = low, high
        ohm = repr(MEAN_OHM * abs(each.gain) / GAIN)
        sheet.V(f"level{target}", f"level{target}", 0, repr(each.level_V))
        sheet.R(f"h{target}", high, f"h{target}", MEAN_OHM)
        sheet.R(f"hl{target}", f"h{target}", f"level{target}", ohm)
        sheet.R(f"l{target}", low, f"l{target}", MEAN_OHM)
        sheet.R(f"lo{target}", f"l{target}", target, ohm)
        pins = (f"h{target}", f"l{target}", "vp", "vn", target)
        sheet.X(f"amp{target}", "AD712", *pins, **NULLED)


def edge_circuit(machine: Transistors) -> Block:
    """Return the subcircuit ``edge``: two transistors, a multiplier, a switch, and the gate.

    ``ma`` and ``mb`` are means of the buffers of both networks at either end: their difference is
    half the sum of the drops, amplified; resistors form half the difference of the drops likewise.
    The multiplier adds their product to the gate's voltage, which a follower shows to it, so that
    its current through the resistor does not depend on that voltage. At ``x`` is the mean of the
    gate over a step, as in the behavioural edge.
    """
    drawn: dict[str, Any] = {"vtf": "{threshold_V}", "vtc": "{threshold_V}", "vos": 0, "scale": 0}
    circuit = Block("edge", *EDGE, *RAILS, **drawn)
    circuit.remark("free and clamped transistor")
    seen = "g" if machine.natural else "x"
    card = {"beta": "{factor_A_V2}", "nfs": "{nfs_cm2}", "gamma": "{body_sqrtV}"}
    for twin in "fc":
        ends = (f"{twin}a", seen, f"{twin}b", "bulk")
        circuit.X(twin, "ALD1106", *ends, vto=f"{{vt{twin}}}", phi="{surface_V}", **card)
    circuit.remark("half the difference of the drops, free less clamped, amplified: y1 less y2")
    for node, buffers in (("y1", ("bfa", "bcb")), ("y2", ("bfb", "bca"))):
        for buffer in buffers:
            circuit.R(f"{node}{buffer}", buffer, node, MEAN_OHM)
    circuit.remark(
        "the multiplier, its resistor, the switch; offsets but that of the output nulled. Closing,",
        "the switch takes its charge from the gate on both its sides; opening, it gives one back.",
    )
    none = dict.fromkeys(("xos", "yos", "xft", "yft"), 0)
    inputs = ("ma", "mb", "y1", "y2", "vn")
    circuit.X("mul", "AD633", *inputs, "z", "w", "vp", scale="{scale}", vos="{vos}", **none)
    if machine.board.noise_V2:
        follower(circuit, "z", seen, "quiet")
        circuit.V("noise", "z", "quiet", 0)
    else:
        follower(circuit, "z", seen, "z")
    circuit.R("gate", "w", "sw", f"{{gate_ohm-{SWITCH_OHM:g}}}")
    control = ("learn", "vp", "vn", "vl", 0)
    circuit.X("sw", "ADG411", "sw", seen, *control, ron=SWITCH_OHM, level=1, qinj="{-injection_C}")
    hold_gate(circuit, machine.natural)
    return circuit


def buffered(network: Network, node: int) -> str:
    """Return the buffer of a node of the clamped network, or of one that is common to both."""
    return f"bf{node}" if node in network.common else f"bc{node}"
