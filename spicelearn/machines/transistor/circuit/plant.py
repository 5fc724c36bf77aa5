"""The transistor network as a circuit that is run cycle by cycle."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from ....machine import Setup
from ....plant import Drive, Floats, Reading, State
from ....spice.charged import ChargedPlant
from ....spice.deck import Deck
from ....spice.stepped_session import Charges
from .deck import Transistors, deck_of

BLOCK, SHORTEST = 32_000, 100  # cycles of a transient, times edges; at least


class TransistorCircuit:
    """Give the deck of the network, and make a Reading of what is probed in it."""

    def __init__(self, machine: Transistors) -> None:
        self._machine = machine
        self.deck: Deck = deck_of(machine)
        self.rests, self.steps, self.closes = machine.rests, machine.steps, machine.closes
        edges = range(len(machine.network.edges))
        self.charges = Charges(
            currents=tuple(f"i.xe{index}.ipreset[dc]" for index in edges),
            resistors=tuple(f"r.xe{index}.rpreset[resistance]" for index in edges),
            farads=machine.board.gate_F,
        )

    @cached_property
    def gentle(self) -> TransistorCircuit:
        """Return the circuit for a cycle that fails."""
        return TransistorCircuit(replace(self._machine, gentle=True))

    def settings(self, state: State, drive: Drive) -> tuple[Floats, Floats]:
        """Return the knobs with the learning signal off, and with it on."""
        moving = self.deck.settings(state, drive)
        held = moving.copy()
        held[-len(self._machine.learning) :] = 0.0
        return held, moving

    def weights(self, probes: Floats) -> Floats:
        """Return the gates, V, shape (E,)."""
        return probes[2 * self._machine.network.nodes :]

    def read(self, probes: Floats, weights: Floats) -> Reading:
        """Return the outputs and the node voltages, and the gates after the window."""
        network = self._machine.network
        free, clamped = probes[: network.nodes], probes[network.nodes : 2 * network.nodes]
        shown = {"free": free, "clamped": clamped}
        return Reading(network.read_out(free)[None], weights, True, shown)


def circuit_plant(setup: Setup) -> ChargedPlant:
    """Return the circuit of a lesson; with a scope one that keeps waveforms beside it."""
    circuit = TransistorCircuit(Transistors.of(setup))
    block = max(SHORTEST, BLOCK // len(setup.network.edges))
    if setup.scope is not None:
        from .window import WavedPlant  # noqa: PLC0415 - it needs this module

        return WavedPlant(circuit, setup, setup.scope, block)
    return ChargedPlant(circuit, setup.deck_file, block, setup.lesson.first)
