"""Every choice of a run, as data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from . import clocks, network, tasks
from .board import Board
from .errors import UsageError
from .network import Network
from .parts import Parts
from .plant import Drive, State
from .tasks import Task

BOARDS = {
    "spice": Board(),
    "ideal": Board().idealised(),
}  # what a board file differs from, by plant


@dataclass(frozen=True)
class Experiment:
    """Hold every choice of a run; None stands for the task's own.

    Raises UsageError for a choice that cannot be carried out.
    """

    task: str
    cycles: int | None = None
    network: str | None = None
    eta: float | None = None
    seed: int = 0
    plant: str = "spice"
    evaluate_every: int | None = None
    board: Board | None = None

    def __post_init__(self) -> None:
        task = tasks.named(self.task)
        if self.evaluate_every not in (None, task.evaluate_every) and task.tests() is None:
            raise UsageError(f"task {self.task} has no test set: it is measured in every cycle")
        if self.plant not in BOARDS:
            raise UsageError(f"no plant {self.plant!r}, expected {' or '.join(BOARDS)}")
        defaults = {
            "cycles": task.cycles,
            "network": task.network,
            "eta": task.eta,
            "evaluate_every": task.evaluate_every,
            "board": BOARDS[self.plant],
        }
        for name, default in defaults.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, default)
        for name, most in (("cycles", 10**9), ("evaluate_every", 10**9), ("seed", 2**63)):
            value, least = getattr(self, name), int(name != "seed")
            if type(value) is not int or not least <= value <= most:
                raise UsageError(f"{name} = {value!r}, expected {least} to {most}")
        if type(self.eta) not in (int, float) or not 0 < self.nudge <= 1:
            raise UsageError(f"eta = {self.eta!r}, expected more than 0 and at most 1")
        if not isinstance(self.board, Board):
            raise UsageError(f"board = {self.board!r}, expected a Board")
        self._check_voltages()

    @property
    def length(self) -> int:
        """Return the number of clock cycles."""
        assert self.cycles is not None
        return self.cycles

    @property
    def interval(self) -> int:
        """Return the number of cycles between measurements of the test set."""
        assert self.evaluate_every is not None
        return self.evaluate_every

    @property
    def nudge(self) -> float:
        """Return eta of Eq. 1."""
        assert self.eta is not None
        return self.eta

    @property
    def constants(self) -> Board:
        """Return the board."""
        assert self.board is not None
        return self.board

    def _check_voltages(self) -> None:
        """Refuse inputs and targets outside the rheostats' supply (AD5220: 0..VDD)."""
        limit = self.constants.logic_supply_V
        task = self.chosen_task
        stages = [volts for stage in self.stages() for volts in stage.targets]
        tests = task.tests()
        for some in (task.begin().inputs, task.begin().targets, stages, tests):
            for volts in () if some is None else np.unique(some):
                if not 0 <= volts <= limit:
                    raise UsageError(
                        f"task {self.task} applies {volts:g} V, "
                        f"expected 0 to logic_supply_V = {limit:g}"
                    )

    def stages(self) -> list[tasks.Stage]:
        """Return the stretches of the run between which the desired voltages change."""
        return self.chosen_task.stages(self.length)

    @cached_property
    def chosen_task(self) -> Task:
        """Return the task itself."""
        return tasks.named(self.task, self.seed)

    @cached_property
    def chosen_network(self) -> Network:
        """Return the network with the task's roles."""
        assert self.network is not None
        task = self.chosen_task
        return network.named(self.network).with_roles(task.inputs, task.outputs)

    @property
    def edges(self) -> int:
        """Return the number of edges."""
        return len(self.chosen_network.edges)

    def parts(self) -> Parts:
        """Draw the machine's parts from the seed."""
        return Parts.draw(self.constants, self.edges, self.seed)

    def start(self) -> State:
        """Return the state at power-on."""
        return State(np.full(self.edges, self.constants.start_code, dtype=np.int64))

    def first_drive(self) -> Drive:
        """Return what the machine is powered on with."""
        example = self.chosen_task.begin()
        return Drive(example.inputs, example.targets, self.nudge, clocks.synchronous(self.edges))

    def as_dict(self) -> dict[str, Any]:
        """Return every choice, as JSON can hold it."""
        return {
            "task": self.task,
            "cycles": self.cycles,
            "network": self.network,
            "eta": self.eta,
            "seed": self.seed,
            "plant": self.plant,
            "evaluate_every": self.evaluate_every,
            "board": self.constants.as_dict(),
        }
