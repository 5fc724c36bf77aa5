"""One edge: a transistor in either twin, the gate that both share, and the multiplier."""

from __future__ import annotations

import math
from typing import Any

from ....spice.sheet import Block, Sheet
from ....spice.stepped_session import OPEN_OHM
from ..board import TransistorBoard

LENGTH_M = 7.8e-6  # of a channel
KP_A_V2 = 48e-6  # of the model card: S = KP W / L
OXIDE_M = 50e-9
OVERLAP_F, JUNCTION_F = 0.19e-12, 0.5e-12  # of a source or drain: models/ALD1106.lib
NFS_CM2 = 2.93e11  # fast surface states: 100 mV per decade
SLOPE_V = 0.0595  # per decade without them
EMISSION, SATURATION_A = 0.1, 1e-14  # of the clamping diodes
THERMAL_V = 0.025865  # kT/q at ngspice's 27 C
LIMIT_A = 1e-5  # that a diode takes at the gate's limit
SMALL = 1e-3  # the scale of a channel without capacitance
PINS = ("fa", "fb", "ca", "cb", "g", "learn", "low", "high", "bulk")


def derive_constants(sheet: Sheet, board: TransistorBoard) -> None:
    """Add what an edge needs to the constants of a deck."""
    sheet.derive("length_m", LENGTH_M, "channel length")
    width = board.factor_A_V2 / KP_A_V2 * LENGTH_M
    sheet.derive("channel_m", width, "channel width: S = KP W / L")
    sheet.derive("kp_A_V2", KP_A_V2, "KP of the model card")
    sheet.derive("oxide_m", OXIDE_M, "oxide thickness")
    states = surface_states(board)
    sheet.derive("overlap_F", OVERLAP_F, "overlap of the gate with source and with drain, each")
    sheet.derive("junction_F", JUNCTION_F, "junctions of source and of drain to bulk, each, at 0 V")
    sheet.derive("nfs_cm2", states, "fast surface states: they set the slope below threshold")
    drop = EMISSION * THERMAL_V * math.log(LIMIT_A / SATURATION_A)
    sheet.derive("diode_V", drop, "drop of a clamping diode with 10 uA: its rail is so far inside")


def surface_states(board: TransistorBoard) -> float:
    """Return NFS of the model card, 1/cm^2, which sets the slope below threshold."""
    return NFS_CM2 * (board.subthreshold_V - SLOPE_V) / (0.1 - SLOPE_V)


def transistor_card(
    threshold: str | float = "{threshold_V}", board: TransistorBoard | None = None
) -> dict[str, str | float]:
    """Return the parameters of the model card of a transistor with this threshold voltage.

    They name the constants of a deck, or, with a ``board``, have their values. Level 3 without its
    short-channel effects: where both ends conduct, the current is that of the law that the
    laboratory measured, ``S (V_G - V_T - (V_a + V_b)/2) (V_a - V_b)``.
    """
    constants: dict[str, str | float]
    if board is None:
        constants = {"kp": "{kp_A_V2}", "nfs": "{nfs_cm2}", "tox": "{oxide_m}"}
        constants |= {"gamma": "{body_sqrtV}", "phi": "{surface_V}"}
    else:
        constants = {"kp": KP_A_V2, "nfs": surface_states(board), "tox": OXIDE_M}
        constants |= {"gamma": board.body_sqrtV, "phi": board.surface_V}
    return {"level": 3, "vto": threshold, **constants, "kappa": 0, "eta": 0, "theta": 0}


def channel_size(scale: float) -> dict[str, str]:
    """Return width and length of a channel, of this scale: it conducts alike at any."""
    return {"w": f"{{{scale!r}*channel_m}}", "l": f"{{{scale!r}*length_m}}"}


CAPACITANCES = {
    "cgso": "{overlap_F/channel_m}",
    "cgdo": "{overlap_F/channel_m}",
    "cbd": "{junction_F}",
    "cbs": "{junction_F}",
}


