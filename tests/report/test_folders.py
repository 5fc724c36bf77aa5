"""Pages of folders of every state: going on, killed, damaged, of another machine."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spicelearn.errors import SpicelearnError, UsageError
from spicelearn.experiment import Experiment, default_board
from spicelearn.report.comparison import comparison_page
from spicelearn.report.folder import page_of
from spicelearn.runs.carry_out import begin

from ..fuzz.readers import FIGURES, VALIDATION

HEAD = "cycle,error,accuracy,code_0\n"
Made = Callable[..., Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Return a function that returns a copy of the folder of a short run of the ideal machine."""
    base = tmp_path_factory.mktemp("runs")

    def make(into: Path, task: str = "allostery", cycles: int = 20, **choices: Any) -> Path:
        original = base / f"{task}-{cycles}-{len(choices)}"
        if not original.exists():
            begin(Experiment(task, plant="ideal", cycles=cycles, **choices), original)
        return Path(shutil.copytree(original, into / "run"))

    return make


def altered(run: Path, **changes: Any) -> None:
    """Change entries of a manifest; None takes one away."""
    content = json.loads((run / "manifest.json").read_text()) | changes
    kept = {name: value for name, value in content.items() if value is not None}
    (run / "manifest.json").write_text(json.dumps(kept))


def piped(path: Path) -> None:
    """Put a pipe in the place of a file."""
    path.unlink()
    os.mkfifo(path)


def names(run: Path) -> set[str]:
    return {figure.name for figure in page_of(run).figures}


