"""A clock cycle as on an oscilloscope."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spicelearn.formats.waves import Waves
from spicelearn.machines.rheostat.figures.oscilloscope import cycle_figures
from spicelearn.runs.folder import read_manifest
from spicelearn.tasks.taught import TaughtRun

from ...conftest import Run


@pytest.mark.usefixtures("ngspice")
def test_a_picture_of_a_cycle_is_in_the_report(command: Run, tmp_path: Path) -> None:
    command("train", "divider", "--cycles", "6", "--waves", "0:3", "--out", "run")
    taught = TaughtRun.of(read_manifest(tmp_path / "run"), "manifest.json")
    whole, edges = cycle_figures(taught, Waves.read(tmp_path / "run"))
    rows = pd.read_csv(StringIO(whole.on_page()["datasets"]["points"]))
    signals = [
        "latch clock",
        "step clock",
        "comparator dV(C) > dV(F)",
        "comparator dV(F) < 0",
        "flip-flop U/D",
    ]
    assert list(rows["signal"].unique()) == [*signals, "free drop", "clamped drop"]
    latch = rows[rows["signal"] == "latch clock"]
    assert set(latch["value"]) == {0, 1}
    drops = rows[rows["unit"] == "V"].groupby("signal")["value"].last()
    assert drops["clamped drop"] != drops["free drop"]
    near = pd.read_csv(StringIO(edges.on_page()["datasets"]["points"]))
    assert rows["time"].min() == 0
    assert near["time"].max() > rows["time"].max()
    assert np.ptp(near["time"]) < 0.2 * np.ptp(rows["time"])
    (tmp_path / "run" / "waves.vcd").write_text("torn")
    done = command("report", "run")
    assert (done.returncode, done.stdout) == (0, "run/report.html\n"), done.stderr
    page = (tmp_path / "run" / "report.html").read_text()
    assert "waveforms are damaged" in page
    assert "Waveforms are not drawn." in page


@pytest.mark.usefixtures("ngspice")
def test_the_beginning_is_drawn_while_drops_move(command: Run, tmp_path: Path) -> None:
    """At power-on, above, nothing does."""
    command("train", "divider", "--cycles", "6", "--waves", "1:3", "--out", "run")
    taught = TaughtRun.of(read_manifest(tmp_path / "run"), "manifest.json")
    waves = Waves.read(tmp_path / "run")
    figures = cycle_figures(taught, waves)
    assert [figure.name for figure in figures] == ["cycle", "settling", "clock-edges"]
    whole, beginning = (
        pd.read_csv(StringIO(figure.on_page()["datasets"]["points"])) for figure in figures[:2]
    )
    assert beginning["time"].min() == 0
    assert 5 < beginning["time"].max() < 40  # us; 100 kohm parallel to as much, with 78 pF
    free = beginning.query("signal == 'free drop'")["value"].to_numpy()
    last = whole.query("signal == 'free drop'")["value"].iloc[-1]
    assert len(free) > 100
    assert abs(free[0] - last) > 50 * abs(free[-1] - last)
