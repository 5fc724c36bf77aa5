"""The circuit as a plant: decisions, memory, settling."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from spicelearn.errors import SpicelearnError
from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit import twin
from spicelearn.machines.rheostat.circuit.plant import TwinCircuit
from spicelearn.machines.rheostat.circuit.twin import Twins
from spicelearn.machines.rheostat.ideal import IdealModel
from spicelearn.machines.rheostat.parts import Parts
from spicelearn.machines.rheostat.rule import Counter
from spicelearn.network.graph import Network, Output, named, terminals
from spicelearn.plant import Drive, Floats, Reading, State
from spicelearn.spice import session as session_module
from spicelearn.spice.ngspice import Library
from spicelearn.spice.plant import CircuitPlant
from spicelearn.spice.session import Session

from ...conftest import CLEAN, MakePlant, allostery

RULE = Counter(128)


def run(plant: CircuitPlant, cycles: int) -> list[tuple[State, Reading]]:
    _, state, drive = allostery()
    rows = []
    for _ in range(cycles):
        reading = plant.cycle(state, drive)
        rows.append((state, reading))
        state = RULE.advance(state, reading, drive)
    return rows


def knobs_of(plant: CircuitPlant, state: State, drive: Drive) -> Floats:
    return np.concatenate([knobs.values(state, drive) for knobs in plant.deck.knobs])


def test_the_clean_circuit_decides_by_equation_6(make_plant: MakePlant) -> None:
    """The logic against the voltages that were read: all edges, 60 cycles of learning."""
    edges = np.array(allostery()[0].edges)
    for _, reading in run(make_plant(CLEAN), 60):
        free = reading.probes["free"][edges[:, 0]] - reading.probes["free"][edges[:, 1]]
        clamped = reading.probes["clamped"][edges[:, 0]] - reading.probes["clamped"][edges[:, 1]]
        expected = (clamped > free) ^ (free < 0)
        sure = np.abs(clamped - free) > 1e-6
        np.testing.assert_array_equal(reading.signal[sure], expected[sure])
        assert reading.settled


def nudged(reading: Reading, drive: Drive) -> tuple[Floats, Floats]:
    """Return the clamped outputs of allostery, and what Eq. 1 makes of the free ones, V."""
    nodes = list(terminals(allostery()[0].outputs))
    free = reading.probes["free"][nodes]
    return reading.probes["clamped"][nodes], free + drive.eta * (drive.targets[0] - free)


def test_the_clamp_is_equation_1(make_plant: MakePlant) -> None:
    _, _, drive = allostery()
    for _, reading in run(make_plant(), 5):
        np.testing.assert_allclose(*nudged(reading, drive), rtol=1e-6)


def test_the_nudge_of_the_drive_is_the_circuits(make_plant: MakePlant) -> None:
    _, state, drive = allostery()
    plant = make_plant()
    for eta in (0.5, 0.1, 1.0):
        changed = replace(drive, eta=eta)
        np.testing.assert_allclose(*nudged(plant.cycle(state, changed), changed), rtol=1e-6)


def test_the_unsettled_estimate_is_of_the_size_of_what_is_missing(make_plant: MakePlant) -> None:
    """A clock of 1.5 slowest time constants after a large step, against the settled voltages."""
    _, state, drive = allostery()
    uneven = State(np.where(np.arange(16) % 2, 127, 90))
    settled = make_plant().cycle(uneven, drive)
    plant = make_plant(Board(clock_period_s=38e-6))
    plant.cycle(state, drive)
    volts, estimate, _ = plant._session.cycle(knobs_of(plant, uneven, drive))
    missing = np.abs(volts[:9] - settled.probes["free"]).max()
    assert missing > 1e-3
    assert 0.3 * missing < estimate < 30 * missing


def test_in_ample_time_the_few_long_steps_settle_too(make_plant: MakePlant) -> None:
    """After a large step, against the operating point of the same codes."""
    _, _, drive = allostery()
    plant = make_plant()
    for codes in (20, 110, 64, 63, 20):
        knobs = knobs_of(plant, State(np.full(16, codes)), drive)
        volts, estimate, _ = plant._session.cycle(knobs)
    plant._session.restart()
    settled, _, _ = plant._session.cycle(knobs)
    assert np.abs(volts - settled).max() < 1e-5
    assert estimate < 1e-5


def iterations(plant: CircuitPlant) -> int:
    """Return how often ngspice has solved the circuit since its transient began."""
    library = plant._session.library
    library.command("rusage traniter")
    (line,) = (line for line in library._stdout if "ransient iterations" in line)
    return int(line.rpartition("=")[2])


def test_inputs_that_jump_cost_no_further_iterations(
    make_plant: MakePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two per time point; by ngspice's own limit more, for the same voltages to the last bit."""
    _, state, drive = allostery()
    jumps = [replace(drive, inputs=drive.inputs[:, order]) for order in ([0, 1, 2], [2, 0, 1])]

    def solved() -> tuple[float, list[bytes]]:
        plant = make_plant()
        readings = [plant.cycle(state, jumps[cycle % 2]) for cycle in range(10)]
        found = [volts.tobytes() for reading in readings for volts in reading.probes.values()]
        found += [reading.signal.tobytes() for reading in readings]
        count = iterations(plant) / plant._session.library.length(b"time")
        plant.close()
        return count, found

    count, found = solved()
    assert count < 2.2
    monkeypatch.setattr(twin, "UNLIMITED", "")
    limited, same = solved()
    assert limited > 3
    assert same == found


