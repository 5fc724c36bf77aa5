"""Waveforms against exact solutions of the same RC network."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spicelearn as sl
from spicelearn.experiment import Experiment
from spicelearn.formats.waves import CLOCK, CYCLE, Waves
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.parts import Parts
from spicelearn.network.graph import terminals
from spicelearn.plant import Bools, Drive, Floats
from spicelearn.runs.folder import read_manifest
from spicelearn.spice.plant import CircuitPlant
from spicelearn.spice.scope import Scope, Trace

pytestmark = pytest.mark.usefixtures("ngspice")
EXACT_V = 5e-5  # of jumps of up to 4 V


def parts_of(experiment: Experiment) -> Parts:
    """Return the parts of a run of this machine."""
    assert isinstance(experiment.parts, Parts)
    return experiment.parts


@dataclass
class Exact:
    """The free and the clamped network of a cycle, averagers and input currents included.

    ``C dv/dt = s - G v`` for the nodes that have a capacitance and are not held, by elimination of
    the comparators' inputs, which have none.
    """

    experiment: Experiment
    codes: Floats
    held: dict[str, float]  # V: inputs and targets

    def __post_init__(self) -> None:
        network = self.experiment.lesson.network
        board = self.experiment.setup(self.experiment.lesson).constants
        assert isinstance(board, Board)
        parts, eta = parts_of(self.experiment), float(self.experiment.eta or 0)
        edges = range(len(network.edges))
        self.names = [f"{twin}{node}" for twin in "fc" for node in range(network.nodes)]
        self.names += [f"xe{edge}.{pin}" for edge in edges for pin in ("plus", "minus")]
        place = {name: at for at, name in enumerate(self.names)}
        conductance, farads = np.zeros((len(place), len(place))), np.zeros(len(place))
        current = np.zeros(len(place))

        def resistor(one: str, other: str, ohm: float) -> None:
            a, b = place[one], place[other]
            conductance[[a, b], [a, b]] += 1 / ohm
            conductance[[a, b], [b, a]] -= 1 / ohm

        for edge, (a, b) in enumerate(network.edges):
            for column, twin in enumerate("fc"):
                track = board.rheostat_ohm * parts.scale[edge, column] * self.codes[edge] / 128
                resistor(f"{twin}{a}", f"{twin}{b}", track + board.wiper_ohm)
                farads[place[f"{twin}{a}"]] += board.terminal_end_F + board.terminal_wiper_F
                farads[place[f"{twin}{b}"]] += board.terminal_end_F
            leg = board.averager_leg_ohm
            resistor(f"c{a}", f"xe{edge}.plus", leg / (1 + board.up_bias))
            resistor(f"f{b}", f"xe{edge}.plus", leg)
            resistor(f"f{a}", f"xe{edge}.minus", leg)
            resistor(f"c{b}", f"xe{edge}.minus", leg / (1 + board.up_bias))
            first, second = parts.offset_current_A[edge] / 2
            current[place[f"xe{edge}.plus"]] += board.bias_A + first
            current[place[f"xe{edge}.minus"]] += board.bias_A - first
            current[place[f"f{b}"]] += board.bias_A + second
            current[place[f"f{a}"]] += board.bias_A - second
        # every node as a sum of those that are found, and a constant
        fixed = {
            f"{twin}{node}": self.held[f"in{node}"] for twin in "fc" for node in network.inputs
        }
        nudged = {f"c{node}": node for node in network.outputs}
        self.found = [name for name in self.names if name not in fixed and name not in nudged]
        self.spread = np.zeros((len(self.names), len(self.found)))
        self.constant = np.zeros(len(self.names))
        for name, volts in fixed.items():
            self.constant[place[name]] = volts
        for at, name in enumerate(self.found):
            self.spread[place[name], at] = 1
        for name, node in nudged.items():
            self.spread[place[name], self.found.index(f"f{node}")] = 1 - eta
            self.constant[place[name]] = eta * self.held[f"t{node}"]
        rows = [place[name] for name in self.found]
        matrix = conductance[rows] @ self.spread
        source = current[rows] - conductance[rows] @ self.constant
        moving = farads[rows] > 0
        assert moving.sum() == sum("." not in name for name in self.found)
        self.rest = np.linalg.solve(matrix, source)
        fast = np.linalg.solve(matrix[~moving][:, ~moving], matrix[~moving][:, moving])
        slow = matrix[moving][:, moving] - matrix[moving][:, ~moving] @ fast
        self.rates, self.modes = np.linalg.eig(slow / farads[rows][moving][:, None])
        self.fast, self.moving = fast, moving

    def after(self, begin: dict[str, float], time: float) -> dict[str, float]:
        """Return every node's voltage, V, so many seconds after these."""
        away = np.empty(len(self.found))
        moved = [name for name, is_moving in zip(self.found, self.moving, strict=True) if is_moving]
        distance = np.array([begin[name] for name in moved]) - self.rest[self.moving]
        decayed = np.exp(-self.rates * time) * np.linalg.solve(self.modes, distance)
        away[self.moving] = (self.modes @ decayed).real
        away[~self.moving] = -self.fast @ away[self.moving]
        volts = self.spread @ (self.rest + away) + self.constant
        return dict(zip(self.names, volts.tolist(), strict=True))


