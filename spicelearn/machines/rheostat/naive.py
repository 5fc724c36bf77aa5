"""The naive way to simulate the machine: a new transient per cycle, by PySpice's own API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from ...errors import EngineError
from ...plant import Drive, Reading, State
from ...spice.ngspice import Library
from ...spice.twins import target_node
from .circuit.twin import Twins, options, twin_deck, twin_sheet


class NaivePlant:
    """Run the same circuit as `spicelearn.spice.plant.CircuitPlant`, loaded anew in every cycle.

    It only serves to be compared in speed: from a drive it takes the voltages, not eta, cuts or
    noise, and it does not determine whether the network has settled. Raises EngineError if another
    circuit is loaded.
    """

    details: ClassVar[dict[str, Any]] = {}

    def __init__(self, twins: Twins) -> None:
        self._twins = replace(twins, at_once=True)
        self._deck = twin_deck(self._twins)
        self._circuit = twin_sheet(self._twins)

    @property
    def engine(self) -> str:
        """Return the name and version of ngspice."""
        return f"ngspice-{Library.get().ngspice_version}"

    def begins(self, cycle: int) -> bool:
        """Return true: every cycle is a transient of its own."""
        del cycle
        return True

    def close(self) -> None:
        """Do nothing: every cycle unloads its circuit."""

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Set codes and voltages, run one clock from power-on, and read at its end."""
        network, timing, circuit = self._twins.network, self._deck.timing, self._circuit
        for index, code in enumerate(state.weights.tolist()):
            circuit.element(f"Xe{index}").parameters["code"] = repr(code)
        names = [f"in{node}" for node in network.inputs] + list(map(target_node, network.outputs))
        volts = np.concatenate([drive.inputs[0], drive.targets[0]])
        for name, value in zip(names, volts.tolist(), strict=True):
            circuit.element(f"V{name}").dc_value = repr(value)
        library = Library.get()
        if library.busy:
            raise EngineError("ngspice holds one circuit per process: close the other plant first")
        simulator = circuit.simulator(simulator="ngspice-shared", ngspice_shared=library)
        simulator.options(*options(self._twins).split()[1:])
        try:
            analysis = simulator.transient(
                step_time=timing.max_step, end_time=timing.first_step, max_time=timing.max_step
            )
            sensed = np.array([float(analysis[probe][-1]) for probe in self._deck.probes])
            bits = library.looked_up(self._deck.bits)
        finally:
            library.command("remcirc")
        free, clamped = np.split(sensed, 2)
        probes = {"free": free, "clamped": clamped}
        return Reading(network.read_out(free)[None], bits, True, probes)