def test_a_cycle_started_afresh_gives_the_reading_of_the_run(make_plant: MakePlant) -> None:
    network, _, drive = allostery()
    rows = run(make_plant(block=13), 60)
    for place in (0, 1, 12, 13, 40, 59):
        state, reading = rows[place]
        fresh = make_plant(machine=(network, state, drive)).cycle(state, drive)
        np.testing.assert_array_equal(fresh.signal, reading.signal)
        for name, volts in reading.probes.items():
            np.testing.assert_allclose(fresh.probes[name], volts, atol=Board().settle_V)


def test_the_same_run_twice_gives_the_same_codes_to_the_last_digit(make_plant: MakePlant) -> None:
    first, second = (run(make_plant(), 40) for _ in range(2))
    for (state, reading), (again, same) in zip(first, second, strict=True):
        np.testing.assert_array_equal(state.weights, again.weights)
        np.testing.assert_array_equal(reading.probes["free"], same.probes["free"])


def test_the_step_reaches_both_twins(make_plant: MakePlant) -> None:
    """With the target met there is no nudge: both twins stay alike whatever the codes."""
    network = named("divider").with_roles((0, 2), (1,))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.5]), 0.5, 2)
    plant = make_plant(CLEAN, (network, State(np.array([64, 64])), drive))
    for codes in ([64, 64], [10, 10], [120, 120]):
        probes = plant.cycle(State(np.array(codes)), drive).probes
        np.testing.assert_allclose(probes["free"], [5, 2.5, 0], atol=1e-5)
        np.testing.assert_allclose(probes["clamped"], probes["free"], atol=1e-5)
    probes = plant.cycle(State(np.array([32, 96])), drive).probes
    assert probes["free"][1] == pytest.approx(5 * 75040 / 100080, abs=1e-5)
    assert probes["clamped"][1] == pytest.approx((probes["free"][1] + 2.5) / 2, abs=1e-5)


def test_a_clock_that_is_too_fast_is_reported(make_plant: MakePlant) -> None:
    _, state, drive = allostery()
    for period, settled in ((0.0, True), (32e-6, False)):
        plant = make_plant(Board(clock_period_s=period))
        low = State(np.full(16, 20))
        plant.cycle(state, drive)
        assert plant.cycle(low, drive).settled is settled


def test_the_memory_that_is_taken_for_a_transient_changes_no_bit(make_plant: MakePlant) -> None:
    plant = make_plant()
    _, state, drive = allostery()
    knobs, found = plant.deck.settings(state, drive), []
    plant.close()
    for longest in (40, 1000):
        with closing(Session(plant.deck, longest)) as session:
            found.append([session.cycle(knobs) for _ in range(3)])
    for (volts, left, bits), (others, other, same) in zip(*found, strict=True):
        assert (volts.tolist(), left, bits.tolist()) == (others.tolist(), other, same.tolist())