@pytest.fixture(scope="module")
def waved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of the regression, whose inputs jump at every cycle."""
    folder = tmp_path_factory.mktemp("waves") / "run"
    sl.train("regression", cycles=10, waves="3:8", out=folder)
    return folder


def clocks(waves: Waves) -> list[tuple[int, float, float]]:
    """Return cycle, begin and end, s, of every clock."""
    begins = [time for time, _ in waves.changes[CLOCK]]
    cycles = [int(value) for _, value in waves.changes[CYCLE]]
    return list(zip(cycles, begins, [*begins[1:], float(waves.time[-1])], strict=True))


def exact_of(folder: Path, waves: Waves, cycle: int, end: float) -> Exact:
    """Return the exact network of a cycle that ends then."""
    experiment = Experiment("regression", cycles=10)
    codes = pd.read_csv(folder / "cycles.csv").filter(like="code_").to_numpy()[cycle]
    last = int(np.searchsorted(waves.time, end * (1 - 1e-9)))
    held = {
        name[2:-1]: float(waves[name][last])
        for name in waves.names
        if name.startswith(("v(in", "v(t")) and "." not in name
    }
    return Exact(experiment, codes, held)


def test_voltages_are_those_of_the_exact_solution(waved: Path) -> None:
    """Both networks and every averager; jumps of volts, right to 50 uV at every time."""
    waves = Waves.read(waved)
    for cycle, begin, end in clocks(waves)[1:]:
        exact = exact_of(waved, waves, cycle, end)
        rows = np.flatnonzero((waves.time >= begin - 1e-12) & (waves.time < end - 1e-12))
        nodes = [name for name in exact.names if f"v({name})" in waves.names]
        assert len(nodes) == 2 * 9 - 6 + 2 * 16
        start = {name: float(waves[f"v({name})"][rows[0]]) for name in nodes}
        jump, told = 0.0, 0.0
        for row in rows[1::15]:
            truth = exact.after(start, float(waves.time[row]) - begin)
            missed = [waves[f"v({name})"][row] - truth[name] for name in nodes]
            told = max(told, float(np.abs(missed).max()))
            jump = max(jump, *(abs(truth[name] - start[name]) for name in nodes))
        assert jump > 0.5
        assert told < EXACT_V


def test_a_comparator_answers_when_its_inputs_cross_in_the_exact_solution(waved: Path) -> None:
    """After the data sheet's response time, not at the solver's first long step."""
    waves, board = Waves.read(waved), Board()
    experiment, seen = Experiment("regression", cycles=10), []
    for cycle, begin, end in clocks(waves)[1:]:
        exact = exact_of(waved, waves, cycle, end)
        first = int(np.searchsorted(waves.time, begin - 1e-12))
        start = {
            name: float(waves[f"v({name})"][first])
            for name in exact.names
            if f"v({name})" in waves.names
        }
        for edge, (a, b) in enumerate(experiment.lesson.network.edges):
            pins = {"more": (f"xe{edge}.plus", f"xe{edge}.minus"), "negative": (f"f{b}", f"f{a}")}
            for number, (output, (high, low)) in enumerate(pins.items()):
                offset = parts_of(experiment).offset_V[edge, number]
                for time, value in waves.changes[f"xe{edge}.{output}"]:
                    since = time - begin - board.response_s
                    if not begin < time < end or since < 1e-7:
                        continue  # inputs that jump cross at once
                    seen.append(1e6 * (time - begin))
                    for when, is_high in (
                        (since / 1.03 - 3e-8, value == "0"),
                        (since, value == "1"),
                    ):
                        volts = exact.after(start, when)
                        assert (volts[high] - volts[low] > offset) == is_high
    assert len(seen) > 5
    assert np.ptp(seen) > 1  # us


def test_steps_are_short_where_voltages_move(waved: Path) -> None:
    waves = Waves.read(waved)
    tau = read_manifest(waved)["plants"]["regression"]["slowest_time_constant_s"]
    for _, begin, end in clocks(waves):
        inside = waves.time[(waves.time >= begin - 1e-12) & (waves.time <= end)]
        steps, since = np.diff(inside), inside[1:] - begin
        assert (steps <= 1.001 * (tau / 2000 + since / 100)).all()
        assert steps.max() <= 1.001 * tau / 8


@pytest.mark.parametrize("detail", ["event", "analog"])
def test_a_run_is_the_same_with_waveforms(tmp_path: Path, detail: str) -> None:
    cycles = 60 if detail == "event" else 5
    kept = f"{cycles - 3}:{cycles - 3}"
    for name, wanted in (("with", kept), ("without", None)):
        sl.train("allostery", cycles=cycles, detail=detail, waves=wanted, out=tmp_path / name)
    for name in ("cycles.csv", "deck.cir"):
        one, other = ((tmp_path / run / name).read_bytes() for run in ("with", "without"))
        assert one == other
    plant = read_manifest(tmp_path / "with")["plants"]["allostery"]
    assert plant["waves_with_other_bits"] == []
    assert "waves_with_other_bits" not in read_manifest(tmp_path / "without")["plants"]["allostery"]
    codes = pd.read_csv(tmp_path / "with" / "cycles.csv").filter(like="code_").to_numpy()
    waves = Waves.read(tmp_path / "with")
    for edge, step in enumerate(codes[cycles - 2] - codes[cycles - 3]):
        if detail == "event":
            up = waves.changes[f"e{edge}.ud"][-1][1] == "1"
        else:
            up = waves[f"v(e{edge}.ud)"][-1] > 2.5
        assert step == (1 if up else -1)


def test_a_clock_that_does_not_let_the_network_settle_is_kept_from_where_it_is(
    tmp_path: Path,
) -> None:
    """Late cycles kept alone are those kept with every earlier one."""
    board = Board(clock_period_s=6e-6, clock_delay_s=2e-7)
    for name in ("30:31", "0:31"):
        sl.train("regression", cycles=32, board=board, waves=name, out=tmp_path / name)
    late, whole = (Waves.read(tmp_path / name) for name in ("30:31", "0:31"))
    begin = next(time for time, value in whole.changes[CYCLE] if value == "30")
    at = np.linspace(0, late.time[-1], 200)
    moved = 0.0
    for node in ("v(f4)", "v(c1)", "v(xe3.plus)"):
        alone = np.interp(at, late.time, late[node])
        moved = max(moved, float(np.ptp(alone)))
        assert alone == pytest.approx(np.interp(at + begin, whole.time, whole[node]), abs=2e-4)
    assert moved > 0.1


def test_waveforms_that_end_with_other_bits_are_told() -> None:
    """One bit of cycle 1 is turned."""
    scope, experiment = Scope(0, 2), Experiment("divider", cycles=4)
    plant = experiment.plant_of(experiment.setup(experiment.lesson, scope=scope))
    drive, state = experiment.lesson.first_drive(), experiment.start()
    bits: list[Bools] = []

    class Other:
        def ask(self, cycle: int, *request: object) -> Trace:
            found = bits[0] ^ np.array([False, cycle == 1])
            return Trace(["v(f1)"], np.array([0.0, 1.0]), np.zeros((2, 1)), {}, found)

        def close(self) -> None:
            pass

    bits.append(plant.cycle(state, drive).signal)  # made by the real one
    plant._fine.close()  # type: ignore[attr-defined]
    plant._fine = Other()  # type: ignore[attr-defined]
    for cycle in (0, 1, 2):
        plant.cycle(type(state)(state.weights, cycle), drive)
    assert plant.details["waves_with_other_bits"] == [1]
    plant.close()


@pytest.mark.parametrize(
    ("detail", "cycles", "largest_V"), [("event", 60, 1e-3), ("analog", 4, 5e-3)]
)
def test_a_network_that_is_sensed_before_it_has_settled_is_where_it_would_be(
    detail: str, cycles: int, largest_V: float
) -> None:
    """A clock of a quarter of the slowest time constant; inputs jump by volts at every cycle.

    Its answer at rest is exact all the same.
    """
    board = Board(clock_delay_s=2e-7, clock_period_s=2.5e-6)
    experiment = Experiment("regression", cycles=cycles, board=board, detail=detail)
    lesson, setup = experiment.lesson, experiment.setup(experiment.lesson)
    state, rule = experiment.start(), experiment.rule_of(setup)
    network = lesson.network
    begin: dict[str, float] = {}
    with closing(experiment.plant_of(setup)) as plant:
        assert isinstance(plant, CircuitPlant)
        timing = plant.deck.timing
        for cycle in range(cycles):
            example = lesson.task.example(cycle, None)
            drive = Drive.to_all(example.inputs, example.targets, lesson.eta, len(network.edges))
            held = dict(zip(names_of("in", network.inputs), drive.inputs[0].tolist(), strict=True))
            held |= zip(names_of("t", network.outputs), drive.targets[0].tolist(), strict=True)
            exact = Exact(experiment, state.weights.astype(float), held)
            rest = dict(zip(exact.names, exact.spread @ exact.rest + exact.constant, strict=True))
            begin = begin or rest
            reading, sensed = (
                plant.cycle(state, drive),
                exact.after(begin, timing.period - timing.hold),
            )
            found = np.concatenate([reading.probes["free"], reading.probes["clamped"]])
            expected = [sensed[f"{twin}{node}"] for twin in "fc" for node in range(network.nodes)]
            assert np.abs(found - expected).max() < largest_V
            settled = [rest[f"f{node}"] for node in terminals(network.outputs)]
            assert reading.answer[0] == pytest.approx(settled, abs=2e-6)
            assert reading.settled == (cycle == 0)
            if cycle:
                assert np.abs(reading.outputs - reading.answer).max() > 1e-3
            begin = exact.after(begin, timing.period)
            state = rule.advance(state, reading, drive)


def names_of(letter: str, nodes: tuple[Any, ...]) -> list[str]:
    """Return the names of the sources at nodes."""
    return [f"{letter}{node}" for node in nodes]
