"""docs/errors.md holds every message that the source can raise, and none that it cannot."""

from __future__ import annotations

import ast
import re

from .conftest import ROOT

CATALOGUE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
KINDS = {"SpicelearnError", "UsageError", "EngineError", "kind", "fail"}
EXPECTING = {"wrong", "sub", "listed"}  # functions whose last argument says what is expected
HOLE = "…"  # what is filled in


def constants(tree: ast.Module) -> dict[str, str]:
    """Return the texts that a module gives a name."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def template(node: ast.expr, named: dict[str, str]) -> str:
    """Return a message with a hole for everything that is filled in but texts with a name."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return named.get(node.id, HOLE)
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
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = constants(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name in KINDS:
                text = shortened(template(node.args[0], named))
            elif name in EXPECTING:
                text = shortened(template(node.args[-1], named))
            else:
                continue
            if re.search(r"[a-z]{3}", text.replace(HOLE, "")):
                found.append((str(path.relative_to(ROOT)), text))
    return sorted(set(found))


RAISED = raised()
LISTED = {shortened(text) for text in re.findall(r"^\| `(.+?)` \|", CATALOGUE, re.MULTILINE)}


def test_every_message_is_in_the_catalogue() -> None:
    missing = [f"{file}: {text}" for file, text in RAISED if text not in LISTED]
    assert not missing, "raised, but not in docs/errors.md:\n" + "\n".join(missing)


def test_the_catalogue_has_no_message_that_nothing_raises() -> None:
    stray = sorted(LISTED - {text for _, text in RAISED})
    assert not stray, "in docs/errors.md, but raised by nothing:\n" + "\n".join(stray)


def test_every_row_tells_a_cause_and_what_to_do() -> None:
    rows = re.findall(r"^\| `.+?` \|(.*)\|$", CATALOGUE, re.MULTILINE)
    assert len(rows) == len(LISTED)
    for row in rows:
        cause, remedy = re.split(r"(?<!\\)\|", row)
        assert len(cause.split()) > 2, row
        assert len(remedy.split()) > 1, row
