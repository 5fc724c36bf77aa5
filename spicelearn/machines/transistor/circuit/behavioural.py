"""The machine from ideal parts: one source per multiplier, per clamp and per input."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySpice.Spice.Netlist import Netlist

from ....network.graph import Network, terminals
from ....spice.deck import Knobs
from ....spice.sheet import Sheet
from ....spice.twins import clamped_node, free_node, output_name, target_node
from .edge import edge_circuit

if TYPE_CHECKING:
    from .deck import Named, Source, Transistors


def supervise(sheet: Sheet, machine: Transistors, source: Source) -> None:
    """Put in inputs and labels, and the clamps (Eq. 1)."""
    network = machine.network
    sheet.section("Inputs and labels, V")
    for node, volts in zip(network.inputs, machine.drive.inputs[0], strict=True):
        source(f"in{node}", f"in{node}", float(volts))
    for output, volts in zip(network.outputs, machine.drive.targets[0], strict=True):
        source(target_node(output), target_node(output), float(volts))
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


def nudge(network: Network) -> Knobs:
    """Return the source of the nudge."""
    del network
    return Knobs(("vnudge[dc]",), lambda state, drive: np.array([drive.eta]))


def edges(sheet: Sheet, machine: Transistors) -> None:
    """Put in the edges, each with what was drawn for its parts."""
    network, parts, board = machine.network, machine.parts, machine.board
    bulk = "bulk" if board.bulk_V else 0
    sheet.section("Edges: free a, b; clamped a, b; gate; learning signal; rails; bulk")
    sheet.subcircuit(edge_circuit(board, machine.natural))
    for index, ends in enumerate(network.edges):
        nodes = [name(network, node) for name in (free_node, clamped_node) for node in ends]
        learn = machine.learning[index if machine.masked else 0]
        own: dict[str, tuple[float, float]] = {
            "vtf": (parts.threshold_V[index, 0], board.threshold_V),
            "vtc": (parts.threshold_V[index, 1], board.threshold_V),
            "offset": (parts.offset_V2[index], 0.0),
            "gain": (parts.gain[index], 1.0),
            "balance": (math.sqrt(parts.weight[index]), 1.0),
        }
        drawn = {name: repr(float(value)) for name, (value, usual) in own.items() if value != usual}
        sheet.X(f"e{index}", "edge", *nodes, f"g{index}", learn, "low", "high", bulk, **drawn)


def amplifiers(sheet: Sheet, network: Network, *copies: Named) -> None:
    """Put in a section of the amplifiers."""
    sheet.section(
        "Amplifiers",
        "Eamp amplifies, Vamp adds the level and measures what is supplied. Famp, of a",
        "bidirectional one, draws 1/gain of that from its source; others serve both networks.",
    )
    ideal_amplifiers(sheet, network, *copies)


def ideal_amplifiers(circuit: Netlist, network: Network, *copies: Named) -> None:
    """Put in ideal amplifiers, in copies of the network whose nodes have these names.

    Where copies have a target in common the first has its source.
    """
    for each in network.amplifiers:
        there: dict[str, list[str]] = {}
        for name in copies:
            source = [name(network, node) for node in terminals([each.source])]
            there.setdefault(name(network, each.target), [*source, "0"][:2])
        for target, pair in there.items():
            own, inner = f"amp{target}", f"a{target}"
            circuit.VCVS(own, inner, 0, *pair, repr(each.gain))
            circuit.V(own, target, inner, repr(each.level_V))
            if each.bidirectional:
                circuit.F(own, *pair, f"V{own}", repr(-1 / each.gain))
