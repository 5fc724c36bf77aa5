"""The entry point, and the one place where failures become messages."""

from __future__ import annotations

import signal
import sys
import traceback
from typing import Any


def main() -> None:
    """Run the command; a failure is one line on standard error and status 1 or 2.

    Of an interrupt the status is 130, of SIGTERM 143, as of any program.
    """
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        signal.signal(signal.SIGTERM, terminated)
        message, status = run(arguments)
    except SystemExit:  # click's, where standard output was closed: nobody to tell
        raise
    except BaseException as failure:
        if debug:
            traceback.print_exc()
        message, status = told(failure)
    if status:
        print(f"spicelearn: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(status)


class Terminated(KeyboardInterrupt):
    """SIGTERM came: it ends a run as Ctrl-C does."""


def terminated(number: int, frame: object) -> None:
    """Interrupt whatever is going on."""
    del number, frame
    raise Terminated


def run(arguments: list[str]) -> tuple[str, int]:
    """Import and run the command group: an import takes long enough to be interrupted."""
    from .group import group  # noqa: PLC0415

    group.main(arguments, prog_name="spicelearn", standalone_mode=False)
    sys.stdout.flush()
    return "", 0


def told(failure: BaseException) -> tuple[str, int]:
    """Return the message and the exit status of a failure."""
    if type(failure).__name__ == "Abort":  # what click makes of an interrupt
        failure = failure.__cause__ or KeyboardInterrupt()
    if isinstance(failure, KeyboardInterrupt):
        number = signal.SIGTERM if isinstance(failure, Terminated) else signal.SIGINT
        return str(failure) or "interrupted", 128 + number
    if isinstance(failure, OSError):
        return f"cannot write or read {failure.filename or 'the output'}: {failure.strerror}", 1
    known: Any = failure
    if hasattr(failure, "exit_status"):  # SpicelearnError
        return str(failure), known.exit_status
    if hasattr(failure, "format_message"):  # click.ClickException
        return known.format_message(), known.exit_code
    last = (str(failure).strip() or "no reason given").splitlines()[-1]
    return f"a mistake of spicelearn's: {type(failure).__name__}: {last} (--debug shows where)", 1
