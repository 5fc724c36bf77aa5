"""The circuit as a plant: decisions, memory, settling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spicelearn import plants
from spicelearn.board import Board
from spicelearn.experiment import Experiment
from spicelearn.network import named
from spicelearn.parts import Parts
from spicelearn.plant import Drive, Reading, State
from spicelearn.rule import Counter
from spicelearn.spice.circuits.twin import Machine
from spicelearn.spice.plant import SpicePlant

from ..conftest import CLEAN, MakePlant, allostery

RULE = Counter(128)


def run(plant: SpicePlant, cycles: int) -> list[tuple[State, Reading]]:
    _, state, drive = allostery()
    rows = []
    for _ in range(cycles):
        reading = plant.cycle(state, drive)
        rows.append((state, reading))
        state = RULE.advance(state, reading, drive)
    return rows


def test_the_clean_circuit_decides_by_equation_6(make_plant: MakePlant) -> None:
    """The logic against the voltages that were read: all edges, 60 cycles of learning."""
    edges = np.array(allostery()[0].edges)
    for _, reading in run(make_plant(CLEAN), 60):
        free = reading.free[edges[:, 0]] - reading.free[edges[:, 1]]
        clamped = reading.clamped[edges[:, 0]] - reading.clamped[edges[:, 1]]
        expected = (clamped > free) ^ (free < 0)
        sure = np.abs(clamped - free) > 1e-6
        np.testing.assert_array_equal(reading.up[sure], expected[sure])
        assert reading.settled


def test_the_clamp_is_equation_1(make_plant: MakePlant) -> None:
    network, _, drive = allostery()
    for _, reading in run(make_plant(), 5):
        outputs = list(network.outputs)
        nudged = reading.free[outputs] + drive.eta * (drive.targets - reading.free[outputs])
        np.testing.assert_allclose(reading.clamped[outputs], nudged, rtol=1e-6)


def test_the_nudge_of_the_drive_is_the_circuits(make_plant: MakePlant) -> None:
    network, state, drive = allostery()
    plant = make_plant()
    for eta in (0.5, 0.1, 1.0):
        reading = plant.cycle(state, replace(drive, eta=eta))
        outputs = list(network.outputs)
        nudged = reading.free[outputs] + eta * (drive.targets - reading.free[outputs])
        np.testing.assert_allclose(reading.clamped[outputs], nudged, rtol=1e-6)


def test_the_unsettled_estimate_is_of_the_size_of_what_is_missing(make_plant: MakePlant) -> None:
    """A clock of 1.5 slowest time constants after a large step, against the settled voltages."""
    _, state, drive = allostery()
    low = State(np.full(16, 20))
    settled = make_plant().cycle(low, drive)
    plant = make_plant(Board(clock_period_s=38e-6))
    plant.cycle(state, drive)
    volts, estimate, _ = plant._session.cycle(plant._knobs(low, drive))
    missing = np.abs(volts[:9] - settled.free).max()
    assert missing > 1e-4
    assert 0.3 * missing < estimate < 30 * missing


def test_in_ample_time_the_few_long_steps_settle_too(make_plant: MakePlant) -> None:
    """After a large step, against the operating point of the same codes."""
    _, _, drive = allostery()
    plant = make_plant()
    for codes in (20, 110, 64, 63, 20):
        knobs = plant._knobs(State(np.full(16, codes)), drive)
        volts, estimate, _ = plant._session.cycle(knobs)
    plant._session.restart()
    settled, _, _ = plant._session.cycle(knobs)
    assert np.abs(volts - settled).max() < 1e-5
    assert estimate < 1e-5


def test_a_cycle_started_afresh_gives_the_reading_of_the_run(make_plant: MakePlant) -> None:
    network, _, drive = allostery()
    rows = run(make_plant(block=13), 60)
    for place in (0, 1, 12, 13, 40, 59):
        state, reading = rows[place]
        fresh = make_plant(machine=(network, state, drive)).cycle(state, drive)
        np.testing.assert_array_equal(fresh.up, reading.up)
        np.testing.assert_allclose(fresh.free, reading.free, atol=Board().settle_V)
        np.testing.assert_allclose(fresh.clamped, reading.clamped, atol=Board().settle_V)


def test_the_same_run_twice_gives_the_same_codes_to_the_last_digit(make_plant: MakePlant) -> None:
    first, second = (run(make_plant(), 40) for _ in range(2))
    for (state, reading), (again, same) in zip(first, second, strict=True):
        np.testing.assert_array_equal(state.codes, again.codes)
        np.testing.assert_array_equal(reading.free, same.free)


def test_the_step_reaches_both_twins(make_plant: MakePlant) -> None:
    """With the target met there is no nudge: both twins stay alike whatever the codes."""
    network = named("divider").with_roles((0, 2), (1,))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.5]), 0.5, 2)
    plant = make_plant(CLEAN, (network, State(np.array([64, 64])), drive))
    for codes in ([64, 64], [10, 10], [120, 120]):
        reading = plant.cycle(State(np.array(codes)), drive)
        np.testing.assert_allclose(reading.free, [5, 2.5, 0], atol=1e-5)
        np.testing.assert_allclose(reading.clamped, reading.free, atol=1e-5)
    reading = plant.cycle(State(np.array([32, 96])), drive)
    assert reading.free[1] == pytest.approx(5 * 75040 / 100080, abs=1e-5)
    assert reading.clamped[1] == pytest.approx((reading.free[1] + 2.5) / 2, abs=1e-5)


def test_a_clock_that_is_too_fast_is_reported(make_plant: MakePlant) -> None:
    _, state, drive = allostery()
    for period, settled in ((0.0, True), (32e-6, False)):
        plant = make_plant(Board(clock_period_s=period))
        low = State(np.full(16, 20))
        plant.cycle(state, drive)
        assert plant.cycle(low, drive).settled is settled


def test_memory_does_not_grow_with_the_number_of_cycles(make_plant: MakePlant) -> None:
    def resident() -> float:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096 / 2**20

    plant = make_plant(block=200)
    run(plant, 600)
    before = resident()
    run(plant, 1200)
    assert resident() - before < 2  # MB; a history kept would be 15


@pytest.mark.usefixtures("ngspice")
def test_every_pin_analog_decides_the_same() -> None:
    """Whole parts, the default board: the codes of the event circuit, cycle by cycle."""
    codes = []
    for detail in ("event", "board"):
        experiment = Experiment("allostery", cycles=25, detail=detail)
        lesson, parts = experiment.lesson, experiment.parts()
        plant = plants.make_plant(experiment, parts, lesson)
        state, drive = experiment.start(), lesson.first_drive()
        readings = []
        for _ in range(25):
            readings.append(plant.cycle(state, drive))
            state = RULE.advance(state, readings[-1], drive)
        plant.close()
        codes.append(state.codes)
        assert all(reading.settled for reading in readings)
    np.testing.assert_array_equal(codes[0], codes[1])
    assert (codes[0] != 64).any()


@pytest.mark.usefixtures("ngspice")
def test_the_comparators_gain_is_seen_where_drops_are_alike() -> None:
    """A target 1 uV from the free output: only the event circuit's comparators tell."""
    network = named("divider").with_roles((0, 2), (1,))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.5]), 1.0, 2)
    bits = []
    for detail in ("event", "board"):
        state, parts = State(np.array([64, 64])), Parts.draw(CLEAN, 2, 0)
        plant = SpicePlant(Machine(network, CLEAN, parts, state, drive, detail=detail))
        both = []
        for target in (2.5 - 1e-6, 2.5 + 1e-6, 2.5 - 1e-3, 2.5 + 1e-3):
            both.append(plant.cycle(state, replace(drive, targets=np.array([target]))).up.tolist())
        plant.close()
        bits.append(both)
    event, board = bits
    assert event == [[True, False], [False, True]] * 2
    assert board[2:] == event[2:]
    assert board[:2] != event[:2]
