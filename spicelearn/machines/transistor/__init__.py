"""The transistor network (Dillavou et al., PNAS 2024): what it is, for all others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...errors import UsageError
from ...machine import Benchmark, Form, Machine, Outline, PlantKind, Setup, Weights
from ...network.files import graphml
from ...network.graph import Network, label
from ...plant import Floats, Plant
from ...schedules.nudges import CENTRED, NEGATIVE, POSITIVE
from ...schedules.rules import HINGE, OVERCLAMP
from ...tasks import reach
from ...tasks.taught import TaughtRun
from .board import ELECTRICAL, SWITCH_OHM, TransistorBoard
from .imperfections import THEORY
from .parts import TransistorParts
from .rule import ReadBack
from .tasks import HIGH_V, TASKS

if TYPE_CHECKING:
    from ...charts import Figure
    from ...formats.waves import Waves
    from .figures.view import TransistorView

HEADROOM_V = 3.0  # of a multiplier to its supply (AD633)
BEYOND_V = 0.1  # of the limits, that a clamping diode may let a gate go


def weights(board: TransistorBoard, network: Network) -> Weights:
    """Return what it learns: one gate voltage per edge, that of both twins."""
    low, high = board.gate_low_V, board.gate_high_V
    return Weights(
        "gate", "gate voltage", "V", low - BEYOND_V, high + BEYOND_V, False, len(network.edges)
    )


def start(board: TransistorBoard, network: Network, seed: int) -> Floats:
    """Return the gates at the beginning, V, shape (E,), drawn from the seed."""
    rng = np.random.default_rng([seed, 0x6A7E])
    spread = board.gate_spread_V
    return board.gate_start_V + rng.uniform(-spread, spread, len(network.edges))


def draw(board: TransistorBoard, network: Network, seed: int) -> TransistorParts:
    """Draw the parts of every edge."""
    return TransistorParts.draw(board, len(network.edges), seed)


def check(setup: Setup) -> None:
    """Refuse voltages beyond the full scale, labels out of reach, several examples per cycle."""
    task, limit = setup.lesson.task, setup.constants.full_scale_V
    highest = setup.constants.supply_V - HEADROOM_V
    if setup.detail == "parts" and setup.constants.gate_high_V > highest:
        raise UsageError(
            f"gate_high_V = {setup.constants.gate_high_V:g} with detail parts, expected at most "
            f"{highest:g}: multipliers reach their supply but for {HEADROOM_V:g} V"
        )
    if setup.detail == "parts" and setup.constants.gate_ohm <= SWITCH_OHM:
        raise UsageError(
            f"gate_ohm = {setup.constants.gate_ohm:g} with detail parts, expected more than "
            f"{SWITCH_OHM:g}: a closed switch is in series"
        )
    if setup.detail == "parts":
        refuse_in_parts(setup)
    for volts in task.applied():
        if not 0 <= volts <= limit:
            where, remedy = task.source(volts, 0, limit)
            raise UsageError(
                f"task {task.name}{where} applies {volts:g} V, expected 0 to full_scale_V = "
                f"{limit:g}{remedy}"
            )
    lowest, highest = task.applied()
    bounds = f"its inputs are {lowest:g} to {highest:g} V"
    if setup.network.amplifiers:
        lowest, highest, bounds = 0.0, limit, f"full_scale_V = {limit:g}"
    for output, (low, high) in zip(task.outputs, task.desired(), strict=False):
        difference = not isinstance(output, int)
        least, most = (lowest - highest, highest - lowest) if difference else (lowest, highest)
        if not least <= low <= high <= most:
            beyond = low if low < least else high
            where, remedy = task.source(beyond, least, most)
            raise UsageError(
                f"task {task.name}{where} desires {beyond:g} V of output {label(output)}, expected "
                f"{least:g} to {most:g}: {bounds}{remedy}"
            )
    if setup.lesson.batch != 1:
        raise UsageError(
            f"task {task.name} has {setup.lesson.batch} examples per cycle, expected 1: one per "
            "learning window"
        )


def refuse_in_parts(setup: Setup) -> None:
    """Refuse what detail parts has no parts for."""
    lesson, board = setup.lesson, setup.constants
    for each in setup.network.amplifiers:
        if each.bidirectional:
            raise UsageError(
                f"network {setup.network.name}: {each} is bidirectional with detail parts, "
                "expected detail behavioural"
            )
    wanted = {
        "nudge": (lesson.nudge.kind, POSITIVE),
        "rule": (lesson.rule.kind if lesson.rule.kind == OVERCLAMP else "", ""),
        "imbalance_sigma": (board.imbalance_sigma, 0.0),
        "clamped_bias": (board.clamped_bias, 0.0),
    }
    for name, (value, usual) in wanted.items():
        if value != usual:
            raise UsageError(f"{name} = {value!r} with detail parts, expected detail behavioural")


def remarks(setup: Setup) -> list[str]:
    """Return sentences on what no network of transistors can learn."""
    return reach.remarks(setup.lesson.task, setup.network, linear=False)


def supplies(board: TransistorBoard) -> tuple[float, float]:
    """Return the supplies, V."""
    return -board.supply_V, board.supply_V


def circuit(setup: Setup) -> Plant:
    """Return the circuit."""
    from .circuit.plant import circuit_plant  # noqa: PLC0415 - the engine is slow to import

    return circuit_plant(setup)


def ideal(setup: Setup) -> Plant:
    """Return the idealised model."""
    from .ideal import IdealModel  # noqa: PLC0415 - slow to import

    return IdealModel(setup)


def loaded_anew(setup: Setup) -> Plant:
    """Return the networks as PySpice's own API simulates them."""
    from .naive import LoadedAnew  # noqa: PLC0415 - slow to import

    return LoadedAnew(setup)


