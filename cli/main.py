"""The entry point, and the one place where failures become messages."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import Any


def main() -> None:
    """Run the command; a failure is one line on standard error and status 1 or 2.

    The status is 130 after an interrupt and 143 after SIGTERM, as is usual.
    """
    try:
        signal.signal(signal.SIGTERM, terminated)
        occupy_streams()
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: see runs/isolation.py
        status = outcome(sys.argv[1:], alone=True)
    except KeyboardInterrupt as failure:  # before or after the command itself
        status = told(failure)[1]
    sys.exit(status)


def occupy_streams() -> None:
    """Open standard streams that are closed on nothing, lest another file gets their numbers."""
    for stream in range(3):
        try:
            os.fstat(stream)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def outcome(arguments: list[str], alone: bool = False) -> int:
    """Run the command with these arguments; say what failed; return the exit status.

    ``alone`` says that this process does nothing else.
    """
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        message, status = run(arguments, alone)
    except SystemExit:  # raised by click where standard output is closed: no message
        raise
    except BaseException as failure:
        if debug:
            traceback.print_exc()
        message, status = told(failure)
    if status and sys.stderr is not None:
        print(f"spicelearn: {' '.join(message.split())}", file=sys.stderr)
    return status


class Terminated(KeyboardInterrupt):
    """SIGTERM was received; it ends a run as Ctrl-C does."""


def terminated(number: int, frame: object) -> None:
    """Interrupt the command: the handler of SIGTERM."""
    del number, frame
    raise Terminated


def run(arguments: list[str], alone: bool) -> tuple[str, int]:
    """Import and run the command group; return an empty message and status 0.

    ``alone`` is the context's object. The import is in here because it takes long enough to be
    interrupted.
    """
    from ..errors import SpicelearnError  # noqa: PLC0415
    from .group import group  # noqa: PLC0415

    if sys.stdout is None:
        raise SpicelearnError("standard output is closed, expected a terminal, a file or a pipe")
    if sys.flags.optimize > 1:
        raise SpicelearnError(
            f"PYTHONOPTIMIZE = {sys.flags.optimize} removes texts that the pages' charts and the "
            "help are made of, expected 0 or 1"
        )
    group.main(arguments, prog_name="spicelearn", standalone_mode=False, obj=alone)
    sys.stdout.flush()
    return "", 0


def told(failure: BaseException) -> tuple[str, int]:
    """Return the message and the exit status of a failure."""
    if type(failure).__name__ == "Abort":  # click turns an interrupt into this
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
