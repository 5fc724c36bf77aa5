"""Task files: what the examples mean, and that whatever is wrong is one line naming the place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.formats.csv_table import Table
from spicelearn.formats.toml import Settings
from spicelearn.machines import curriculum
from spicelearn.tasks.allostery import Allostery
from spicelearn.tasks.classification import Classification
from spicelearn.tasks.dataset import Scaling
from spicelearn.tasks.regression import Regression

from ..conftest import ROOT

EXAMPLES = ROOT / "examples"


def test_a_schedule_is_applied_in_turn() -> None:
    task = curriculum(str(EXAMPLES / "bridge.toml"))
    assert isinstance(task, Allostery)
    assert (task.name, task.inputs, task.outputs) == ("bridge", (0, 6), (3, 4))
    desired = [task.example(cycle, None).targets.tolist() for cycle in (0, 149, 150, 300, 450)]
    assert desired == [[[2, 1.5]], [[2, 1.5]], [[3, 1.5]], [[2.5, 1.5]], [[2, 1.5]]]
    assert task.changes(450) == [150, 300]
    experiment = Experiment(str(EXAMPLES / "bridge.toml"))
    assert experiment.edges == 12
    assert [path.name for path in experiment.files] == ["bridge.toml", "bridge.csv"]


def test_a_data_set_is_scaled_and_split_by_the_seed() -> None:
    first, again, other = (curriculum(str(EXAMPLES / "tank.toml"), seed) for seed in (0, 0, 1))
    assert isinstance(first, Regression)
    assert isinstance(again, Regression)
    assert isinstance(other, Regression)
    assert [len(part[0]) for part in (first.training, first.test)] == [100, 20]
    np.testing.assert_array_equal(first.test[0], again.test[0])
    assert (first.test[0] != other.test[0]).any()
    inputs = np.concatenate([first.training[0], first.test[0]])
    assert inputs[:, :2].min(axis=0).tolist() == [1, 1]
    assert inputs[:, :2].max(axis=0).tolist() == [5, 5]
    assert not inputs[:, 2].any()
    weights, *_ = np.linalg.lstsq(inputs[:, :2], np.concatenate([first.training[1], first.test[1]]))
    np.testing.assert_allclose(weights.T, [[0.15, 0.20], [0.25, 0.10]], atol=1e-3)


@given(st.floats(1e-3, 1e3), st.floats(-10, 10))
def test_a_scaled_column_ends_where_it_is_asked_to(span: float, least: float) -> None:
    """Rounding would take some spans a little beyond: 5.0 * 0.49 / 0.49 > 5."""
    cells = [repr(least), repr(least + span / 3), repr(least + span)]
    table = Table(Path("t.csv"), {"a": cells}, [2, 3, 4])
    scaling = Scaling(Settings("task", Path("t.toml"), {"scale": [0, 5]}), "scale")
    (volts,) = scaling.volts([table], "a")
    assert (volts.min(), volts.max()) == (0, 5)


def test_a_label_makes_classes_and_every_class_is_trained_and_tested() -> None:
    task = curriculum(str(EXAMPLES / "wine.toml"))
    assert isinstance(task, Classification)
    assert task.classes == ("cultivar 1", "cultivar 2", "cultivar 3")
    sizes = [np.bincount(part[1]).tolist() for part in (task.training, task.test)]
    assert np.sum(sizes, axis=0).tolist() == [59, 71, 48]
    np.testing.assert_allclose(np.divide(sizes[1], [59, 71, 48]), 0.75, atol=0.02)


def test_classes_may_have_given_targets() -> None:
    task = curriculum(str(EXAMPLES / "wine-transistor.toml"))
    assert isinstance(task, Classification)
    assert (task.machine, task.outputs, task.queries(0)) == ("transistor", ((1, 5),), None)
    shown = {float(task.example(cycle, None).targets[0, 0]) for cycle in range(task.epoch)}
    assert shown == {-0.04, 0.0, 0.04}
    found = task.evaluate(np.full((len(task.test[0]), 1), 0.03), None).found
    assert set(found.tolist()) == {2}  # type: ignore[union-attr]
    assert task.volts() == (0.0, 0.45)


TASK = """network = "wheel9"
[inputs]
7 = "a"
5 = 0.0
[outputs]
4 = "b"
[data]
file = "d.csv"
"""
CLASSES = """network = "wheel9"
outputs = [4, 0]
[inputs]
7 = "a"
5 = 0.0
[data]
file = "d.csv"
label = "b"
"""
ROWS = "a,b\n1,2\n2,3\n3,4\n4,4\n"
KINDS = "a,b\n1,x\n2,x\n3,y\n4,y\n4,y\n"
PLAIN = 'network = "wheel9"\n[inputs]\n0 = 5.0\n1 = 0.0\n[outputs]\n4 = 2.0\n'


@pytest.mark.parametrize(
    ("text", "rows", "message"),
    [
        (TASK, "a,c\n1,2\n2,3\n", "d.csv has no column 'b', it has 'a', 'c'"),
        (TASK, "a,b\n1,2\n2,high\n", "d.csv, line 3, column 'b': 'high', expected a number"),
        (TASK, "a,b\n1,2\nnan,3\n", "d.csv, line 3, column 'a': 'nan', expected a finite number"),
        (TASK, "a,b\n1,2\n", "d.csv, line 2 is the only row, expected at least 2"),
        (TASK, "a,b\n1,2\n2,7\n", "d.csv) applies 7 V, expected 0 to logic_supply_V = 5"),
        (
            CLASSES,
            KINDS + "1,z\n",
            "d.csv, line 7, column 'b': 'z', expected a class of at least 2",
        ),
        (CLASSES, "a,b\n1,x\n2,x\n", "column 'b' has the class 'x' only, expected at least two"),
        (TASK.replace("4 =", "7 ="), ROWS, "t.toml: outputs = 7, expected a node that is not an i"),
        (CLASSES.replace("4, 0", "4, 5"), KINDS, "outputs = 5, expected a node that is not an in"),
        (CLASSES.replace("4, 0", "4, 4"), KINDS, "outputs = [4, 4], expected each node once"),
        (CLASSES.replace("4, 0", "[4], 0"), KINDS, "outputs = [4], expected the number of a node"),
        (CLASSES.replace("[4, 0]", "4"), KINDS, "outputs = 4, expected a list of nodes, as data"),
        (TASK.replace("7 =", "77 ="), ROWS, "network wheel9: input names node 77, expected 0 to 8"),
        (TASK.replace('"b"', "3.0"), ROWS, "outputs.4 = 3.0, expected the name of a column"),
        (TASK.replace('"d.csv"', '"e.csv"'), ROWS, "e.csv: No such file or directory, expected"),
        (
            TASK + "tests = 1\n",
            ROWS,
            "t.toml: no key 'tests' (did you mean 'test'?), expected file, ",
        ),
        (
            TASK + "test = 9\n",
            ROWS,
            "data.test = 9, expected a share between 0 and 1, or 1 to 3 of",
        ),
        (TASK + "test = 0.0\n", ROWS, "data.test = 0.0, expected a share between 0 and 1"),
        (CLASSES + "test = 1\n", KINDS, "data.test = 1, expected 2 to 3 of the 5 rows: of every"),
        (TASK + "scale = [5, 0]\n", ROWS, "data.scale = [5, 0], expected two voltages, the lower"),
        (TASK + "scale = [0, 5]\n", "a,b\n1,2\n1,3\n", "'a' is 1 in every row, expected values"),
        (TASK + 'test = 1\ntest_file = "d.csv"\n', ROWS, "data.test = 1, expected either this or"),
        (CLASSES + "target_scale = [0, 1]\n", KINDS, "target_scale = [0, 1], expected none beside"),
        (TASK + "[data.targets]\nx = 1\n", ROWS, "{'x': 1}, expected data.label beside it"),
        (CLASSES + "targets = 3\n", KINDS, "data.targets = 3, expected a table with one class per"),
        (CLASSES + "[data.targets]\nx = [1, 2]\n", KINDS, "y is missing, expected 2 voltages, one"),
        (CLASSES + "[data.targets]\nx = 1\ny = 2\n", KINDS, "x = 1, expected 2 voltages, one per"),
        (CLASSES + "[data.targets]\nz = [1, 2]\n", KINDS, "no class 'z', expected x, y"),
        (
            CLASSES + "[data.targets]\nx = [1, 2]\ny = [1, 2]\n",
            KINDS,
            "expected another target for",
        ),
        (
            CLASSES + "[data.targets]\nx = [1, nan]\ny = [1, 2]\n",
            KINDS,
            "expected another target for",
        ),
        (
            CLASSES + "[data.targets]\nx = [1, nan]\ny = [2, nan]\n",
            KINDS,
            "expected a class that teaches output 2",
        ),
        (CLASSES + "[data.targets]\nx = [1, inf]\ny = [2, 1]\n", KINDS, "inf, expected a number"),
        (CLASSES + "hinge = true\n", KINDS, "data.hinge = True, expected true or false, and data"),
        (CLASSES + "hinge = 1\n", KINDS, "data.hinge = 1, expected true or false, and data"),
        (
            CLASSES + "test = 2\n[data.targets]\nx = [1, 9]\ny = [1, 2]\n",
            KINDS,
            "applies 9 V, expected 0 to",
        ),
        (CLASSES + 'test_file = "f.csv"\n', KINDS, "f.csv, line 2, column 'b': 'w', expected a cl"),
        (
            PLAIN + "5 = [1.0, 2.0]\n6 = [1.0, 2.0, 3.0]\n",
            "",
            "schedules of 2 and of 3 voltages, e",
        ),
        (PLAIN + "6.5 = 2\n", "", "outputs.6 = {'5': 2}, expected a number"),
        (PLAIN.replace("2.0", "inf"), "", "outputs.4 = inf, expected a number"),
        (PLAIN.replace("2.0", "[]"), "", "outputs.4 = [], expected at least one voltage"),
        (PLAIN.replace("2.0", "true"), "", "outputs.4 = True, expected a number"),
        (PLAIN.replace("4 = ", '"4\\n.control" = '), "", "expected the number of a node"),
        (
            PLAIN.replace("[outputs]\n4 = 2.0\n", ""),
            "",
            "outputs is missing, expected a table with",
        ),
        (
            PLAIN.replace("wheel9", "wheel8"),
            "",
            "no network 'wheel8' (did you mean 'wheel9'?), expected",
        ),
        ("eta = 2.0\n" + PLAIN, "", "eta = 2.0, expected more than 0 and at most 1"),
        ("cycles = 0\n" + PLAIN, "", "cycles = 0, expected a whole number from 1 to 1000000000"),
        ("hold = 1.5\n" + PLAIN, "", "hold = 1.5, expected a whole number"),
        ('name = "a b"\n' + PLAIN, "", "name = 'a b', expected at most 60 letters, digits,"),
        ('cuts = ["3"]\n' + PLAIN, "", "t.toml: cut '3', expected EDGE@CYCLE"),
        ("cuts = 3\n" + PLAIN, "", "cuts = 3, expected a list like"),
        (
            "cycle = 5\n" + PLAIN,
            "",
            "t.toml: no key 'cycle' (did you mean 'cycles'?), expected name, ",
        ),
        ("data = 5\n" + PLAIN, "", "t.toml: data = 5, expected a table"),
        ("network = ", "", "t.toml: expected TOML: "),
    ],
)
def test_what_is_wrong_is_one_line_naming_the_place(
    tmp_path: Path, text: str, rows: str, message: str
) -> None:
    (tmp_path / "t.toml").write_text(text)
    (tmp_path / "d.csv").write_text(rows)
    (tmp_path / "f.csv").write_text("a,b\n1,w\n")
    with pytest.raises(UsageError) as failure:
        Experiment(str(tmp_path / "t.toml"))
    assert message in str(failure.value)
    assert "\n" not in str(failure.value)


def test_an_output_that_no_input_reaches_is_refused(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("source,target\n0,1\n1,4\n2,3\n")
    (tmp_path / "t.toml").write_text('network = "n.csv"\n[inputs]\n0 = 5.0\n[outputs]\n3 = 2.0\n')
    with pytest.raises(UsageError, match="node 2 is not connected to any input"):
        Experiment(str(tmp_path / "t.toml"))


def test_two_files_are_training_and_test_scaled_alike(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(TASK + 'test_file = "e.csv"\nscale = [0, 5]\n')
    (tmp_path / "d.csv").write_text("a,b\n0,1\n4,2\n")
    (tmp_path / "e.csv").write_text("a,b\n10,3\n")
    task = curriculum(str(tmp_path / "t.toml"))
    assert isinstance(task, Regression)
    assert task.training[0][:, 0].tolist() == [0, 2]
    assert task.test[0].tolist() == [[5, 0]]
    assert task.test[1].tolist() == [[3]]


DIFFERENCE = """network = "wheel9"
[inputs]
7 = 5.0
5 = 0.0
[differences]
O = "0 - 3"
[outputs]
O = [0.02, -6.0]
4 = 2.0
"""


def written(folder: Path, text: str) -> str:
    """Write a task file and return its name."""
    (folder / "t.toml").write_text(text)
    return str(folder / "t.toml")


def test_an_output_is_a_difference_by_the_name_that_the_file_gives(tmp_path: Path) -> None:
    experiment = Experiment(written(tmp_path, DIFFERENCE), plant="ideal")
    task = experiment.lesson.task
    assert isinstance(task, Allostery)
    assert task.outputs == experiment.lesson.network.outputs == ((0, 3), 4)
    assert task.applied() == (0.0, 5.0)
    assert task.desired() == [(-6.0, 0.02), (2.0, 2.0)]
    assert task.example(0, None).targets.tolist() == [[0.02, 2.0]]
    assert task.example(100, None).targets.tolist() == [[-6.0, 2.0]]
    assert task.volts() == (0.0, 5.0)  # a desired difference is no voltage of a node


def test_a_desired_difference_may_be_a_column(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,b,c\n1,-9,1\n2,8,2\n3,7,3\n")
    text = DIFFERENCE.replace("[0.02, -6.0]", '"b"').replace("4 = 2.0", '4 = "c"')
    text = text.replace("7 = 5.0", '7 = "a"') + '[data]\nfile = "d.csv"\ntest = 1\n'
    task = curriculum(written(tmp_path, text))
    assert isinstance(task, Regression)
    assert task.outputs == ((0, 3), 4)
    desired = np.concatenate([task.training[1], task.test[1]])
    assert sorted(desired.tolist()) == [[-9, 1], [7, 3], [8, 2]]
    assert task.volts() == (0.0, 3.0)


def test_a_class_may_leave_an_output_untaught(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(KINDS)
    targets = "[data.targets]\nx = [1, nan]\ny = [3, 2]\n"
    tasks = [
        curriculum(written(tmp_path, f"{CLASSES}test = 2\n{more}{targets}"))
        for more in ("", "hinge = true\n", "hinge = false\n")
    ]
    for task, hinge in zip(tasks, (False, True, False), strict=True):
        assert isinstance(task, Classification)
        assert task.hinge is hinge
        np.testing.assert_array_equal(task.targets, [[1, np.nan], [3, 2]])


def test_classes_may_be_told_by_differences(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(KINDS)
    text = CLASSES.replace("[4, 0]", '["O", 4]') + 'test = 2\n[differences]\nO = "3-0"\n'
    assert Experiment(written(tmp_path, text)).lesson.network.outputs == ((3, 0), 4)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"0 - 3"', '"0 3"', "differences.O = '0 3', expected the difference of two nodes, like"),
        ('"0 - 3"', '"3 - 3"', "differences.O = '3 - 3', expected the difference of two nodes"),
        ('"0 - 3"', '"0 - 3 - 1"', "differences.O = '0 - 3 - 1', expected the difference of tw"),
        ('"0 - 3"', '"٣ - 1"', "differences.O = '٣ - 1', expected the difference of two nodes"),
        ('"0 - 3"', "3.0", "differences.O = 3.0, expected the difference of two nodes, like"),
        ('[differences]\nO = "0 - 3"', "", "outputs = 'O', expected the number of a node"),
        ("O = [", "P = [", "differences.O = '0 - 3', expected outputs to say what is desired of O"),
        ('"0 - 3"', '"7 - 0"', "outputs = 7, expected a node that is not an input as well"),
        ('"0 - 3"', '"0 - 77"', "output names node 77, expected 0 to 8"),
        ('"0 - 3"', '"0 - 4"', "node 4 is output and output, expected one role per node"),
        ("[0.02, -6.0]", "[]", "outputs.O = [], expected at least one voltage"),
        ("[0.02, -6.0]", "true", "outputs.O = True, expected a number"),
        ('O = "0 - 3"\n', "", "differences = {}, expected a table, each line the difference of"),
    ],
)
def test_a_wrong_difference_is_told_by_file_key_and_value(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in DIFFERENCE
    with pytest.raises(UsageError) as failure:
        Experiment(written(tmp_path, DIFFERENCE.replace(old, new)))
    assert message in str(failure.value)
    assert str(tmp_path / "t.toml") in str(failure.value) or "wheel9" in str(failure.value)
    assert "\n" not in str(failure.value)


TEXTS = st.text(max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


def toml(value: object) -> str:
    """Write a value as TOML, near enough."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return repr(value)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["network", "eta", "cycles", "hold", "cuts", "name", "outputs", "data"]),
        VALUES,
    ),
    st.dictionaries(st.integers(0, 9), VALUES),
)
def test_any_file_is_a_task_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, object], inputs: dict[int, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    lines = [f"{key} = {toml(value)}" for key, value in keys.items()]
    lines += ["[inputs]", *(f"{node} = {toml(value)}" for node, value in inputs.items())]
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    try:
        Experiment(str(path))
    except UsageError as failure:
        assert "\n" not in str(failure)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "(column 'y' of {table}) applies -0.99 V, expected 0 to logic_supply_V = 5: set "
         "data.target_scale = [0, 5]"),
        ("target_scale = [1, 4]", "(column 'x' of {table}) applies 7.5 V, expected 0 to "
         "logic_supply_V = 5: set data.scale = [0, 5]"),
    ],
)  # fmt: skip
def test_a_voltage_beyond_the_supply_is_named_with_its_column_and_the_remedy(
    tmp_path: Path, keys: str, message: str
) -> None:
    table = tmp_path / "my.csv"
    table.write_text("x,y\n1,-0.99\n7.5,2\n3,1\n")
    path = tmp_path / "my.toml"
    path.write_text(
        f'network = "wheel9"\n[data]\nfile = "my.csv"\n{keys}\n'
        '[inputs]\n0 = "x"\n1 = 0.0\n[outputs]\n4 = "y"\n'
    )
    with pytest.raises(UsageError) as caught:
        Experiment(str(path))
    assert message.format(table=table) in str(caught.value)
    scaled = path.read_text().replace("[data]", "[data]\nscale = [0, 5]")
    path.write_text(scaled if keys else scaled.replace("[data]", "[data]\ntarget_scale = [1, 4]"))
    assert Experiment(str(path)).lesson.task.volts() == (0, 5)


