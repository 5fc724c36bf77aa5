"""Files that are replaced in one step, or locked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spicelearn.errors import SpicelearnError, UsageError
from spicelearn.formats.files import content, locked, replace

HOLDER = """
import sys
from pathlib import Path
from spicelearn.formats.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold a file's lock until its standard input ends."""
    words = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_lock_is_for_one_at_a_time_and_free_again_after_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    for _ in range(2):
        with locked(path, 0.0) as lock:
            assert lock > 0
            with pytest.raises(BlockingIOError), locked(path, 0.1):
                pass
    assert path.read_bytes() == b""


def test_another_process_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held_elsewhere(path) as holder:
        with pytest.raises(BlockingIOError), locked(path, 0.0):
            pass
        assert holder.stdin
        holder.stdin.close()
        with locked(path):  # waits for as long as it takes
            holder.wait(10)
    with locked(path, 0.0):
        pass


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held_elsewhere(path) as holder:
        holder.kill()
        holder.wait(10)
        with locked(path, 5.0):
            pass


def test_a_lock_keeps_what_is_in_its_file_and_follows_no_link(tmp_path: Path) -> None:
    path, link = tmp_path / "log", tmp_path / "link"
    path.write_bytes(b"words")
    with locked(path, 0.0):
        pass
    assert path.read_bytes() == b"words"
    link.symlink_to(path)
    with pytest.raises(SpicelearnError, match=r"cannot write .*link: "), locked(link, 0.0):
        pass
    with pytest.raises(SpicelearnError, match=r"cannot write .*: "), locked(tmp_path / "no" / "l"):
        pass


def test_a_file_is_replaced_whole_and_no_link_is_followed(tmp_path: Path) -> None:
    path, outside = tmp_path / "table", tmp_path / "outside"
    outside.write_bytes(b"theirs")
    for held in (b"one", b"two"):
        replace(path, held)
        assert path.read_bytes() == held
    (tmp_path / "table.part").symlink_to(outside)
    with pytest.raises(SpicelearnError, match=r"cannot write .*table: "):
        replace(path, b"three")
    assert (path.read_bytes(), outside.read_bytes()) == (b"two", b"theirs")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(2**20 + 1))
    for name, message in (
        ("large", "large is larger than 1 MB"),
        ("none", "none: No such file or directory, expected a file"),
        (".", ".: Is a directory, expected a file"),
        ("a\0b", "expected the name of a file"),
    ):
        with pytest.raises(UsageError) as failure:
            content(tmp_path / name, name, largest=2**20)
        assert message in str(failure.value)
