"""The page itself."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
import vl_convert

from spicelearn.report import page


def test_the_library_is_bundled_once_and_kept_for_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that cannot be written costs time, not the page."""
    bundled: list[int] = []

    def bundle() -> str:
        bundled.append(len(bundled))
        return "let x = '</script>'"

    monkeypatch.setattr(vl_convert, "javascript_bundle", bundle)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    library = page._library.__wrapped__
    assert [library(), library()] == ["let x = '<\\/script>'"] * 2
    assert bundled == [0]
    (kept,) = (tmp_path / "cache" / "spicelearn").iterdir()
    assert version("vl-convert-python") in kept.name
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert library() == "let x = '<\\/script>'"
    assert bundled == [0, 1]
