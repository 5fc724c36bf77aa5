"""What the tests of machines share: a machine of another package, as pip would leave it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from spicelearn import machines
from spicelearn.sweep import spec

PACKAGES = Path(__file__).parent / "packages"
OTHER = "adaline"  # the machine there


@pytest.fixture
def other_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Install the other package's machine while a test runs; return its name."""
    monkeypatch.syspath_prepend(PACKAGES)
    monkeypatch.setenv("PYTHONPATH", str(PACKAGES), prepend=os.pathsep)
    cached = (machines.installed, machines.machine_named, spec.constants)
    for known in cached:
        known.cache_clear()
    yield OTHER
    for known in cached:
        known.cache_clear()