@pytest.mark.parametrize("missing", ["edges", "lessons", "parts", "experiment"])
def test_a_manifest_that_tells_no_machine_leaves_the_network_out(
    made: Made, tmp_path: Path, missing: str
) -> None:
    run = made(tmp_path, "regression")
    altered(run, **{missing: None})
    (note,) = page_of(run).notes
    assert "manifest.json is damaged, expected edges, lessons, parts and experiment" in note
    assert names(run) == {"error", "weights", "test"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"machine": "nosuch"}, "no machine 'nosuch', expected homodyne or rheostat"),
        ({"machine": None}, "is damaged, expected edges, lessons, parts and experiment as a run"),
        ({"plant": "nosuch"}, "experiment names no plant of machine rheostat"),
        (
            {"board": {"positions": 64, "start_code": 32}},
            "weights, expected 16 wiper codes from 0 to 63",
        ),
    ],
)
def test_a_machine_that_is_not_here_leaves_the_network_out(
    made: Made, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    run = made(tmp_path)
    experiment = json.loads((run / "manifest.json").read_text())["experiment"]
    altered(run, experiment={**experiment, **changes})
    (note,) = page_of(run).notes
    assert message in note
    assert names(run) == {"error", "weights"}


@pytest.mark.parametrize("changes", [{"column": "a b"}, {"count": "16"}, {"low": 500}, {"x": 1}])
def test_weights_that_are_none_are_guessed_from_the_table(
    made: Made, tmp_path: Path, changes: dict[str, Any]
) -> None:
    run = made(tmp_path)
    weights = json.loads((run / "manifest.json").read_text())["weights"]
    altered(run, weights={**weights, **changes})
    (note,) = page_of(run).notes
    assert "manifest.json is damaged, expected weights as a run writes them" in note
    assert names(run) == {"error", "weights"}


def test_a_run_that_was_killed_is_told_up_to_its_last_whole_row(made: Made, tmp_path: Path) -> None:
    run = made(tmp_path)
    altered(run, status="running", results=None)
    table = run / "cycles.csv"
    table.write_bytes(table.read_bytes()[:-20])
    torn, status = page_of(run).notes
    assert torn == "The last row of cycles.csv is torn: it is left out."
    assert status.startswith("This run is going on, or was killed")
    assert "in 19 cycles" in page_of(run).sentence


def test_a_table_that_was_cut_off_is_told_by_itself(made: Made, tmp_path: Path) -> None:
    """Results of the manifest are of the whole table, not of what is left of it."""
    run = made(tmp_path)
    lines = (run / "cycles.csv").read_bytes().split(b"\n")
    (run / "cycles.csv").write_bytes(b"\n".join([*lines[:11], b""]))
    sentence = page_of(run).sentence
    assert "in 9 cycles its mean squared error fell from" in sentence
    assert f"to {float(lines[10].split(b',')[1]):.4g} V²" in sentence


def test_a_table_without_every_cycle_is_told_like_a_whole_one(made: Made, tmp_path: Path) -> None:
    pages = []
    for name, choices in (("whole", {}), ("thin", {"record_every": 50})):
        run = made(tmp_path / name, "regression", 310, **choices)
        page = page_of(run)
        pages.append((page.sentence, names(run), comparison_page([run]).sentence))
    assert "in 310 cycles its mean squared error" in pages[0][0]
    assert pages[0] == pages[1]
    power = next(figure for figure in page.figures if figure.name == "power")
    rows = power.in_file()["datasets"]["points"].splitlines()
    cycles = [int(row.split(",")[0]) for row in rows[1:]]
    assert cycles == [*range(0, 301, 25), 309, 310]


@pytest.mark.parametrize(
    ("spoil", "kind", "message"),
    [
        (
            lambda run: (run / "manifest.json").unlink(),
            UsageError,
            "holds no manifest.json, validation",
        ),
        (lambda run: (run / "manifest.json").write_text("{"), UsageError, "is not a run folder"),
        (lambda run: (run / "manifest.json").write_text("[]"), UsageError, "holds no table"),
        (
            lambda run: piped(run / "manifest.json"),
            UsageError,
            "a device or a pipe, expected what a run writes",
        ),
        (
            lambda run: (run / "cycles.csv").unlink(),
            UsageError,
            "is not a table of cycles: No such",
        ),
        (
            lambda run: (run / "cycles.csv").write_text("a,b\n1,2\n"),
            UsageError,
            "no column cycle, error or accuracy",
        ),
        (
            lambda run: (run / "cycles.csv").write_text(f"{HEAD}0,x,,1\n"),
            UsageError,
            "row 1: error is 'x', expected a number",
        ),
        (
            lambda run: (run / "cycles.csv").write_text(f"{HEAD}0,inf,,1\n"),
            UsageError,
            "row 1: error is inf, expected a number",
        ),
        (
            lambda run: (run / "cycles.csv").write_text(f"{HEAD}5,1,,1\n"),
            UsageError,
            "row 1: cycle is 5, expected 0",
        ),
        (
            lambda run: (run / "cycles.csv").write_text(HEAD),
            SpicelearnError,
            "holds no measured cycle yet",
        ),
        (
            lambda run: (run / "test.csv").write_text("x\n1\n"),
            UsageError,
            "is not a table of responses",
        ),
    ],
)
def test_a_damaged_folder_is_refused_by_name(
    made: Made,
    tmp_path: Path,
    spoil: Callable[[Path], object],
    kind: type[Exception],
    message: str,
) -> None:
    run = made(tmp_path)
    spoil(run)
    with pytest.raises(kind) as refused:
        page_of(run)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("code_0,code_1,code_99", "1,2,3", "has 2 wiper codes and cycles.csv has 3, expected as"),
        ("code_0", "1", "has 2 wiper codes and cycles.csv has 1"),
        ("code_0,code_1", "-5,400", "cycles.csv has wiper codes beyond 0 to 127"),
    ],
)
def test_a_table_of_another_machine_leaves_the_network_out(
    made: Made, tmp_path: Path, header: str, row: str, message: str
) -> None:
    run = made(tmp_path, "divider")
    (run / "cycles.csv").write_text(f"cycle,error,accuracy,{header}\n0,1.0,,{row}\n")
    assert message in page_of(run).notes[0]
    assert names(run) == {"error", "weights"}


@pytest.mark.parametrize("huge", [10**400, float("inf"), float("nan")])
def test_numbers_that_nothing_can_be_computed_with_are_the_tables(
    made: Made, tmp_path: Path, huge: float
) -> None:
    run = made(tmp_path)
    results = json.loads((run / "manifest.json").read_text())["results"]
    spoilt = results | {"decades": huge, "error_initial": huge, "accuracy_final": huge}
    altered(run, results=spoilt)
    assert f"fell from {results['error_initial']:.4g} to" in page_of(run).sentence
    other = made(tmp_path / "other")
    assert comparison_page([run, other]).sentence.startswith("2 runs; the error of ")


