"""What a learning window does to the gates: circuit, fine circuit, idealised model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.circuit import deck
from spicelearn.machines.transistor.circuit.deck import Transistors
from spicelearn.machines.transistor.circuit.plant import TransistorCircuit
from spicelearn.machines.transistor.parts import TransistorParts
from spicelearn.network.graph import named
from spicelearn.plant import Drive, Plant, State
from spicelearn.spice.charged import ChargedPlant

pytestmark = pytest.mark.usefixtures("ngspice")
FAST = TransistorBoard(gate_F=30.3e-9)  # alpha = 10 / V
FINE = 1000  # steps


@pytest.fixture
def drives() -> list[Drive]:
    """Return the drives of the four examples of XOR."""
    task = Experiment("xor").lesson.task
    examples = [task.example(cycle, None) for cycle in range(4)]
    return [Drive.to_all(each.inputs, each.targets, 0.5, 32) for each in examples]


def plant_of(plant: str, board: TransistorBoard, **choices: Any) -> Plant:
    experiment = Experiment("xor", plant=plant, board=board)
    return experiment.plant_of(replace(experiment.setup(experiment.lesson), **choices))


@pytest.fixture
def start() -> State:
    return Experiment("xor").start()


@pytest.fixture
def fine(board: TransistorBoard, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    """Return the circuit that takes a window in a thousand steps."""
    monkeypatch.setattr(deck, "GENTLER", FINE)
    experiment = Experiment("xor", board=board)
    machine = replace(Transistors.of(experiment.setup(experiment.lesson)), gentle=True)
    circuit = TransistorCircuit(machine)
    with closing(ChargedPlant(circuit, None, 10**6)) as plant:
        yield plant


@pytest.mark.parametrize("board", [TransistorBoard(), FAST], ids=["laboratory", "fast"])
def test_a_window_is_that_of_a_thousand_steps(
    board: TransistorBoard, start: State, drives: list[Drive], fine: Plant
) -> None:
    """To a microvolt or a thousandth of the change."""
    reference = [np.asarray(fine.cycle(start, drive).signal) for drive in drives]
    fine.close()
    with closing(plant_of("spice", board)) as plant:
        for drive, expected in zip(drives, reference, strict=True):
            found = np.asarray(plant.cycle(start, drive).signal)
            allowed = np.maximum(1e-6, 1e-3 * np.abs(expected - start.weights))
            assert (np.abs(found - expected) <= allowed).all()
            assert np.abs(expected - start.weights).max() > 5e-6


def test_circuit_and_idealised_model_move_the_gates_alike(
    start: State, drives: list[Drive]
) -> None:
    with closing(plant_of("spice", TransistorBoard())) as circuit:
        model = plant_of("ideal", TransistorBoard())
        for drive in drives:
            one, other = circuit.cycle(start, drive), model.cycle(start, drive)
            for name in ("free", "clamped"):
                assert one.probes[name] == pytest.approx(other.probes[name], abs=2e-4)
            assert np.asarray(one.signal) == pytest.approx(np.asarray(other.signal), abs=3e-6)


def test_imperfections_with_a_formula_are_in_both(start: State, drives: list[Drive]) -> None:
    """An offset of 1 mV^2 moves every gate by alpha times as much."""
    board = TransistorBoard(
        offset_V2=1e-3, gain_sigma=0.02, threshold_sigma_V=0.01, noise_V2=1e-3, injection_C=5e-10
    )
    with closing(plant_of("spice", board)) as circuit:
        model = plant_of("ideal", board)
        one = np.asarray(circuit.cycle(start, drives[0]).signal)
        other = np.asarray(model.cycle(start, drives[0]).signal)
    assert one == pytest.approx(other, abs=1e-5)
    plain = np.asarray(plant_of("ideal", TransistorBoard()).cycle(start, drives[0]).signal)
    same = TransistorBoard(offset_V2=1e-3)
    shifted = np.asarray(plant_of("ideal", same).cycle(start, drives[0]).signal)
    assert shifted - plain == pytest.approx(np.full(32, 1e-3 * board.rate), rel=1e-2)


def test_an_edge_that_is_cut_out_carries_nothing_and_keeps_its_gate(
    start: State, drives: list[Drive]
) -> None:
    intact = np.ones(32, dtype=np.bool_)
    intact[5] = False
    cut = replace(drives[1], intact=intact)
    with closing(plant_of("spice", TransistorBoard(), removable=(5,))) as circuit:
        model = plant_of("ideal", TransistorBoard())
        for drive in (drives[1], cut):
            one, other = circuit.cycle(start, drive), model.cycle(start, drive)
            assert one.probes["free"] == pytest.approx(other.probes["free"], abs=2e-4)
            assert np.asarray(one.signal) == pytest.approx(np.asarray(other.signal), abs=3e-6)
        assert np.asarray(one.signal)[5] == pytest.approx(start.weights[5], abs=1e-7)


def test_gates_stop_at_their_limits(start: State, drives: list[Drive]) -> None:
    """Where windows push them on: the diodes take over, in either plant."""
    lowest = {}
    for name in ("spice", "ideal"):
        for limit in (0.75, 0.5):
            board = TransistorBoard(gate_F=FAST.gate_F, gate_low_V=limit)
            with closing(plant_of(name, board)) as plant:
                state = replace(start, weights=np.full(32, 0.76))
                for cycle in range(30):
                    reading = plant.cycle(replace(state, cycle=cycle), drives[cycle % 4])
                    state = replace(state, weights=np.asarray(reading.signal))
            lowest[name, limit] = state.weights.min()
    for name in ("spice", "ideal"):
        assert lowest[name, 0.75] == pytest.approx(0.75, abs=0.02)
        assert lowest[name, 0.5] < 0.72


def test_a_gate_at_its_limit_is_preset_after_it_has_been_held(
    start: State, drives: list[Drive]
) -> None:
    """Its diode moves it while nothing learns: the window then begins at the State's gates."""
    low = replace(start, weights=np.full(32, FAST.gate_low_V))
    nobody = replace(drives[2], learning=np.zeros(32, dtype=np.bool_))
    moved = []
    for held in (0, 50):
        with closing(plant_of("spice", FAST)) as plant:
            plant.cycle(start, nobody)
            for _ in range(held):
                plant.cycle(low, nobody)
            moved.append(np.asarray(plant.cycle(low, drives[2]).signal))
    assert moved[1] == pytest.approx(moved[0], abs=2e-4)