def edge_circuit(board: TransistorBoard, natural: bool = False) -> Block:
    """Return the subcircuit ``edge fa fb ca cb g learn low high bulk``.

    Two transistors, a multiplier and the gate: the product of the sum and the difference of the two
    drops is the difference of their squares. ``learn`` is 1 V while the gate is to move, ``low``
    and ``high`` are the rails of the diodes. Of what a board does not have nothing is in it.

    Capacitor and multiplier meet at ``x`` through a negative resistor, half a time step over the
    capacitance: over one step of backward Euler the transistors see the mean of the gate before and
    after, so that the step is the implicit midpoint rule, exact to second order. A ``natural`` one,
    for steps of any length, is without it and has the transistors' capacitances; other channels are
    so small that the nodes do not move the gates.
    """
    seen = "g" if natural else "x"
    more = CAPACITANCES if natural else {}
    drawn: dict[str, Any] = {"vtf": "{threshold_V}", "vtc": "{threshold_V}"}
    balance: str | int = 1
    if board.imbalance_sigma or board.clamped_bias:
        drawn["balance"], balance = 1, "{balance}"
    circuit = Block("edge", *PINS, **drawn, offset=0, gain=1)
    circuit.remark("free and clamped transistor")
    for twin in "fc":
        ends = (f"{twin}a", seen, f"{twin}b", "bulk")
        circuit.M(twin, *ends, model=f"nch{twin}", **channel_size(1.0 if natural else SMALL))
        circuit.model(f"nch{twin}", "nmos", **transistor_card(f"{{vt{twin}}}"), **more)
    hold_gate(circuit, natural)
    circuit.remark("the multiplier: sum of the drops times their difference charges the gate")
    for node, pairs in (("sum", ("fa", "fb", "ca", "cb")), ("diff", ("fa", "fb", "cb", "ca"))):
        circuit.VCCS(f"{node}f", 0, node, *pairs[:2], transconductance=1)
        circuit.VCCS(f"{node}c", 0, node, *pairs[2:], transconductance=balance)
        circuit.R(node, node, 0, 1)
    if board.noise_V2:
        circuit.V("noise", "noise", 0, 0)
    circuit.B("learn", 0, seen, i=learning_current(board))
    return circuit


def hold_gate(circuit: Block, natural: bool) -> None:
    """Put in the capacitor that holds the gate, what presets it, and the diodes that limit it."""
    mean = "" if natural else "; at x its mean over a step, which the transistors see"
    circuit.remark(f"the gate's capacitor{mean}")
    circuit.C("g", "g", 0, "{gate_F}")
    if not natural:
        circuit.R("half", "x", "g", "{-step_s/(2*gate_F)}")
    circuit.I("preset", 0, "g", 0)
    circuit.R("preset", "g", 0, OPEN_OHM)
    circuit.remark("clamping diodes")
    circuit.D("low", "low", "g", model="clamp")
    circuit.D("high", "g", "high", model="clamp")
    circuit.model("clamp", "d", n=EMISSION, **{"is": SATURATION_A})


def learning_current(board: TransistorBoard) -> str:
    """Return the current into the gate, A, as an expression of ngspice's.

    The factors are clipped as a multiplier does it: without that one iteration of Newton's method
    that goes astray sends the gates out of all bounds. A negative learning signal reverses the
    product, and the offset where it is reversed at the output; it never reverses the switch's
    charge, which is the same however short the window.
    """
    factors = [f"min(max(v({node}),-({{clip_V}})),{{clip_V}})" for node in ("sum", "diff")]
    if board.gain_sigma:
        factors.insert(0, "gain")
    product = "*".join(factors)
    errors = ["offset"] if board.offset_V2 or board.offset_sigma_V2 else []
    errors += ["v(noise)"] if board.noise_V2 else []
    if board.reversal == "output":
        product, errors = "+".join([product, *errors]), []
    terms = [f"v(learn)*({product})"]
    if errors:
        terms.append(f"abs(v(learn))*({'+'.join(errors)})")
    if board.injection_C:
        terms.append("u(abs(v(learn))-1n)*{injection_C*scale_V*gate_ohm/window_s}")
    moved = f"({'+'.join(terms)})" if terms[1:] else terms[0]
    return f"{{1/(scale_V*gate_ohm)}}*{moved}"
