"""Waveforms: what is kept, how it is written, who can read it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import spicelib
from hypothesis import given
from hypothesis import strategies as st
from vcdvcd import VCDVCD

from spicelearn.errors import SpicelearnError
from spicelearn.formats.waves import CYCLE, Changes, Waves

from ..conftest import Run

NODE = st.from_regex(r"(x?e[0-9]{1,3}\.)?[a-z]{1,6}", fullmatch=True)


@given(
    rows=st.lists(st.lists(st.floats(-10, 10), min_size=3, max_size=3), min_size=1, max_size=5),
    ticks=st.dictionaries(
        NODE,
        st.lists(st.integers(1, 10**9), min_size=1, max_size=5, unique=True),
        min_size=1,
        max_size=4,
    ),
    values=st.lists(st.sampled_from("01xz"), min_size=6, max_size=6),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[float]],
    ticks: dict[str, list[int]],
    values: list[str],
) -> None:
    folder = tmp_path_factory.getbasetemp() / "waves"
    folder.mkdir(exist_ok=True)
    changes: dict[str, Changes] = {
        name: [(0.0, values[0])]
        + [(at * 1e-12, value) for at, value in zip(sorted(times), values[1:], strict=False)]
        for name, times in ticks.items()
    }
    changes[CYCLE] = [(0.0, "7")]
    time = np.sort(np.abs(np.array(rows)[:, 0]))
    kept = Waves(["v(a)", "i(b)"], time, np.array(rows)[:, 1:], changes)
    kept.write(folder, "a title", "an engine")
    found = Waves.read(folder)
    assert found.names == kept.names
    assert (found.time == kept.time).all()
    assert (found["i(b)"] == kept["i(b)"]).all()
    assert set(found.changes) == set(changes)
    for name, expected in changes.items():
        before = [None, *(value for _, value in expected)]
        seen = [change for change, old in zip(expected, before, strict=False) if change[1] != old]
        assert [value for _, value in found.changes[name]] == [value for _, value in seen]
        assert [time for time, _ in found.changes[name]] == pytest.approx([t for t, _ in seen])


def test_a_raw_file_that_is_ahead_is_read_as_far_as_the_dump(tmp_path: Path) -> None:
    """A kill between the two files."""
    long = Waves(["v(a)"], np.arange(5.0), np.arange(5.0)[:, None], {CYCLE: [(0.0, "7"), (3, "8")]})
    long.write(tmp_path, "a title", "an engine")
    raw = (tmp_path / "waves.raw").read_bytes()
    short = long.before(2)
    short.write(tmp_path, "a title", "an engine")
    (tmp_path / "waves.raw").write_bytes(raw)
    found = Waves.read(tmp_path)
    assert found.time.tolist() == found["v(a)"].tolist() == [0, 1, 2]
    assert found.changes == {CYCLE: [(0.0, "7")]}


def test_damaged_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(SpicelearnError, match="waveforms are damaged"):
        Waves.read(tmp_path)
    (tmp_path / "waves.raw").write_bytes(b"Variables:\n\t0\ttime\ttime\nBinary:\n123")
    (tmp_path / "waves.vcd").write_text("")
    with pytest.raises(SpicelearnError, match="waveforms are damaged"):
        Waves.read(tmp_path)
    with pytest.raises(SpicelearnError, match=r"no vector 'v\(f1\)'"):
        Waves()["v(f1)"]


@pytest.mark.usefixtures("ngspice")
def test_public_readers_read_the_waveforms_of_a_run(command: Run, tmp_path: Path) -> None:
    """Cycles 5 to 7 of a divider: the nodes as in the deck, the voltages of the table."""
    done = command("train", "divider", "--cycles", "12", "--waves", "5:7", "--out", "run")
    assert done.returncode == 0, done.stderr
    command("train", "divider", "--cycles", "12", "--out", "bare")
    assert (tmp_path / "run/cycles.csv").read_bytes() == (tmp_path / "bare/cycles.csv").read_bytes()
    raw = spicelib.RawRead(str(tmp_path / "run" / "waves.raw"))
    assert {"v(in0)", "v(f1)", "v(c1)", "v(xe1.plus)", "i(vin0)"} <= set(raw.get_trace_names())
    free, time = np.array(raw.get_wave("v(f1)")), np.array(raw.get_axis())
    assert (np.diff(time) > 0).all()
    deck = (tmp_path / "run" / "deck.cir").read_text()
    period = float(deck.split(".param clock_period_s = ")[1].split()[0])
    assert time[0] == 0
    assert time[-1] == pytest.approx(3 * period, rel=1e-9)
    table = pd.read_csv(tmp_path / "run" / "cycles.csv")
    for cycle in (5, 6, 7):  # shortly before the step
        settled = np.interp((cycle - 4) * period - 3e-6, time, free)
        assert (settled - 2) ** 2 == pytest.approx(table["error"][cycle], rel=1e-3)
    digital = VCDVCD(str(tmp_path / "run" / "waves.vcd"))
    names = digital.references_to_ids
    assert {"deck.latch", "deck.step", "deck.cycle", "e0.ud", "xe1.more"} <= set(names)
    assert [int(value, 2) for _, value in digital["deck.cycle"].tv] == [5, 6, 7]
    falls = [at for at, value in digital["deck.step"].tv if value == "0" and at > 20_000]
    assert falls == pytest.approx([1e12 * n * period for n in (1, 2, 3)][: len(falls)], rel=1e-4)
    for cycle in (5, 6, 7):
        for edge in (0, 1):
            up = digital[f"e{edge}.ud"][round(1e12 * ((cycle - 4) * period - 1e-6))]
            step = table[f"code_{edge}"][cycle + 1] - table[f"code_{edge}"][cycle]
            assert step == (1 if up == "1" else -1)
