"""Gradient descent on a loss: how the controls follow what the lock-ins read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ...errors import SpicelearnError
from ...machine import Attempt, Setup
from ...plant import Drive, Floats, Reading, State
from ...tasks.separation import Separation
from .board import HomodyneBoard
from .losses import LOSSES

HEAD = 4  # numbers before the directions: restarts, first cycle, whether ever solved, steps
TINY = 1e-12  # V: where the rms of a gradient is less, nothing is divided by it


@dataclass(frozen=True)
class Optimiser:
    """Hold how controls follow the gradient; the files in ``optimisers/`` say what each does."""

    normalise: bool
    memory: float
    adaptive: bool
    square_memory: float

    @staticmethod
    @cache
    def named(name: str) -> Optimiser:
        """Return the optimiser of this name."""
        path = Path(__file__).parent / "optimisers" / f"{name}.toml"
        return Optimiser(**tomllib.loads(path.read_text()))

    def step(
        self, gradient: Floats, mean: Floats, square: Floats, count: int
    ) -> tuple[Floats, ...]:
        """Return the direction of the step, and the means of the gradient and of its square.

        All have shape (P,); ``count`` is that of steps, this one included.
        """
        if self.normalise:
            gradient = gradient / (np.linalg.norm(gradient) + TINY)
        mean = self.memory * mean + (1 - self.memory) * gradient
        square = self.square_memory * square + (1 - self.square_memory) * gradient**2
        if not self.adaptive:
            return mean, mean, square
        best = mean / (1 - self.memory**count)
        rms = np.sqrt(square / (1 - self.square_memory**count))
        return best / (rms + TINY), mean, square


def drawn(board: HomodyneBoard, controls: int, seed: int, first: int, attempt: int) -> Floats:
    """Return the controls with which an attempt begins, V, shape (controls,).

    ``first`` is the first cycle of the lesson, ``attempt`` counts from 0.
    """
    rng = np.random.default_rng([seed, 0xC0, first, attempt])
    return rng.uniform(board.control_low_V, board.control_high_V, controls)


def attempt(state: State) -> Attempt:
    """Return at which attempt the rule is."""
    restarts, begun = state.memory[:2]
    return Attempt(round(float(restarts)), round(float(begun)))


class GradientDescent:
    """Move the controls against the gradient of the loss, by eta, V, within their range.

    They rest in a cycle whose outputs solve the task with some reserve. With ``restarts`` the
    cycles of a lesson are shared by so many attempts and one: an attempt that ends unsolved, or has
    no gradient, is followed by another one from new controls.
    """

    def __init__(self, setup: Setup) -> None:
        lesson = setup.lesson
        assert isinstance(lesson.task, Separation)
        self._task = lesson.task
        self._board: HomodyneBoard = setup.constants
        self._seed: int = setup.parts.seed
        self._first = lesson.first
        self._attempts = setup.restarts + 1
        self._length = max(1, (lesson.end - lesson.first) // self._attempts)
        self._controls = len(setup.state.weights)
        self._optimiser = Optimiser.named(self._board.optimiser)
        self._loss = LOSSES[self._board.loss]

    @property
    def memory(self) -> Floats:
        """Return the memory of a lesson that begins: no restart, nothing solved, no direction."""
        return self._memory(0, self._first)

    def advance(self, state: State, reading: Reading, drive: Drive) -> State:
        """Return the state after the step.

        Raises SpicelearnError, with the cycle, if the loss has no gradient in the last attempt.
        """
        if not drive.learning.any():
            return State(state.weights, state.cycle + 1, state.memory)
        restarts, begun, solved, count = state.memory[:HEAD]
        mean, square = state.memory[HEAD:].reshape(2, -1)
        outputs, ones = reading.outputs[:, 0], drive.targets[:, 0] > 0
        if self._task.is_solved(outputs, ones, self._board.reserve):
            there = np.asarray(state.weights, dtype=np.float64)
            memory = self._memory(restarts, begun, 1.0, count, mean, square)
            return State(there, state.cycle + 1, memory)
        count += 1
        again = restarts + 1 < self._attempts
        if again and not solved and count >= self._length:
            return self._anew(state, drive)
        try:
            _, by_output = self._loss(outputs, ones, self._board)
        except SpicelearnError as failure:
            if again:
                return self._anew(state, drive)
            raise SpicelearnError(f"cycle {state.cycle}: {failure}") from None
        gradient = by_output @ reading.signal[:, 0]
        step, mean, square = self._optimiser.step(gradient, mean, square, round(count))
        low, high = self._board.control_low_V, self._board.control_high_V
        moved = (state.weights - drive.eta * step).clip(low, high)
        weights = np.where(drive.learning, moved, state.weights)
        memory = self._memory(restarts, begun, solved, count, mean, square)
        return State(weights, state.cycle + 1, memory)

    def _anew(self, state: State, drive: Drive) -> State:
        """Return the state with which the next attempt begins: new controls."""
        number, cycle = attempt(state).restarts + 1, state.cycle + 1
        weights = drawn(self._board, self._controls, self._seed, self._first, number)
        moved = np.where(drive.learning, weights, state.weights)
        return State(moved, cycle, self._memory(number, cycle))

    def _memory(
        self,
        restarts: float,
        begun: float,
        solved: float = 0.0,
        count: float = 0.0,
        mean: Floats | None = None,
        square: Floats | None = None,
    ) -> Floats:
        """Return what is carried to the next cycle, shape (HEAD + 2 controls,)."""
        nothing = np.zeros(self._controls)
        directions = [nothing if part is None else part for part in (mean, square)]
        return np.concatenate([[restarts, begun, solved, count], *directions])
