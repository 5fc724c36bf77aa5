"""The site as it was built: links, equations, and that it needs no other host."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from ..conftest import ROOT

pytestmark = pytest.mark.site
SITE = ROOT / "build" / "site"
OPENED = ("index", "tutorial", "physics", "extend")  # and the notebooks, in the browser
PHONE = 390  # pixels
HOSTS = ("http:", "https:", "ws:", "wss:")
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Links(HTMLParser):
    """Collect what a page links to, what it loads, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        given = {name: value for name, value in attrs if value}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.targets.append(given["href"])
        if tag in LOADED and LOADED[tag] in given and given.get("rel") not in ("canonical",):
            self.loaded.append(given[LOADED[tag]])


@cache
def links(path: Path) -> Links:
    """Return the links of a page."""
    return Links(path.read_text(encoding="utf-8"))


def pages() -> list[Path]:
    """Return the pages of the site."""
    return sorted(SITE.rglob("*.html"))


def broken(path: Path) -> list[str]:
    """Return the links of a page that lead nowhere within the site, or out of it unnoticed."""
    found = []
    for target in [*links(path).targets, *links(path).loaded]:
        parts = urlsplit(target)
        if parts.scheme in ("http", "https", "mailto", "data") or target == ".":
            continue
        if parts.scheme or parts.netloc or parts.path.startswith("/"):
            found.append(target)
            continue
        there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not there.is_file() or not there.is_relative_to(SITE.resolve()):
            found.append(target)
        elif parts.fragment and there.suffix == ".html":
            found += [] if unquote(parts.fragment) in links(there).anchors else [target]
    return found


def test_every_link_and_anchor_is_there() -> None:
    assert len(pages()) > 40
    wrong = {str(path.relative_to(SITE)): broken(path) for path in pages() if path.stem != "404"}
    assert not {name: found for name, found in wrong.items() if found}


def test_a_broken_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.site.test_site.SITE", tmp_path)
    (tmp_path / "b.html").write_text("<p id=here></p>")
    page = tmp_path / "a.html"
    page.write_text(
        '<a href="b.html#here">x</a><a href="b.html#gone">x</a><img src="c.png"><a href="/b.html">'
    )
    assert broken(page) == ["b.html#gone", "/b.html", "c.png"]


def test_nothing_is_loaded_from_another_host() -> None:
    wrong = [
        (path.name, target)
        for path in pages()
        for target in links(path).loaded
        if target.startswith((*HOSTS, "//"))
    ]
    assert not wrong


def test_equations_are_mathml_and_no_source_is_left() -> None:
    text = (SITE / "physics.html").read_text(encoding="utf-8")
    assert len(re.findall(r'<math [^>]*display="block"', text)) >= 12
    without_code = re.sub(r"<(code|script|annotation).*?</\1>", "", text, flags=re.DOTALL)
    assert "$" not in without_code
    assert "\\" not in re.sub(r"<math.*?</math>", "", without_code, flags=re.DOTALL)


@pytest.fixture
def opened(browser: Browser) -> Page:
    """Return a page that notes requests to other hosts and messages of errors in ``noted``."""
    return browser.new_page()


def watched(page: Page) -> list[str]:
    """Return a list that takes requests to hosts, and errors, from now on."""
    noted: list[str] = []

    def requested(request: Request) -> None:
        if request.url.startswith(HOSTS):
            noted.append(request.url)

    page.on("request", requested)
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("console", lambda said: noted.append(said.text) if said.type == "error" else None)
    return noted


def test_pages_opened_from_disk_ask_no_host_and_show_all_images(opened: Page) -> None:
    noted = watched(opened)
    chosen = [SITE / f"{name}.html" for name in OPENED] + sorted(
        (SITE / "notebooks").glob("*.html")
    )
    for path in chosen:
        opened.goto(path.as_uri())
        opened.wait_for_load_state("networkidle")
        unseen = opened.evaluate(
            "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"
        )
        assert unseen == [], path.name
    assert noted == []
    opened.set_content('<img src="http://localhost:9/x.png">')
    opened.wait_for_timeout(200)
    assert noted  # it would be seen


def test_the_search_works_from_disk(opened: Page) -> None:
    noted = watched(opened)
    opened.goto((SITE / "index.html").as_uri())
    opened.locator("input[name=query]").fill("lock-in")
    first = opened.locator(".md-search-result__link").first
    first.wait_for(state="attached", timeout=20_000)
    assert "homodyne" in "".join(
        link.get_attribute("href") or "" for link in opened.locator(".md-search-result__link").all()
    )
    assert noted == []


def test_no_page_is_wider_than_a_phone(browser: Browser) -> None:
    """Tables, equations and blocks of code scroll by themselves."""
    page = browser.new_page(viewport={"width": PHONE, "height": 800})
    wide = []
    for path in (path for path in pages() if "repository" not in path.parts):
        page.goto(path.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > PHONE:
            wide.append(str(path.relative_to(SITE)))
    page.close()
    assert wide == []
