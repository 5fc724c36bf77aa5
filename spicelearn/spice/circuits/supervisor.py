"""The supervisor: nudges the clamped outputs from the free ones towards the target (Eq. 1)."""

from __future__ import annotations

from PySpice.Spice.Netlist import SubCircuit


def supervisor_circuit() -> SubCircuit:
    """Return the subcircuit ``supervisor free clamped target`` with the nudge ``eta``.

    A follower reads the free output without loading it; a controlled source adds
    eta (target - free) to it and drives the clamped output.
    """
    circuit = SubCircuit("supervisor", "free", "clamped", "target", eta=0.5)
    circuit.VCVS("follower", "read", 0, "free", 0, voltage_gain=1)
    circuit.VCVS("nudge", "clamped", "read", "target", "read", voltage_gain="{eta}")
    return circuit
