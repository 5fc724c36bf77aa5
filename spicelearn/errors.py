"""The kinds of failure; each message is one line that names the thing and quotes the value."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean ...?)`` with the known name nearest to this one; else nothing.

    A name that only begins as this one does is near too.
    """
    names = list(known)
    begun = [other for other in names if name and other.startswith(name)]
    near = difflib.get_close_matches(name, names, 1) or begun
    return f" (did you mean {near[0]!r}?)" if near else ""


class SpicelearnError(Exception):
    """Anything that fails; the command ends with status 1."""

    exit_status = 1


class UsageError(SpicelearnError):
    """A choice that cannot be carried out as asked; the command ends with status 2."""

    exit_status = 2


class EngineError(SpicelearnError):
    """The circuit engine refused a deck or stopped."""


class ConvergenceError(EngineError):
    """The circuit engine found no solution at a point in time."""
