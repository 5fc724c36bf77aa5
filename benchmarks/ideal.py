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
from spicelearn.ideal.twin import IdealTwin
from spicelearn.network import named
from spicelearn.parts import Parts
from spicelearn.plant import State
from spicelearn.record import Recorder
from spicelearn.rule import for_board
from spicelearn.run import HOLD
from spicelearn.supervisor import Supervisor
from spicelearn.tasks.allostery import Allostery
from spicelearn.train import train

SIZES = (("wheel9", 20_000), ("lattice-16x16", 4_000), ("lattice-29x29", 1_000))


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
        input_V=(5.0, 1.0, 0.0),
        target_V=(3.0, 2.0),
    )
    board = Board().idealised()
    parts = Parts.draw(board, len(network.edges), 0)
    plant = IdealTwin(network, board, parts)
    supervisor = Supervisor(plant, task, len(network.edges), task.eta, 1)
    state = State(np.full(len(network.edges), board.start_code))
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder), len(network.edges), supervisor.measure, HOLD)
        started = time.perf_counter()
        train(plant, supervisor, state, recorder, for_board(network, board, parts), cycles)
        recorder.close()
        return cycles / (time.perf_counter() - started)


if __name__ == "__main__":
    for name, cycles in SIZES:
        rates = [cycles_per_second(name, cycles) for _ in range(5)]
        print(
            f"{name:14} {len(named(name).edges):5} edges {statistics.median(rates):8.0f} cycles/s"
        )
