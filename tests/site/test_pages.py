"""What can be said of the pages without building the site: a part of every `make test`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import spicelearn
from spicelearn.cli.group import group

from ..conftest import ROOT
from ..pages import blocks, run_by_readers
from ..test_imports import FLOORS

DOCS = ROOT / "docs"
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
SHOWN = "repository/"  # what stands outside docs/, in the navigation
MARKDOWN = [path for path in sorted(DOCS.rglob("*.md")) if "hooks" not in path.parts]
NOTEBOOKS = sorted(DOCS.rglob("*.ipynb"))
GUIDES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]


def entries(nav: list[Any]) -> Iterator[str]:
    """Yield the files of a navigation."""
    for entry in nav:
        for value in entry.values() if isinstance(entry, dict) else [entry]:
            if isinstance(value, list):
                yield from entries(value)
            else:
                yield value


def test_every_page_is_in_the_navigation_once_and_nothing_else() -> None:
    named = list(entries(CONFIG["nav"]))
    own = sorted(name for name in named if not name.startswith(SHOWN))
    assert own == sorted(str(path.relative_to(DOCS)) for path in [*MARKDOWN, *NOTEBOOKS])
    for name in set(named) - set(own):
        assert (ROOT / name.removeprefix(SHOWN)).is_file(), name


def test_a_page_that_is_nowhere_and_one_that_is_missing_are_found() -> None:
    nav = [{"Home": "index.md"}, {"More": ["a.md", {"B": "b.md"}]}]
    assert list(entries(nav)) == ["index.md", "a.md", "b.md"]


@pytest.mark.parametrize("page", [*MARKDOWN, *GUIDES], ids=lambda path: path.stem)
def test_every_file_that_a_page_points_to_is_there(page: Path) -> None:
    """As a forge shows the page; in the site anchors are tried too."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", text):
        assert (page.parent / target).exists(), target


def test_what_a_page_quotes_is_in_the_file() -> None:
    quoted = [block for page in MARKDOWN for block in blocks(page) if block.quoted]
    assert len(quoted) >= 3
    for block in quoted:
        assert block.text in (ROOT / block.title).read_text(encoding="utf-8"), block.text


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_without_output(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) >= 3
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    assert len({cell["id"] for cell in cells}) == len(cells)


def refused(command: str) -> str:
    """Return why the command line does not take a command; nothing if it does."""
    words = [word for word in shlex.split(command) if not re.match(r"[A-Z]+=", word)]
    if words[0] != "spicelearn":
        return ""
    context = click.Context(group, info_name="spicelearn")
    found = group.get_command(context, words[1])
    if found is None:
        return f"no command {words[1]}"
    try:
        found.make_context(words[1], words[2:], parent=context)
    except click.UsageError as failure:
        return failure.format_message()
    return ""


@pytest.mark.parametrize("page", run_by_readers(), ids=lambda path: path.stem)
def test_every_command_of_a_page_exists_with_its_options(page: Path) -> None:
    """Only `make docs` runs them all."""
    commands = [command for block in blocks(page) for command, _ in block.commands]
    told = {command: refused(command) for command in commands}
    assert not {command: why for command, why in told.items() if why}


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("spicelearn train allostery --cycle 3", "No such option"),
        ("spicelearn learn", "no command learn"),
        ("A=b spicelearn report", "Missing argument"),
        ("spicelearn train allostery --cycles 3", ""),
    ],
)
def test_a_command_that_there_is_not_is_found(command: str, why: str) -> None:
    told = refused(command)
    assert why in told
    assert bool(why) == bool(told)


def test_the_guide_lists_the_floors() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"<!-- floors -->(.*?)<!-- end of floors -->", text, re.DOTALL)
    assert re.findall(r"`(\w+)`", listed) == FLOORS


def test_the_citation_is_of_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == spicelearn.__version__
    assert all(re.fullmatch(r"10\.\d{4,}/\S+", paper["doi"]) for paper in cited["references"])


def test_the_workflow_runs_the_oldest_python_and_engine_that_are_supported() -> None:
    path = ROOT / ".github" / "workflows" / "test.yml"
    matrix = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["test"]["strategy"]["matrix"]
    required = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert required
    assert matrix["python"][0] == required[1]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    oldest = re.search(r"Supported engines: ngspice (\d+) \(Debian 12\) and newer", readme)
    assert oldest
    assert {row["debian"]: row["ngspice"] for row in matrix["include"]}["bookworm"] == int(
        oldest[1]
    )