def kept_circuit(setup: Setup) -> Plant:
    """Return the networks in a circuit of which operating points are found."""
    from .naive import KeptCircuit  # noqa: PLC0415 - slow to import

    return KeptCircuit(setup)


def engine() -> object:
    """Import the circuit, return the path of its engine; raise SpicelearnError if there is none."""
    from ...spice.ngspice import library_path  # noqa: PLC0415 - slow to import
    from .circuit import plant  # noqa: F401, PLC0415 - the engine is slow to import

    return library_path()


def window_form(setup: Setup) -> str:
    """Return the deck of one learning window."""
    from .decks import window  # noqa: PLC0415 - slow to import

    return window.window_form(setup)


def self_training_form(setup: Setup) -> str:
    """Return the deck of a machine that trains itself."""
    from .decks import self_training  # noqa: PLC0415 - slow to import

    return self_training.self_training_form(setup)


def answer_form(setup: Setup) -> str:
    """Return the deck of the trained network's answers."""
    from .decks import answer  # noqa: PLC0415 - slow to import

    return answer.answer_form(setup)


def graphml_form(setup: Setup) -> str:
    """Return the network with its gate voltages, GraphML."""
    return graphml(setup.network, "gate", setup.state.weights)


def view(run: TaughtRun) -> TransistorView:
    """Return what recorded gates mean."""
    from .figures.view import view_of  # noqa: PLC0415 - slow to import

    return view_of(run)


def figures(run: TaughtRun, waves: Waves) -> list[Figure]:
    """Return figures of one learning window as on an oscilloscope."""
    from .figures.oscilloscope import window_figures  # noqa: PLC0415 - slow to import

    return window_figures(run, waves)


def torus(inputs: int, outputs: int) -> str:
    """Return the name of a network with a third of its nodes without a role, at least."""
    side = max(4, math.isqrt((inputs + outputs) * 3 // 2) + 1)
    return f"torus-{side}x{side}"


UNCLOCKED = ("cycles", "probability", "clock")
GRAPH = (*UNCLOCKED, "eta", "detail", "schematic")

MACHINE = Machine(
    name="transistor",
    summary="twin network of transistors; gate voltages move while a learning window lasts (2024)",
    tasks=TASKS,
    plants={
        "spice": PlantKind(
            *("circuit", TransistorBoard(), circuit, ("behavioural", "parts"), engine),
            only={"behavioural": ("clip_V", "reversal"), "parts": ("supply_V",)},
        ),
        "ideal": PlantKind("idealised model", TransistorBoard(), ideal, ignores=ELECTRICAL),
    },
    weights=weights,
    start=start,
    draw=draw,
    rule=lambda setup: ReadBack(),
    check=check,
    theory=THEORY,
    forms={
        "window": Form("one learning window of the circuit", window_form, UNCLOCKED),
        "self-training": Form("a circuit that trains itself", self_training_form),
        "answer": Form("answers to steps of the inputs", answer_form, (*UNCLOCKED, "eta")),
        "graphml": Form("the network with its gate voltages", graphml_form, GRAPH, deck=False),
    },
    view=view,
    remarks=remarks,
    supplies=supplies,
    figures=figures,
    nudges=(NEGATIVE, CENTRED),
    rules=(HINGE, OVERCLAMP),
    benchmark=Benchmark(
        task="xor",
        networks={32: "torus-4x4", 128: "torus-8x8", 512: "torus-16x16"},
        others={
            "PySpice's operating point": loaded_anew,
            "operating point of a kept circuit": kept_circuit,
        },
        # one window of 100 us per cycle at most; with settling and acquisition a third of it (A)
        laboratory_Hz=(3e3, 1e4),
    ),
    outline=Outline(
        high_V=HIGH_V,
        eta={"regression": 0.5, "classification": 0.5, "allostery": 0.5},
        classes="targets",
        network=torus,
        cycles=12_000,
        trial_cycles=500,
        trials=3,
        difference_V=0.06,
        board={"gate_F": 30.3e-9},  # 2.2e-6 in the laboratory: 73 times as many cycles
    ),
)