@pytest.mark.parametrize(
    ("errors", "run", "runs"),
    [
        (
            [1.0, 0.01],
            "fell from 1 to 0.01 V², by 2.00 decades.",
            "fell furthest, by 2.00 decades.",
        ),
        ([0.1, 1.0], "rose from 0.1 to 1 V², by 1.00 decades.", "1 run; no error fell."),
        ([1.0, 1.0], "stayed at 1 V².", "1 run; no error fell."),
        ([1.0, 0.0], "fell from 1 to 0 V².", "1 run; no error fell."),
    ],
)
def test_how_an_error_changed_is_said(
    made: Made, tmp_path: Path, errors: list[float], run: str, runs: str
) -> None:
    folder = made(tmp_path, "divider")
    lines = [f"{cycle},{error},,64,64\n" for cycle, error in enumerate(errors)]
    (folder / "cycles.csv").write_text(f"{HEAD[:-1]},code_1\n" + "".join(lines))
    assert page_of(folder).sentence.endswith(run)
    assert comparison_page([folder]).sentence.endswith(runs)


def test_a_run_without_a_measurement_is_left_out_of_a_comparison(
    made: Made, tmp_path: Path
) -> None:
    run = made(tmp_path)
    (run / "cycles.csv").write_text(HEAD)
    page = comparison_page([run])
    assert page.sentence == "0 runs."
    assert page.notes == [f"{run} holds no measured cycle yet: it is left out."]


@pytest.mark.parametrize(("cycles", "early"), [(7, True), (0, False)])
def test_a_run_that_had_not_settled_is_told_first(
    made: Made, tmp_path: Path, cycles: int, early: bool
) -> None:
    """The machine has settled: the manifest is given another number of cycles."""
    run, other = made(tmp_path), made(tmp_path / "other")
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["results"]["unsettled_cycles"] = cycles
    (run / "manifest.json").write_text(json.dumps(manifest))
    told = "was sensed before it had settled, in 7 clock cycles"
    assert page_of(run).sentence.startswith(f"The machine {told}") == early
    assert page_of(run).sentence.startswith("An idealised model") == (not early)
    compared = comparison_page([run, other]).sentence
    assert compared.startswith(f"{run} {told}" if early else "2 runs; ")


def test_a_run_is_not_compared_with_itself(made: Made, tmp_path: Path) -> None:
    run = made(tmp_path)
    with pytest.raises(UsageError, match="a run is named twice, expected runs that differ"):
        comparison_page([run, run.parent / "." / "run"])


def test_weights_that_do_not_step_have_no_error_of_a_step(made: Made, tmp_path: Path) -> None:
    run = made(tmp_path)
    assert "error of one random step" in json.dumps(page_of(run).specs())
    board = default_board("rheostat", "ideal").with_values({"update": "continuous"})
    other = made(tmp_path / "other", board=board)
    assert "error of one random step" not in json.dumps(page_of(other).specs())


def test_lessons_in_a_row_are_told_one_by_one(made: Made, tmp_path: Path) -> None:
    run = made(tmp_path, "seven", 1500)
    page = page_of(run)
    assert "2 of 2 lessons in a row, 1,500 cycles." in page.sentence
    results = json.loads((run / "manifest.json").read_text())["results"]
    assert results["decades"] is None
    assert all(stage["decades"] > 0 for stage in results["stages"])
    other = made(tmp_path / "other")
    compared = comparison_page([run, other])
    assert compared.sentence.startswith(f"2 runs; the error of {other} fell furthest, by ")
    assert comparison_page([run]).sentence == "1 run of several lessons each."
    assert len(next(facts for facts in page.facts if facts.title == "Stages").rows) == 2


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("validation.json", lambda content: content["ladder"][0].update(decades=None)),
        ("validation.json", lambda content: content.update(voltage_rms=10**400)),
        ("validation.json", lambda content: content.update(ladder=3)),
        ("figures.json", lambda content: content.update(voltages=[[1.0]])),
        ("figures.json", lambda content: content["errors"].update(circuit=[[0, float("inf")]])),
        ("figures.json", lambda content: content.clear()),
    ],
)
def test_a_damaged_validation_is_refused(
    tmp_path: Path, name: str, spoil: Callable[[dict[str, Any]], object]
) -> None:
    for file, good in (("validation.json", VALIDATION), ("figures.json", FIGURES)):
        (tmp_path / file).write_bytes(good)
    assert page_of(tmp_path).body()
    content = json.loads((tmp_path / name).read_text())
    spoil(content)
    (tmp_path / name).write_text(json.dumps(content))
    with pytest.raises(UsageError, match="is damaged, expected what validate writes"):
        page_of(tmp_path)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"accuracy_best": 0.5, "first_right_cycle": None},
        {"restarts": 2},
        {"merit": 3},
        {"merit": {"name": "gap", "unit": "V", "value": "x", "asked": 1.0}},
    ],
)
def test_damaged_results_are_told(made: Made, tmp_path: Path, spoilt: dict[str, Any]) -> None:
    run = made(tmp_path)
    known = json.loads((run / "manifest.json").read_text())["results"]
    for name in ("accuracy_best_cycle", "restarts_allowed"):
        del known[name]
    altered(run, results={**known, **spoilt})
    said = "What else its manifest says of its results is damaged."
    assert page_of(run).sentence.endswith(said)
    altered(run, results=known)
    assert said not in page_of(run).sentence


