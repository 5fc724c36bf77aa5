"""The kinds of failure; each message is one line that names the thing and quotes the value."""


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
