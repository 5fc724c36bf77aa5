"""Circuit against theory."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spicelearn as sl
from spicelearn.errors import ConvergenceError
from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit.plant import TwinCircuit
from spicelearn.machines.rheostat.circuit.twin import Twins
from spicelearn.machines.rheostat.ideal import IdealModel
from spicelearn.machines.rheostat.imperfections import IMPERFECTIONS, like
from spicelearn.machines.rheostat.parts import Parts
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.ideal import IdealModel as TransistorModel
from spicelearn.network.graph import named
from spicelearn.plant import Drive, Reading, State
from spicelearn.spice.plant import CircuitPlant
from spicelearn.validation.compare import (
    Comparison,
    against_same_imperfections,
    against_theory,
    compare,
    compared_cycles,
    learning_of,
)
from spicelearn.validation.learning import Learning

from ..conftest import CLEAN, ROOT, Run

pytestmark = pytest.mark.usefixtures("ngspice")


@pytest.mark.parametrize(
    "imperfections",
    [
        {},
        {"offset_sigma_V": 2e-3, "offset_limit_V": 4e-3},
        {"tolerance_sigma": 0.1, "mismatch_sigma": 0.02},
        {"noise_V": 10e-3, "up_bias": 0.01},
        {"wiper_ohm": 100.0},
    ],
    ids=str,
)
def test_circuit_and_idealised_model_agree_under_the_same_imperfections(
    imperfections: dict[str, float],
) -> None:
    """Decision by decision and node by node, over a run that learns."""
    board = CLEAN.with_values(imperfections)
    experiment = Experiment("allostery", cycles=120, board=board)
    setup = experiment.setup(experiment.lesson)
    model = IdealModel(setup.network, board, setup.parts)
    with closing(experiment.plant_of(setup)) as circuit:
        compared = compare(circuit, model, experiment, experiment.rule_of(setup))
    assert compared.agreement >= 0.999
    assert compared.voltage_rms < 1e-5
    assert compared.learning.unsettled == 0
    assert compared.learning.errors[-1] < 1e-2 * compared.learning.errors[0]
    assert compared.step_error is None


@pytest.mark.parametrize(
    ("task", "board"),
    [
        ("allostery", Board()),
        ("damage", Board(tolerance_sigma=0.1, mismatch_sigma=0.01)),
        ("regression", Board(averager_leg_ohm=20e3, bias_A=1e-6, noise_V=5e-3, up_bias=0.02)),
        ("allostery", Board(sense="ideal", bias_A=1e-6)),
        (str(ROOT / "examples" / "bridge.toml"), Board()),
    ],
)
def test_the_loaded_model_has_the_circuits_voltages_and_decisions(task: str, board: Board) -> None:
    """With averagers, input currents, offsets, noise and bias, through cuts, on differences."""
    cuts = ["1@40", "4@80"] if task == "allostery" else None
    experiment = Experiment(task, cycles=120, board=board, cuts=cuts)
    compared = against_same_imperfections(experiment)
    assert compared.voltage_rms < 1e-6
    assert compared.agreement >= 0.999
    plain = against_theory(experiment)
    assert plain.voltage_rms > 300 * compared.voltage_rms


def test_a_clock_that_is_too_fast_is_left_over() -> None:
    board = Board(clock_delay_s=2e-7, clock_period_s=2.5e-6)
    compared = against_same_imperfections(Experiment("regression", cycles=40, board=board))
    assert compared.voltage_rms > 1e-3


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 127), min_size=2, max_size=2), st.floats(0, 5), st.floats(0, 5))
def test_both_plants_meet_the_exact_divider(codes: list[int], high: float, low: float) -> None:
    network = named("divider").with_roles((0, 2), (1,))
    state = State(np.array(codes))
    drive = Drive.to_all(np.array([high, low]), np.array([2.0]), 0.5, 2)
    parts = Parts.draw(CLEAN, 2, 0)
    ohm = CLEAN.resistance(state.weights)
    middle = (high / ohm[0] + low / ohm[1]) / (1 / ohm[0] + 1 / ohm[1])
    for plant in (
        IdealModel(network, CLEAN, parts),
        CircuitPlant(TwinCircuit(Twins(network, CLEAN, parts, state, drive))),
    ):
        reading = plant.cycle(state, drive)
        plant.close()
        np.testing.assert_allclose(reading.probes["free"], [high, middle, low], atol=1e-6)
        assert reading.probes["clamped"][1] == pytest.approx((middle + 2) / 2, abs=1e-6)


def test_the_averagers_double_offsets_as_the_twin_of_the_circuit_says() -> None:
    """Legs so large that they do not load: what is left is 2 V_os - I_os R_leg."""
    board = Board(
        averager_leg_ohm=1e9, bias_A=0, offset_current_sigma_A=2e-12, up_bias=0.3, noise_V=0.02
    )
    experiment = Experiment("allostery", cycles=100, board=board)
    setup = experiment.setup(experiment.lesson)
    plain = IdealModel(setup.network, replace(board, **Board.circuit_only()), setup.parts)
    agreed = []
    for model in (like(setup), plain):
        with closing(experiment.plant_of(setup)) as circuit:
            compared = compare(circuit, model, experiment, experiment.rule_of(setup))
        agreed.append(compared.agreement)
    assert agreed[0] >= 0.999
    assert agreed[1] < agreed[0]


def test_validate_reports_the_clean_board_as_faithful(command: Run, tmp_path: Path) -> None:
    board = str(ROOT / "examples" / "clean.toml")
    done = command(
        "validate", "allostery", "--cycles", "80", "--board", board, "--out", "v", "--json"
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert results["agreement"] >= 0.999
    assert results["voltage_rms"] < 1e-5
    assert results["decisions"] == 80 * 16
    effects = [each.effect for each in IMPERFECTIONS]
    has = ["128 codes, one up or down", "wiper resistance", "Eq. 6 instead of Eq. 5"]
    assert [rung["effect"] for rung in results["ladder"]] == has
    last = results["ladder"][-1]
    assert {"agreement", "voltage_rms", "decades"} <= set(last)
    assert all(results[name] == last[name] for name in set(last) & set(results))
    assert results["decades_spice"] == last["decades"]
    others = results["what_if"]
    assert [row["effect"] for row in others] == [name for name in effects if name not in has]
    assert others[-1]["unsettled_cycles"] > 40
    assert others[-2]["unsettled_cycles"] == 0
    for name in ("report.html", "validation.json", "figures.json"):
        assert (tmp_path / "v" / name).stat().st_size > 1000
    kept = json.loads((tmp_path / "v" / "figures.json").read_text())
    assert [cycle for cycle, _ in kept["errors"]["circuit"]] == list(range(81))
    assert {name: len(row) for name, row in kept["voltages"].items()} == {"free": 9, "clamped": 9}
    assert sum(part for _, part in kept["decisions"]["from the idealised model's"]) == 0


def test_validate_prints_a_table_and_one_sentence(command: Run) -> None:
    done = command("validate", "allostery", "--cycles", "12")
    assert done.returncode == 0, done.stderr
    assert "What if the circuit had these, too" in done.stdout
    assert "At its own voltages the circuit decides against Eq. 5 in" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("Alone, ")


def test_an_edge_that_is_cut_out_decides_nothing() -> None:
    experiment = Experiment("damage", plant="ideal", cycles=250)
    setup = experiment.setup(experiment.lesson)
    model = like(setup)
    compared = compare(model, model, experiment, experiment.rule_of(setup))
    assert compared.differ.size == 100 * 16 + 100 * 15 + 50 * 14
    assert compared.own_agreement == 1


def moved_apart(window: float, gain: float, pace: int = 1) -> Comparison:
    """Compare two idealised transistor machines, one with these factors of window and gain."""
    experiment = Experiment("xor", plant="ideal", cycles=12)
    setup = experiment.setup(experiment.lesson)
    board = setup.constants
    longer = TransistorBoard(window_s=window * board.window_s, example_s=1e-3)
    parts = replace(setup.parts, gain=np.full(32, gain))
    first = TransistorModel(replace(setup, constants=longer, parts=parts))
    rule = experiment.rule_of(setup)
    return compare(first, TransistorModel(setup), experiment, rule, pace=pace)


@pytest.mark.parametrize(
    ("window", "gain", "pace", "expected"),
    [(1, 1, 1, 0.0), (1, 1.02, 1, 0.02), (1, 0.9, 1, 0.1), (3, 1, 1, 2.0), (3, 1, 3, 0.0)],
)
def test_the_moves_of_weights_are_compared(
    window: float, gain: float, pace: int, expected: float
) -> None:
    """A multiplier of another scale moves gates by so much more, or less; a window of threefold
    length by twice more, by nothing more than three windows.
    """
    compared = moved_apart(window, gain, pace)
    assert compared.step_error == pytest.approx(expected, rel=0.03, abs=0.02 if window > 1 else 0)
    assert compared.differ.size == 12 * 32
    assert compared.agreement == compared.own_agreement == 1


def test_in_long_runs_some_cycles_are_compared() -> None:
    assert compared_cycles(700, 0).all()
    long = compared_cycles(20_000, 0)
    assert long.sum() == 1000
    assert 400 < long[:10_000].sum() < 600
    assert (long == compared_cycles(20_000, 0)).all()
    assert (long != compared_cycles(20_000, 1)).any()


def test_errors_are_measured_in_every_cycle_even_if_few_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spicelearn.validation.compare.COMPARED", 5)
    experiment = Experiment("xor", plant="ideal", cycles=40, evaluate_every=4)
    setup = experiment.setup(experiment.lesson)
    model = TransistorModel(setup)
    compared = compare(model, model, experiment, experiment.rule_of(setup))
    assert compared.differ.size == 5 * 32
    assert compared.learning.measured.tolist() == list(range(0, 41, 4))


def test_a_cycle_without_voltages_in_the_theory_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second plant gives up in three of ten cycles, not in the first."""
    experiment = Experiment("xor", plant="ideal", cycles=10)
    setup = experiment.setup(experiment.lesson)
    second = TransistorModel(setup)
    cycle = second.cycle

    def gives_up(state: State, drive: Drive) -> Reading:
        if state.cycle >= 7:
            raise ConvergenceError("no voltages")
        return cycle(state, drive)

    monkeypatch.setattr(second, "cycle", gives_up)
    compared = compare(TransistorModel(setup), second, experiment, experiment.rule_of(setup))
    assert (compared.unsolved, compared.cycles) == (3, 7)
    assert len(compared.learning.errors) == 2  # before the first step and after the last


