"""Tasks with random roles for docs/reproduction.md: task files, and two sweeps over them.

``python studies/reproduction/roles.py runs/reproduction/drawn`` writes into that folder a task
file per draw, and what ``spicelearn sweep`` carries out: ``clean.toml`` (the idealised model on
the clean board), ``ideal.toml`` (with the board's imperfections) and ``circuit.toml`` (the default
board). All three have the roles that ship, too.

A draw takes three nodes of the wheel as inputs and others as outputs (three of an allostery, two
of a regression), all different, each choice equally likely. What is desired of them is the
response of the network at random wiper codes, each uniform in 0 to 127: some setting of the
rheostats meets all of it exactly, so that a passive network can give it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from spicelearn.machines.rheostat.board import Board
from spicelearn.network.graph import wheel9
from spicelearn.plant import Floats
from spicelearn.solvers.linear import NodalSolver

HERE = Path(__file__).parent
CLEAN = HERE.parent.parent / "examples" / "clean.toml"
DRAWN = 100  # random roles of each kind
IN_CIRCUIT = 10  # of these, the first
SEEDS = 1  # of the parts, for each of the roles
OUTPUTS = {"allostery": 3, "regression": 2}
INPUT_V = np.array([5.0, 1.0, 0.0])  # of an allostery
EXAMPLES, TEST = 420, 20  # of a regression
LOWEST_V, HIGHEST_V = 1.0, 5.0  # of its inputs


def roles(kind: str, number: int) -> tuple[list[int], list[int], Floats]:
    """Draw the nodes of inputs and outputs, and what the outputs are per volt of each input.

    The weights have shape (outputs, 3).
    """
    rng = np.random.default_rng([number, *kind.encode()])
    wheel, board = wheel9(), Board()
    chosen = [int(node) for node in rng.permutation(wheel.nodes)]
    inputs, outputs = chosen[:3], chosen[3 : 3 + OUTPUTS[kind]]
    solver = NodalSolver(wheel.with_roles(tuple(inputs), tuple(outputs)))
    siemens = 1 / board.resistance(rng.integers(0, board.positions, len(wheel.edges)))
    volts = [solver.solve(siemens, one).voltages[outputs] for one in np.eye(3)]
    return inputs, outputs, np.array(volts).T


def allostery(number: int, folder: Path) -> dict[str, Any]:
    """Return the task file of an allostery."""
    del folder
    inputs, outputs, weights = roles("allostery", number)
    desired = weights @ INPUT_V
    return {
        "eta": 0.5,
        "inputs": {str(node): float(volt) for node, volt in zip(inputs, INPUT_V, strict=True)},
        "outputs": {str(node): float(volt) for node, volt in zip(outputs, desired, strict=True)},
    }


def regression(number: int, folder: Path) -> dict[str, Any]:
    """Write the examples of a regression and return its task file; the third input is at 0 V."""
    inputs, outputs, weights = roles("regression", number)
    rng = np.random.default_rng(number)
    random = rng.uniform(LOWEST_V, HIGHEST_V, (EXAMPLES, 2))
    name = f"regression-{number:03d}.csv"
    table = np.column_stack([random, random @ weights[:, :2].T])
    np.savetxt(folder / name, table, delimiter=",", header="a,b,y,z", comments="", fmt="%.9g")
    return {
        "eta": 0.2,
        "evaluate_every": 25,
        "data": {"file": name, "test": TEST},
        "inputs": {str(inputs[0]): "a", str(inputs[1]): "b", str(inputs[2]): 0.0},
        "outputs": {str(outputs[0]): "y", str(outputs[1]): "z"},
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Write a TOML file."""
    path.write_text(tomli_w.dumps(content))


def main(folder: Path) -> None:
    """Write the task files and both sweeps, which have the roles that ship, too."""
    folder.mkdir(parents=True)
    tasks: list[list[str]] = []
    for kind, drawn in (("allostery", allostery), ("regression", regression)):
        tasks.append([kind])
        for number in range(DRAWN):
            name = f"{kind}-{number:03d}.toml"
            write(folder / name, {"network": "wheel9", "cycles": 1000, **drawn(number, folder)})
            tasks[-1].append(name)
    every = [{"run": {"task": name}} for kind in tasks for name in kind]
    run = {"plant": "ideal", "board": str(CLEAN.resolve())}
    write(folder / "clean.toml", {"seeds": 1, "run": run, "case": every})
    some = [{"run": {"task": name}} for kind in tasks for name in kind[: 1 + IN_CIRCUIT]]
    write(folder / "circuit.toml", {"seeds": SEEDS, "case": some})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
