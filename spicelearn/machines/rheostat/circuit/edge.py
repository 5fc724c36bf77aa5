"""One edge's board: two rheostats, two comparators, an XOR and a flip-flop (2022 paper, Fig. 7)."""

from __future__ import annotations

import numpy as np

from ....plant import Floats, Ints
from ....spice.sheet import Block
from ..board import Board
from .clock import GATE, pull_up

PARTS = ("LM339A", "SN74ALS86", "CD74HC73")  # besides the rheostats
PARAMETERS = {"scalef": 1, "scalec": 1, "vos1": 0, "ios1": 0, "vos2": 0, "ios2": 0}
HELD = (
    *((name[0], f"x{twin}.{name}") for twin in "fc" for name in ("rwb", "cwiper", "cb")),
    *(("i", f"x{one}.{name}") for one in ("more", "negative") for name in ("ibp", "ibn", "icc")),
)
LEGS = ("plus1", "plus2", "minus1", "minus2")
POLE = "425/1300"  # of an LM339A's response time at 5 mV overdrive
LEAD = 1.0  # ohm, across which a loop of noise current makes the noise voltage of a comparator

LATCHED = (
    "Eq. 6: up where XOR(dV^C > dV^F, dV^F < 0); J = up, K = not J: a D flip-flop, which takes",
    "it at the first falling edge",
)
GONE = 1e-7  # multiplier of each device of an edge that is cut out


def devices(board: Board, edge: str) -> list[str]:
    """Return the engine's names of an edge's devices that load a node or a supply: those to cut.

    Each has a multiplier ``m``. A cut sets it to `GONE`, not 0: a capacitor keeps its charge, and
    every node keeps a conducting path, without which ngspice refuses it.
    """
    names = [f"{kind}.{edge}.{place}" for kind, place in HELD]
    if board.sense == "averager":
        names += [f"r.{edge}.r{leg}" for leg in LEGS]
    return names


def noise_currents(board: Board, noise: Floats, edges: Ints) -> Floats:
    """Return the currents of the sources ``inoise1`` and ``inoise2`` of every edge, A, shape (2E,).

    ``noise`` is the noise of each node, V, shape (2, N), ``edges`` the nodes of each edge, shape
    (E, 2). Noise is drawn once per cycle because the latch samples once per cycle: to the latch a
    noise source in the transient would be the same, and it would force tens of time points per
    clock.
    """
    free, clamped = noise[:, edges[:, 0]] - noise[:, edges[:, 1]]
    weight = 1 + board.up_bias
    seen = 1 / (1 + weight) if board.sense == "averager" else 1.0
    return np.concatenate([seen * (weight * clamped - free), -free]) / LEAD


def pins(detail: str, counting: bool) -> tuple[str, ...]:
    """Return the pins of an edge: its two nodes in the free and the clamped network, then the rest.

    A ``counting`` edge has the stepping clock and chip select besides the latching clock. ``high``
    is the logic supply, in ``detail`` analog only, and ``ud`` the latched up/down bit.
    """
    clocks = ("latch", "step", "cs") if counting else ("latch",)
    supplies = ("vcc", "high") if detail == "analog" else ("vcc",)
    return ("fa", "fb", "ca", "cb", *clocks, *supplies, "ud")


def edge_circuit(board: Board, detail: str = "event", counting: bool = False) -> Block:
    """Return the subcircuit ``edge`` that evaluates Eq. 6 and latches it.

    In ``detail`` event the digital pins are event nodes; in ``detail`` analog every pin is analog,
    as on the breadboard. If ``counting``, the rheostats step themselves, else they are altered from
    outside. Parameters: wiper code, R_AB of the two rheostats over its nominal value, offset
    voltages (V) and currents (A) of the two comparators, noise currents (A) on a board with noise.
    """
    noise = {"noise1": 0, "noise2": 0} if board.noise_V else {}
    circuit = Block("edge", *pins(detail, counting), **PARAMETERS, **noise, code="{start_code}")
    circuit.remark("the two rheostats: one code, a wiper each")
    for twin in "fc":
        _rheostat(circuit, twin, detail, counting)
    _sense(circuit, board)
    if detail == "analog":
        _decide_by_parts(circuit, board)
    else:
        _decide(circuit, board)
    return circuit


