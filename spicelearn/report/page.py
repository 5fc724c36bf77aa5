"""A page: a sentence, a figure, more figures, tables; one HTML file that needs nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import jinja2
import vl_convert

from ..charts import FOLDER, Figure, write
from ..errors import SpicelearnError

REPORT = "report.html"


@dataclass(frozen=True)
class Facts:
    """Hold a table of a page: its heading, the heads of its columns, if any, and its rows."""

    title: str
    rows: Sequence[Sequence[str]]
    heads: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """Hold a page: ``sentence`` says what was done and how well; the first figure leads.

    ``notes`` are what a reader has to know before; ``state`` is for a page that follows: running,
    or over.
    """

    title: str
    sentence: str
    figures: Sequence[Figure]
    facts: Sequence[Facts] = ()
    notes: Sequence[str] = ()
    state: str = "over"

    def write(self, folder: Path) -> Path:
        """Write ``report.html`` and the files of every figure; return the page's path.

        Raises SpicelearnError if that fails.
        """
        for figure in self.figures:
            figure.write(folder / FOLDER)
        write(folder / REPORT, self.html().encode())
        return folder / REPORT

    def html(self, live: bool = False) -> str:
        """Return the page; a ``live`` one asks its server for what is new."""
        return _template("page.html").render(
            page=self,
            folder=FOLDER,
            live=live,
            library=_library(),
            script=_text("page.js"),
            specs=self._script_data(),
            body=self.body(),
        )

    def body(self) -> str:
        """Return what stands on the page, all text escaped."""
        return _template("body.html").render(page=self, folder=FOLDER)

    def specs(self) -> dict[str, Any]:
        """Return the figures' specifications by name."""
        return {figure.name: figure.on_page() for figure in self.figures}

    def _script_data(self) -> str:
        """Return them as JSON that cannot end a script element."""
        return json.dumps(self.specs()).replace("<", "\\u003c").replace("\u2028", "\\u2028")


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.loader = jinja2.FunctionLoader(_text)
    return environment.get_template(name)


def _text(name: str) -> str:
    return (resources.files("spicelearn.report") / name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Return Vega, Vega-Lite and their embedding as one script.

    To bundle it takes seconds: it is kept in the user's cache, for each version of vl-convert.
    """
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    kept = caches / "spicelearn" / f"vega-{metadata.version('vl-convert-python')}.js"
    with suppress(OSError, UnicodeDecodeError):
        return kept.read_text(encoding="utf-8")
    bundle: Any = vl_convert.javascript_bundle  # its type asks for what is optional
    script = str(bundle()).replace("</script", "<\\/script")
    with suppress(SpicelearnError):  # a page needs no cache
        write(kept, script.encode())
    return script
