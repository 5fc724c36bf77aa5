"""What the rules make of the codes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spicelearn.experiment import Experiment
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.rule import Counter, CoupledLearning, MiniBatch
from spicelearn.network.graph import named
from spicelearn.plant import Bools, Drive, Ints, Reading, State

bits = arrays(np.bool_, 16)


@given(arrays(np.int64, 16, elements=st.integers(0, 127)), bits, bits)
def test_the_counter_steps_clocked_edges_by_one_and_saturates(
    codes: Ints, up: Bools, learning: Bools
) -> None:
    drive = Drive(np.zeros((1, 0)), np.zeros((1, 0)), 0.5, learning, learning)
    reading = Reading(np.zeros((1, 0)), up, True, {})
    memory = np.array([7.0])
    after = Counter(128).advance(State(codes, 7, memory), reading, drive)
    assert after.cycle == 8
    assert after.memory is memory
    assert after.weights.min() >= 0
    assert after.weights.max() <= 127
    moved = after.weights - codes
    assert not moved[~learning].any()
    free = learning & (codes > 0) & (codes < 127)
    np.testing.assert_array_equal(moved[free], np.where(up[free], 1, -1))
    np.testing.assert_array_equal(moved[learning & (codes == 127) & up], 0)
    np.testing.assert_array_equal(moved[learning & (codes == 0) & ~up], 0)


DIVIDER = named("divider").with_roles((0, 2), (1,))


def shown(free: float, clamped: float) -> Reading:
    """Return the reading of a divider between 5 and 0 V with these middles, V."""
    probes = {"free": np.array([5, free, 0]), "clamped": np.array([5, clamped, 0])}
    return Reading(np.array([[free]]), np.zeros(2, bool), True, probes)


def drive(learning: tuple[bool, bool] = (True, True), intact: Any = (True, True)) -> Drive:
    both = np.array(learning), np.array(intact)
    return Drive(np.array([[5.0, 0]]), np.array([[2.0]]), 0.5, *both)


def test_a_mini_batch_steps_by_the_sign_of_the_sum_and_begins_anew() -> None:
    """Drops 2.5 and 2.5 V free; clamped 3 and 2 V, then 1 and 4 V.

    The squares differ by 2.75 and -2.25 V^2, then by -5.25 and 9.75 V^2.
    """
    rule = MiniBatch(DIVIDER, 128, 2)
    state = State(np.array([64, 64]), 0, rule.memory)
    assert state.memory.tolist() == [0, 0, 0, 0]
    state = rule.advance(state, shown(2.5, 2.0), drive())
    assert (state.cycle, state.weights.tolist()) == (1, [64, 64])
    assert state.memory.tolist() == [2.75, -2.25, 1, 1]
    state = rule.advance(state, shown(2.5, 4.0), drive())
    assert (state.cycle, state.weights.tolist(), state.memory.tolist()) == (
        2,
        [63, 65],
        [0, 0, 0, 0],
    )
    state = rule.advance(state, shown(2.5, 2.0), drive())
    assert state.memory.tolist() == [2.75, -2.25, 1, 1]
    state = rule.advance(state, shown(2.5, 2.5), drive())  # the second adds nothing
    assert (state.cycle, state.weights.tolist()) == (4, [64, 64])


def test_an_edge_adds_only_what_it_sees_while_it_is_clocked() -> None:
    rule = MiniBatch(DIVIDER, 128, 2)
    state = State(np.array([64, 64]), 0, rule.memory)
    state = rule.advance(state, shown(2.5, 2.0), drive())
    state = rule.advance(state, shown(2.5, 4.0), drive(learning=(False, True)))
    assert state.weights.tolist() == [65, 65]  # 2.75 alone, -2.25 + 9.75


def test_an_edge_that_is_not_clocked_in_a_whole_batch_stays() -> None:
    rule = MiniBatch(DIVIDER, 128, 1)
    state = State(np.array([64, 64]), 0, rule.memory)
    state = rule.advance(state, shown(2.5, 2.0), drive(learning=(False, True)))
    assert state.weights.tolist() == [64, 63]


def test_an_edge_that_is_cut_out_stays_and_codes_saturate() -> None:
    rule = MiniBatch(DIVIDER, 128, 1)
    codes = np.array([127, 0])
    ends = rule.advance(State(codes, 0, rule.memory), shown(2.5, 2.0), drive())
    assert ends.weights.tolist() == [127, 0]
    whole = rule.advance(State(np.array([5, 5]), 0, rule.memory), shown(2.5, 2.0), drive())
    assert whole.weights.tolist() == [6, 4]
    cut = rule.advance(
        State(np.array([5, 5]), 0, rule.memory), shown(2.5, 2.0), drive(intact=(True, False))
    )
    assert cut.weights.tolist() == [6, 5]


def test_a_batch_of_one_cycle_is_the_counter_by_equation_5() -> None:
    """All edges clocked: the idealised model's own decisions are the same signs."""
    ideal = Board().idealised()
    states = []
    for board in (ideal, replace(ideal, update="batch")):
        experiment = Experiment("allostery", plant="ideal", board=board)
        setup = experiment.setup(experiment.lesson)
        plant, rule = experiment.plant_of(setup), experiment.rule_of(setup)
        state, applied = experiment.start(), experiment.lesson.first_drive()
        for _ in range(50):
            state = rule.advance(state, plant.cycle(state, applied), applied)
        states.append(state)
    np.testing.assert_array_equal(states[0].weights, states[1].weights)


