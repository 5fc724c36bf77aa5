"""The clamp: nudges the clamped outputs from the free ones towards the target (Eq. 1)."""

from __future__ import annotations

from ....spice.sheet import Block

PINS = ("free", "clamped", "target")
ABOUT = "Eq. 1: V^C = V^F + eta (V* - V^F); a follower reads the free output and does not load it"


DIFFERENCE_PINS = ("freep", "freen", "clampedp", "clampedn", "target")
DIFFERENCE = "Eq. 1 for a difference: each clamped node takes half of the nudge, with its sign"


def clamp_circuit(releasing: bool = False) -> Block:
    """Return the subcircuit ``clamp free clamped target`` with the nudge ``eta``.

    A follower reads the free output without loading it; a controlled source adds
    eta (target - free) to it and drives the clamped output. If ``releasing``, a fourth pin
    ``nudge`` switches this: 1 V adds the nudge, 0 V adds nothing.
    """
    circuit = Block("clamp", *PINS, *(["nudge"] if releasing else []))
    circuit.remark(ABOUT)
    circuit.VCVS("follower", "read", 0, "free", 0, voltage_gain=1)
    if releasing:
        circuit.B("nudge", "clamped", "read", v="{eta}*v(nudge)*v(target,read)")
    else:
        circuit.VCVS("nudge", "clamped", "read", "target", "read", voltage_gain="{eta}")
    return circuit


def difference_clamp(releasing: bool = False) -> Block:
    """Return the subcircuit ``dclamp freep freen clampedp clampedn target``.

    The output is V(freep) - V(freen); eta (target - output) / 2 is added to the first node and
    subtracted from the second. ``releasing`` as in `clamp_circuit`.
    """
    circuit = Block("dclamp", *DIFFERENCE_PINS, *(["nudge"] if releasing else []))
    circuit.remark(DIFFERENCE)
    circuit.VCVS("output", "output", 0, "freep", "freen", voltage_gain=1)
    if releasing:
        circuit.B("nudge", "half", 0, v="{eta/2}*v(nudge)*v(target,output)")
    else:
        circuit.VCVS("nudge", "half", 0, "target", "output", voltage_gain="{eta/2}")
    for sign, gain in (("p", 1), ("n", -1)):
        circuit.VCVS(f"follower{sign}", f"read{sign}", 0, f"free{sign}", 0, voltage_gain=1)
        circuit.VCVS(f"push{sign}", f"clamped{sign}", f"read{sign}", "half", 0, voltage_gain=gain)
    return circuit
