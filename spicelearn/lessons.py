"""What one plant is taught, and what is kept of it for whoever reads the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .clocks import Clock
from .network import Network
from .plant import Drive, Floats
from .tasks import Task

SHOWN = 20  # input rows that stand for a test set
STRETCHES = 200  # changes of the example that are kept


@dataclass(frozen=True)
class Lesson:
    """Hold what one plant is taught: a task on its network, from cycle ``first`` to ``end``."""

    task: Task
    network: Network
    eta: float
    evaluate_every: int
    first: int
    end: int
    clock: Clock

    def first_drive(self) -> Drive:
        """Return what the machine is powered on with."""
        example = self.task.begin()
        edges = len(self.network.edges)
        return Drive.to_all(example.inputs, example.targets, self.eta, edges)

    def as_dict(self) -> dict[str, Any]:
        """Return what is taught, as JSON can hold it, with some of the inputs, V.

        Where there is a test set these are rows of it, spread evenly; else the example from each
        cycle on at which it changes.
        """
        return {
            "task": self.task.name,
            "summary": self.task.summary,
            "first": self.first,
            "end": self.end,
            "eta": self.eta,
            "inputs": list(self.network.inputs),
            "outputs": list(self.network.outputs),
            "examples": self._examples(),
        }

    def _examples(self) -> list[dict[str, Any]]:
        """Return stretches of cycles, each with the inputs that stand for it, a row an example."""
        tests = self.task.tests()
        if tests is not None:
            places = np.unique(np.linspace(0, len(tests) - 1, SHOWN).round().astype(int))
            return [stretch(self.first, tests[places])]
        changes = [0, *self.task.changes(self.end - self.first)]
        some = changes[:: -(-len(changes) // STRETCHES)]
        return [stretch(self.first + at, self.task.example(at, None).inputs[None]) for at in some]


def stretch(cycle: int, inputs: Floats) -> dict[str, Any]:
    """Return the inputs that stand for the cycles from this one on."""
    return {"from": cycle, "inputs_V": inputs.tolist()}
