"""The network that was taught, learning off: how fast it answers, and on what energy."""

from __future__ import annotations

from itertools import combinations, pairwise

from ....errors import UsageError
from ....machine import Setup
from ....network.graph import Network, terminals
from ....plant import Floats
from ....spice.deck import solver
from ....spice.sheet import Block, Sheet
from ....spice.twins import free_node
from ..circuit.behavioural import amplifiers
from ..circuit.deck import Transistors, fixed_resistors
from ..circuit.edge import CAPACITANCES, SMALL, channel_size, derive_constants, transistor_card
from .gates import begin_with

BAND_V = 0.2e-3  # of its final value, in which a settled output stays
RISE_S = 1e-9  # in which the inputs change
MOST_STEPS = 20  # from test example to test example: all pairs if they are no more
NEARLY = 0.99  # of an example's time, after which it is at rest
ACCURATE = ".options reltol=1e-5 vntol=1e-8 abstol=1e-13 trtol=2 noinit nopage"
ABOUT = (
    "The free half of a transistor network (S. Dillavou et al., PNAS 2024), learning off: each",
    "edge is an n-channel MOSFET, its gate held by a capacitor. The inputs step from test example",
    "to test example; transistors and nodes have their capacitances. Nodes: in2 is input 2, f3 is",
    "node 3, g7 the gate of edge 7. The same network without capacitances, rin2, r3, is the end.",
    "",
    "After the step from test example 0 to 3 it prints settle_0_3, the time until every output",
    "stays within 0.2 mV of its end (s); power_0_3, what the inputs' sources then supply per edge",
    "(W); energy_0_3, what they have supplied per edge until it had settled (J). Buffers,",
    "amplifiers, multipliers and the clamped half are not in these. Then the largest error of an",
    "output (miss, V), the power of the sources (power, W as V) and outputs against time.",
)


def answer_form(setup: Setup) -> str:
    """Return a deck of the free network as its inputs step from test example to test example.

    It begins with the gates of the setup's state. Raises UsageError without two test examples.
    """
    task = setup.lesson.task
    tests = task.tests()
    if tests is None or len(tests) < 2:
        raise UsageError(
            f"task {task.name} has no test set of two examples or more, expected one: its inputs "
            "are the steps to answer"
        )
    machine = Transistors.of(setup)
    network, board = machine.network, machine.board
    edges = len(network.edges)
    walk, period = tour(len(tests)), board.example_s
    title = f"spicelearn: {task.name}, answers of transistor network {network.name}, {edges} edges"
    sheet = Sheet(title, board, *ABOUT)
    derive_constants(sheet, board)
    _sources(sheet, network, tests[walk], period)
    if board.bulk_V:
        sheet.V("bulk", "bulk", 0, "{bulk_V}")
    _edges(sheet, machine)
    _watched(sheet, network, period)
    begin_with(sheet, setup.state)
    sheet.analysis(
        f"{ACCURATE} {solver(2 * edges)}".strip(),
        f".tran {RISE_S!r} {len(walk) * period:.9g} 0 {period / 50:.9g}",
    )
    sheet.table(["miss", "power", *(f"f{node}" for node in terminals(network.outputs))])
    for place, (before, after) in enumerate(pairwise(walk), start=1):
        _measure(sheet, f"{before}_{after}", place * period, period, edges)
    sheet.analysis(".end")
    return str(sheet)


def tour(rows: int) -> list[int]:
    """Return rows in such an order that every step from one to another occurs once.

    Where these are more than `MOST_STEPS`: as many rows in their own order.
    """
    if rows * (rows - 1) > MOST_STEPS:
        return list(range(min(rows, MOST_STEPS + 1)))
    return [row for pair in combinations(range(rows), 2) for row in pair] + [0]


def _sources(sheet: Sheet, network: Network, inputs: Floats, period: float) -> None:
    """Apply a row of the inputs, V, per period; to the network without capacitances too."""
    sheet.section("Inputs, V")
    for node, volts in zip(network.inputs, inputs.T.tolist(), strict=True):
        points = [f"0 {volts[0]!r}"]
        for place, (before, after) in enumerate(pairwise(volts), start=1):
            if before != after:
                start = place * period
                points += [f"{start:.12g} {before!r} {start + RISE_S:.12g} {after!r}"]
        value = f"pwl({' '.join(points)})" if points[1:] else repr(volts[0])
        sheet.V(f"in{node}", f"in{node}", 0, value)
        sheet.VCVS(f"rin{node}", f"rin{node}", 0, f"in{node}", 0, voltage_gain=1)


