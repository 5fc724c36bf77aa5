"""The twin network of digital rheostats (Dillavou et al. 2022), as a `Machine`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...errors import UsageError
from ...machine import Benchmark, Form, Machine, Outline, PlantKind, Setup, Weights
from ...network.files import graphml
from ...network.graph import Network
from ...plant import Floats, Ints, Plant
from ...schedules.nudges import CENTRED, NEGATIVE
from ...schedules.rules import HINGE, OVERCLAMP
from ...tasks import reach
from ...tasks.taught import TaughtRun
from .board import ELECTRICAL, LEVELS, Board
from .imperfections import THEORY
from .parts import Parts
from .rule import rule_of
from .tasks import TASKS

if TYPE_CHECKING:
    from ...charts import Figure
    from ...formats.waves import Waves
    from ...spice.nets import Net
    from .figures.view import RheostatView


LEEWAY_V = 0.3  # V beyond its supply, at which a part's protection diodes conduct (A)


def weights(board: Board, network: Network) -> Weights:
    """Describe the weights: one wiper code per edge, the same in both twins."""
    whole = board.update != "continuous"
    most = board.positions - 1
    return Weights("code", "wiper code", "", 0, most, whole, len(network.edges))


def start(board: Board, network: Network, seed: int) -> Ints | Floats:
    """Return the wiper codes at power-on, shape (E,)."""
    del seed
    return np.full(len(network.edges), board.start_code, dtype=np.int64)


def draw(board: Board, network: Network, seed: int) -> Parts:
    """Draw the parts of every edge from the seed."""
    return Parts.draw(board, len(network.edges), seed)


def check(setup: Setup) -> None:
    """Refuse voltages beyond the supply, several examples per cycle, and cuts in detail analog."""
    task, limit = setup.lesson.task, setup.constants.logic_supply_V
    for volts in task.volts():  # AD5220: terminals within 0..VDD
        if not 0 <= volts <= limit:
            where, remedy = task.source(volts, 0, limit)
            raise UsageError(
                f"task {task.name}{where} applies {volts:g} V, "
                f"expected 0 to logic_supply_V = {limit:g}{remedy}"
            )
    if setup.lesson.rule.kind == OVERCLAMP and setup.constants.update != "continuous":
        raise UsageError(
            f"rule = {OVERCLAMP!r} with update = {setup.constants.update!r}, expected continuous: "
            "a code that is clocked steps by one, however long the nudge"
        )
    network = setup.network
    for what, there in (("fixed resistors", network.resistors), ("amplifiers", network.amplifiers)):
        if there:
            raise UsageError(
                f"network {network.name} has {what}, which machine rheostat has not: expected "
                "another network"
            )
    if setup.lesson.batch != 1:
        raise UsageError(
            f"task {task.name} has {setup.lesson.batch} examples per cycle, expected 1: a latch "
            "holds the decision of one"
        )
    if setup.removable and setup.detail == "analog":
        raise UsageError("detail = 'analog' with cuts, expected event for an edge to be cut")


def remarks(setup: Setup) -> list[str]:
    """Return sentences on what no network of rheostats can learn, and on a clock that is slow."""
    return reach.remarks(setup.lesson.task, setup.network, linear=True) + slow_clock(setup)


def supplies(board: Board) -> tuple[float, float]:
    """Return the lowest and the highest voltage at which an AD5220's terminals do not conduct."""
    return -LEEWAY_V, board.logic_supply_V + LEEWAY_V


def slow_clock(setup: Setup) -> list[str]:
    """Return a sentence on a clock of which a cycle takes long to compute, if it does."""
    if not setup.constants.clock_period_s or not setup.detail:
        return []
    from .circuit.plant import twins_of  # noqa: PLC0415 - the engine is slow to import

    timing, edges = twins_of(setup).timing, len(setup.network.edges)
    points = math.ceil(timing.period / timing.max_step)
    seconds = points * edges * SECONDS_PER_POINT
    if seconds < LONG_S:
        return []
    return [
        f"a cycle takes some {seconds:.2g} s to compute: clock_period_s = {timing.period:g} is "
        f"{points:,} steps of {timing.max_step:.2g} s, short against the network's time constant; "
        "a clock with clock_period_s = 0, derived, takes a few long ones"
    ]


def circuit(setup: Setup) -> Plant:
    """Return the circuit as a plant."""
    from .circuit.plant import circuit_plant  # noqa: PLC0415 - the engine is slow to import

    return circuit_plant(setup)


def ideal(setup: Setup) -> Plant:
    """Return the idealised model."""
    from .ideal import IdealModel  # noqa: PLC0415 - slow to import

    return IdealModel(setup.network, setup.constants, setup.parts)


def naive(setup: Setup) -> Plant:
    """Return the circuit as a naive program would run it."""
    from .circuit.plant import twins_of  # noqa: PLC0415 - slow to import
    from .naive import NaivePlant  # noqa: PLC0415

    return NaivePlant(twins_of(setup))


def engine() -> object:
    """Import the circuit, return the path of its engine; raise SpicelearnError if there is none."""
    from ...spice.ngspice import library_path  # noqa: PLC0415 - slow to import
    from .circuit import plant  # noqa: F401, PLC0415 - the engine is slow to import

    return library_path()


def cycle_form(setup: Setup) -> str:
    """Return the deck of one clock cycle."""
    from .decks import cycle  # noqa: PLC0415 - slow to import

    return cycle.cycle_form(setup)


