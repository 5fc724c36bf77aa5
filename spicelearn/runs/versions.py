"""Versions of what a run is computed with; each is looked up once in a process."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata

version = cache(metadata.version)  # of an installed package


def versions() -> dict[str, str]:
    """Return the versions of the packages that compute a run, and of Python."""
    known = {name: version(name) for name in ("spicelearn", "PySpice", "numpy")}
    return {**known, "python": platform.python_version()}