def _edges(sheet: Sheet, machine: Transistors) -> None:
    """Put in the edges of the network and of the one without capacitances, and the nodes'."""
    network, board = machine.network, machine.board
    bulk = "bulk" if board.bulk_V else 0
    sheet.section("Edges: a, b; gate; bulk. xe: the network; xr: without capacitances")
    sheet.subcircuit(_edge("edge", 1.0))
    sheet.subcircuit(_edge("reference", SMALL))
    for index, (a, b) in enumerate(network.edges):
        ends = free_node(network, a), free_node(network, b)
        others = (at_rest_node(network, node) for node in (a, b))
        drawn = {"vt": repr(float(machine.parts.threshold_V[index, 0]))}
        sheet.X(f"e{index}", "edge", *ends, f"g{index}", bulk, **drawn)
        sheet.X(f"r{index}", "reference", *others, f"g{index}", bulk, **drawn)
    if network.resistors:
        sheet.section("Fixed resistors")
        fixed_resistors(sheet, network, free_node, at_rest_node)
    if network.amplifiers:
        amplifiers(sheet, network, free_node, at_rest_node)
    sheet.section("Gates' capacitors")
    for index in range(len(network.edges)):
        sheet.C(f"g{index}", f"g{index}", 0, "{gate_F}")
    sheet.section("Capacitance of the nodes that no source holds")
    for node in sorted({*range(network.nodes)} - {*network.inputs}):
        sheet.C(f"f{node}", f"f{node}", 0, "{node_F}")


def at_rest_node(network: Network, node: int) -> str:
    """Return the circuit node of a network node in the network without capacitances."""
    return "r" + free_node(network, node).removeprefix("f")


def _edge(name: str, scale: float) -> Block:
    """Return a transistor, of this scale in width and length, with the capacitances of its own."""
    block = Block(name, "a", "b", "g", "bulk", vt="{threshold_V}")
    more = CAPACITANCES if scale == 1 else {}
    block.M("f", "a", "g", "b", "bulk", model=f"n{name}", **channel_size(scale))
    block.model(f"n{name}", "nmos", **transistor_card("{vt}"), **more)
    return block


def _watched(sheet: Sheet, network: Network, period: float) -> None:
    """Add the nodes ``miss``, the largest error of an output, ``power`` and ``rest``, as volts.

    ``rest`` is the power without capacitances.
    """
    sheet.section("To be seen: largest error of an output, 1 V while inputs change; power")
    pulse = (period, RISE_S / 100, RISE_S / 100, RISE_S, period)
    sheet.V("change", "change", 0, f"pulse(0 1 {' '.join(f'{time:.9g}' for time in pulse)})")
    largest = "v(change)"
    for output in network.outputs:
        parts = ("-".join(f"v({twin}{node})" for node in terminals([output])) for twin in "fr")
        found, end = parts
        largest = f"max({largest},abs({found}-({end})))"
    sheet.B("miss", "miss", 0, v=largest)
    for name, source in (("power", "Vin"), ("rest", "Erin")):
        supplied = "".join(f"-v(in{node})*i({source}{node})" for node in network.inputs)
        sheet.B(name, name, 0, v=supplied)


def _measure(sheet: Sheet, name: str, start: float, period: float, edges: int) -> None:
    """Measure one answer, from ``start`` on."""
    end = f"{start + NEARLY * period:.9g}"
    sheet.analysis(
        f".meas tran end_{name} when v(miss)={BAND_V} cross=last from={start:.9g} to={end}",
        f".meas tran settle_{name} param='end_{name}-{start:.9g}'",
        f".meas tran more_{name} integ par('v(power)-v(rest)') from={start:.9g} to={end}",
        f".meas tran last_{name} find v(power) at={end}",
        f".meas tran power_{name} param='last_{name}/{edges}'",
        f".meas tran energy_{name} param='(more_{name}+last_{name}*settle_{name})/{edges}'",
    )
