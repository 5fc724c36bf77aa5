"""From one folder, of whatever kind, or from those of several runs, to their page."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError
from ..runs.folder import MANIFEST
from ..validation.folder import RESULTS as VALIDATION
from .comparison import comparison_page
from .page import Page
from .run_page import run_page
from .swept import SWEEP, sweep_page
from .validated import validation_page


def page_of(folder: Path, *others: Path) -> Page:
    """Return the page of a run, a validation or a sweep, or that which compares several runs.

    Raises UsageError if it is none of these or damaged, SpicelearnError if it holds nothing yet.
    """
    if others:
        return comparison_page([folder, *others])
    if (folder / VALIDATION).exists():
        return validation_page(folder)
    if (folder / SWEEP).exists():
        return sweep_page(folder)
    if not (folder / MANIFEST).exists() and folder.is_dir():
        raise UsageError(
            f"{folder} holds no {MANIFEST}, {VALIDATION} or {SWEEP}, expected the folder of a run, "
            "a validation or a sweep"
        )
    return run_page(folder)
