"""The generated machine: its physics, its clock, its text."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PySpice.Spice.Netlist import Circuit

from spicelearn.errors import UsageError
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit import clock
from spicelearn.machines.rheostat.circuit.twin import Twins, twin_deck, twin_sheet
from spicelearn.machines.rheostat.parts import Parts
from spicelearn.network.graph import named
from spicelearn.plant import Drive, State
from spicelearn.spice.deck import Deck

from ...conftest import CLEAN, allostery

Batch = Callable[[str], str]


def built(board: Board | None = None, seed: int = 0) -> Deck:
    network, _, drive = allostery()
    board = board or Board()
    codes = np.arange(16) * 7 + 5
    machine = Twins(network, board, Parts.draw(board, 16, seed), State(codes), drive)
    return twin_deck(machine)


def voltages(deck: Deck, batch: Batch) -> dict[str, float]:
    """Return every node voltage of the deck's operating point, as plain ngspice prints it."""
    control = ".control\nset numdgt=15\nop\nprint all\n.endc\n.end\n"
    text = re.sub(r"^\.(save|tran) .*\n", "", deck.text.replace(".end\n", ""), flags=re.MULTILINE)
    printed = batch(text + control)
    rows = re.findall(r"^(\S+) = (\S+)$", printed, re.MULTILINE)
    assert len(rows) > 15, printed
    return {name: float(value) for name, value in rows} | {"0": 0.0}


@pytest.mark.parametrize("board", [Board(), CLEAN], ids=["default", "clean"])
def test_kirchhoffs_current_law_holds_on_every_node_of_the_twin(batch: Batch, board: Board) -> None:
    """Currents from the data sheets' figures and the printed voltages sum to nothing."""
    network, _, _ = allostery()
    volts = voltages(built(board), batch)
    parts = Parts.draw(board, 16, 0)
    into: dict[str, list[float]] = {}
    legs = {"f": board.averager_leg_ohm, "c": board.averager_leg_ohm / (1 + board.up_bias)}

    def flow(source: str, target: str, amperes: float) -> None:
        into.setdefault(source, []).append(-amperes)
        into.setdefault(target, []).append(amperes)

    for index, (a, b) in enumerate(network.edges):
        ohm = 100e3 * (index * 7 + 5) / 128 + 40
        pins = {}
        for twin in "fc":
            pins[twin] = [f"in{n}" if n in network.inputs else f"{twin}{n}" for n in (a, b)]
            one, other = pins[twin]
            flow(one, other, (volts[one] - volts[other]) / ohm)
        for name, sources in (
            ("plus", (("c", pins["c"][0]), ("f", pins["f"][1]))),
            ("minus", (("f", pins["f"][0]), ("c", pins["c"][1]))),
        ):
            middle = f"xe{index}.{name}"
            for twin, source in sources if board.sense == "averager" else ():
                flow(source, middle, (volts[source] - volts[middle]) / legs[twin])
        for inputs, offset in (
            ((f"xe{index}.plus", f"xe{index}.minus"), parts.offset_current_A[index, 0]),
            ((pins["f"][1], pins["f"][0]), parts.offset_current_A[index, 1]),
        ):
            for node, sign in zip(inputs, (1, -1), strict=True):
                flow("vcc", node, board.bias_A + sign * offset / 2)
    driven = {"vcc", *(f"in{n}" for n in network.inputs), *(f"c{n}" for n in network.outputs)}
    if board.sense == "ideal":
        driven |= {f"xe{index}.{name}" for index in range(16) for name in ("plus", "minus")}
    checked = 0
    for node in into.keys() - driven:
        assert abs(sum(into[node])) <= 1e-6 * max(map(abs, into[node])), node
        checked += 1
    assert checked == (6 + 3 + 32 if board.sense == "averager" else 6 + 3)
    for output in network.outputs:
        free, clamped = volts[f"f{output}"], volts[f"c{output}"]
        assert clamped == pytest.approx(free + 0.5 * (3 - free), rel=1e-6)


def test_the_clean_divider_divides(batch: Batch) -> None:
    network = named("divider").with_roles((0, 2), (1,))
    drive = Drive.to_all(np.array([5.0, 0]), np.array([2.0]), 0.5, 2)
    state = State(np.array([32, 96]))
    machine = Twins(network, CLEAN, Parts.draw(CLEAN, 2, 0), state, drive)
    volts = voltages(twin_deck(machine), batch)
    assert volts["f1"] == pytest.approx(5 * 75040 / 100080, rel=1e-6)


def test_plain_ngspice_runs_one_clock_cycle_at_the_times_that_the_timing_tells(
    batch: Batch,
) -> None:
    deck = built()
    printed = batch(
        deck.text.replace(".end\n", ".control\nrun\neprint latch step xe0.more\n.endc\n.end\n")
    )
    rows = re.findall(r"^(\d\.\d+e-\d+)\s+([01])s\s+([01])s", printed, re.MULTILINE)
    falls: dict[int, list[float]] = {1: [], 2: []}
    for before, after in pairwise(rows):
        for column in (1, 2):
            if before[column] == "1" and after[column] == "0":
                falls[column].append(float(after[0]))
    period, step = deck.timing.period, deck.timing.first_step
    board = Board()
    latch = step - deck.timing.delay
    assert deck.timing.delay == 20e-6
    assert falls[1] == pytest.approx([latch, latch + period], rel=1e-6)
    assert falls[2][0] == pytest.approx(step, rel=1e-6)
    decided = latch - board.response_s - 2 * board.gate_delay_s
    assert deck.timing.first_sense == pytest.approx(decided - clock.SETUP, rel=1e-9)


def test_the_deck_is_text_of_its_own() -> None:
    """Models inline, no file named, the same text for the same choices, no wide bridge."""
    deck = built()
    for name in ("AD5220_rheostat", "LM339A", "SN74ALS86", "CD74HC73", "MC14490"):
        assert f".subckt {name} " in deck.text
    assert not re.search(r"^\.(include|lib)", deck.text, re.MULTILINE | re.IGNORECASE)
    assert "external" not in deck.text.lower()
    assert deck.sha256 == built().sha256 != built(seed=1).sha256
    ports = [len(line.split()) for line in deck.text.splitlines() if line.lower().startswith("a")]
    assert max(ports) < 20
    assert max(len(name) for knobs in deck.knobs for name in knobs.names) < 60


def test_a_user_goes_on_with_the_circuit_in_pyspice() -> None:
    network, state, drive = allostery()
    board = Board()
    circuit = twin_sheet(Twins(network, board, Parts.draw(board, 16, 0), state, drive))
    assert isinstance(circuit, Circuit)
    circuit.R("load", "f3", 0, 1e6)
    assert "Rload f3 0" in str(circuit)


@pytest.mark.parametrize(
    ("board", "message"),
    [
        (Board(clock_delay_s=1e-8), "clock_delay_s = 1e-08 steps before the flip-flop has its"),
        (Board(clock_period_s=1e-6), "clock_period_s = 1e-06, expected at least 3.1"),
    ],
)
def test_a_clock_that_cannot_work_is_refused(board: Board, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        built(board)
