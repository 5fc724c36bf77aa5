"""The session on circuits with exact answers, and each trap of the engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from spicelearn.errors import EngineError, SpicelearnError
from spicelearn.plant import Drive, Floats, State
from spicelearn.spice import ngspice as ngspice_module
from spicelearn.spice import session as session_module
from spicelearn.spice.deck import Deck, Knobs, Timing
from spicelearn.spice.ngspice import Library, library_path
from spicelearn.spice.session import Session

pytestmark = pytest.mark.usefixtures("ngspice")

TIMING = Timing(period=1e-5, first_sense=0.9e-5, first_step=1.05e-5, tau=1e-6, max_step=1e-6)
LADDER = """three nodes
v1 top 0 0
r1 top error 1k
r2 error low 2k
r3 low 0 2k
c1 low 0 100p
.options method=gear
.save v(top) v(error) v(low)
.end
"""


def altered(*names: str) -> Knobs:
    """Return knobs that a session alters to the values that it is given."""

    def values(state: State, drive: Drive) -> Floats:
        raise NotImplementedError

    return Knobs(names, values)


def deck(text: str = LADDER, knobs: tuple[str, ...] = ("v1[dc]",)) -> Deck:
    return Deck(text, (altered(*knobs),), ("top", "error", "low"), (), TIMING)


def test_a_ladder_of_three_nodes_has_the_voltages_of_ohms_law() -> None:
    """5 V over 1k + 2k + 2k; a node is called error: its name is no failure."""
    session = Session(deck())
    for volts in (5.0, 2.5, 5.0):
        sensed, left, bits = session.cycle(np.array([volts]))
        np.testing.assert_allclose(sensed, [volts, 0.8 * volts, 0.4 * volts], rtol=1e-6)
        assert left < 1e-6
        assert bits.size == 0
    session.close()


def test_a_resistor_altered_in_a_pause_follows_its_exponential() -> None:
    """The step is seen at the step edge: RC charging from there, sampled 8.5 us later."""
    text = LADDER.replace("100p", "4n")  # tau 4.8 us, then 3 us with r3 at 1k
    session = Session(deck(text, ("v1[dc]", "r3[resistance]")))
    for _ in range(8):
        session.cycle(np.array([5.0, 2e3]))
    sensed, _, _ = session.cycle(np.array([5.0, 1e3]))
    tau, elapsed = 4e-9 * 750, 1e-5 - 1.5e-6  # r3 1k in parallel to 3k; from step to sense
    expected = 1.25 + (2 - 1.25) * np.exp(-elapsed / tau)
    assert sensed[2] == pytest.approx(expected, abs=5e-3)
    session.close()


def test_it_pauses_exactly_at_the_step_edge_on_any_version() -> None:
    session = Session(deck(), chunk=7)
    for cycle in range(20):
        session.cycle(np.array([1.0 + cycle]))
        times = session.library.tail(b"time", 1000)
        place = TIMING.first_step + cycle % 7 * TIMING.period
        assert times[-1] == pytest.approx(place, rel=1e-9)
        sense = place - TIMING.hold
        assert np.min(np.abs(times - sense)) <= 1e-9 * sense
    session.close()


def test_conditions_and_runs_do_not_accumulate() -> None:
    session = Session(deck(), chunk=5)
    for cycle in range(33):
        session.cycle(np.array([float(cycle)]))
    session.library.command("status")
    assert session.library._stdout == []
    plots = session.library.plot_names
    assert len(plots) == 2  # the run that goes on, and the constants
    session.close()
    assert len(session.library.plot_names) == 1


def test_the_length_of_a_transient_changes_no_reading() -> None:
    readings = []
    for chunk in (1, 3, 100):
        session = Session(deck(), chunk=chunk)
        readings.append([session.cycle(np.array([1.0 + k]))[0] for k in range(8)])
        session.close()
    np.testing.assert_allclose(readings[0], readings[2], rtol=1e-6)
    np.testing.assert_allclose(readings[1], readings[2], rtol=1e-6)


def test_a_second_circuit_in_the_process_is_refused() -> None:
    session = Session(deck())
    with pytest.raises(EngineError, match="one circuit per process: close the other plant first"):
        Session(deck())
    session.close()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bad\nv1 a 0 1\nr1 a 0 nomodel\n.end\n", "refused the deck|could not start"),
        ("bad\nx1 a 0 nothing\nv1 a 0 1\n.end\n", "refused the deck|could not start"),
        ("bad\nv1 a 0 1\nv2 a 0 2\n.end\n", "could not start the transient"),
    ],
)
def test_a_bad_deck_is_one_error_with_the_engines_words(text: str, message: str) -> None:
    with pytest.raises(EngineError, match=rf"^ngspice ({message}).*; its last words: (?!none)"):
        Session(deck(text)).cycle(np.array([1.0]))
    session = Session(deck())  # the process goes on
    session.cycle(np.array([1.0]))
    session.close()


def test_a_value_that_is_not_taken_is_an_error() -> None:
    session = Session(deck(knobs=("nothing[dc]",)))
    with pytest.raises(EngineError, match="did not take a value; its last words:"):
        session.cycle(np.array([1.0]))


def test_a_command_is_refused_rather_than_cut() -> None:
    with pytest.raises(EngineError, match="ngspice command of 2005 characters: echo xxx"):
        Library.get().command("echo " + "x" * 2000)


def test_an_undecided_flip_flop_is_an_error_not_a_decision() -> None:
    text = LADDER.replace(
        ".save",
        "abetween [low] [undecided] edge\n.model edge adc_bridge(in_low=-9 in_high=9)\n.save",
    )
    session = Session(Deck(text, (altered("v1[dc]"),), ("top",), ("undecided",), TIMING))
    with pytest.raises(EngineError, match="event node undecided is unknown, expected 0 or 1"):
        session.cycle(np.array([1.0]))
    session.close()


def test_an_unknown_node_is_an_error_not_a_crash() -> None:
    session = Session(Deck(LADDER, (altered("v1[dc]"),), ("top",), ("nowhere",), TIMING))
    with pytest.raises(EngineError, match="no event node nowhere in the circuit"):
        session.cycle(np.array([1.0]))
    session.close()


def test_a_long_transient_ends_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "HISTORY", 8 * 4 * 200)  # 200 points of 4 vectors
    session = Session(deck())
    for cycle in range(60):
        session.cycle(np.array([float(cycle)]))
        assert session.library.length(b"time") < 250
    session.close()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = tmp_path / "libngspice.so"
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", str(nowhere))
    with pytest.raises(SpicelearnError, match=f"from NGSPICE_LIBRARY_PATH={nowhere}; install it"):
        library_path()


def test_a_library_that_nobody_has_installed_is_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NGSPICE_LIBRARY_PATH", raising=False)
    monkeypatch.setattr(ngspice_module, "system_library", lambda: "libngnothing.so.0")
    with pytest.raises(SpicelearnError, match="from the system's library path; install it"):
        library_path()


@pytest.mark.parametrize("ahead", [3e-11, 4e-11, 0.0, 1e-9])
def test_a_point_just_before_the_step_edge_takes_its_place(ahead: float) -> None:
    """The engine drops a breakpoint that lies less than max_step / 20,000 after a point."""
    session = Session(deck(LADDER.replace("100p", "4n")))
    session.cycle(np.array([5.0]))
    free = float(session.library.tail(b"time", 1)[0])
    session._run_to(free + 5e-6)
    times = session.library.tail(b"time", 20)
    steps = times[times > free] - free
    session.restart()
    session.cycle(np.array([5.0]))
    assert session.library.tail(b"time", 1)[0] == free
    natural = free + float(steps[len(steps) // 2])  # a point that the engine takes by itself
    session._run_to(natural + ahead)
    assert session.library.tail(b"time", 1)[0] == pytest.approx(natural + ahead, abs=5.1e-11)
    session.close()


def test_bits_are_right_in_a_process_whose_first_circuit_was_smaller(tmp_path: Path) -> None:
    """ngspice tells of as many event nodes as the first circuit of a process has."""
    program = """
from spicelearn.experiment import Experiment
for task in ("divider", "allostery", "divider"):
    experiment = Experiment(task)
    plant = experiment.plant_of(experiment.setup(experiment.lesson))
    drive = experiment.lesson.first_drive()
    for _ in range(2):
        reading = plant.cycle(experiment.start(), drive)
    print(*reading.signal.astype(int), sep="")
    plant.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["10", "1000011110000010", "10"], done.stderr
