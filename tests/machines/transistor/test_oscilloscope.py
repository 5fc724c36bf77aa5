"""Waveforms of learning windows: beside a run that they do not change, and drawn."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import spicelearn as sl
from spicelearn.formats.waves import CYCLE, Waves
from spicelearn.machines.transistor.board import TransistorBoard
from spicelearn.machines.transistor.figures.oscilloscope import idle_mV, window_figures
from spicelearn.runs.folder import read_manifest
from spicelearn.tasks.taught import TaughtRun

pytestmark = pytest.mark.usefixtures("ngspice")
FAST = TransistorBoard(gate_F=30.3e-9)


@pytest.fixture(scope="module")
def waved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folders of the same run with and without waveforms."""
    base = tmp_path_factory.mktemp("waves")
    for name, waves in (("with", "2:3"), ("without", None)):
        sl.train("xor", cycles=6, board=FAST, waves=waves, out=base / name)
    return base / "with", base / "without"


def test_a_run_is_the_same_with_waveforms(waved: tuple[Path, Path]) -> None:
    one, other = waved
    for name in ("cycles.csv", "test.csv", "deck.cir"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    assert not (other / "waves.raw").exists()


def test_windows_begin_and_end_with_the_gates_of_the_run(waved: tuple[Path, Path]) -> None:
    """25 us at rest, 100 us of learning, 25 us at rest, in steps of 1 us."""
    waves, table = Waves.read(waved[0]), pd.read_csv(waved[0] / "cycles.csv")
    gates = np.column_stack([waves[f"v(g{edge})"] for edge in range(32)])
    recorded = table.filter(like="gate_").to_numpy()
    assert [number for _, number in waves.changes[CYCLE]] == ["2", "3"]
    assert waves.time == pytest.approx(1e-6 * np.arange(1, 301))
    assert waves["v(learn)"].tolist() == 2 * [*[0] * 25, *[1] * 100, *[0] * 25]
    for cycle, first in ((2, 0), (3, 150)):
        assert gates[first] == pytest.approx(recorded[cycle], abs=1e-7)
        assert np.ptp(gates[first : first + 25], axis=0).max() < 1e-7
        moved = np.abs(recorded[cycle + 1] - recorded[cycle])
        assert moved.max() > 1e-3
        missed = np.abs(gates[first + 149] - recorded[cycle + 1])
        assert (missed <= 1e-4 + 1e-2 * moved).all()
        assert np.ptp(gates[first + 125 : first + 150], axis=0).max() < 1e-6


def test_a_window_is_drawn(waved: tuple[Path, Path]) -> None:
    waves = Waves.read(waved[0])
    run = TaughtRun.of(read_manifest(waved[0]), "manifest.json")
    outputs, gates = window_figures(run, waves)
    rows = pd.read_csv(StringIO(outputs.on_page()["datasets"]["points"]))
    last = rows.groupby("trace")["value"].first()
    assert set(last.index) == {"0-10 label", "0-10 clamped", "0-10 free"}
    assert abs(last["0-10 label"]) == pytest.approx(20)
    halfway = (last["0-10 label"] + last["0-10 free"]) / 2
    assert last["0-10 clamped"] == pytest.approx(halfway, abs=1e-3)
    on = pd.read_csv(StringIO(outputs.on_page()["datasets"]["learning"]))
    assert on.to_numpy().tolist() == [[25, 125]]
    moved = pd.read_csv(StringIO(gates.on_page()["datasets"]["points"]))
    assert moved["trace"].nunique() == 6
    assert f"by {moved['value'].abs().max():.3g} mV at most" in gates.caption


def test_the_cycle_in_which_gates_move_most_is_drawn(waved: tuple[Path, Path]) -> None:
    waves = Waves.read(waved[0])
    run = TaughtRun.of(read_manifest(waved[0]), "manifest.json")
    columns = [waves.names.index(f"v(g{edge})") for edge in range(32)]
    for still, other in ((slice(0, 150), 3), (slice(150, 300), 2)):
        analog = waves.analog.copy()
        analog[still, columns] = 2.0
        figure, _ = window_figures(run, Waves(waves.names, waves.time, analog, waves.changes))
        assert f"in cycle {other}," in figure.caption


def test_gates_that_move_while_nothing_learns_are_told() -> None:
    """One of two gates moves by 3 mV after the window."""
    on = np.array([False, True, True, False, False])
    gates = np.array([[2.0, 2], [2.1, 2], [2.2, 2], [2.2, 2.001], [2.2, 2.003]])
    assert idle_mV(gates, on) == pytest.approx(3)
    assert idle_mV(gates[:, :1], on) == 0
