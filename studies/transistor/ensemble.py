"""Many transistor machines by the equations of the idealised model, compiled: for studies.

They learn as ``spicelearn train --plant ideal`` has them learn, to the tolerance of the solver and
many times as fast. It needs numba, of the extra ``studies``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
from numba import njit

from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.ideal import RATE_STEP
from spicelearn.network.graph import Amplifier, terminals
from spicelearn.plant import Drive, Floats
from spicelearn.schedules.clocks import SYNCHRONOUS

NEAR_V = 1e-5  # a last step of Newton's method, after which voltages are right to some 1e-9 V
STEPS_LIMIT = 100  # of Newton's method
STEP_LIMIT_V = 0.3


@njit(cache=True)
def depth(overdrive: float, wide: float) -> tuple[float, float]:
    """Return u of the channel law and u times its derivative (`spicelearn`'s ``channel``)."""
    falling = math.exp(-abs(overdrive) / wide)
    u = wide * math.log1p(falling) + max(overdrive, 0.0)
    return u, u * (1.0 if overdrive > 0 else falling) / (1 + falling)


@njit(cache=True)
def assemble(
    volts: Floats, place: Any, ends: Any, siemens: Floats, over: Floats, law: Any
) -> tuple[Floats, Floats]:
    """Return the Jacobian of the currents out of the nodes that no source holds, and these."""
    size, edges, (factor, wide) = place.max() + 1, len(over), law
    matrix, excess = np.zeros((size, size)), np.zeros(size)
    for k in range(len(ends)):
        a, b = ends[k]
        if k < edges:
            (u, du), (w, dw) = depth(over[k] - volts[a], wide), depth(over[k] - volts[b], wide)
            current, da, db = factor / 2 * (w * w - u * u), factor * du, -factor * dw
        else:
            da, db = siemens[k - edges], -siemens[k - edges]
            current = da * (volts[a] - volts[b])
        for row, sign in ((place[a], 1.0), (place[b], -1.0)):
            if row >= 0:
                excess[row] += sign * current
                for column, slope in ((place[a], da), (place[b], db)):
                    if column >= 0:
                        matrix[row, column] += sign * slope
    return matrix, excess


@njit(cache=True)
def eliminate(matrix: Floats, excess: Floats) -> None:
    """Solve linear equations in place; diagonals dominate their columns: no pivot is sought."""
    size = len(excess)
    for p in range(size):
        for q in range(p + 1, size):
            ratio = matrix[q, p] / matrix[p, p]
            if ratio != 0.0:
                for r in range(p + 1, size):
                    matrix[q, r] -= ratio * matrix[p, r]
                excess[q] -= ratio * excess[p]
    for p in range(size - 1, -1, -1):
        for r in range(p + 1, size):
            excess[p] -= matrix[p, r] * excess[r]
        excess[p] /= matrix[p, p]


@njit(cache=True)
def fold(matrix: Floats, excess: Floats, place: Any, amplifiers: Floats) -> None:
    """Let targets follow their sources, and these supply what a bidirectional amplifier draws.

    The last amplifier of a series comes first: what it draws is a load of the one before.
    """
    for first, second, target, gain, loss, _, back in amplifiers[::-1]:
        row = place[int(target)]
        for node, factor, sign in ((first, gain, 1.0), (second, -loss, -1.0)):
            at = place[int(node)]
            if at >= 0 and factor != 0.0:
                matrix[:, at] += factor * matrix[:, row]
                matrix[at] += sign * back * matrix[row]
                excess[at] += sign * back * excess[row]
        matrix[row], matrix[:, row], excess[row] = 0.0, 0.0, 0.0
        matrix[row, row] = 1.0


@njit(cache=True)
def follow(volts: Floats, amplifiers: Floats) -> None:
    """Set the voltages of amplifiers' targets, V, in place: a series from its first to its last."""
    for first, second, target, gain, loss, level, _ in amplifiers:
        volts[int(target)] = level + gain * volts[int(first)] - loss * volts[int(second)]


@njit(cache=True)
def solve(
    volts: Floats,
    place: Any,
    ends: Any,
    siemens: Floats,
    over: Floats,
    law: Any,
    amplifiers: Floats,
) -> bool:
    """Find the voltages of the nodes that no source holds, V, in place; return whether it did.

    ``place`` gives every node's row, -1 if it is held; ``ends`` those of edges, then of resistors;
    ``law`` the factor, A/V^2, and twice the thermal voltage, V. A row of ``amplifiers`` has the
    nodes of its source, its target, the gains of both, its level, V, and what share it draws; an
    amplifier stands after that which holds its source.
    """
    follow(volts, amplifiers)
    for _ in range(STEPS_LIMIT):
        matrix, step = assemble(volts, place, ends, siemens, over, law)
        fold(matrix, step, place, amplifiers)
        eliminate(matrix, step)
        largest = np.abs(step).max() if len(step) else 0.0
        shrink = min(1.0, STEP_LIMIT_V / largest) if largest > 0 else 1.0
        for node in range(len(place)):
            if place[node] >= 0:
                volts[node] -= shrink * step[place[node]]
        follow(volts, amplifiers)
        if largest < NEAR_V:
            return True
    return False


@njit(cache=True)
def dissipated(volts: Floats, ends: Any, siemens: Floats, over: Floats, law: Any) -> float:
    """Return the power, W, at the voltages of all nodes (arguments as for `solve`)."""
    edges, (factor, wide), total = len(over), law, 0.0
    for k in range(len(ends)):
        a, b = ends[k]
        if k < edges:
            u, w = depth(over[k] - volts[a], wide)[0], depth(over[k] - volts[b], wide)[0]
            total += factor / 2 * (w * w - u * u) * (volts[a] - volts[b])
        else:
            total += siemens[k - edges] * (volts[a] - volts[b]) ** 2
    return total


@njit(cache=True)
def learn(
    gates: Floats,
    free: Floats,
    inputs: Floats,
    targets: Floats,
    network: Any,
    parts: Any,
    signs: Floats,
    part: float,
    steps: int,
) -> bool:
    """Let one machine learn for a window; ``free`` are its free voltages, V, found from there.

    Gates, V, and free voltages at the beginning are left in place. ``signs`` are the nudge, the
    sign of the product and that of the offset.
    """
    fed, at_free, at_clamped, ends, siemens, first, second, nodes, places, shares = network[:10]
    amplifiers, bidirectional = network[10:]
    threshold, weight, gain, offset, law, low, high = parts
    eta, product, kept = signs
    edges = len(gates)
    here, clamped = free.copy(), free.copy()
    for step in range(2 * steps):
        half = step % 2 == 0  # a step of half the length to the middle, then the whole one
        if half:
            start = gates.copy()
        over = gates - threshold[:, 0]
        here[fed] = inputs
        if not solve(here, at_free, ends, siemens, over, law, amplifiers):
            return False
        if step == 0:
            free[:] = here
            clamped[:] = here
        if part == 0.0:
            return True
        for k in range(len(nodes)):
            output = places[k]
            shown = here[first[output]]
            if second[output] >= 0:
                shown -= here[second[output]]
            clamped[nodes[k]] = here[nodes[k]] + shares[k] * eta * (targets[output] - shown)
        clamped[fed] = here[fed]
        for row in amplifiers:
            clamped[int(row[2])] = here[int(row[2])]
        over = gates - threshold[:, 1]
        if not solve(clamped, at_clamped, ends, siemens, over, law, bidirectional):
            return False
        for k in range(edges):
            a, b = ends[k]
            squares = (here[a] - here[b]) ** 2 - weight[k] * (clamped[a] - clamped[b]) ** 2
            moved = product * gain[k] * squares + kept * offset[k]
            gates[k] = start[k] + (part / 2 if half else part) / steps * moved
    for k in range(edges):
        gates[k] = min(max(gates[k], low), high)
    return True


def in_series(amplifiers: Sequence[Amplifier]) -> list[Amplifier]:
    """Return amplifiers in an order in which each stands after those that hold its source."""
    holding = {each.target: each for each in amplifiers}
    sources = {node: terminals([each.source]) for node, each in holding.items()}
    return [holding[node] for node in TopologicalSorter(sources).static_order() if node in holding]


def described(amplifiers: Sequence[Amplifier]) -> Floats:
    """Return what `solve` knows of amplifiers, shape (amplifiers, 7)."""
    rows = []
    for each in amplifiers:
        first, second = [*terminals([each.source]), each.target][:2]
        loss = each.gain if isinstance(each.source, tuple) else 0.0
        back = each.bidirectional / each.gain
        rows.append([first, second, each.target, each.gain, loss, each.level_V, back])
    return np.array(rows, np.float64).reshape(-1, 7)


@dataclass(frozen=True)
class Learned:
    """Hold what the machines, M of them, came to in the cycles that were measured, shape (T,).

    ``outputs`` shape (T, M, tests, outputs), those of the test set, V; ``errors`` shape (T, M), its
    mean squared error as the task has it, V^2; ``gates`` shape (T, M, E),
    V; ``power`` shape (T, M), of the free networks, the mean over the test set, W. ``desired`` has
    shape (tests, outputs), V.
    """

    cycles: Floats
    outputs: Floats
    errors: Floats
    gates: Floats
    power: Floats
    desired: Floats


class Compiled:
    """Hold one machine that learns; raise RuntimeError where it finds no voltages."""

    def __init__(self, experiment: Experiment) -> None:
        lesson, board, parts = experiment.lesson, experiment.constants, experiment.parts
        assert lesson.clock.kind == SYNCHRONOUS
        assert not board.noise_V2  # type: ignore[attr-defined]
        assert not board.injection_C  # type: ignore[attr-defined]
        network = lesson.network
        self.lesson, self.network, self.board = lesson, network, board
        self.gates = experiment.start().weights.astype(np.float64)
        nodes, places, shares = network.held
        pairs = [(a, b) for a, b, _ in network.resistors]
        rows = [self._rows([*network.inputs]), self._rows([*network.common, *nodes.tolist()])]
        amplifiers = in_series(network.amplifiers)
        ends = [output if isinstance(output, tuple) else (output, -1) for output in network.outputs]
        first, second = np.array(ends).reshape(-1, 2).T.copy()
        siemens = np.array([1 / ohm for _, _, ohm in network.resistors])
        fed, whole = np.array(network.inputs), np.array([*network.edges, *pairs])
        self._network = (
            *(fed, *rows, whole, siemens, first, second, nodes, places, shares),
            described(amplifiers),
            described([each for each in amplifiers if each.bidirectional]),
        )
        law = board.factor_A_V2, 2 * board.thermal_V  # type: ignore[attr-defined]
        limits = board.gate_low_V, board.gate_high_V  # type: ignore[attr-defined]
        self._parts = (
            *(parts.threshold_V, parts.weight, parts.gain, parts.offset_V2),  # type: ignore[attr-defined]
            *(law, *limits),
        )
        self._steps = max(1, math.ceil(board.rate / RATE_STEP))  # type: ignore[attr-defined]
        self._latest: dict[bytes, Floats] = {}  # free voltages, by the inputs
        self._responses: Floats | None = None  # to the latest queries, V
        self._labels = lesson.task.labels(None)
        self._ones = np.ones(len(network.edges), dtype=np.bool_)

    def _rows(self, held: list[int]) -> Any:
        """Return the row of every node that is not held, else -1."""
        free = np.ones(self.network.nodes, dtype=np.bool_)
        free[held] = False
        return np.where(free, np.cumsum(free) - 1, -1)

    def run(self, inputs: Floats, targets: Floats, eta: float, duration: float) -> Floats:
        """Let it learn for a window; return the free voltages at the beginning, V, shape (N,)."""
        key, sign = inputs.tobytes(), -1.0 if eta < 0 else 1.0
        volts = self._latest.get(key)
        if volts is None:
            volts = self._latest[key] = np.full(self.network.nodes, inputs.mean())
        kept = sign if self.board.reversal == "output" else 1.0  # type: ignore[attr-defined]
        signs = np.array([eta, sign, kept])
        part = duration * self.board.rate  # type: ignore[attr-defined]
        own = (self.gates, volts, inputs, targets, self._network, self._parts)
        if not learn(*own, signs, part, self._steps):
            raise RuntimeError("Newton's method finds no voltages")
        return volts

    def answers(self, inputs: Floats) -> Floats:
        """Return the outputs of the free network for rows of inputs, V, shape (rows, outputs)."""
        nothing = np.zeros(len(self.network.outputs))
        shown = [self.run(row, nothing, self.lesson.eta, 0.0) for row in inputs]
        return np.array([self.network.read_out(volts) for volts in shown])

    def advance(self, cycle: int) -> None:
        """Let it learn for one cycle, after any queries before it."""
        lesson = self.lesson
        number = lesson.number(cycle)
        queries = None if cycle % lesson.nudge.cycles else lesson.task.queries(number)
        if queries is not None:
            self._responses = self.answers(queries)
        example = lesson.task.example(number, self._responses)
        inputs, targets = example.inputs[0], example.targets[0]
        eta, duration = lesson.nudge.sign(cycle) * lesson.eta, 1.0
        if lesson.rule.measures:
            drive = Drive(example.inputs, example.targets, eta, self._ones, self._ones)
            drive = lesson.rule.shaped(drive, self.answers(example.inputs), self._labels)
            targets, duration = drive.targets[0], drive.duration * bool(drive.learning.any())
        self.run(inputs, targets, eta, duration)

    def power(self, volts: Floats) -> float:
        """Return what the free network dissipates at these voltages, W."""
        ends, siemens = self._network[3:5]
        threshold, _, _, _, law, *_ = self._parts
        return float(dissipated(volts, ends, siemens, self.gates - threshold[:, 0], law))


def trained(experiments: Sequence[Experiment], measured: Sequence[int]) -> Learned:
    """Let machines learn the same task; measure before the step of these cycles.

    The number of cycles stands for the end.
    """
    task = experiments[0].lesson.task
    inputs, desired = task.tests(), task.test_targets()
    assert inputs is not None
    assert desired is not None
    wanted = sorted(set(measured))
    found: list[tuple[Any, Any, Any]] = []
    for experiment in experiments:
        machine, outputs, gates, power = Compiled(experiment), [], [], []
        begun = 0
        for cycle in wanted:
            for each in range(begun, cycle):
                machine.advance(each)
            begun = cycle
            volts = [machine.run(row, desired[0], 0.0, 0.0).copy() for row in inputs]
            outputs.append([machine.network.read_out(each) for each in volts])
            gates.append(machine.gates.copy())
            power.append(np.mean([machine.power(each) for each in volts]))
        found.append((outputs, gates, power))
    shown = [np.array(each).swapaxes(0, 1) for each in zip(*found, strict=True)]
    errors = [[task.evaluate(rows, None).measurement.error for rows in each] for each in shown[0]]
    return Learned(np.array(wanted, float), shown[0], np.array(errors), shown[1], shown[2], desired)
