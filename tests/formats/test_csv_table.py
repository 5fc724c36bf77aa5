"""CSV tables: what is wrong is named by file, line and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spicelearn.errors import UsageError
from spicelearn.formats.csv_table import read_table


def test_cells_are_read_whatever_the_quotes_blanks_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes('\ufeffa, "b, c",d\r\n\r\n1,2.5,"x"\r\n-3e1, 4 ,y\r\n'.encode())
    table = read_table(path)
    assert table.lines == [3, 4]
    np.testing.assert_array_equal(table.numbers("a"), [1, -30])
    assert table.texts("d") == ["x", "y"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "t.csv is empty, expected a line of column names"),
        (b"a,b\n", "t.csv has no rows, only a line of column names"),
        (b"a,a\n1,2\n", "t.csv, line 1: column 2 is called 'a', expected a name of its own"),
        (b"a,\n1,2\n", "t.csv, line 1: column 2 is called '', expected a name of its own"),
        (b"a,b\n1,2\n3\n", "t.csv, line 3: 1 cells, expected 2"),
        (b"a,b\n1,2\n3,4,5\n", "t.csv, line 3: 3 cells, expected 2"),
        (b"a,b\n1,\xff\n", "t.csv: expected UTF-8 text"),
        (b'a,b\n1,"2\n', "t.csv, line 2: unexpected end of data, expected CSV"),
        (b"c\n1\n", "t.csv has no column 'a', it has 'c'"),
        (b"ab\n1\n", "t.csv has no column 'a' (did you mean 'ab'?), it has 'ab'"),
        (b"a;b\n1,5;2\n", "t.csv has ';' between its columns, expected commas"),
        (b'a\n"1,5"\n', "t.csv, line 2, column 'a': '1,5', expected a decimal point"),
        (b'a\n"1,5,6"\n', "t.csv, line 2, column 'a': '1,5,6', expected a number"),
        (b"a\n1\n\ntwo\n", "t.csv, line 4, column 'a': 'two', expected a number"),
        (b"a\n1\nnan\n", "t.csv, line 3, column 'a': 'nan', expected a finite number"),
        (b"a\n1\n1e999\n", "t.csv, line 3, column 'a': '1e999', expected a finite number"),
        (b"a,b\n1,2\n,4\n", "t.csv, line 3, column 'a': '', expected a value"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError) as failure:
        read_table(path).numbers("a")
    assert str(failure.value).endswith(message)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing\.csv: No such file or directory, expected a C"):
        read_table(tmp_path / "nothing.csv")


@given(st.binary(max_size=200))
def test_any_file_is_a_table_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, b: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b)
    try:
        table = read_table(path)
        for name in table.columns:
            table.numbers(name)
    except UsageError as failure:
        assert "\n" not in str(failure)