def _rheostat(circuit: Block, twin: str, detail: str, counting: bool) -> None:
    """Add the rheostat of one twin, ``f`` or ``c``, between its two nodes."""
    one, other = f"{twin}a", f"{twin}b"
    constants = {
        "rab": f"{{rheostat_ohm*scale{twin}}}",
        "rw": "{wiper_ohm}",
        "cend": "{terminal_end_F}",
        "cw": "{terminal_wiper_F}",
    }
    if not counting:
        constants |= {"code": "{code}", "positions": "{positions}"}
        circuit.X(twin, "AD5220_rheostat", one, other, **constants)
    elif detail == "analog":
        chip = ("step", "ud", one, 0, one, other, "cs", "high")
        constants |= {"start": "{code}", "dnl": "0", "cladder": "0", "tc": "0"}
        constants |= {"vt": "{rheostat_threshold_V}"}
        circuit.X(twin, "AD5220", *chip, **constants)
    else:
        circuit.X(twin, "AD5220_logic", "step", "ud", one, other, "cs", **constants, start="{code}")


def _sense(circuit: Block, board: Board) -> None:
    """Make V(plus) - V(minus) proportional to w dV^C - dV^F, w = 1 + up_bias.

    The factor is 1 / (1 + w) with averagers, 1 with an ideal sense.
    """
    circuit.remark("dV^C (1 + up_bias) - dV^F, as V(plus) - V(minus)")
    if board.sense == "averager":
        for name, node in zip(LEGS, ("ca", "fb", "fa", "cb"), strict=True):
            weight = "/(1+up_bias)" if node.startswith("c") else ""
            circuit.R(name, node, name.rstrip("12"), f"{{averager_leg_ohm{weight}}}")
    else:
        circuit.VCCS("clamped", 0, "plus", "ca", "cb", transconductance="{1+up_bias}")
        circuit.VCCS("free", 0, "plus", "fb", "fa", transconductance=1)
        circuit.R("plus", "plus", 0, 1)
        circuit.R("minus", "minus", 0, 1)


def _noisy(circuit: Block, board: Board, *nodes: str) -> list[str]:
    """Return the nodes, or on a board with noise new nodes behind leads that carry the noise."""
    if not board.noise_V:
        return list(nodes)
    for index, node in enumerate(nodes, 1):
        circuit.R(f"lead{index}", node, f"noisy{index}", LEAD)
        circuit.I(
            f"noise{index}", node, f"noisy{index}", f"{{noise{index}}}"
        )  # a loop: no current enters the network
    return [f"noisy{index}" for index in range(1, len(nodes) + 1)]


def _compare(circuit: Block, board: Board, model: str, **response: str) -> None:
    """Add the comparators: ``more`` compares the drops, ``negative`` the free drop with 0."""
    first, second = _noisy(circuit, board, "plus", "fb")
    circuit.remark("is the clamped drop larger than the free one? is the free one negative?")
    common = {"ib": "{bias_A}", "icc": "{comparator_supply_A}", **response}
    for number, name, high, low in ((1, "more", first, "minus"), (2, "negative", second, "fa")):
        drawn = {"vos": f"{{vos{number}}}", "ios": f"{{ios{number}}}"}
        circuit.X(name, model, high, low, "vcc", 0, name, **drawn, **common)


def _decide(circuit: Block, board: Board) -> None:
    """Add what evaluates XOR(dV^C > dV^F, dV^F < 0), Eq. 6, and latches it in a D flip-flop."""
    _compare(circuit, board, "LM339A_logic", response="{response_s}")
    circuit.remark(*LATCHED)
    circuit.X("rule", "SN74ALS86_logic", "more", "negative", "up", tpd="{gate_delay_s}")
    circuit.X("flipflop", "CD74HC73_logic", "up", "latch", "ud", tpd="{flipflop_delay_s}")


def _decide_by_parts(circuit: Block, board: Board) -> None:
    """Do the same with complete parts: open collectors with pull-ups, TTL outputs into CMOS."""
    _compare(circuit, board, "LM339A", tau=f"{{{POLE}*response_s}}")
    circuit.R("pull1", "high", "more", "{pullup_ohm}")
    circuit.R("pull2", "high", "negative", "{pullup_ohm}")
    circuit.remark(*LATCHED)
    circuit.X("rule", "SN74ALS86", "more", "negative", "up", "high", 0, **GATE)
    circuit.X("inverter", "SN74ALS86", "up", "high", "down", "high", 0, **GATE)
    if board.gate_pullup_ohm:
        pull_up(circuit, "high", "up", "down")
    pins = ("latch", "high", "down", "high", 0, "ud", "udn", "up")
    own = {"tpd": "{flipflop_delay_s}", "vt": "{flipflop_threshold}"}
    circuit.X("flipflop", "CD74HC73", *pins, **own)
