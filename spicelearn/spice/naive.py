"""The naive way to simulate the machine: a fresh transient each clock, by PySpice's own API."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import EngineError
from ..plant import Drive, Reading, State
from .circuits.twin import Machine, options, twin_circuit, twin_deck
from .ngspice import Library


class NaivePlant:
    """Run the same circuit as `spicelearn.spice.plant.SpicePlant`, loaded anew in every cycle.

    It is there to be measured against: of a drive it takes the voltages, not eta, cuts or noise,
    and does not judge whether the network has settled.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine = replace(machine, at_once=True)
        self._deck = twin_deck(machine)
        self._circuit = twin_circuit(machine)

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Set codes and voltages, run one clock from switching on, read at its end."""
        network, timing, circuit = self._machine.network, self._deck.timing, self._circuit
        for index, code in enumerate(state.codes.tolist()):
            circuit.element(f"Xe{index}").parameters["code"] = repr(code)
        sources = (("in", network.inputs, drive.inputs), ("t", network.outputs, drive.targets))
        for kind, nodes, volts in sources:
            for node, value in zip(nodes, volts.tolist(), strict=True):
                circuit.element(f"V{kind}{node}").dc_value = repr(value)
        library = Library.get()
        if library.busy:
            raise EngineError("ngspice holds one circuit a process: close the other plant first")
        simulator = circuit.simulator(simulator="ngspice-shared", ngspice_shared=library)
        simulator.options(*options(self._machine).split()[1:])
        try:
            analysis = simulator.transient(
                step_time=timing.max_step, end_time=timing.first_step, max_time=timing.max_step
            )
            sensed = np.array([float(analysis[probe][-1]) for probe in self._deck.probes])
            bits = library.looked_up(self._deck.bits)
        finally:
            library.command("remcirc")
        free, clamped = np.split(sensed, 2)
        return Reading(free, clamped, bits, settled=True)
