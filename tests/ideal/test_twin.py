"""The idealised twin: the rules on cases with known answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spicelearn.board import Board
from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.ideal.twin import IdealTwin
from spicelearn.network import named
from spicelearn.parts import Parts
from spicelearn.plant import Drive, Reading, State
from spicelearn.rule import CoupledLearning
from spicelearn.worker import train_here

IDEAL = Board().idealised()


def twin(board: Board, name: str = "divider", roles: Any = ((0, 2), (1,))) -> IdealTwin:
    network = named(name).with_roles(*roles)
    return IdealTwin(network, board, Parts.draw(board, len(network.edges), 0))


def divided(board: Board, codes: list[int], target: float, eta: float = 0.5) -> Reading:
    drive = Drive.to_all(np.array([5.0, 0]), np.array([target]), eta, 2)
    return twin(board).cycle(State(np.array(codes)), drive)


def test_the_divider_divides_and_is_clamped_half_way() -> None:
    reading = divided(IDEAL, [32, 96], 2.0)
    free = 5 * 75040 / 100080
    np.testing.assert_allclose(reading.free, [5, free, 0], rtol=1e-12)
    np.testing.assert_allclose(reading.clamped, [5, (free + 2) / 2, 0], rtol=1e-12)
    assert reading.up.tolist() == [True, False]


def test_a_tie_counts_as_up_for_either_sign_of_the_drop() -> None:
    """The target is the free output to the last digit: nothing is nudged."""
    state = State(np.array([32, 96]))
    for board in (IDEAL, replace(IDEAL, decision="signed")):
        for inputs in ([5.0, 0], [0.0, 5]):
            drive = Drive.to_all(np.array(inputs), np.array([2.5]), 0.5, 2)
            met = replace(drive, targets=twin(board).cycle(state, drive).free[[1]])
            assert twin(board).cycle(state, met).up.tolist() == [True, True]


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
    assert divided(IDEAL, [32, 96], target, 1.0).up.tolist() == absolute
    board = replace(IDEAL, decision="signed")
    assert divided(board, [32, 96], target, 1.0).up.tolist() == signed


def test_offsets_noise_and_bias_decide_only_what_is_close() -> None:
    signed = replace(IDEAL, decision="signed")
    near = 5 * 75040 / 100080 - 1e-3  # clamped middle 0.5 mV lower: the first drop grows by that
    assert divided(signed, [32, 96], near).up.tolist() == [True, False]
    biased = replace(signed, up_bias=1e-3)
    assert divided(biased, [32, 96], near).up.tolist() == [True, True]
    assert divided(biased, [32, 96], near - 1).up.tolist() == [True, False]
    network = named("divider").with_roles((0, 2), (1,))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([near]), 0.5, 2)
    offset = Parts(np.ones((2, 2)), np.array([[1e-3, 0], [-1e-3, 0]]), np.zeros((2, 2)), 0)
    reading = IdealTwin(network, signed, offset).cycle(State(np.array([32, 96])), drive)
    assert reading.up.tolist() == [False, True]


def test_noise_is_new_in_every_cycle_and_the_same_for_the_same_cycle() -> None:
    board = replace(IDEAL, decision="signed", noise_V=0.05)
    plant = twin(board, "wheel9", ((2, 0, 6), (8, 7, 5)))
    drive = Drive.to_all(np.array([5.0, 1, 0]), np.array([2.2, 1.1, 1.5]), 0.5, 16)
    codes = np.full(16, 64)
    bits = [plant.cycle(State(codes, cycle), drive).up for cycle in (0, 1, 2, 0)]
    np.testing.assert_array_equal(bits[0], bits[3])
    assert (bits[0] != bits[1]).any()
    assert (bits[1] != bits[2]).any()


def test_mismatch_moves_the_twins_apart_and_tolerance_does_not() -> None:
    for kind, apart in (("tolerance_sigma", False), ("mismatch_sigma", True)):
        board = replace(IDEAL, **{kind: 0.05})
        reading = divided(board, [64, 64], 2.5, 1e-9)
        middle = 5 / (1 + 50040 / 50040)
        assert abs(reading.free[1] - middle) > 1e-3
        network = named("divider").with_roles((0, 2), (1,))
        parts = Parts.draw(board, 2, 0)
        ratio = parts.scale[:, 1] / parts.scale[:, 0]
        assert (np.abs(ratio - 1) > 1e-3).any() == apart
        assert network.outputs == (1,)


@pytest.mark.parametrize("name", ["sense", "bias_A", "offset_current_sigma_A"])
def test_what_only_the_circuit_has_is_refused(name: str) -> None:
    board = replace(IDEAL, **{name: getattr(Board(), name)})
    with pytest.raises(UsageError, match=f"{name} = .* exists only in the circuit, expected"):
        twin(board)


def test_offsets_that_equation_5_would_ignore_are_refused() -> None:
    board = replace(IDEAL, offset_sigma_V=1e-3)
    with pytest.raises(UsageError, match=r"offset_sigma_V = 0\.001 with decision = 'absolute'"):
        twin(board)
    assert twin(replace(board, decision="signed")) is not None


def test_allostery_reaches_what_an_independent_model_does(tmp_path: Any) -> None:
    """3.39 decades, one trajectory; with Eq. 6 the same."""
    for decision in ("absolute", "signed"):
        board = replace(IDEAL, decision=decision)
        experiment = Experiment("allostery", plant="ideal", board=board)
        results = train_here(experiment, tmp_path, None, lambda notice: None)["results"]
        assert results["decades"] == pytest.approx(3.39, abs=0.03)


def test_continuous_coupled_learning_has_no_floor(tmp_path: Any) -> None:
    board = replace(IDEAL, update="continuous")
    experiment = Experiment("allostery", plant="ideal", board=board, cycles=3000)
    assert train_here(experiment, tmp_path, None, lambda notice: None)["results"]["decades"] > 5.5


def test_continuous_coupled_learning_steps_by_equation_2() -> None:
    board = replace(IDEAL, update="continuous")
    network = named("divider").with_roles((0, 2), (1,))
    rule = CoupledLearning(network, board, Parts.draw(board, 2, 0))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.0]), 0.5, 2)
    state = State(np.array([64.0, 64.0]))
    after = rule.advance(state, twin(board).cycle(state, drive), drive)
    ohm = (after.codes - state.codes) * 781.25
    expected = board.learning_rate / 50040**2 * np.array([2.75**2 - 2.5**2, 2.25**2 - 2.5**2])
    np.testing.assert_allclose(ohm, expected, rtol=1e-9)
