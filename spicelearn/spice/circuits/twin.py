"""The whole machine: twin networks of rheostats that learn by Eq. 6 (2022 paper)."""

from __future__ import annotations

from PySpice.Spice.Netlist import Circuit

from ...board import Board
from ...errors import UsageError
from ...network import Network
from ...parts import Parts
from ...plant import Drive, State
from ..deck import Deck, Timing
from ..library import part
from ..settling import slowest_time_constant
from . import clock, edge, supervisor


def free_node(network: Network, node: int) -> str:
    """Return the circuit node of a network node in the free twin; an input is common to both."""
    return f"in{node}" if node in network.inputs else f"f{node}"


def clamped_node(network: Network, node: int) -> str:
    """Return the circuit node of a network node in the clamped twin."""
    return f"in{node}" if node in network.inputs else f"c{node}"


def twin_circuit(
    network: Network,
    board: Board,
    parts: Parts,
    state: State,
    drive: Drive,
    timing: Timing,
    detail: str = "event",
) -> Circuit:
    """Return the machine as a PySpice circuit, models included, to simulate or to build upon.

    Sources ``vinN`` drive the inputs and ``vtN`` hold the targets; ``xeK`` is edge K and ``eK_ud``
    its latched bit.
    """
    circuit = Circuit(f"spicelearn twin network {network.name}, {len(network.edges)} edges")
    circuit.raw_spice = "\n".join(part(name) for name in (*edge.PARTS, "MC14490"))
    circuit.subcircuit(edge.edge_circuit(board, detail))
    circuit.subcircuit(supervisor.supervisor_circuit())
    circuit.V("cc", "vcc", 0, repr(board.comparator_supply_V))
    if detail == "board":
        circuit.subcircuit(clock.clock_by_parts(board, timing))
        circuit.V("dd", "high", 0, repr(board.logic_supply_V))
        circuit.X("clock", "clock", "latch", "step", "high")
    else:
        circuit.subcircuit(clock.clock_circuit(board, timing))
        circuit.A("logic", "high", model="logic")
        circuit.model("logic", "d_pullup", load="1p")
        circuit.X("clock", "clock", "latch", "step")
    for node, volts in zip(network.inputs, drive.inputs, strict=True):
        circuit.V(f"in{node}", f"in{node}", 0, repr(float(volts)))
    for node, volts in zip(network.outputs, drive.targets, strict=True):
        circuit.V(f"t{node}", f"t{node}", 0, repr(float(volts)))
        circuit.X(f"s{node}", "supervisor", f"f{node}", f"c{node}", f"t{node}", eta=repr(drive.eta))
    for index, (a, b) in enumerate(network.edges):
        nodes = [name(network, node) for name in (free_node, clamped_node) for node in (a, b)]
        circuit.X(
            f"e{index}",
            "edge",
            *nodes,
            "latch",
            "vcc",
            "high",
            f"e{index}_ud",
            code=repr(state.codes[index].item()),
            scalef=repr(float(parts.scale[index, 0])),
            scalec=repr(float(parts.scale[index, 1])),
            vos1=repr(float(parts.offset_V[index, 0])),
            ios1=repr(float(parts.offset_current_A[index, 0])),
            vos2=repr(float(parts.offset_V[index, 1])),
            ios2=repr(float(parts.offset_current_A[index, 1])),
        )
    return circuit


def twin_timing(
    network: Network, board: Board, parts: Parts, removable: tuple[int, ...] = ()
) -> Timing:
    """Return the times of a cycle, for the network and all that is left of it by and by.

    The largest rheostat scales the slowest time constant.
    """
    tau = max(
        slowest_time_constant(network.without(removable[:gone]), board)
        for gone in range(len(removable) + 1)
    )
    return clock.timing(board, tau * float(parts.scale.max()))


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


def twin_deck(
    network: Network,
    board: Board,
    parts: Parts,
    state: State,
    drive: Drive,
    removable: tuple[int, ...] = (),
    detail: str = "event",
) -> Deck:
    """Return the deck of the machine, set to this state and drive.

    ``removable`` are the edges that may be taken out of the running circuit, in that order; in
    ``detail`` board every pin is analog, else comparator outputs and logic are events. Order of the
    knobs: free rheostat of every edge, clamped rheostat of every edge, input voltages,
    target voltages, nudges; on a board with noise also the noise currents; the multipliers of the
    devices of every removable edge. Probes: free nodes in order, then clamped nodes. Raises
    UsageError for constants that no circuit has.
    """
    if board.decision != "signed":
        raise UsageError(
            f"board: decision = {board.decision!r} exists only in the idealised twin, "
            "expected 'signed' for the circuit"
        )
    if detail == "board" and board.logic_supply_V < 4:
        raise UsageError(
            f"board: logic_supply_V = {board.logic_supply_V:g}, expected at least 4 in detail "
            "board: a high of the gates is 1.7 V lower"
        )
    timing = twin_timing(network, board, parts, removable)
    nodes = range(network.nodes)
    probes = [name(network, node) for name in (free_node, clamped_node) for node in nodes]
    bits = [f"e{index}_ud" for index in range(len(network.edges))]
    saved = [*probes, *(bits if detail == "board" else ())]
    analyses = [
        ".options trtol=1 method=gear reltol=1e-3",
        f".save {' '.join(dict.fromkeys(f'v({probe})' for probe in saved))}",
        f".print tran {' '.join(f'v(f{node}) v(c{node})' for node in network.outputs)}",
        f".tran {timing.max_step!r} {timing.period + timing.first_step!r} 0 {timing.max_step!r}",
        ".end",
    ]
    return Deck(
        text=str(twin_circuit(network, board, parts, state, drive, timing, detail))
        + "\n".join(analyses)
        + "\n",
        knobs=tuple(_knobs(network, board, removable)),
        probes=tuple(probes),
        bits=tuple(bits),
        timing=timing,
        high_V=board.logic_supply_V / 2 if detail == "board" else None,
    )