def edge_form(setup: Setup) -> str:
    """Return the deck of one edge."""
    from .decks import edge  # noqa: PLC0415 - slow to import

    return edge.edge_form(setup)


def self_training_form(setup: Setup) -> str:
    """Return the deck of a machine that trains itself."""
    from .decks import self_training  # noqa: PLC0415 - slow to import

    return self_training.self_training_form(setup)


def graphml_form(setup: Setup) -> str:
    """Return the network with its wiper codes, GraphML."""
    return graphml(setup.network, "code", setup.state.weights)


def netlist_form(setup: Setup) -> str:
    """Return KiCad's netlist of the whole machine."""
    from ...spice.kicad import kicad_netlist  # noqa: PLC0415 - slow to import
    from .decks import building  # noqa: PLC0415

    return kicad_netlist(building.machine_wiring(setup))


def edge_netlist_form(setup: Setup) -> str:
    """Return KiCad's netlist of the board of one edge."""
    from ...spice.kicad import kicad_netlist  # noqa: PLC0415 - slow to import
    from .decks import building  # noqa: PLC0415

    return kicad_netlist(building.edge_wiring(setup))


def bill_form(setup: Setup) -> str:
    """Return the bill of materials of the whole machine, CSV."""
    from ...spice.bill import bill_csv  # noqa: PLC0415 - slow to import
    from .decks import building  # noqa: PLC0415

    return bill_csv(building.machine_wiring(setup))


def edge_bill_form(setup: Setup) -> str:
    """Return the bill of materials of the board of one edge, CSV."""
    from ...spice.bill import bill_csv  # noqa: PLC0415 - slow to import
    from .decks import building  # noqa: PLC0415

    return bill_csv(building.edge_wiring(setup))


def connections(board: Board) -> list[Net]:
    """Return the nets of the logic on an edge's board and its clock."""
    from .circuit import connections as circuit  # noqa: PLC0415 - slow to import

    return circuit.connections(board)


def schematic(setup: Setup, form: str) -> bytes:
    """Return the schematic of one edge, SVG."""
    from .circuit.drawing import edge_drawing  # noqa: PLC0415 - slow to import

    return edge_drawing(setup, form)


def view(run: TaughtRun) -> RheostatView:
    """Return the physical quantities of recorded wiper codes."""
    from .figures.view import view_of  # noqa: PLC0415 - slow to import

    return view_of(run)


def figures(run: TaughtRun, waves: Waves) -> list[Figure]:
    """Return figures of one clock cycle as on an oscilloscope."""
    from .figures.oscilloscope import cycle_figures  # noqa: PLC0415 - slow to import

    return cycle_figures(run, waves)


LONG_S = 1.0  # s, from which on it is said how long a cycle takes to compute
SECONDS_PER_POINT = 4e-6  # s of a time point, per edge: 16 edges, ngspice 39


def roomy(inputs: int, outputs: int) -> str:
    """Return the name of a network of which half of the nodes have no role, at least."""
    roles = inputs + outputs
    side = max(4, math.isqrt(2 * roles - 1) + 1)
    return "wheel9" if roles <= 4 else f"torus-{side}x{side}"


UNCLOCKED = ("cycles", "probability", "clock")
GRAPH = (*UNCLOCKED, "eta", "detail", "schematic")
BUILT = (*UNCLOCKED, "eta", "detail", "seed", "weights", "schematic")  # no choice of components
ONE_EDGE = (*BUILT, "network")

MACHINE = Machine(
    name="rheostat",
    summary="twin network of digital rheostats; each edge steps its wipers at every clock (2022)",
    tasks=TASKS,
    plants={
        "spice": PlantKind(
            "circuit", Board(), circuit, ("event", "analog"), engine, only={"analog": LEVELS}
        ),
        "ideal": PlantKind("idealised model", Board().idealised(), ideal, ignores=ELECTRICAL),
    },
    weights=weights,
    start=start,
    draw=draw,
    rule=rule_of,
    check=check,
    remarks=remarks,
    forms={
        "cycle": Form("one clock cycle of the circuit", cycle_form, UNCLOCKED),
        "self-training": Form("a circuit that trains itself", self_training_form),
        "edge": Form("one edge with stimuli", edge_form, (*UNCLOCKED, "network", "eta")),
        "graphml": Form("the network with its wiper codes", graphml_form, GRAPH, deck=False),
        "kicad": Form("the machine's netlist for KiCad", netlist_form, BUILT, deck=False),
        "kicad-edge": Form("that of one edge's board", edge_netlist_form, ONE_EDGE, deck=False),
        "bom": Form("the machine's bill of materials, CSV", bill_form, BUILT, deck=False),
        "bom-edge": Form("that of one edge's board", edge_bill_form, ONE_EDGE, deck=False),
    },
    schematic=schematic,
    connections=connections,
    theory=THEORY,
    supplies=supplies,
    view=view,
    figures=figures,
    nudges=(NEGATIVE, CENTRED),
    rules=(HINGE, OVERCLAMP),
    benchmark=Benchmark(
        task="allostery",
        networks={16: "wheel9", 112: "lattice-8x8", 480: "lattice-16x16", 1624: "lattice-29x29"},
        others={"a fresh transient per clock": naive},
        laboratory_Hz=(3.0, 5.0),
    ),
    outline=Outline(
        high_V=Board().logic_supply_V,
        eta={"regression": 0.2, "classification": 0.1, "allostery": 0.5},
        classes="responses",
        network=roomy,
        cycles=2000,
        trial_cycles=600,
        trials=8,
        linear=True,
        nodes=True,
        difference_V=1.0,
    ),
)
