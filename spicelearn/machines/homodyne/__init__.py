"""Homodyne gradient extraction (Boon et al., 2021): what it is, for all others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...machine import Benchmark, Form, Machine, Outline, PlantKind, Setup, Weights
from ...network.graph import Network, Output
from ...plant import Floats, Plant, State
from ...tasks.separation import Separation
from ...tasks.taught import TaughtRun
from .board import ELECTRICAL, HomodyneBoard
from .devices import device_named, network_named
from .imperfections import THEORY
from .parts import HomodyneParts
from .plan import collisions
from .rule import GradientDescent, attempt, drawn
from .tasks import CYCLES, HIGH_V, RATE_V, TASKS

if TYPE_CHECKING:
    from ...charts import Figure
    from ...formats.waves import Waves


def weights(board: HomodyneBoard, network: Network) -> Weights:
    """Return what it learns: the control voltages."""
    controls = device_named(network.name).electrodes.controls
    low, high = board.control_low_V, board.control_high_V
    return Weights("control", "control voltage", "V", low, high, False, controls)


def start(board: HomodyneBoard, network: Network, seed: int) -> Floats:
    """Return the controls at the beginning, V, drawn from the seed."""
    return drawn(board, device_named(network.name).electrodes.controls, seed, 0, 0)


def begin(setup: Setup, state: State) -> State:
    """Return the state with which a lesson begins: new controls, nothing in the rule's memory."""
    controls = len(state.weights)
    seed, first = setup.parts.seed, setup.lesson.first
    memory = GradientDescent(setup).memory
    return replace(state, weights=drawn(setup.constants, controls, seed, first, 0), memory=memory)


def draw(board: HomodyneBoard, network: Network, seed: int) -> HomodyneParts:
    """Return the seed."""
    del board, network
    return HomodyneParts(seed)


def check(setup: Setup) -> None:
    """Refuse tasks that are not about two classes, other roles, cuts, impossible frequencies."""
    task, electrodes = setup.lesson.task, device_named(setup.network.name).electrodes
    if not isinstance(task, Separation):
        raise UsageError(
            f"task {task.name} is not about two classes told apart at one output, expected one of "
            f"{', '.join(TASKS)}, or a task file with separate = true"
        )
    expected = (tuple(range(electrodes.inputs)), (electrodes.output,))
    if (task.inputs, task.outputs) != expected:
        raise UsageError(
            f"task {task.name} has inputs {list(task.inputs)} and outputs {list(task.outputs)}, "
            f"expected inputs {list(expected[0])} and output {list(expected[1])}: those of device "
            f"{setup.network.name}"
        )
    if setup.removable:
        raise UsageError(f"cut of edge {setup.removable[0]}: a device is one piece, expected none")
    board: HomodyneBoard = setup.constants
    board.amplitudes(electrodes.controls)
    board.points(electrodes.controls)


def remarks(setup: Setup) -> list[str]:
    """Return a sentence on frequencies that collide, if they do."""
    controls = device_named(setup.network.name).electrodes.controls
    board: HomodyneBoard = setup.constants
    clashes = collisions(board.periods(controls), board.points(controls))
    if not clashes:
        return []
    more = f", and {len(clashes) - 1} more" if len(clashes) > 1 else ""
    return [
        f"frequencies collide, in periods per window: {clashes[0]}{more}; derivatives are not read "
        "apart there"
    ]


def circuit(setup: Setup) -> Plant:
    """Return the circuit."""
    from .circuit.plant import LockinPlant  # noqa: PLC0415 - the engine is slow to import

    return LockinPlant(setup)


def ideal(setup: Setup) -> Plant:
    """Return the idealised model."""
    from .ideal import IdealModel  # noqa: PLC0415 - slow to import

    return IdealModel(setup)


def differences(setup: Setup) -> Plant:
    """Return the machine with gradients by differences of operating points."""
    from .naive import Differences  # noqa: PLC0415 - slow to import

    return Differences(setup)


def small_signal(setup: Setup) -> Plant:
    """Return the machine with gradients by small-signal analyses."""
    from .naive import SmallSignal  # noqa: PLC0415 - slow to import

    return SmallSignal(setup)


def engine() -> object:
    """Return the path of the engine's library; raise SpicelearnError if there is none."""
    from ...spice.ngspice import library_path  # noqa: PLC0415 - slow to import

    return library_path()


def gradient_form(setup: Setup) -> str:
    """Return the deck of one gradient."""
    from .decks import gradient  # noqa: PLC0415 - slow to import

    return gradient.gradient_form(setup)


def self_training_form(setup: Setup) -> str:
    """Return the deck of a machine that trains itself."""
    from .decks import self_training  # noqa: PLC0415 - slow to import

    return self_training.self_training_form(setup)


def maps(run: TaughtRun, weights: Floats, cycles: tuple[int, int]) -> list[Figure]:
    """Return the output over the plane of the data inputs."""
    from .figures.plane import plane_figures  # noqa: PLC0415 - slow to import

    return plane_figures(run, weights, cycles)


def figures(run: TaughtRun, waves: Waves) -> list[Figure]:
    """Return figures of one gradient."""
    from .figures.lockin import gradient_figures  # noqa: PLC0415 - slow to import

    return gradient_figures(run, waves)


def roles(network: str) -> tuple[tuple[int, ...], tuple[Output, ...]]:
    """Return the nodes of a device's data inputs, and that of its output."""
    electrodes = device_named(network).electrodes
    return tuple(range(electrodes.inputs)), (electrodes.output,)


def device(inputs: int, outputs: int) -> str:
    """Return the name of a device with so many data inputs."""
    del outputs  # there is one
    return "mosfets" if inputs == 2 else f"mosfets-{inputs}i5c"


UNUSED = ("cycles", "probability", "clock", "eta")

MACHINE = Machine(
    name="homodyne",
    summary="nonlinear device of many terminals; all gradients at once by lock-in (2021)",
    tasks=TASKS,
    plants={
        "spice": PlantKind("circuit", HomodyneBoard(), circuit, engine=engine),
        "ideal": PlantKind("idealised model", HomodyneBoard(), ideal, ignores=ELECTRICAL),
    },
    weights=weights,
    start=start,
    draw=draw,
    rule=GradientDescent,
    check=check,
    network=network_named,
    begin=begin,
    theory=THEORY,
    forms={
        "gradient": Form("one gradient of the circuit, with its lock-ins", gradient_form, UNUSED),
        "self-training": Form("a circuit that trains itself", self_training_form, ("eta",)),
    },
    figures=figures,
    maps=maps,
    benchmark=Benchmark(
        task="xor-gate",
        networks={50: "mosfets", 100: "mosfets-12x100", 200: "mosfets-20x200"},
        others={
            "finite differences": differences,
            "small-signal analysis per control": small_signal,
        },
        laboratory_Hz=(0.6, 0.7),  # 0.4 s per example, four of them
    ),
    remarks=remarks,
    attempt=attempt,
    outline=Outline(
        high_V=HIGH_V,
        eta={"classification": RATE_V},
        classes="threshold",
        network=device,
        cycles=CYCLES,
        trial_cycles=30,
        rails=False,
        nodes=True,
        roles=roles,
    ),
)