def test_ties_are_counted_by_themselves() -> None:
    """An edge between two inputs has the same drops in both networks."""
    nobody = Learning(np.array([0]), np.array([1.0]), 0)
    compared = Comparison(
        cycle=np.array([0, 0, 0, 0]),
        differ=np.array([True, True, False, False]),
        margin=np.array([0.0, 0.1, 0.1, -0.2]),
        wrong=np.array([True, False, False, True]),
        own_margin=np.array([0.0, 0.1, -0.1, -0.2]),
        moved=np.empty(0),
        apart=np.empty(0),
        volts={"free": np.zeros((1, 3))},
        unsolved=0,
        learning=nobody,
    )
    assert compared.ties == 1
    assert compared.agreement == pytest.approx(2 / 3)
    assert compared.own_agreement == pytest.approx(2 / 3)
    assert compared.network_agreement == pytest.approx(2 / 3)


def test_decisions_count_apart_while_a_machine_learns() -> None:
    """The error is near its last value from cycle 2 on, and a tenth of the first in cycle 3."""
    learning = Learning(np.arange(6), np.array([1.0, 0.5, 0.14, 0.09, 0.08, 0.08]), 0)
    assert (learning.learned_cycle, learning.tenth_cycle) == (2, 3)
    assert Learning(np.arange(2), np.array([1.0, 2.0]), 0).tenth_cycle is None
    compared = Comparison(
        cycle=np.arange(6),
        differ=np.array([False, False, True, True, True, True]),
        margin=np.ones(6),
        wrong=np.zeros(6, dtype=np.bool_),
        own_margin=np.ones(6),
        moved=np.empty(0),
        apart=np.empty(0),
        volts={"free": np.zeros((6, 3))},
        unsolved=0,
        learning=learning,
    )
    assert compared.learning_agreement == pytest.approx(2 / 3)
    assert compared.agreement == pytest.approx(1 / 3)


def test_a_machine_is_measured_after_its_last_step_as_in_training(tmp_path: Path) -> None:
    """Its test set is measured every fifty cycles."""
    board = TransistorBoard(gate_F=30.3e-9)
    choices = {"plant": "ideal", "board": board, "cycles": 60}
    experiment = Experiment("xor", **choices)  # type: ignore[arg-type]
    setup = experiment.setup(experiment.lesson)
    with closing(experiment.plant_of(setup)) as plant:
        learning = learning_of(plant, experiment, experiment.rule_of(setup))
    results = sl.train(experiment, out=tmp_path / "run").results
    assert list(learning.measured[[0, -1]]) == [0, 60]
    assert learning.decades == pytest.approx(results["decades"], rel=1e-6)
    assert learning.decades > 0.3
