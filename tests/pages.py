"""The blocks of code of a page in Markdown, and the commands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .conftest import ROOT

FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.DOTALL | re.MULTILINE)
PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """Hold a block: its language, its title and its text.

    The title is the name of a file. If the repository has it, the block is a part of it; else the
    reader is to write the file.
    """

    language: str
    title: str
    text: str

    @property
    def quoted(self) -> bool:
        """Return whether the block is a part of a file of the repository."""
        return bool(self.title) and (ROOT / self.title).is_file()

    @property
    def commands(self) -> list[tuple[str, str]]:
        """Return the commands at a prompt, each with the output that is shown below it."""
        parts = re.split(rf"^{re.escape(PROMPT)}", self.text, flags=re.MULTILINE)[1:]
        return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def blocks(path: Path) -> list[Block]:
    """Return the blocks of a page."""
    return [Block(*found) for found in FENCE.findall(path.read_text(encoding="utf-8"))]


def run_by_readers() -> list[Path]:
    """Return the pages whose commands a reader is to follow one by one; make docs does it."""
    docs = ROOT / "docs"
    return [
        *(docs / "tutorial.md", docs / "extend.md", docs / "reference" / "python.md"),
        *sorted((docs / "how-to").glob("*.md")),
    ]
