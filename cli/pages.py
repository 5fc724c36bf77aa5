"""The pages that commands write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..report.page import Page


def page_of(*folders: Path) -> Page:
    """Return the page of folders, as `spicelearn.report.folder.page_of` does, in half the time.

    Its charts are not checked against Vega-Lite's schema: the tests do that.
    """
    from ..charts import unchecked  # noqa: PLC0415 - slow to import
    from ..report import folder  # noqa: PLC0415

    with unchecked():
        return folder.page_of(*folders)
