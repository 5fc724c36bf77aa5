"""The idealised model on cases with known answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.ideal import IdealModel
from spicelearn.machines.rheostat.parts import Parts
from spicelearn.machines.rheostat.rule import CoupledLearning
from spicelearn.network.graph import Network, named
from spicelearn.plant import Drive, Reading, State
from spicelearn.runs.worker import train_here

from ...conftest import allostery

IDEAL = Board().idealised()


def model(board: Board, name: str = "divider", roles: Any = ((0, 2), (1,))) -> IdealModel:
    network = named(name).with_roles(*roles)
    return IdealModel(network, board, Parts.draw(board, len(network.edges), 0))


def divided(board: Board, codes: list[int], target: float, eta: float = 0.5) -> Reading:
    drive = Drive.to_all(np.array([5.0, 0]), np.array([target]), eta, 2)
    return model(board).cycle(State(np.array(codes)), drive)


def test_the_divider_divides_and_is_clamped_half_way() -> None:
    reading = divided(IDEAL, [32, 96], 2.0)
    free = 5 * 75040 / 100080
    np.testing.assert_allclose(reading.probes["free"], [5, free, 0], rtol=1e-12)
    np.testing.assert_allclose(reading.probes["clamped"], [5, (free + 2) / 2, 0], rtol=1e-12)
    assert reading.signal.tolist() == [True, False]


def test_a_difference_is_nudged_half_at_either_node() -> None:
    """Two dividers between 5 and 0 V, middles at 2.5 and 1.25 V, half a volt more between."""
    network = Network("pair", 4, ((0, 1), (1, 2), (0, 3), (3, 2)), (0, 2), ((1, 3),))
    board = replace(IDEAL, wiper_ohm=1e-3)
    drive = Drive.to_all(np.array([5.0, 0]), np.array([1.75]), 1.0, 4)
    plant = IdealModel(network, board, Parts.draw(board, 4, 0))
    reading = plant.cycle(State(np.array([64, 64, 96, 32])), drive)
    np.testing.assert_allclose(reading.outputs, [[1.25]], rtol=1e-6)
    np.testing.assert_allclose(reading.probes["free"], [5, 2.5, 0, 1.25], rtol=1e-6)
    np.testing.assert_allclose(reading.probes["clamped"], [5, 2.75, 0, 1.0], rtol=1e-6)
    assert reading.signal.tolist() == [False, True, True, False]


def test_a_tie_counts_as_up_for_either_sign_of_the_drop() -> None:
    """The target is the free output to the last digit: nothing is nudged."""
    state = State(np.array([32, 96]))
    for board in (IDEAL, replace(IDEAL, decision="signed")):
        for inputs in ([5.0, 0], [0.0, 5]):
            drive = Drive.to_all(np.array(inputs), np.array([2.5]), 0.5, 2)
            met = replace(drive, targets=model(board).cycle(state, drive).outputs)
            assert model(board).cycle(state, met).signal.tolist() == [True, True]


@pytest.mark.parametrize(
    ("target", "absolute", "signed"),
    [
        (2.0, [True, False], [True, False]),  # the clamped middle falls: drops keep their signs
        (4.9, [False, True], [False, True]),  # it rises, still below the input
        (6.5, [True, True], [False, True]),  # beyond it: the first drop turns round, and grew
        (5.5, [False, True], [False, True]),  # beyond it by less: turned round, and shrank
    ],
)
def test_equations_5_and_6_where_a_drop_turns_round(
    target: float, absolute: list[bool], signed: list[bool]
) -> None:
    """Free middle 3.75 V below 5 V; eta 1 puts the clamped middle at the target.

    A drop of -1.5 V is more than one of 1.25 V (Eq. 5), but not greater (Eq. 6).
    """
    assert divided(IDEAL, [32, 96], target, 1.0).signal.tolist() == absolute
    board = replace(IDEAL, decision="signed")
    assert divided(board, [32, 96], target, 1.0).signal.tolist() == signed


def test_offsets_noise_and_bias_decide_only_what_is_close() -> None:
    signed = replace(IDEAL, decision="signed")
    near = 5 * 75040 / 100080 - 1e-3  # clamped middle 0.5 mV lower: the first drop grows by that
    assert divided(signed, [32, 96], near).signal.tolist() == [True, False]
    biased = replace(signed, up_bias=1e-3)
    assert divided(biased, [32, 96], near).signal.tolist() == [True, True]
    assert divided(biased, [32, 96], near - 1).signal.tolist() == [True, False]
    network = named("divider").with_roles((0, 2), (1,))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([near]), 0.5, 2)
    offset = Parts(np.ones((2, 2)), np.array([[1e-3, 0], [-1e-3, 0]]), np.zeros((2, 2)), 0)
    reading = IdealModel(network, signed, offset).cycle(State(np.array([32, 96])), drive)
    assert reading.signal.tolist() == [False, True]


def test_noise_is_new_in_every_cycle_and_the_same_for_the_same_cycle() -> None:
    board = replace(IDEAL, decision="signed", noise_V=0.05)
    plant = model(board, "wheel9", ((2, 0, 6), (8, 7, 5)))
    drive = Drive.to_all(np.array([5.0, 1, 0]), np.array([2.2, 1.1, 1.5]), 0.5, 16)
    codes = np.full(16, 64)
    bits = [plant.cycle(State(codes, cycle), drive).signal for cycle in (0, 1, 2, 0)]
    np.testing.assert_array_equal(bits[0], bits[3])
    assert (bits[0] != bits[1]).any()
    assert (bits[1] != bits[2]).any()


@pytest.mark.parametrize(("kind", "apart"), [("tolerance_sigma", False), ("mismatch_sigma", True)])
def test_mismatch_moves_the_twins_apart_and_tolerance_does_not(kind: str, apart: bool) -> None:
    """Three edges in series, the output after the first: each twin divides by its own rheostats."""
    board = IDEAL.with_values({kind: 0.05})
    network = Network("chain", 4, ((0, 1), (1, 2), (2, 3)), (0, 3), (1,))
    parts = Parts.draw(board, 3, 0)
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.0]), 0.5, 3)
    codes = np.array([64, 32, 96])
    probes = IdealModel(network, board, parts).cycle(State(codes), drive).probes
    free, clamped = 781.25 * codes * parts.scale.T + 40
    first, second = 5 * free[1:].sum() / free.sum(), 5 * free[2] / free.sum()
    np.testing.assert_allclose(probes["free"], [5, first, second, 0], rtol=1e-12)
    held = (first + 2) / 2
    expected = [5, held, held * clamped[2] / clamped[1:].sum(), 0]
    np.testing.assert_allclose(probes["clamped"], expected, rtol=1e-12)
    assert (np.abs(clamped / free - 1).max() > 1e-3) == apart
    nominal = 781.25 * codes + 40
    assert abs(first - 5 * nominal[1:].sum() / nominal.sum()) > 1e-3


@pytest.mark.parametrize("name", ["sense", "bias_A", "offset_current_sigma_A"])
def test_what_only_the_circuit_has_is_refused(name: str) -> None:
    board = replace(IDEAL, **{name: getattr(Board(), name)})
    with pytest.raises(UsageError, match=f"{name} = .* exists only in the circuit, expected"):
        model(board)


def test_offsets_that_equation_5_would_ignore_are_refused() -> None:
    board = replace(IDEAL, offset_sigma_V=1e-3)
    with pytest.raises(UsageError, match=r"offset_sigma_V = 0\.001 with decision = 'absolute'"):
        model(board)
    assert model(replace(board, decision="signed")) is not None


def test_allostery_reaches_what_an_independent_model_does(tmp_path: Path) -> None:
    """3.39 decades, one trajectory; with Eq. 6 the same."""
    for decision in ("absolute", "signed"):
        board = replace(IDEAL, decision=decision)
        experiment = Experiment("allostery", plant="ideal", board=board)
        results = train_here(experiment, tmp_path, None, lambda progress: None)["results"]
        assert results["decades"] == pytest.approx(3.39, abs=0.03)


def test_continuous_coupled_learning_has_no_floor(tmp_path: Path) -> None:
    board = replace(IDEAL, update="continuous")
    experiment = Experiment("allostery", plant="ideal", board=board, cycles=3000)
    assert train_here(experiment, tmp_path, None, lambda progress: None)["results"]["decades"] > 5.5


def test_continuous_coupled_learning_steps_by_equation_2() -> None:
    board = replace(IDEAL, update="continuous")
    network = named("divider").with_roles((0, 2), (1,))
    rule = CoupledLearning(network, board, Parts.draw(board, 2, 0))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.0]), 0.5, 2)
    state = State(np.array([64.0, 64.0]))
    after = rule.advance(state, model(board).cycle(state, drive), drive)
    ohm = (after.weights - state.weights) * 781.25
    expected = board.learning_rate / 50040**2 * np.array([2.75**2 - 2.5**2, 2.25**2 - 2.5**2])
    np.testing.assert_allclose(ohm, expected, rtol=1e-9)


def test_the_idealised_model_without_an_edge_is_the_smaller_network() -> None:
    network, state, drive = allostery()
    board = Board().idealised()
    parts = Parts.draw(board, 16, 0)
    state = State(np.arange(16) * 7 + 5)
    intact = np.ones(16, bool)
    intact[[3, 12]] = False
    cut = IdealModel(network, board, parts).cycle(state, replace(drive, intact=intact))
    small = network.without([3, 12])
    rest = IdealModel(small, board, Parts.draw(board, 14, 0)).cycle(
        State(state.weights[intact]), replace(drive, intact=np.ones(14, bool))
    )
    np.testing.assert_allclose(cut.probes["free"], rest.probes["free"], rtol=1e-12)
    np.testing.assert_allclose(cut.probes["clamped"], rest.probes["clamped"], rtol=1e-12)
    np.testing.assert_array_equal(cut.signal[intact], rest.signal)
    assert not cut.signal[~intact].any()