def test_rows_come_in_their_order_each_for_a_turn() -> None:
    """The file is the built-in task."""
    task, built_in = curriculum(str(EXAMPLES / "two-tasks.toml")), curriculum("two-tasks")
    assert isinstance(task, Regression)
    assert isinstance(built_in, Regression)
    shown = [task.example(cycle, None).targets.item() for cycle in (0, 99, 100, 199, 200)]
    assert shown == [0.31, 0.31, 0.14, 0.14, 0.31]
    for cycle in (0, 150):
        theirs = built_in.example(cycle, None)
        assert task.example(cycle, None).inputs.tolist() == theirs.inputs.tolist()
        assert task.example(cycle, None).targets.tolist() == theirs.targets.tolist()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (("in_order = true", "in_order = 3"), "in_order = 3, expected true or false"),
        (("hold = 100", "hold = 0"), "hold = 0, expected"),
    ],
)
def test_an_order_that_is_none_is_told(
    tmp_path: Path, changed: tuple[str, str], message: str
) -> None:
    text = (EXAMPLES / "two-tasks.toml").read_text().replace(*changed)
    (tmp_path / "two-tasks.csv").write_text((EXAMPLES / "two-tasks.csv").read_text())
    (tmp_path / "t.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        curriculum(str(tmp_path / "t.toml"))


def test_classes_come_in_random_order(tmp_path: Path) -> None:
    text = (EXAMPLES / "wine-transistor.toml").read_text()
    (tmp_path / "wine.csv").write_text((EXAMPLES / "wine.csv").read_text())
    (tmp_path / "t.toml").write_text(f"hold = 3\n{text}")
    with pytest.raises(UsageError, match="hold = 3, expected none beside"):
        curriculum(str(tmp_path / "t.toml"))