def test_a_circuit_whose_events_take_too_much_is_loaded_anew_to_the_same_bit(
    make_plant: MakePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, state, drive = allostery()

    def readings() -> list[list[float]]:
        plant = make_plant(block=1)
        states = [replace(state, cycle=cycle) for cycle in range(5)]
        return [plant.cycle(each, drive).probes["clamped"].tolist() for each in states]

    loads: list[str] = []
    load = Library.load

    def counted(self: Library, text: str) -> None:
        loads.append(text)
        load(self, text)

    monkeypatch.setattr(Library, "load", counted)
    whole = readings()
    assert len(loads) == 1
    nodes = len(Library.get().event_nodes())
    assert 4 * 16 < nodes < 5 * 16  # per edge two comparators, a gate, a flip-flop; the clock
    monkeypatch.setattr(session_module, "EVENTS", 2.5 * nodes * session_module.EVENT)
    assert readings() == whole
    assert len(loads) == 1 + 3


def test_memory_does_not_grow_with_the_number_of_cycles(make_plant: MakePlant) -> None:
    def resident() -> float:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096 / 2**20

    plant = make_plant(block=200)
    run(plant, 600)
    before = resident()
    run(plant, 1200)
    assert resident() - before < 2  # MB; a history kept would be 15


DIFFERENCES: list[tuple[tuple[Output, ...], list[float]]] = [
    (((8, 4),), [0.3]),
    (((3, 7), 8), [-0.8, 2.5]),
    (((8, 4), (7, 3)), [0.5, 0.25]),
]


@pytest.mark.parametrize(("outputs", "targets"), DIFFERENCES)
def test_circuit_and_idealised_model_agree_on_outputs_that_are_differences(
    make_plant: MakePlant, outputs: tuple[Output, ...], targets: list[float]
) -> None:
    """A clean board: voltages to a microvolt, read-outs, decisions, over cycles that learn."""
    network = named("wheel9").with_roles((2, 0, 6), outputs)
    state = State(np.arange(16) * 5 + 20)
    drive = Drive.to_all(np.array([5.0, 1, 0]), np.array(targets), 0.5, 16)
    model = IdealModel(network, CLEAN, Parts.draw(CLEAN, 16, 0))
    plant = make_plant(CLEAN, (network, state, drive))
    for _ in range(6):
        reading, expected = plant.cycle(state, drive), model.cycle(state, drive)
        for name, volts in expected.probes.items():
            np.testing.assert_allclose(reading.probes[name], volts, atol=1e-6)
        np.testing.assert_allclose(reading.outputs, expected.outputs, atol=1e-6)
        clamped = network.read_out(reading.probes["clamped"])
        half = (reading.outputs[0] + drive.targets[0]) / 2
        np.testing.assert_allclose(clamped, half, atol=1e-6)
        np.testing.assert_array_equal(reading.signal, expected.signal)
        state = RULE.advance(state, reading, drive)
    assert len(set((state.weights - np.arange(16) * 5 - 20).tolist())) > 1


def test_a_difference_of_two_dividers_by_hand(make_plant: MakePlant) -> None:
    """Two dividers between 5 and 0 V: middles at 2.5 and 1.25 V, half a volt more between."""
    network = Network("pair", 4, ((0, 1), (1, 2), (0, 3), (3, 2)), (0, 2), ((1, 3),))
    board = replace(CLEAN, wiper_ohm=1e-3)
    state = State(np.array([64, 64, 96, 32]))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([1.75]), 1.0, 4)
    reading = make_plant(board, (network, state, drive)).cycle(state, drive)
    np.testing.assert_allclose(reading.probes["free"], [5, 2.5, 0, 1.25], atol=1e-5)
    np.testing.assert_allclose(reading.outputs, [[1.25]], atol=1e-5)
    np.testing.assert_allclose(reading.probes["clamped"], [5, 2.75, 0, 1.0], atol=1e-5)
    assert reading.signal.tolist() == [False, True, True, False]


@pytest.mark.usefixtures("ngspice")
def test_every_pin_analog_decides_the_same() -> None:
    """Whole parts, the default board: the codes of the event circuit, cycle by cycle."""
    codes = []
    for detail in ("event", "analog"):
        experiment = Experiment("allostery", cycles=12, detail=detail)
        lesson = experiment.lesson
        plant = experiment.plant_of(experiment.setup(lesson))
        state, drive = experiment.start(), lesson.first_drive()
        readings = []
        for _ in range(12):
            readings.append(plant.cycle(state, drive))
            state = RULE.advance(state, readings[-1], drive)
        plant.close()
        codes.append(state.weights)
        assert all(reading.settled for reading in readings)
    np.testing.assert_array_equal(codes[0], codes[1])
    assert (codes[0] != 64).any()


