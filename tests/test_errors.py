"""docs/errors.md holds every message that the source can raise, and none that it cannot."""

from __future__ import annotations

import ast
import re

import pytest

from .conftest import ROOT

CATALOGUE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
KINDS = {"SpicelearnError", "UsageError", "EngineError", "kind", "fail"}
HOLE = "…"  # what is filled in


def template(node: ast.expr) -> str:
    """Return a message with a hole for everything that is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else HOLE for part in node.values]
        return "".join(str(part) for part in parts)
    return HOLE


def shortened(text: str) -> str:
    """Return a template with holes that stand together made one."""
    return re.sub(f"{HOLE}(?:{HOLE})+", HOLE, " ".join(text.split()))


def raised() -> list[tuple[str, str]]:
    """Return every template, with the file that raises it: whole messages, or what is expected."""
    found = []
    files = [path for folder in ("spicelearn", "cli") for path in (ROOT / folder).rglob("*.py")]
    for path in sorted(files):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name in KINDS:
                text = shortened(template(node.args[0]))
            elif name == "wrong":
                text = shortened(template(node.args[-1]))
            else:
                continue
            if re.search(r"[a-z]{3}", text.replace(HOLE, "")):
                found.append((str(path.relative_to(ROOT)), text))
    return sorted(set(found))


RAISED = raised()
LISTED = {shortened(text) for text in re.findall(r"^\| `(.+?)` \|", CATALOGUE, re.MULTILINE)}


@pytest.mark.parametrize(("file", "text"), RAISED, ids=[text[:60] for _, text in RAISED])
def test_every_message_is_in_the_catalogue(file: str, text: str) -> None:
    assert text in LISTED, f"{file} raises it, docs/errors.md does not tell of it"


def test_the_catalogue_has_no_message_that_nothing_raises() -> None:
    assert LISTED - {text for _, text in RAISED} == set()


def test_every_row_tells_a_cause_and_what_to_do() -> None:
    rows = re.findall(r"^\| `.+?` \|(.*)\|$", CATALOGUE, re.MULTILINE)
    assert len(rows) == len(LISTED)
    for row in rows:
        cause, remedy = re.split(r"(?<!\\)\|", row)
        assert len(cause.split()) > 2, row
        assert len(remedy.split()) > 1, row
