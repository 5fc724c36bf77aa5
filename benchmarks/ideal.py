"""Cycles a second of the idealised twin in the trainer, with records: two outputs, fixed inputs.

Run with ``python benchmarks/ideal.py``; prints one line a size, the median of five runs.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from spicelearn.board import Board
from spicelearn.damage import Damage
from spicelearn.experiment import Lesson
from spicelearn.ideal.twin import IdealTwin
from spicelearn.network import named
from spicelearn.parts import Parts
from spicelearn.plant import Drive, Reading, State
from spicelearn.record import Recorder
from spicelearn.rule import for_board
from spicelearn.supervisor import Supervisor
from spicelearn.tasks.allostery import Allostery, constant
from spicelearn.train import train
from spicelearn.worker import HOLD

SIZES = (("wheel9", 20_000), ("lattice-16x16", 4_000), ("lattice-29x29", 1_000))


class Records:
    """Keep every cycle, measured by the supervisor."""

    def __init__(self, recorder: Recorder, supervisor: Supervisor) -> None:
        self._recorder = recorder
        self._supervisor = supervisor

    def append(self, state: State, drive: Drive, reading: Reading) -> None:
        """Measure and keep one cycle."""
        self._recorder.append(state, reading, self._supervisor.measure(state, drive, reading))


def cycles_per_second(name: str, cycles: int) -> float:
    """Train so many cycles on this network and return the rate."""
    graph = named(name)
    last = graph.nodes - 1
    network = graph.with_roles((0, last // 2, last), (last // 4, 3 * last // 4))
    task = Allostery(
        name="bench",
        summary="two outputs, fixed inputs",
        network=name,
        inputs=network.inputs,
        outputs=network.outputs,
        eta=0.5,
        cycles=cycles,
        input_V=constant(5, 1, 0),
        target_V=constant(3, 2),
    )
    board = Board().idealised()
    parts = Parts.draw(board, len(network.edges), 0)
    plant = IdealTwin(network, board, parts)
    lesson = Lesson(task, network, task.eta, 1, 0, cycles)
    supervisor = Supervisor(plant, lesson, Damage(network, ()))
    state = State(np.full(len(network.edges), board.start_code))
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder), len(network.edges), HOLD)
        records = Records(recorder, supervisor)
        started = time.perf_counter()
        train(plant, supervisor, state, records, for_board(network, board, parts), cycles)
        recorder.close()
        return cycles / (time.perf_counter() - started)


if __name__ == "__main__":
    for name, cycles in SIZES:
        rates = [cycles_per_second(name, cycles) for _ in range(5)]
        print(
            f"{name:14} {len(named(name).edges):5} edges {statistics.median(rates):8.0f} cycles/s"
        )