@pytest.mark.parametrize(
    "stages", [3, [3], [{"restarts": 1}], [{"restarts": 1, "attempt_cycle": "x"}]]
)
def test_damaged_stages_leave_the_network_out(made: Made, tmp_path: Path, stages: Any) -> None:
    run = made(tmp_path)
    known = json.loads((run / "manifest.json").read_text())["results"]
    altered(run, results={**known, "stages": stages})
    (note,) = page_of(run).notes
    assert "manifest.json is damaged, expected edges, lessons, parts and experiment" in note


def test_results_are_named_and_do_not_repeat_choices(made: Made, tmp_path: Path) -> None:
    facts = {
        each.title: {row[0]: row[1] for row in each.rows} for each in page_of(made(tmp_path)).facts
    }
    assert facts["Results"]["error before training"].endswith(" V²")
    assert not {"task", "seed", "plant"} & set(facts["Results"])
    assert facts["Choices"]["nudge eta"] == "0.5"
    assert "100 kΩ" in facts["Board, as a board file names it"].values()


def test_warnings_and_remarks_are_notes(made: Made, tmp_path: Path) -> None:
    run = made(tmp_path)
    known = json.loads((run / "manifest.json").read_text())["results"]
    assert page_of(run).notes == []
    altered(run, remarks=["output 3 hangs"], results={**known, "warnings": ["it got worse", 3]})
    assert page_of(run).notes == ["Output 3 hangs.", "It got worse."]
    altered(run, remarks="x", results={**known, "warnings": {"a": 1}})
    assert page_of(run).notes == []


@pytest.mark.parametrize(
    ("accuracies", "said"),
    [
        ([0.5, 0.9], "its accuracy rose from 50.0 to 90.0 % (measured last), and its mean"),
        ([0.9, 0.5], "its accuracy fell from 90.0 to 50.0 % (measured last), and its mean"),
        ([0.9, 0.9], "its accuracy stayed at 90.0 % (measured last), and its mean"),
    ],
)
def test_how_an_accuracy_changed_is_said(
    made: Made, tmp_path: Path, accuracies: list[float], said: str
) -> None:
    """Targets that the machine sets itself are named: errors of different ones do not compare."""
    folder = made(tmp_path, "iris", 1)
    codes = ",".join(f"code_{place}" for place in range(16))
    rows = "".join(f"{k},{k + 1},{each}{',64' * 16}\n" for k, each in enumerate(accuracies))
    (folder / "cycles.csv").write_text(f"cycle,error,accuracy,{codes}\n{rows}")
    altered(folder, results={})
    sentence = page_of(folder).sentence
    assert said in sentence
    assert "its targets are measured anew as it learns" in sentence
    assert "measured anew" not in page_of(made(tmp_path / "other")).sentence


@pytest.mark.parametrize(("last", "side"), [(1e-9, "below"), (9.0, "above")])
def test_where_the_error_ends_against_a_random_step_is_computed(
    made: Made, tmp_path: Path, last: float, side: str
) -> None:
    run = made(tmp_path, "divider")
    (run / "cycles.csv").write_text(f"{HEAD[:-1]},code_1\n0,1.0,,64,64\n1,{last},,64,64\n")
    assert f"The error ends {side} it, at " in page_of(run).figures[0].caption
