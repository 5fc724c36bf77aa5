"""From a folder, of whatever kind, to its page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..record import MANIFEST
from ..validation import RESULTS as VALIDATION
from .page import Page
from .run import run_page

SWEEP = "sweep.json"  # of the folder of a sweep


def page_of(folder: Path) -> Page:
    """Return the page of a run, a validation or a sweep.

    Raises UsageError if it is none of these or damaged, SpicelearnError if it holds nothing yet.
    """
    if (folder / VALIDATION).exists():
        from .validated import validation_page  # noqa: PLC0415 - slow to load

        return validation_page(folder)
    if (folder / SWEEP).exists():
        from .swept import sweep_page  # noqa: PLC0415 - of an extra

        return sweep_page(folder)
    if not (folder / MANIFEST).exists() and folder.is_dir():
        raise UsageError(
            f"{folder} holds no {MANIFEST}, {VALIDATION} or {SWEEP}, expected the folder of a run, "
            "a validation or a sweep"
        )
    return run_page(folder)


def pages_of(folders: Sequence[Path]) -> Page:
    """Return the page that compares runs; raise UsageError if one is none."""
    from .comparison import comparison_page  # noqa: PLC0415

    return comparison_page(folders)
