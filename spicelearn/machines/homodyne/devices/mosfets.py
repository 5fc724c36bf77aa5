"""A random network of n-MOSFETs between a few internal nodes, gates on driven electrodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from scipy.sparse import csr_array

from ....errors import ConvergenceError, UsageError
from ....network.graph import Network
from ....plant import Floats, Ints
from .base import Device, Electrodes, node

if TYPE_CHECKING:
    from ....spice.sheet import Remarked

FACTOR_A_V2 = 40e-6  # (A)
THRESHOLD_V = 0.3  # (A)
SOFTNESS_V = 0.086  # below threshold the current falls by a decade every 0.086 V ln 10 / 2 (A)
LEAK_S = 1e-6  # from every internal node to 0 V: none hangs in the air (A)
NAME = re.compile(r"mosfets(?:-(\d{1,3})x(\d{1,4}))?(?:-(\d)i(\d{1,2})c)?(?:-(\d{1,6}))?", re.ASCII)
DEFAULT_SEED = 29  # of 61 that were tried, one on which every gate is learned from every start
DRAWS = 1000  # until a network is connected
STEPS_LIMIT = 200  # of Newton's method
CAPACITANCES = ("cgs", "cgdmin", "cgdmax", "cjo")  # farads of a power transistor in ngspice 46
STEP_LIMIT_V = 0.3
VOLTS_LIMIT_V = 1e-12


@dataclass(frozen=True, eq=False)
class Mosfets(Device):
    """Hold transistors: ``ends`` shape (T, 2), the two nodes of each channel, and ``gates`` (T,).

    The current of a channel from the higher end to the lower one, at a drop D, is
    ``S (F D - D^2/2)`` where D is below F, and ``S F^2/2`` beyond, with ``F = s ln(1 + exp((V_G -
    V_T - V_low)/s))``: ngspice's model ``vdmos`` with ``ksubthres`` = s, its body diode blocking.
    """

    name: str
    electrodes: Electrodes
    nodes: int
    ends: Ints
    gates: Ints
    gain_V_A: float = 1e5

    @classmethod
    def named(cls, name: str) -> Mosfets:
        """Return the device ``mosfets-NODESxTRANSISTORS-INPUTSiCONTROLSc-SEED``.

        Every part after the first may be left out. Raises UsageError for another name, and if no
        network of this size is connected.
        """
        match = NAME.fullmatch(name)
        if match is None:
            expected = "mosfets-NODESxTRANSISTORS-INPUTSiCONTROLSc-SEED, each part optional"
            raise UsageError(f"no device {name[:60]!r}, expected {expected}")
        nodes, size, inputs, controls, seed = (
            default if text is None else int(text)
            for text, default in zip(match.groups(), (8, 50, 2, 5, DEFAULT_SEED), strict=True)
        )
        electrodes = Electrodes(inputs, controls)
        total = electrodes.count + nodes
        first = electrodes.count
        pairs = [(a, b) for a in range(total) for b in range(total) if a < b and b >= first]
        if not (inputs and controls and nodes and 0 < size <= len(pairs)):
            raise UsageError(
                f"device {name}: expected at least one internal node, input, control and "
                f"transistor, and at most {len(pairs)} transistors, one per pair of nodes"
            )
        rng = np.random.default_rng([seed, 0xD0])
        for _ in range(DRAWS):
            picked = rng.choice(len(pairs), size, replace=False)
            gates = rng.integers(0, electrodes.driven, size)
            ends = np.array([pairs[place] for place in picked])
            graph = nx.empty_graph(total)
            graph.add_edges_from(ends.tolist())
            if nx.is_connected(graph):
                return cls(name, electrodes, nodes, ends, gates)
        raise UsageError(
            f"device {name}: no path between all electrodes in {DRAWS} draws, expected more "
            "transistors or fewer nodes"
        )

    @cached_property
    def network(self) -> Network:
        """Return nodes and channels."""
        edges = tuple((int(a), int(b)) for a, b in self.ends)
        return Network(self.name, self.electrodes.count + self.nodes, edges)

    def _law(self, gate: Floats, first: Floats, second: Floats) -> tuple[Floats, ...]:
        """Return the current from the first end to the second, A, and its three derivatives, S.

        They are those by the voltages of first end, second end and gate.
        """
        s = SOFTNESS_V
        forward = first >= second
        low, drop = np.minimum(first, second), np.abs(first - second)
        over = (gate - THRESHOLD_V - low) / s
        drive, slope = s * np.logaddexp(0, over), 0.5 * (1 + np.tanh(over / 2))
        ohmic = drop < drive
        size = FACTOR_A_V2 * np.where(ohmic, drive * drop - drop**2 / 2, drive**2 / 2)
        by_gate = FACTOR_A_V2 * np.where(ohmic, drop, drive) * slope
        by_high = FACTOR_A_V2 * np.where(ohmic, drive - drop, 0.0)
        by_low = by_high + by_gate  # downwards
        sign = np.where(forward, 1, -1)
        by_first = np.where(forward, by_high, by_low)
        by_second = -np.where(forward, by_low, by_high)
        return sign * size, by_first, by_second, sign * by_gate

    def slopes(self, volts: Floats) -> tuple[Floats, Floats]:
        """Return the current into the output and its derivatives, by Newton's method."""
        rows, driven, size = len(volts), self.electrodes.driven, self.electrodes.count + self.nodes
        inner = slice(self.electrodes.count, size)
        every = np.zeros((rows, size))
        every[:, :driven] = volts
        for _ in range(STEPS_LIMIT):
            leaving, matrix, by_gate = self._balance(every)
            step = np.linalg.solve(matrix[:, inner, inner], leaving[:, inner, None])[:, :, 0]
            largest = np.abs(step).max(axis=1, initial=0.0)
            every[:, inner] -= (
                step * np.minimum(1, STEP_LIMIT_V / np.maximum(largest, 1e-30))[:, None]
            )
            if largest.max() < VOLTS_LIMIT_V:
                break
        else:
            raise ConvergenceError(
                f"device {self.name}: Newton's method finds no voltages in {STEPS_LIMIT} steps"
            )
        leaving, matrix, by_gate = self._balance(every)
        out = self.electrodes.output
        direct = matrix[:, :, :driven] + by_gate
        moved = -np.linalg.solve(matrix[:, inner, inner], direct[:, inner])
        slopes = direct[:, out] + np.einsum("bi,bid->bd", matrix[:, out, inner], moved)
        return -leaving[:, out], -slopes

    @cached_property
    def _places(self) -> tuple[csr_array, csr_array, csr_array]:
        """Return what collects the currents of all transistors and their derivatives.

        Shapes (T, N) for currents; (2 T, N N) for derivatives by the two ends, (T, N driven) for
        those by the gate.
        """
        size, driven, count = (
            self.electrodes.count + self.nodes,
            self.electrodes.driven,
            len(self.ends),
        )
        every = np.arange(count)
        first, second = self.ends.T

        def collect(rows: Ints, columns: Ints, width: int, shape: tuple[int, int]) -> csr_array:
            rows, columns = np.tile(rows, 2), np.tile(columns, 2)
            ends = np.concatenate(
                [np.resize(first, len(rows) // 2), np.resize(second, len(rows) // 2)]
            )
            signs = np.repeat([1.0, -1.0], len(rows) // 2)
            return csr_array((signs, (rows, ends * width + columns)), shape=shape)

        return (
            collect(every, np.zeros(count, int), 1, (count, size)),
            collect(
                np.arange(2 * count),
                np.concatenate([first, second]),
                size,
                (2 * count, size * size),
            ),
            collect(every, self.gates, driven, (count, size * driven)),
        )

    def _balance(self, every: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the current out of every node, A, and its derivatives by nodes and by gates, S.

        Shapes (B, N), (B, N, N) and (B, N, driven), for node voltages of shape (B, N).
        """
        rows, size = every.shape
        first, second = self.ends.T
        current, by_first, by_second, by_gate = self._law(
            every[:, self.gates], every[:, first], every[:, second]
        )
        out, by_node, gates = self._places
        leaving = current @ out
        matrix = (np.hstack([by_first, by_second]) @ by_node).reshape(rows, size, size)
        by_gates = (by_gate @ gates).reshape(rows, size, self.electrodes.driven)
        inner = np.arange(self.electrodes.count, size)
        leaving[:, inner] += LEAK_S * every[:, inner]
        matrix[:, inner, inner] += LEAK_S
        return leaving, matrix, by_gates

    def add_to(self, sheet: Remarked, node_F: float) -> None:
        """Add the transistors, and leak and wiring of the internal nodes."""
        from ....spice.three_terminals import ThreeTerminal  # noqa: PLC0415 - slow to import

        sheet.section("Device: transistors; drain, gate, source")
        for place, (ends, gate) in enumerate(
            zip(self.ends.tolist(), self.gates.tolist(), strict=True)
        ):
            first, second = (node(end) for end in ends)
            ThreeTerminal(sheet, f"{place}", first, node(gate), second, model="nch")
        sheet.section("Device: leak and wiring of the internal nodes")
        for inner in range(self.electrodes.count, self.electrodes.count + self.nodes):
            sheet.R(f"leak{inner}", node(inner), 0, 1 / LEAK_S)
            sheet.C(f"wire{inner}", node(inner), 0, node_F)
        sheet.model(
            "nch",
            "vdmos",
            vto=THRESHOLD_V,
            kp=FACTOR_A_V2,
            ksubthres=SOFTNESS_V,
            mtriode=1,
            **{"is": 1e-30, "n": 10, "rs": 0, "rd": 0, "rg": 0},
            **dict.fromkeys(CAPACITANCES, 0),
        )