@pytest.mark.usefixtures("ngspice")
def test_levels_at_their_limits_stop_the_machine_and_a_pull_up_mends_it() -> None:
    """A high of 3.0 V is none to a flip-flop that wants 3.5 V: it keeps its first bit, low."""
    worst = {"gate_drop_V": 2.0, "flipflop_threshold": 0.7}
    codes = {}
    cases: dict[str, dict[str, float]] = {
        "typical": {},
        "worst": worst,
        "drop alone": {"gate_drop_V": 2.0, "flipflop_threshold": 0.6},
        "threshold alone": {"flipflop_threshold": 0.66},
        "too weak": worst | {"gate_pullup_ohm": 500e3},
        "weak": worst | {"gate_pullup_ohm": 100e3},
        "mended": worst | {"gate_pullup_ohm": 2200.0},
        "all inputs high": worst
        | {"gate_pullup_ohm": 2200.0, "gate_threshold_V": 2.0, "gate_low_V": 0.5},
        "all inputs low": {"flipflop_threshold": 0.3, "gate_threshold_V": 0.8, "gate_low_V": 0.5},
    }
    for name, levels in cases.items():
        board = Board().with_values(levels)
        experiment = Experiment("divider", cycles=4, detail="analog", board=board)
        lesson = experiment.lesson
        plant = experiment.plant_of(experiment.setup(lesson))
        state, drive = experiment.start(), lesson.first_drive()
        for _ in range(4):
            state = RULE.advance(state, plant.cycle(state, drive), drive)
        plant.close()
        codes[name] = state.weights.tolist()
    assert codes.pop("worst") == codes.pop("too weak") == [60, 60]
    assert set(map(tuple, codes.values())) == {(68, 60)}, codes


@pytest.mark.usefixtures("ngspice")
def test_the_comparators_gain_is_seen_where_drops_are_alike() -> None:
    """A target 1 uV from the free output: only the event circuit's comparators tell."""
    network = named("divider").with_roles((0, 2), (1,))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.5]), 1.0, 2)
    bits = []
    for detail in ("event", "analog"):
        state, parts = State(np.array([64, 64])), Parts.draw(CLEAN, 2, 0)
        plant = CircuitPlant(TwinCircuit(Twins(network, CLEAN, parts, state, drive, detail=detail)))
        both = []
        for target in (2.5 - 1e-6, 2.5 + 1e-6, 2.5 - 1e-3, 2.5 + 1e-3):
            near = replace(drive, targets=np.array([[target]]))
            both.append(plant.cycle(state, near).signal.tolist())
        plant.close()
        bits.append(both)
    event, analog = bits
    assert event == [[True, False], [False, True]] * 2
    assert analog[2:] == event[2:]
    assert analog[:2] != event[:2]


@pytest.mark.parametrize(
    "board", [Board(), CLEAN, Board(noise_V=1e-2)], ids=["default", "clean", "noise"]
)
def test_a_cut_in_the_running_circuit_leaves_what_a_circuit_without_the_edge_is(
    make_plant: MakePlant, board: Board
) -> None:
    """The same voltages as a circuit that never had the edges; cut and put back, as before."""
    network, _, drive = allostery()
    state = State(np.arange(16) * 7 + 5, cycle=3)
    intact = np.ones(16, bool)
    intact[[3, 12]] = False
    plant = make_plant(board, removable=(3, 12))
    whole = plant.cycle(state, drive)
    cut = plant.cycle(state, replace(drive, intact=intact, learning=intact))
    again = plant.cycle(state, drive)
    plant.close()
    np.testing.assert_allclose(again.probes["free"], whole.probes["free"], atol=1e-5)
    assert np.abs(cut.probes["free"] - whole.probes["free"]).max() > 0.01
    parts = Parts.draw(board, 16, 0)
    left = Parts(parts.scale[intact], parts.offset_V[intact], parts.offset_current_A[intact], 0)
    twins = Twins(network.without([3, 12]), board, left, State(state.weights[intact]), drive)
    small = CircuitPlant(TwinCircuit(twins))
    rest = small.cycle(State(state.weights[intact], cycle=3), replace(drive, intact=intact[intact]))
    small.close()
    np.testing.assert_allclose(cut.probes["free"], rest.probes["free"], atol=2e-5)
    np.testing.assert_allclose(cut.probes["clamped"], rest.probes["clamped"], atol=2e-5)
    one, other = np.array(network.edges)[intact].T
    free = rest.probes["free"][one] - rest.probes["free"][other]
    sure = np.abs(free) > 1e-4  # beside a cut there may be an edge without current
    assert sure.sum() >= 12
    np.testing.assert_array_equal(cut.signal[intact][sure], rest.signal[sure])
    assert not cut.signal[~intact].any()


def test_an_edge_without_knobs_cannot_be_taken_out(make_plant: MakePlant) -> None:
    _, state, drive = allostery()
    intact = np.ones(16, bool)
    intact[5] = False
    with pytest.raises(SpicelearnError, match=r"edge 5 is taken out of a circuit made for \(3,\)"):
        make_plant(removable=(3,)).cycle(state, replace(drive, intact=intact))
