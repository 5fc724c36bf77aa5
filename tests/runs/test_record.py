from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.machine import Weights
from spicelearn.plant import Reading, State
from spicelearn.runs import folder as folders
from spicelearn.runs import record
from spicelearn.tasks.base import Measurement

CODES = Weights("code", "wiper code", "", 0, 127, True, 2)


def test_every_row_is_in_the_table_at_once(tmp_path: Path) -> None:
    rows = record.Recorder(tmp_path, CODES)
    for cycle in range(3):
        reading = Reading(np.array([[0.5**cycle]]), np.ones(2, bool), cycle != 1, {})
        measured = None if cycle == 1 else Measurement(0.5**cycle, 0.5)
        rows.append(State(np.array([64 + cycle, 63]), cycle), reading, measured)
        table, _ = record.read_cycles(tmp_path)
        assert table["cycle"].tolist() == list(range(cycle + 1))
    assert table["code_0"].tolist() == [64, 65, 66]
    assert table["error"].tolist()[::2] == [1, 0.25]
    assert table["error"].isna().tolist() == [False, True, False]
    assert table["accuracy"].dropna().tolist() == [0.5, 0.5]
    assert rows.unsettled == 1
    rows.close()


def test_weights_that_are_not_whole_are_in_the_table_to_the_last_digit(tmp_path: Path) -> None:
    volts = np.array([0.1 + 0.2, 1 / 3])
    rows = record.Recorder(tmp_path, Weights("gate", "gate", "V", 0.0, 5.5, False, 2))
    rows.append(State(volts), Reading(np.zeros((1, 1)), None, True, {}), None)
    rows.close()
    table, _ = record.read_cycles(tmp_path)
    assert list(table.columns[-2:]) == ["gate_0", "gate_1"]
    text = (tmp_path / folders.CYCLES).read_text().splitlines()[1]
    assert [float(cell) for cell in text.split(",")[-2:]] == volts.tolist()


def test_the_summary_takes_the_median_of_the_last_tenth() -> None:
    errors = [1.0] * 90 + [1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 5.0, 5.0, 1e-5]
    assert record.summary(errors) == {
        "error_initial": 1.0,
        "error_final": 1e-3,
        "error_best": 1e-5,
        "decades": pytest.approx(3),
    }


def test_a_folder_that_holds_a_run_is_not_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with folders.created(folder):
        folders.write_manifest(folder, {"status": "finished"})
    with (
        pytest.raises(UsageError, match="holds a run already, expected a new folder for --out"),
        folders.created(folder),
    ):
        pass
    assert folders.read_manifest(folder) == {"status": "finished"}


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "manifest.json"), ("[]", "holds no table"), ('{"results": []}', "results is no table")],
)
def test_what_is_not_a_run_folder_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"is not a run folder: manifest\.json"):
        folders.read_manifest(tmp_path)
    (tmp_path / folders.MANIFEST).write_text(text)
    with pytest.raises(UsageError, match=words):
        folders.read_manifest(tmp_path)


def test_text_in_a_number_column_is_named_by_row(tmp_path: Path) -> None:
    (tmp_path / folders.CYCLES).write_text("cycle,error,accuracy,code_0\n0,1,,64\n1,abc,,65\n")
    with pytest.raises(UsageError, match=r"row 2: error is 'abc', expected a number"):
        record.read_cycles(tmp_path)


@pytest.mark.parametrize(
    ("cycles", "message"),
    [
        ((0, 5, 5), "row 3: cycle is 5, expected a whole number from 6 to 1000000000"),
        ((0, 2.5), r"row 2: cycle is 2\.5, expected a whole number from 1 to"),
        ((0, 1e300), "row 2: cycle is 1e.300, expected a whole number from 1 to"),
        ((1, 2), "row 1: cycle is 1, expected 0"),
        ((0, 5, 10, 11), None),
    ],
)
def test_cycles_count_up_from_0(
    tmp_path: Path, cycles: tuple[float, ...], message: str | None
) -> None:
    rows = "".join(f"{cycle},,,64\n" for cycle in cycles)
    (tmp_path / folders.CYCLES).write_text(f"cycle,error,accuracy,code_0\n{rows}")
    if message is None:
        table, _ = record.read_cycles(tmp_path)
        assert table["cycle"].tolist() == list(cycles)
        return
    with pytest.raises(UsageError, match=message):
        record.read_cycles(tmp_path)


def test_a_recorder_keeps_the_very_cycles_it_is_told(tmp_path: Path) -> None:
    reading = Reading(np.zeros((1, 1)), None, True, {})
    rows = record.Recorder(tmp_path, CODES)
    for cycle in (0, 4, 8, 9, 12):
        measured = Measurement(1 / 3) if cycle == 9 else None
        rows.append(State(np.array([64, 64]), cycle), reading, measured)
    rows.close()
    whole = (tmp_path / folders.CYCLES).read_bytes()
    again = record.Recorder(tmp_path, CODES, kept=iter((0, 4, 8, 9)))
    assert (again.measured.tolist(), again.errors.tolist()) == ([9], [0.333333333])
    again.append(State(np.array([64, 64]), 12), reading, None)
    again.close()
    assert (tmp_path / folders.CYCLES).read_bytes() == whole
    with pytest.raises(UsageError, match="row 3: cycle is 8, expected 6"):
        record.Recorder(tmp_path, CODES, kept=(0, 4, 6))
    with pytest.raises(UsageError, match=r"cycles\.csv holds fewer rows than before the check"):
        record.Recorder(tmp_path, CODES, kept=range(10**9))


def test_what_is_not_a_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / folders.CYCLES).write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="no column cycle, error or accuracy"):
        record.read_cycles(tmp_path)
