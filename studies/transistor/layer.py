"""Transistor machines on a dense layer by the equations of the idealised model, compiled.

They learn as ``spicelearn train --plant ideal`` has them learn, to the tolerance of the solver and
many times as fast: every output node hangs on inputs alone and has an equation of its own. With
noise or offsets there is a difference: outputs that an example does not teach are not held against
them within a window, 0.05 mV of gate voltage after forty windows. It needs numba, of the extra
``studies``.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from ensemble import depth
from numba import njit

from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.ideal import RATE_STEP
from spicelearn.machines.transistor.parts import TransistorParts
from spicelearn.plant import Floats
from spicelearn.tasks.base import shuffled
from spicelearn.tasks.classification import Classification

STEPS_LIMIT = 100  # of Newton's method
VOLTS_LIMIT_V = 1e-11


@njit(cache=True)
def settle(over: Floats, inputs: Floats, volts: Floats, wide: float) -> None:
    """Find the voltages of nodes, V, shape (nodes,), from those given, in place.

    ``over`` are the overdrives V_G - V_T of the edges from each node to the inputs, V, shape
    (nodes, inputs).
    """
    for node in range(len(volts)):
        fed = 0.0
        for place in range(len(inputs)):
            u, _ = depth(over[node, place] - inputs[place], wide)
            fed += u * u
        for _ in range(STEPS_LIMIT):
            excess, slope = -fed, 0.0
            for place in range(len(inputs)):
                u, product = depth(over[node, place] - volts[node], wide)
                excess += u * u
                slope -= 2 * product
            step = excess / slope
            volts[node] -= step
            if abs(step) < VOLTS_LIMIT_V:
                break


@njit(cache=True)
def push(
    inputs: Floats, volts: Floats, nudge: Floats, gain: Floats, error: Floats, part: float
) -> Floats:
    """Return by how much gates move, V, shape (nodes, inputs), while nodes are nudged, V."""
    moved = np.empty_like(gain)
    for node in range(len(volts)):
        for place in range(len(inputs)):
            free = inputs[place] - volts[node]
            clamped = free - nudge[node]
            product = gain[node, place] * (free * free - clamped * clamped)
            moved[node, place] = part * (product + error[node, place])
    return moved


class Layer:
    """A machine on a dense layer with its gates, V, shape (nodes, inputs).

    Raises ValueError for a network that is no dense layer with differences as outputs.
    """

    def __init__(self, experiment: Experiment) -> None:
        lesson, board, parts = experiment.lesson, experiment.constants, experiment.parts
        network, task = lesson.network, lesson.task
        assert isinstance(board, TransistorBoard)
        assert isinstance(parts, TransistorParts)
        assert isinstance(task, Classification)
        rows, nodes = len(network.inputs), network.nodes - len(network.inputs)
        if network.name != f"dense-{rows}x{nodes}" or network.inputs != tuple(range(rows)):
            raise ValueError(f"network {network.name}, expected a dense layer of the inputs")
        self.task, self._board, self._parts, self._network = task, board, parts, network
        assert task.targets is not None
        self._eta, self._shape, self._targets = lesson.eta, (nodes, rows), task.targets
        self._ends = np.array(network.outputs) - rows
        self._threshold, self._gain, self._offset = (
            np.ascontiguousarray(values.reshape(self._shape))
            for values in (parts.threshold_V[:, 0], parts.gain, parts.offset_V2)
        )
        self._wide = 2 * board.thermal_V
        self.gates = experiment.switched_on.weights.astype(np.float64).reshape(self._shape)

    def answer(self, inputs: Floats) -> Floats:
        """Return all node voltages, V, shape (N,)."""
        volts = np.full(self._shape[0], inputs.mean())
        settle(self.gates - self._threshold, inputs, volts, self._wide)
        return np.concatenate([inputs, volts])

    def advance(self, cycle: int) -> None:
        """Answer the example of a cycle; let the gates move for a window.

        Of the output nodes only those are solved that the example may teach: of the others, noise
        and offsets alone move the gates.
        """
        task, board = self.task, self._board
        digit = task.training[1][shuffled(task.seed, cycle, task.epoch)]
        live = np.flatnonzero(~np.isnan(self._targets[digit]))
        near = self._ends[live].ravel()
        (inputs,) = task.queries(cycle)  # type: ignore[misc]
        volts = np.full(len(near), inputs.mean())
        begun, threshold, gain = self.gates[near], self._threshold[near], self._gain[near]
        settle(begun - threshold, inputs, volts, self._wide)
        seen = np.zeros(len(self._ends))
        seen[live] = volts[::2] - volts[1::2]
        (targets,) = task.example(cycle, seen[None]).targets
        error = self._offset + self._parts.noise(board, cycle).reshape(self._shape)
        moved, steps = begun, max(1, math.ceil(board.rate / RATE_STEP))
        taught = not np.array_equal(targets, seen)
        for _ in range(steps if taught else 0):
            begun = moved
            for part in (board.rate / steps / 2, board.rate / steps):  # the midpoint rule
                miss = targets[live] - (volts[::2] - volts[1::2])
                nudge = (self._eta * miss[:, None] * (0.5, -0.5)).ravel()
                moved = begun + push(inputs, volts, nudge, gain, error[near], part)
                settle(moved - threshold, inputs, volts, self._wide)
        self.gates += board.rate * error
        if taught:
            self.gates[near] = moved
        self.gates = self.gates.clip(board.gate_low_V, board.gate_high_V)

    def right(self) -> float:
        """Return the share of the test set that is named right."""
        outputs = [self._network.read_out(self.answer(row)) for row in self.task.tests()]
        found = self.task.evaluate(np.array(outputs), None).measurement.accuracy
        assert found is not None
        return found


def learned(experiment: Experiment) -> pd.DataFrame:
    """Return what is right of the test set, by cycle, once per epoch and at the end."""
    layer, rows = Layer(experiment), []
    for cycle in range(experiment.length + 1):
        if cycle % layer.task.epoch == 0 or cycle == experiment.length:
            rows.append({"cycle": cycle, "accuracy": layer.right()})
        if cycle < experiment.length:
            layer.advance(cycle)
    return pd.DataFrame(rows)
