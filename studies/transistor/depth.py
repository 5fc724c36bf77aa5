"""Networks in cascade against one network, for docs/depth.md.

Run ``python studies/transistor/depth.py runs/depth``: the idealised model, compiled, eight seeds of
each case. A seed draws the gates at the beginning, the order of the examples and, of one network,
the roles of its nodes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from ensemble import trained
from matplotlib.figure import Figure
from scipy.optimize import least_squares

from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.channel import channel
from spicelearn.plant import Drive, Floats, Reading, State
from spicelearn.solvers.newton import NewtonSolver

ROOT = Path(__file__).parents[2]
DOCS, EXAMPLES = ROOT / "docs", ROOT / "examples"
SEEDS = 8
LOOKS = 100  # measurements of a run
LEAST_SQUARES = 4  # seeds of one network
HIGH_V, LABEL_V = 0.45, 0.02
ROLES = (6, 12, 7, 11)  # of the task xor: two inputs, low, high
SECOND = (28, 23, 27)  # of the second network: the third input, low, high
AMPLIFIED = "0-10,22,{kind},11.25,0.225"
LOADED = ("0-10,16,{kind},11.25,0.225", "16,17,resistor,500,")


@dataclass(frozen=True)
class Case:
    """Describe what learns: tori of 4 x 4 nodes or one network, rows of an edge list, a task.

    ``outputs`` are the columns of the table that are taught, each with the nodes that show it. The
    last is what counts. Without ``inputs`` a seed chooses all nodes.
    """

    name: str
    network: str
    inputs: tuple[int, ...]
    outputs: dict[str, str]
    tori: int = 0
    rows: tuple[str, ...] = ()
    cycles: int = 15_000
    gate_F: float = 30.3e-9

    def kind(self, kind: str) -> Case:
        """Return the same with amplifiers of this kind."""
        return replace(self, rows=tuple(row.format(kind=kind) for row in self.rows))


BOTH = {"first": "0 - 10", "parity": "16 - 26"}
DEEP = Case("", "deep.csv", (*ROLES, *SECOND), {"parity": "16 - 26"}, 2, (AMPLIFIED,))
LEVELS = Case("", "deep.csv", ROLES, {"level": "17"}, 1, LOADED, 60_000, 75.8e-9)
ONE = Case("", "torus-4x8", (), dict.fromkeys(("first", "parity"), ""))
CASES = (
    replace(DEEP.kind("amplifier"), name="two networks, both taught", outputs=BOTH),
    replace(DEEP.kind("amplifier"), name="two networks, the second taught"),
    replace(DEEP.kind("bidirectional"), name="two networks, bidirectional, the second taught"),
    replace(ONE, name="one network, 64 edges, both taught"),
    replace(ONE, name="one network, 64 edges, parity taught", outputs={"parity": ""}),
    replace(LEVELS.kind("bidirectional"), name="levels, bidirectional"),
    replace(LEVELS.kind("amplifier"), name="levels, one-way"),
)


def table(logic: bool) -> pd.DataFrame:
    """Return the examples, V: of two inputs, or of three."""
    rows = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1) if not (logic and z)]
    bits = np.array(rows)
    first, parity = bits[:, :2].sum(axis=1) % 2, bits.sum(axis=1) % 2
    inputs = pd.DataFrame(HIGH_V * bits, columns=["x", "y", "z"])
    label = {"first": LABEL_V * (2.0 * first - 1), "parity": LABEL_V * (2.0 * parity - 1)}
    return inputs.assign(**label, level=HIGH_V * parity)


def roles(case: Case, seed: int) -> tuple[list[int], dict[str, str]]:
    """Return the nodes of the inputs and of the outputs, chosen by a seed if the case has none."""
    if case.inputs:
        return [*case.inputs], case.outputs
    nodes = int(np.prod([int(side) for side in case.network.removeprefix("torus-").split("x")]))
    drawn = np.random.default_rng([seed, 0xDEE9]).permutation(nodes).tolist()
    pairs = {name: f"{drawn.pop()} - {drawn.pop()}" for name in case.outputs}
    inputs = [drawn.pop() for _ in range(5)]
    return [*inputs[:2], inputs[3], inputs[4], inputs[2]], pairs


def experiment(case: Case, seed: int, folder: Path) -> Experiment:
    """Return what a seed of a case learns; write its files."""
    if case.tori:
        lines = ["source,target,kind,value,level_V"]
        torus = Experiment("xor").graph.edges
        lines += [f"{a + 16 * k},{b + 16 * k},,," for k in range(case.tori) for a, b in torus]
        (folder / case.network).write_text("\n".join([*lines, *case.rows]) + "\n")
    table("level" in case.outputs).to_csv(folder / "rows.csv", index=False)
    nodes, outputs = roles(case, seed)
    values = ['"x"', '"y"', "0.0", str(HIGH_V), '"z"', "0.0", str(HIGH_V)]
    named = {f"O{place}": nodes_ for place, nodes_ in enumerate(outputs.values())}
    single = {name: each if "-" not in each else name for name, each in named.items()}
    lines = [
        'machine = "transistor"',
        f'network = "{case.network}"',
        "eta = 0.5",
        f"cycles = {case.cycles}",
        "evaluate_every = 100",
        "[inputs]",
        *(f"{node} = {value}" for node, value in zip(nodes, values, strict=False)),
        "[outputs]",
        *(f'{single[f"O{place}"]} = "{name}"' for place, name in enumerate(outputs)),
        *(["[differences]"] if any("-" in each for each in named.values()) else []),
        *(f'{name} = "{each}"' for name, each in named.items() if "-" in each),
        "[data]",
        'file = "rows.csv"',
        'test_file = "rows.csv"',
    ]
    path = folder / "task.toml"
    path.write_text("\n".join(lines) + "\n")
    board = TransistorBoard(gate_F=case.gate_F)
    return Experiment(str(path), plant="ideal", seed=seed, board=board)


def learned(case: Case, folder: Path) -> Iterator[pd.DataFrame]:
    """Yield, per seed, the error of what counts, mV rms, and the share that is right, by cycle."""
    for seed in range(SEEDS):
        run = experiment(case, seed, folder)
        cycles = np.linspace(0, case.cycles, LOOKS + 1).round().astype(int)
        try:
            found = trained([run], cycles.tolist())
        except RuntimeError as failure:
            print(f"{case.name}, seed {seed}: {failure}")
            continue
        shown, desired = found.outputs[:, 0, :, -1], found.desired[:, -1]
        middle = (desired.min() + desired.max()) / 2
        yield pd.DataFrame(
            {
                "case": case.name,
                "seed": seed,
                "cycle": cycles,
                "error_mV": 1e3 * np.sqrt(((shown - desired) ** 2).mean(axis=1)),
                "right": ((shown > middle) == (desired > middle)).mean(axis=1),
            }
        )


def draw(rows: pd.DataFrame) -> None:
    """Draw errors against cycles: medians, with the first to ninth decile."""
    figure = Figure(figsize=(10, 4.5), dpi=130, layout="constrained")
    axes = figure.subplots(1, 2)
    for colour, (name, each) in enumerate(rows.groupby("case", sort=False)):
        at = axes[int(str(name).startswith("levels"))]
        by = each.groupby("cycle")["error_mV"]
        at.plot(by.median(), color=f"C{colour}", label=name)
        at.fill_between(
            by.median().index, by.quantile(0.1), by.quantile(0.9), color=f"C{colour}", alpha=0.15
        )
    for at, title in zip(
        axes, ("parity of three inputs", "0 or 0.45 V of two inputs"), strict=True
    ):
        at.set_title(title)
        at.set_yscale("log")
        at.set_xlabel("cycles")
        at.set_ylabel("error, mV rms")
        at.legend(fontsize=7)
    axes[0].set_ylim(1e-3, 1e3)
    figure.savefig(DOCS / "depth.png")


def within_reach(case: Case, seed: int, folder: Path) -> float:
    """Return the error, mV rms, that least squares on the gates leave, from one beginning."""
    run = experiment(case, seed, folder)
    network, board, given = run.lesson.network, run.constants, run.lesson.task.given()
    assert given is not None
    solver = NewtonSolver(network, network.inputs)

    def missed(gates: Floats) -> Floats:
        law = channel(board.factor_A_V2, board.thermal_V, gates - board.threshold_V)  # type: ignore[attr-defined]
        volts = [solver.solve(law, row, np.full(network.nodes, row.mean())) for row in given[0]]
        return 1e3 * np.ravel(network.read_out(np.array(volts)) - given[1])

    begun = np.random.default_rng([seed, 0]).uniform(1, 4, run.edges)
    limits = board.gate_low_V, board.gate_high_V  # type: ignore[attr-defined]
    found = least_squares(
        missed, begun, bounds=limits, max_nfev=60, diff_step=np.full(run.edges, 1e-5)
    )
    return float(np.sqrt((found.fun**2).mean()))


def angles() -> Iterator[tuple[float, float]]:
    """Yield angles between update and gradient behind an amplifier, degrees: eta 0.001 and 0.5."""
    run = Experiment(str(EXAMPLES / "levels.toml"), plant="ideal")
    plant, network, rows = run.plant_of(run.setup(run.lesson)), run.lesson.network, run.lesson.task
    given = rows.given()
    assert given is not None

    def at(gates: Floats, eta: float) -> Iterator[tuple[Reading, Floats]]:
        for inputs, targets in zip(*given, strict=True):
            drive = Drive.to_all(inputs, targets, eta, run.edges)
            drive = replace(drive, learning=~drive.learning)
            yield plant.cycle(State(gates), drive), targets

    def error(gates: Floats) -> float:
        return sum(float(((each.outputs - wanted) ** 2).sum()) for each, wanted in at(gates, 0.0))

    for seed in range(SEEDS):
        gates = np.random.default_rng(seed).uniform(1.5, 3, run.edges)
        steps = 1e-3 * np.eye(run.edges)
        descent = -np.array([error(gates + step) - error(gates - step) for step in steps])
        found = []
        for eta in (1e-3, 0.5):
            probes = [each.probes for each, _ in at(gates, eta)]
            squares = [
                network.drops(each["free"]) ** 2 - network.drops(each["clamped"]) ** 2
                for each in probes
            ]
            update = np.sum(squares, axis=0)
            cosine = update @ descent / np.sqrt((update @ update) * (descent @ descent))
            found.append(float(np.degrees(np.arccos(cosine))))
        yield found[0], found[1]


def main(out: Path) -> None:
    """Compute what is not in the folder, draw, and print a line per case."""
    out.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        path = out / f"{case.name}.csv"
        if not path.exists():
            pd.concat(learned(case, out)).to_csv(path, index=False)
    rows = pd.concat([pd.read_csv(out / f"{case.name}.csv") for case in CASES])
    draw(rows)
    for name, each in rows.groupby("case", sort=False):
        last = each.groupby("seed").last()
        low, middle, high = last["error_mV"].quantile([0.1, 0.5, 0.9])
        right, of = (last["right"] == 1).sum(), len(last)
        print(f"| {name} | {middle:.2g} [{low:.2g}, {high:.2g}] | {right} of {of} |")
    alone = [within_reach(CASES[4], seed, out) for seed in range(LEAST_SQUARES)]
    print(f"least squares, {CASES[4].name}: {min(alone):.3g} to {max(alone):.3g} mV rms")
    for column, eta in zip(np.sort(list(angles()), axis=0).T, (1e-3, 0.5), strict=True):
        print(f"update and gradient at eta {eta:g}: {column[0]:.2g} to {column[-1]:.2g} degrees")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
