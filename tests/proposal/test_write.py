"""A task file that is begun trains, says what it found, and its columns are what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.machines import machine_named
from spicelearn.proposal import columns, write
from spicelearn.proposal.write import Begun, asked_for, begin_task

Begin = Callable[..., Begun]
RNG = np.random.default_rng(11)
A, B = RNG.uniform(-3, 3, 60), RNG.uniform(10, 90, 60)
RISING = "a,b,y,site\n" + "".join(
    f"{a:.4f},{b:.3f},{a + 0.1 * b:.4f},{'nw'[int(a > 0)]}\n" for a, b in zip(A, B, strict=True)
)
FALLING = "a,y\n" + "".join(f"{a:.4f},{-a:.4f}\n" for a in A)
CHANCE = "a,y\n" + "".join(
    f"{a:.4f},{y:.4f}\n" for a, y in zip(A, RNG.normal(size=60), strict=True)
)


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    """Return a function that begins a task for a table, after few and short trials."""

    def run(kind: str, table: str, machine: str = "rheostat", **asked: Any) -> Begun:
        path = tmp_path / "table.csv"
        path.write_text(table, encoding="utf-8")
        wanted = asked_for(machine_named(machine), path, **asked)
        cycles = 5 if machine == "homodyne" else 40
        outline = replace(wanted.outline, trials=2, trial_cycles=cycles)
        return begin_task(kind, replace(wanted, outline=outline), tmp_path / "own.toml")

    return run


def test_a_rising_column_is_desired_of_a_node(begin: Begin) -> None:
    begun = begin("regression", RISING)
    experiment = Experiment(str(begun.path))
    low, high = experiment.lesson.task.volts()
    assert 0 <= low < high <= 5
    assert all(isinstance(output, int) for output in experiment.lesson.task.outputs)
    assert len(experiment.lesson.task.inputs) == 4  # a, b, and a node at either end
    assert begun.proposal.learnable
    text = begun.path.read_text()
    assert '#   "site": text, 2 different; not used' in text
    assert "sum to 1" in text
    assert "cannot" not in text


def test_a_falling_column_is_desired_of_a_difference(begin: Begin) -> None:
    begun = begin("regression", FALLING)
    (output,) = Experiment(str(begun.path)).lesson.task.outputs
    assert isinstance(output, tuple)
    assert "one that rises with every input 0%" in " ".join(begun.told)
    assert begun.proposal.learnable


def test_what_cannot_be_learned_is_said_and_trains_all_the_same(begin: Begin) -> None:
    begun = begin("regression", CHANCE)
    assert not begun.proposal.learnable
    assert '# So "y" cannot be learned from these columns by a linear network.' in (
        begun.path.read_text().splitlines()
    )
    assert Experiment(str(begun.path)).lesson.task.tests() is not None


def test_classes_are_told_by_the_column_of_texts(begin: Begin) -> None:
    begun = begin("classification", RISING)
    task: Any = Experiment(str(begun.path)).lesson.task
    assert task.classes == ("n", "w")
    assert begun.proposal.inputs == ("a", "b", "y")
    assert 'label = "site"' in begun.path.read_text()


def test_a_nonlinear_machine_has_differences_and_a_board(begin: Begin) -> None:
    begun = begin("regression", FALLING, "transistor")
    assert begun.board
    assert begun.command == f"spicelearn train {begun.path} --board {begun.board}"
    assert Experiment(str(begun.path)).machine == "transistor"


def test_two_classes_are_told_by_a_threshold_at_the_electrodes_of_a_device(begin: Begin) -> None:
    begun = begin("classification", RISING, "homodyne", inputs=("a", "b"), label="site")
    task = Experiment(str(begun.path)).lesson.task
    assert (task.inputs, task.outputs) == ((0, 1), (7,))
    assert "separate = true" in begun.path.read_text()


def test_rows_of_an_allostery_are_stages_and_voltages_stay_weighted_means(begin: Begin) -> None:
    begun = begin("allostery", "high,low,out\n30,-10,10\n30,-10,0\n")
    task: Any = Experiment(str(begun.path)).lesson.task
    assert task.input_V == ((5.0, 5.0), (0.0, 0.0))
    assert task.target_V == ((2.5, 1.25),)
    assert "All voltages are scaled alike" in begun.path.read_text()


def test_a_voltage_beyond_the_inputs_gets_nodes_at_the_ends_of_the_supply(begin: Begin) -> None:
    begun = begin("allostery", "a,b,out\n3,1,4\n")
    task: Any = Experiment(str(begun.path)).lesson.task
    assert task.input_V == ((3.0,), (1.0,), (0.0,), (5.0,))
    assert "Row 1 desires a voltage beyond its inputs" in " ".join(begun.told)


def test_odd_names_of_columns_are_quoted(begin: Begin) -> None:
    table = FALLING.replace("a,y", '"a ""\n# b","y\\"', 1)
    task = Experiment(str(begin("regression", table).path)).lesson.task
    assert len(task.inputs) == 3


@pytest.mark.parametrize(
    ("kind", "table", "asked", "message"),
    [
        ("regression", "a;b\n1;2\n", {}, "has ';' between its columns, expected commas"),
        ("regression", "1,2\n3,4\n", {}, "begins with the numbers 1, 2, expected a line of"),
        ("regression", FALLING, {"outputs": ("z",)}, "has no column 'z', it has 'a', 'y'"),
        ("regression", 'a,b\n"1,5",x\n"2,5",y\n', {}, "has the columns 'a': numbers with decimal "
         "commas, like '1,5', not points; 'b': text, 2 different, expected two columns of numbers"),
        ("regression", '"l, m",b\n1,2\n2,3\n', {"inputs": ("l",)}, "has no column 'l' (did you "
         "mean 'l, m'?), it has 'l, m', 'b'; a name with a comma needs double quotes around it"),
        ("regression", RISING, {"inputs": ("site",)}, "column 'site': '"),
        ("regression", "a,y\n1,2\n1,3\n", {"inputs": ("a",)}, "'a' is the number 1 in every row"),
        ("regression", FALLING, {"inputs": ("y",), "outputs": ("y",)}, "'y' is named twice"),
        ("regression", "a,t\n1,x\n2,y\n", {}, "'t': text, 2 different, expected two columns of"),
        ("regression", FALLING, {"network": "divider"}, "has 3 nodes, expected at least 5: for 3"),
        ("regression", "a,y\n1,2\n", {"inputs": ("a",), "outputs": ("y",)}, "'a' is the number 1"),
        ("classification", "a,k\n1,x\n2,y\n3,y\n", {}, "has 2 classes, 'x' in 1 rows, expected"),
        ("regression", FALLING, {"label": "y"}, "--label is of no use here: a regression has"),
        ("allostery", "a,y\n9,9\n", {}, "has voltages from 9 to 9, expected values that differ"),
        ("regression", "a,y\n1e308,2\n-1e308,3\n", {}, "'a' goes from -1e+308 to 1e+308, expected"),
        ("allostery", "a,y\n" + 51 * "1,1\n", {}, "has 51 rows, expected at most 50, which"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_do_is_refused(
    begin: Begin, kind: str, table: str, asked: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        begin(kind, table, **asked)
    assert message in str(caught.value)


def test_a_file_that_is_there_is_not_written_over(begin: Begin) -> None:
    begun = begin("allostery", "a,b,out\n3,1,2\n")
    with pytest.raises(UsageError, match="is there already, expected a new file, or --force"):
        begin("allostery", "a,b,out\n3,1,2\n")
    assert begun.path.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("table.csv", "is no name of a task file, expected one that ends in .toml"),
        ("own\n.toml", "has characters that are no text, expected another name"),
        ("own.toml", "is the table itself, expected another file with --out"),
    ],
)
def test_a_name_that_is_none_of_a_task_file_is_refused(
    tmp_path: Path, name: str, message: str
) -> None:
    table = tmp_path / ("own.toml" if message.startswith("is the") else "table.csv")
    table.write_text(RISING)
    asked = asked_for(machine_named("rheostat"), table)
    with pytest.raises(UsageError, match=message):
        begin_task("regression", asked, tmp_path / name, force=True)
    assert table.read_text() == RISING


def test_a_network_file_is_named_from_the_task_files_folder(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner").mkdir()
    net = "source,target\n" + "".join(f"{k},{(k + 1) % 9}\n{k},{(k + 2) % 9}\n" for k in range(9))
    (tmp_path / "inner" / "net.csv").write_text(net)
    monkeypatch.chdir(tmp_path / "inner")
    begun = begin("regression", RISING, network="net.csv")
    assert 'network = "inner/net.csv"' in begun.path.read_text()
    monkeypatch.chdir("/")
    assert len(Experiment(str(begun.path)).lesson.network.edges) == 18


def test_rows_that_are_too_few_to_tell_are_not_judged(begin: Begin) -> None:
    begun = begin("regression", "a,y\n1,2\n2,3\n3,4\n")
    assert begun.proposal.learnable is None
    assert any("with 1 test row only, which tells nothing" in text for text in begun.told)
    assert not any("cannot be learned" in text for text in begun.told)


def test_a_cell_that_spoils_a_column_is_named(begin: Begin) -> None:
    rows = "".join(f"{k},{k % 7},{2 * k}\n" for k in range(30))
    spoilt = begin("regression", f"a,b,y\n{rows}".replace("\n9,2,", "\n9,NaN,"))
    assert any(
        text.startswith("Column 'b' is taken for text: line 11 has 'NaN'") for text in spoilt.told
    )
    assert spoilt.proposal.inputs == ("a",)


def test_choices_of_nodes_are_tried_with_some_rows_of_a_long_table(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the extremes of every column, and with the rarest class: two rows of 60."""
    for module in (columns, write):
        monkeypatch.setattr(module, "ROWS_TRIED", 20)
    rare = RISING.replace(",n\n", ",x\n", 2)
    whole = begin("classification", rare)
    assert "choices of nodes and 20 rows, drawn at random, finds" in whole.told[-1]
    found = whole.proposal.columns
    (tmp_path / "some").mkdir()
    sample = columns.Columns.read(found.sample(tmp_path / "some", ("y", "site"), "site"))
    assert 20 <= sample.rows < 30
    assert str(sample.by_name["y"]) == str(found.by_name["y"])
    assert sample.table.columns["site"].count("x") == 2
    monkeypatch.undo()
    assert found.sample(tmp_path, ("y",), None) == found.path


def test_every_row_of_an_allostery_counts_in_its_trials(begin: Begin) -> None:
    """Half of the stages are met by all networks; the error is that of both halves."""
    begun = begin("allostery", "a,b,out\n" + "3,1,2.9\n2,2,2\n" * 3)
    assert begun.trial.error > 1e-4


def test_a_device_has_the_electrodes_of_its_name(begin: Begin) -> None:
    table = "a,b,c,k\n" + "".join(f"{k},{k % 3},{k % 5},{'xy'[k % 2]}\n" for k in range(30))
    with pytest.raises(UsageError, match="has 2 inputs, expected 3: one for every column"):
        begin("classification", table, "homodyne", network="mosfets")
    with pytest.raises(UsageError, match="has 3 classes, expected 2 on machine homodyne"):
        begin("classification", table.replace("9,0,4,y", "9,0,4,z").replace("19,1,4,y", "19,1,4,z"),
              "homodyne", inputs=("a", "b"))  # fmt: skip


def test_a_machine_learns_its_kinds_of_task_only(begin: Begin) -> None:
    with pytest.raises(UsageError, match="homodyne learns no regression, expected classification"):
        begin("regression", FALLING, "homodyne")
