"""Large pages for the memory of a large circuit."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from spicelearn.spice import heap
from spicelearn.spice.heap import use_large_pages

PROGRAM = """
import ctypes
from spicelearn.spice.heap import use_large_pages
def flags():
    maps = open("/proc/self/smaps").read().split("[heap]")[1:]
    lines = [line for each in maps for line in each.splitlines() if "VmFlags" in line]
    return [line.split() for line in lines[:2]]
before = any("hg" in each for each in flags())
print(before, use_large_pages(2**24), any("hg" in each for each in flags()))
"""


def test_the_heap_grows_in_large_pages_once_it_is_asked_to() -> None:
    """As the kernel tells it of the process's memory; a kernel without them refuses."""
    if not Path("/sys/kernel/mm/transparent_hugepage").exists():
        pytest.skip("no large pages in this kernel")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True", "True"]


def test_a_c_library_without_them_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        """A C library that has no such call."""

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Other())
    assert not use_large_pages(heap.PAGE)
