"""Decks for plain ngspice: a window, the machine that trains itself, answers."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.decks.answer import tour
from spicelearn.machines.transistor.decks.self_training import stairs
from spicelearn.plant import State
from spicelearn.runs.export import deck_text

from ...conftest import ROOT, Run
from ..decks import measured, printed, table

FAST = TransistorBoard(gate_F=30.3e-9)  # alpha = 10 / V, as in examples/fast-gates.toml
NETLISTS = ROOT / "netlists"


def gates_of(run: Path) -> np.ndarray:
    """Return the gates of a run, V, one row per cycle and the final ones."""
    return pd.read_csv(run / "cycles.csv").filter(like="gate_").to_numpy()


@pytest.mark.parametrize("detuned", [False, True], ids=["fast", "imperfect"])
def test_the_machine_that_trains_itself_ends_with_the_gates_of_the_trainer(
    command: Run, ngspice: str, tmp_path: Path, detuned: bool
) -> None:
    """Bare ngspice, examples in the order of the seed: gates after every window, and the error."""
    board = "gate_F = 30.3e-9\nexample_s = 200e-6\n"
    if detuned:
        board = "offset_sigma_V2 = 1e-4\nthreshold_sigma_V = 0.01\ngain_sigma = 0.01\n"
        board += "injection_C = 1e-12\ngate_F = 1e-6\n"
    (tmp_path / "board.toml").write_text(board)
    asked = ("xor", "--cycles", "120", "--seed", "3", "--board", "board.toml")
    command("export", *asked, "--form", "self-training", "-o", "own.cir")
    text = printed((tmp_path / "own.cir").read_text(encoding="utf-8"), ngspice, tmp_path)
    assert command("train", *asked, "--evaluate-every", "10", "--out", "run").returncode == 0
    gates, shown = gates_of(tmp_path / "run"), table(text)
    first = int(re.findall(r"from row (\d+) on", (tmp_path / "own.cir").read_text())[0])
    shown = shown[first - 1 : first + 128]  # from power-on; some rows follow
    assert shown.shape == (1 + 4 + 120 + 4, 2 + 1 + 32)
    apart = np.abs(shown[4:125, 3:] - gates)
    assert apart.max() < 1e-3  # of gates at their limits, whose diodes pull as tests are measured
    assert np.median(apart) < 1e-5
    assert np.ptp(gates, axis=0).max() > (0.2 if not detuned else 0.02)
    found = measured(text)
    assert found["off_step"] < 1e-6
    error = pd.read_csv(tmp_path / "run" / "cycles.csv")["error"].dropna()
    assert found["error_before"] == pytest.approx(error.iloc[0], rel=1e-3)
    assert found["error_after"] == pytest.approx(error.iloc[-1], rel=0.01)
    assert found["decades"] == pytest.approx(math.log10(error.iloc[0] / error.iloc[-1]), abs=0.01)


def test_a_deck_says_if_its_steps_were_not_even(ngspice: str, tmp_path: Path) -> None:
    """A source with a breakpoint, which a change may bring in, shifts all that follow."""
    deck = deck_text(Experiment("xor", board=FAST, cycles=20), "self-training")
    shift = "Vshift shift 0 pwl(0 0 {20.35*row_s} 1)\n"
    found = measured(printed(deck.replace(".options", shift + ".options", 1), ngspice, tmp_path))
    assert found["off_step"] > 0.1


def test_stairs_have_every_row() -> None:
    rng = np.random.default_rng(1)
    volts = rng.choice([0.0, 0.1, 0.45], 300)
    pairs = np.array([pair.split(",") for pair in stairs(volts).split(", ")], dtype=float)
    assert len(pairs) < 290
    assert (np.diff(pairs[:, 0]) > 0).all()
    assert np.interp(np.arange(-3, 300), *pairs.T) == pytest.approx([*[volts[0]] * 3, *volts])
    assert stairs(np.ones(5)) == "-11,1.0, 5,1.0"


def test_a_window_moves_the_gates_as_the_trainer_does(
    command: Run, ngspice: str, tmp_path: Path
) -> None:
    """In natural steps, with capacitances: to a five-hundredth; and as the drops say."""
    text = printed((NETLISTS / "xor-window.cir").read_text(encoding="utf-8"), ngspice, tmp_path)
    (tmp_path / "board.toml").write_text("gate_F = 30.3e-9\n")
    command("train", "xor", "--cycles", "1", "--board", "board.toml", "--out", "run")
    first, last = gates_of(tmp_path / "run")
    found = measured(text)
    moved = np.array([found[f"e{edge}_moved"] for edge in range(32)])
    assert np.abs(moved - (last - first)).max() < 0.002 * np.abs(moved).max() + 2e-5
    drops = np.array(
        [[found[f"e{edge}_{twin}"] for edge in range(32)] for twin in ("free", "clamped")]
    )
    expected = drops[0] ** 2 - drops[1] ** 2
    clear = np.abs(expected) > 1e-5
    assert clear.sum() > 15
    assert (np.sign(moved[clear]) == np.sign(expected[clear])).all()


def test_answers_are_timed_as_their_waveforms_show(ngspice: str, tmp_path: Path) -> None:
    deck = deck_text(Experiment("xor", board=FAST, seed=1), "answer")
    text = printed(deck, ngspice, tmp_path)
    found = measured(text)
    lines = [line.split() for line in text.splitlines() if re.match(r"\d+\t", line)]
    times, miss, power = np.array(lines, dtype=float)[:, 1:4].T
    order = tour(4)
    for place in range(1, 13):
        name = f"{order[place - 1]}_{order[place]}"
        start = place * 150e-6
        inside = (times > start) & (times < start + 148e-6)
        late = times[inside][miss[inside] > 0.2e-3][-1] - start
        assert found[f"settle_{name}"] == pytest.approx(late, rel=0.15, abs=1e-9)
        settled = found[f"settle_{name}"]
        assert 5e-9 < settled < 5e-6
        end = np.flatnonzero(inside)[-1]
        assert found[f"power_{name}"] == pytest.approx(power[end] / 32, rel=1e-4)
        begun = inside & (times <= start + settled)
        used = np.trapezoid(power[begun], times[begun]) / 32
        assert found[f"energy_{name}"] == pytest.approx(used, rel=0.2)


def test_an_answer_ends_where_the_idealised_network_is(ngspice: str, tmp_path: Path) -> None:
    """With gates of choice; a hundred times the capacitance takes longer."""
    experiment = Experiment("xor", board=FAST)
    gates = np.linspace(1.2, 3.0, 32)
    setup = replace(experiment.setup(experiment.lesson), state=State(gates))
    form = experiment.apparatus.forms["answer"]
    text = printed(form.make(setup), ngspice, tmp_path)
    ideal = Experiment("xor", plant="ideal", board=FAST)
    with_gates = ideal.plant_of(replace(ideal.setup(ideal.lesson), state=State(gates)))
    drive = ideal.lesson.first_drive()
    inputs = ideal.lesson.task.tests()
    assert inputs is not None
    still = replace(drive, inputs=inputs[:1], learning=np.zeros(32, bool))
    expected = with_gates.cycle(State(gates), still).probes["free"]
    assert table(text)[-1, 2:4] == pytest.approx(expected[[0, 10]], abs=2e-4)
    slow = replace(setup, constants=replace(FAST, node_F=1e-9))
    slower, faster = measured(printed(form.make(slow), ngspice, tmp_path)), measured(text)
    assert slower["settle_0_3"] > 20 * faster["settle_0_3"]


def test_a_tour_steps_from_every_row_to_every_other() -> None:
    for rows in (2, 3, 4, 5):
        order = tour(rows)
        steps = list(pairwise(order))
        assert len(steps) == len(set(steps)) == rows * (rows - 1)
        assert all(a != b for a, b in steps)
    assert tour(8) == list(range(8))
    assert len(tour(400)) == 21


@pytest.mark.parametrize(
    ("experiment", "form", "message"),
    [
        (
            partial(Experiment, "xor"),
            "spiral",
            "no form 'spiral', expected window or self-training",
        ),
        (
            partial(Experiment, "xor", board=TransistorBoard(noise_V2=1e-6)),
            "self-training",
            "noise_V2 = 1e-06, expected 0 for a machine that trains itself",
        ),
        (
            partial(Experiment, "xor", probability=0.5),
            "self-training",
            "clock = 'independent', expected 'synchronous' for a transistor machine",
        ),
        (
            partial(Experiment, "xor", cuts=("3@5",)),
            "self-training",
            "cut of edge 3, expected no cuts in a machine that trains itself",
        ),
        (
            partial(Experiment, "xor", cycles=200_000),
            "self-training",
            "cycles = 200000, expected at most 100000 for a machine that trains itself",
        ),
    ],
)
def test_what_a_deck_cannot_have_is_refused(
    experiment: partial[Experiment], form: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        deck_text(experiment(), form)


def test_an_answer_needs_examples_to_step_between(tmp_path: Path) -> None:
    (tmp_path / "task.toml").write_text(
        'network = "torus-3x3"\nmachine = "transistor"\ncycles = 5\n[inputs]\n0 = 0.4\n1 = 0.0\n'
        "[outputs]\n4 = 0.2\n"
    )
    with pytest.raises(UsageError, match="task task has no test set of two examples or more"):
        deck_text(Experiment(str(tmp_path / "task.toml")), "answer")