def test_what_is_shown_is_before_gates_move(start: State, drives: list[Drive]) -> None:
    """With fast gates, which rest first."""
    model = plant_of("ideal", FAST)
    with closing(plant_of("spice", FAST)) as plant:
        for drive in drives:
            one, other = plant.cycle(start, drive), model.cycle(start, drive)
            for name in ("free", "clamped"):
                assert one.probes[name] == pytest.approx(other.probes[name], abs=2e-5)


def test_the_body_effect_raises_thresholds(start: State, drives: list[Drive]) -> None:
    """gamma (sqrt(phi + V_SB) - sqrt(phi)): nearly as if V_T were higher by it."""
    shown = []
    shift = 0.85 * (np.sqrt(0.9 + 2 + 0.2) - np.sqrt(0.9))  # sources at some 0.2 V
    for board in (
        TransistorBoard(body_sqrtV=0.85, bulk_V=-2),
        TransistorBoard(threshold_V=0.7 + float(shift)),
        TransistorBoard(),
    ):
        with closing(plant_of("spice", board)) as plant:
            shown.append(plant.cycle(start, drives[2]).probes["free"])
    body, raised, plain = shown
    assert np.abs(body - raised).max() < 0.3 * np.abs(body - plain).max()
    assert np.abs(body - plain).max() > 0.02


def test_a_deck_prints_however_many_outputs() -> None:
    setup = Experiment("xor").setup(Experiment("xor").lesson)
    network = named("dense-2x60").with_roles((0, 1), tuple(range(2, 62)))
    machine = replace(
        Transistors.of(setup),
        network=network,
        parts=TransistorParts.draw(FAST, 120, 0),
        drive=Drive.to_all(np.zeros(2), np.zeros(60), 0.5, 120),
    )
    printed = deck.deck_of(machine).text.partition(".print tran ")[2].partition("\n.tran")[0]
    assert printed.replace("\n+", "").split() == [f"v(f{node})" for node in range(2, 62)]
