"""The supervisor: nudges the clamped outputs from the free ones towards the target (Eq. 1)."""

from __future__ import annotations

from ..sheet import Block

PINS = ("free", "clamped", "target")
ABOUT = "Eq. 1: V^C = V^F + eta (V* - V^F); a follower reads the free output and does not load it"


def supervisor_circuit(releasing: bool = False) -> Block:
    """Return the subcircuit ``supervisor free clamped target`` with the nudge ``eta``.

    A follower reads the free output without loading it; a controlled source adds
    eta (target - free) to it and drives the clamped output. One that is ``releasing`` has a fourth
    pin ``nudge``: at 1 V it does that, at 0 V it adds nothing.
    """
    circuit = Block("supervisor", *PINS, *(["nudge"] if releasing else []))
    circuit.remark(ABOUT)
    circuit.VCVS("follower", "read", 0, "free", 0, voltage_gain=1)
    if releasing:
        circuit.B("nudge", "clamped", "read", v="{eta}*v(nudge)*v(target,read)")
    else:
        circuit.VCVS("nudge", "clamped", "read", "target", "read", voltage_gain="{eta}")
    return circuit
