"""Show in the site what pages link to outside docs/.

A page is read on a forge too, where a link to ``../examples/tank.toml`` leads to that file. In the
site it leads to a page below ``repository/`` that shows the file. Markdown files become pages, and
what they link to is shown as well; images and other binary files are copied.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent.parent
DOCS, SHOWN = "docs", "repository"  # folders: in the repository, and in the site
COPIED = {".svg", ".png"}
LANGUAGES = {".toml": "toml", ".py": "python", ".graphml": "xml", ".js": "js", ".html": "html"}
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
UNLISTED = "---\nsearch:\n  exclude: true\n---\n"  # front matter: the search finds pages, not these
FENCE = "`" * 6  # longer than any in a file


def origin(src_uri: str) -> str:
    """Return where in the repository the source of a page is."""
    inside = src_uri.removeprefix(f"{SHOWN}/")
    return inside if inside != src_uri else f"{DOCS}/{src_uri}"


def place(path: str) -> str:
    """Return the name of a file of the repository among the sources of the site."""
    if path.startswith(f"{DOCS}/"):
        return path.removeprefix(f"{DOCS}/")
    whole = ROOT / path
    if whole.is_dir():
        return f"{SHOWN}/{path}/index.md"
    shown_as_it_is = whole.suffix in COPIED or whole.suffix == ".md"
    return f"{SHOWN}/{path}" if shown_as_it_is else f"{SHOWN}/{path}.md"


def targets(text: str, path: str) -> Iterator[str]:
    """Yield the files and folders of the repository to which a text at this path links."""
    for link in LINK.finditer(text):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link[1]))
        if (ROOT / target).exists():
            yield target


def content(path: str) -> str:
    """Return the text of the page that shows a file or a folder."""
    whole = ROOT / path
    if whole.suffix == ".md":
        return whole.read_text(encoding="utf-8")
    if whole.is_dir():
        names = sorted(
            f"{each.name}/" if each.is_dir() else each.name
            for each in whole.iterdir()
            if not each.name.startswith((".", "__pycache__"))
        )
        listed = "\n".join(f"- `{name}`" for name in names)
        return f"{UNLISTED}# `{path}/`\n\nA folder of the repository:\n\n{listed}\n"
    text = whole.read_text(encoding="utf-8")
    if FENCE in text:
        raise PluginError(f"{path} has a line of {len(FENCE)} backticks, expected fewer")
    language = LANGUAGES.get(whole.suffix, "text")
    return f"{UNLISTED}# `{path}`\n\n{FENCE}{language}\n{text.rstrip()}\n{FENCE}\n"


def on_files(files: Files, config: Any) -> Files:
    """Add what pages link to outside docs/, and what is linked from there."""
    left = [
        (file.content_string, origin(file.src_uri))
        for file in files.documentation_pages()
        if file.src_uri.endswith(".md")
    ]
    while left:
        for target in targets(*left.pop()):
            name = place(target)
            if target.startswith(f"{DOCS}/") or files.get_file_from_path(name):
                continue
            if (ROOT / target).suffix in COPIED:
                added = File.generated(config, name, abs_src_path=str(ROOT / target))
            else:
                text = content(target)
                added = File.generated(config, name, content=text)
                if target.endswith(".md"):
                    left.append((text, target))
            files.append(added)
    return files


def on_page_markdown(markdown: str, page: Page, config: Any, files: Files) -> str:
    """Let links to files of the repository lead to their pages in the site."""
    del config
    here = page.file.src_uri
    return LINK.sub(relinked(here, files), markdown)


def relinked(here: str, files: Files) -> Callable[[re.Match[str]], str]:
    """Return a function that writes a link of this page as one within the site."""
    folder = posixpath.dirname(origin(here))

    def one(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(folder, link[1]))
        name = place(path)
        if not (ROOT / path).exists() or files.get_file_from_path(name) is None:
            return link[0]  # mkdocs tells what leads nowhere
        return posixpath.relpath(name, posixpath.dirname(here)) + (link[2] or "")

    return one