@pytest.mark.parametrize(
    ("update", "rule", "memory", "whole"),
    [
        ("counter", Counter, 0, True),
        ("batch", MiniBatch, 32, True),
        ("continuous", CoupledLearning, 0, False),
    ],
)
def test_the_boards_update_names_the_rule(
    update: str, rule: type, memory: int, whole: bool
) -> None:
    board = Board(update=update, batch_cycles=4)
    experiment = Experiment("allostery", board=board)
    chosen = experiment.rule_of(experiment.setup(experiment.lesson))
    assert isinstance(chosen, rule)
    assert chosen.memory.tolist() == experiment.start().memory.tolist() == [0] * memory
    assert experiment.weights.whole is whole
    if isinstance(chosen, MiniBatch):
        assert chosen.size == 4


def test_away_from_the_target_codes_and_resistances_go_the_other_way() -> None:
    """The latched bit is the same; the counter, the batch and the resistances reverse it."""
    away = replace(drive(), eta=-0.5)
    up = Reading(np.zeros((1, 1)), np.array([True, False]), True, {})
    start = State(np.array([64, 64]))
    assert Counter(128).advance(start, up, drive()).weights.tolist() == [65, 63]
    assert Counter(128).advance(start, up, away).weights.tolist() == [63, 65]
    batch = MiniBatch(DIVIDER, 128, 1)
    begun = State(np.array([64, 64]), 0, batch.memory)
    assert batch.advance(begun, shown(2.5, 2.0), drive()).weights.tolist() == [65, 63]
    assert batch.advance(begun, shown(2.5, 2.0), away).weights.tolist() == [63, 65]


def test_continuous_resistances_rise_with_the_bias_and_less_in_a_shorter_window() -> None:
    """Equal drops move nothing without a bias: with one of 0.1 the clamped square counts 1.21."""
    moved = {}
    for bias, duration in ((0.0, 1.0), (0.1, 1.0), (0.1, 0.25)):
        board = replace(Board().idealised(), update="continuous", up_bias=bias)
        experiment = Experiment("divider", plant="ideal", board=board)
        rule = experiment.rule_of(experiment.setup(experiment.lesson))
        after = rule.advance(
            State(np.array([64.0, 64.0])), shown(2.5, 2.5), replace(drive(), duration=duration)
        )
        moved[bias, duration] = (after.weights - 64.0).tolist()
    assert moved[0.0, 1.0] == [0, 0]
    step = board.learning_rate / board.resistance(np.array(64.0)) ** 2 * 0.21 * 2.5**2
    assert moved[0.1, 1.0] == pytest.approx([step * 128 / 1e5] * 2, rel=1e-6)
    assert moved[0.1, 0.25] == pytest.approx([step * 32 / 1e5] * 2, rel=1e-6)
