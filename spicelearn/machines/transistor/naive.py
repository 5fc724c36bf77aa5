"""Other ways to simulate the machine: operating points, and the update of the gates in Python."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from PySpice.Spice.Netlist import Circuit

from ...errors import EngineError
from ...machine import Setup
from ...network.graph import Network, terminals
from ...plant import Drive, Floats, Model, Reading, State
from ...spice.deck import Deck, Knobs, Timing, solver
from ...spice.ngspice import Library
from ...spice.points import PointSession
from ...spice.sheet import folded
from ...spice.twins import clamped_node, free_node, output_name, target_node
from .circuit.behavioural import ideal_amplifiers
from .circuit.deck import fixed_resistors
from .circuit.edge import KP_A_V2, LENGTH_M, transistor_card
from .ideal import IdealModel


def static_circuit(setup: Setup) -> Circuit:
    """Return both networks in one circuit of PySpice's, with clamps, gates held by sources.

    All sources are at 0 V; see `sources`.
    """
    network, board, thresholds = setup.network, setup.constants, setup.parts.threshold_V
    circuit = Circuit("transistor network without its multipliers")
    for name in sources(network):
        circuit.V(name, name, 0, 0)
    models = {value: f"nch{place}" for place, value in enumerate(np.unique(thresholds).tolist())}
    for threshold_V, model in models.items():
        circuit.model(model, "nmos", **transistor_card(threshold_V, board))
    size = {"w": board.factor_A_V2 / KP_A_V2 * LENGTH_M, "l": LENGTH_M}
    for edge, ends in enumerate(network.edges):
        for twin, node in enumerate((free_node, clamped_node)):
            first, second = (node(network, end) for end in ends)
            model = models[float(thresholds[edge, twin])]
            circuit.M(f"{'fc'[twin]}{edge}", first, f"g{edge}", second, 0, model=model, **size)
    fixed_resistors(circuit, network, free_node, clamped_node)
    ideal_amplifiers(circuit, network, free_node, clamped_node)
    _clamps(circuit, network, setup.lesson.eta)
    return circuit


def _clamps(circuit: Circuit, network: Network, eta: float) -> None:
    """Hold each output's nodes in the clamped network (Eq. 1), by buffers and linear sources."""
    for output in network.outputs:
        ends, error = terminals([output]), output_name("e", output)
        first, second = (f"f{ends[0]}", f"f{ends[1]}" if len(ends) > 1 else 0)
        circuit.VCVS(error, error, target_node(output), second, first, 1)
        for node, sign in zip(ends, (1, -1), strict=False):
            circuit.VCVS(f"b{node}", f"b{node}", 0, f"f{node}", 0, 1)
            circuit.VCVS(f"c{node}", f"c{node}", f"b{node}", error, 0, sign * eta / len(ends))


def sources(network: Network) -> list[str]:
    """Return the names of the sources and of their nodes: inputs, labels, gates."""
    inputs = [f"in{node}" for node in network.inputs]
    gates = [f"g{edge}" for edge in range(len(network.edges))]
    return [*inputs, *map(target_node, network.outputs), *gates]


def source_volts(state: State, drive: Drive) -> Floats:
    """Return the voltages of the sources, V."""
    return np.concatenate([drive.inputs[0], drive.targets[0], state.weights])


def probes(network: Network) -> list[str]:
    """Return the nodes of the free and of the clamped network, in order."""
    nodes = range(network.nodes)
    return [name(network, node) for name in (free_node, clamped_node) for node in nodes]


class PythonUpdate(Model):
    """Find an operating point per cycle; move the gates in Python, by one step of the rule.

    It only serves to be compared in speed: it takes no cuts, and its nudge is that of the lesson.
    """

    def __init__(self, setup: Setup) -> None:
        self._rate = setup.constants.rate
        self._limits = setup.constants.gate_low_V, setup.constants.gate_high_V
        self._network = setup.network
        self._model = IdealModel(setup)

    @property
    def engine(self) -> str:
        """Return the name and version of ngspice."""
        return f"ngspice-{Library.get().ngspice_version}"

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Return what the networks show, and the gates after the window."""
        free, clamped = np.split(self.solve(source_volts(state, drive)), 2)
        contrast = self._model.contrast(free, clamped, state.cycle, drive)
        moved = state.weights + self._rate * drive.learning * contrast
        shown = {"free": free, "clamped": clamped}
        outputs = self._network.read_out(free)[None]
        return Reading(outputs, moved.clip(*self._limits), True, shown)

    @abstractmethod
    def solve(self, volts: Floats) -> Floats:
        """Return the nodes' voltages, V, in the order of `probes`, at those of the sources."""


class KeptCircuit(PythonUpdate):
    """Keep the circuit loaded; alter its sources, find its operating point, read its nodes."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        network, window = setup.network, setup.constants.window_s
        read = probes(network)
        saved = " ".join(f"v({node})" for node in dict.fromkeys(read))
        lines = [f".options {solver(len(network.edges))}", *folded(f".save {saved}"), ".end"]
        knobs = Knobs(tuple(f"v{name}[dc]" for name in sources(network)), source_volts)
        timing = Timing(window, 0, window, 0, window)  # an operating point has no time
        text = "\n".join([str(static_circuit(setup)), *lines])
        self._session = PointSession(Deck(text, (knobs,), tuple(read), (), timing))

    def solve(self, volts: Floats) -> Floats:
        """Return the nodes' voltages, V; raise EngineError if ngspice fails."""
        return self._session.solve(volts)

    def close(self) -> None:
        """Unload the circuit."""
        self._session.close()


class LoadedAnew(PythonUpdate):
    """Simulate as PySpice does: the circuit is written, read and parsed for every point."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._circuit = static_circuit(setup)
        self._sources, self._probes = sources(setup.network), probes(setup.network)
        self._options = solver(len(setup.network.edges)).split()

    def solve(self, volts: Floats) -> Floats:
        """Return the nodes' voltages, V; raise EngineError if another circuit is loaded."""
        library = Library.get()
        if library.busy:
            raise EngineError("ngspice holds one circuit per process: close the other plant first")
        for name, value in zip(self._sources, volts.tolist(), strict=True):
            self._circuit.element(f"V{name}").dc_value = value
        simulator = self._circuit.simulator(simulator="ngspice-shared", ngspice_shared=library)
        simulator.options(*self._options)
        try:
            analysis = simulator.operating_point()
            return np.array([float(analysis[node][0]) for node in self._probes])
        finally:
            library.command("remcirc")
