"""Pages of every kind, opened in a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from spicelearn.charts import FOLDER

SPICELEARN = str(Path(sys.executable).parent / "spicelearn")
SWEEP = """
seeds = 3
[run]
task = "allostery"
plant = "ideal"
cycles = 60
[grid.run]
eta = [0.1, 1.0]
probability = [0.5, 1.0]
network = ["wheel9", "lattice-3x4"]
"""
COMMANDS = {
    "circuit": ("train", "allostery", "--cycles", "40", "--waves", "20:24", "--out", "circuit"),
    "regression": ("train", "regression", "--plant", "ideal", "--cycles", "60"),
    "iris": ("train", "iris", "--plant", "ideal", "--cycles", "160"),
    "damage": ("train", "damage", "--plant", "ideal"),
    "lattice": ("train", "allostery", "--plant", "ideal", "--network", "lattice-9x9"),
    "validate": ("validate", "divider", "--cycles", "60"),
    "sweep": ("sweep", "sweep.toml", "--workers", "1"),
    "compared": ("report", "regression", "damage"),
}
ALWAYS = {"error", "network-before", "network-after", "codes", "power"}
EXPECTED = {
    "circuit": ALWAYS | {"cycle", "clock-edges"},
    "regression": ALWAYS | {"test"},
    "iris": ALWAYS | {"accuracy", "test", "test-plane"},
    "damage": ALWAYS,
    "lattice": ALWAYS,
    "validate": {"ladder", "errors", "decisions", "voltages"},
    "sweep": {
        "decades-run.eta",
        "decades-run.probability",
        "decades-run.network",
        "decades-run.eta-run.probability",
        "decades-run.eta-run.network",
        "decades-run.probability-run.network",
    },
    "compared": {"errors", "decades"},
}
MARKS = "g.mark-line path, g.mark-rect path, g.mark-symbol path, g.mark-rule line, g.mark-area path"


DRAWN = """(svg, marks) => Array.from(svg.querySelectorAll(marks)).filter((mark) => {
    const box = mark.getBBox();
    return box.width + box.height > 2;
}).length"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, ngspice: str) -> Callable[[str], Path]:
    """Return a function that returns the folder of a page, made when it is asked for first."""
    base = tmp_path_factory.mktemp("pages")
    (base / "sweep.toml").write_text(SWEEP)

    def make(name: str) -> Path:
        if not (base / name / "report.html").exists():
            if name == "compared":
                make("regression"), make("damage")
            command = [*COMMANDS[name], *(("--out", name) if "--out" not in COMMANDS[name] else ())]
            call(base, *command)
            if command[0] == "train":
                call(base, "report", name)
        return base / name

    return make


def call(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [SPICELEARN, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_shows_every_figure_asks_for_nothing_and_has_files_of_them(
    made: Callable[[str], Path], browser: Browser, name: str
) -> None:
    """At 1280 and 400 pixels: no error, data in every figure, nothing too wide or too small."""
    folder = made(name)
    files = list((folder / FOLDER).iterdir())
    expected = {f"{figure}.{kind}" for figure in EXPECTED[name] for kind in ("png", "svg")}
    assert {path.name for path in files} == expected
    assert min(path.stat().st_size for path in files) > 2000
    for width, scheme in ((1280, "light"), (400, "dark")):
        page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        said, asked = listened(page)
        page.goto(f"file://{folder}/report.html")
        page.wait_for_selector("body[data-drawn]", timeout=30_000)
        assert said == []
        assert asked == [f"file://{folder}/report.html"]
        shown = {
            place.get_attribute("data-figure"): place
            for place in page.query_selector_all("[data-figure]")
        }
        assert set(shown) == EXPECTED[name]
        for figure, place in shown.items():
            svg = place.query_selector("svg.marks")
            assert svg is not None, figure
            drawn = [mark.bounding_box() for mark in svg.query_selector_all(MARKS)]
            assert sum(box is not None and box["width"] + box["height"] > 2 for box in drawn), (
                figure
            )
            box = svg.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["width"] > 0.6 * (width if width < 1000 else 400), figure
            sizes = svg.eval_on_selector_all(
                "text", "all => all.map(t => getComputedStyle(t).fontSize)"
            )
            assert min(float(size.removesuffix("px")) for size in sizes) >= 10
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        ink, paper = (
            page.evaluate(f"getComputedStyle(document.body).{name}")
            for name in ("color", "backgroundColor")
        )
        assert contrast(ink, paper) > 7
        page.close()


def listened(page: Page) -> tuple[list[str], list[str]]:
    """Return what a page will have said on its console, and the addresses it will ask for."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    return said, asked


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours written rgb(r, g, b), as WCAG 2 defines it."""
    lights = []
    for colour in (one, other):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
    return max(lights) / min(lights)


def test_pointing_at_a_curve_tells_its_values(
    made: Callable[[str], Path], browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"file://{made('circuit')}/report.html")
    page.wait_for_selector("body[data-drawn]")
    box = page.locator('[data-figure="error"] svg.marks').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told = page.wait_for_selector("#vg-tooltip-element.visible")
    assert told is not None
    assert re.search(r"cycle\s*\d+\s*error\s*[\d.]+", told.inner_text())
    page.close()


def test_a_hostile_name_is_text(
    made: Callable[[str], Path], browser: Browser, tmp_path: Path
) -> None:
    """A manifest of a stranger's: nothing of it runs, nothing of it is asked for."""
    evil = "</script><img src=http://x.invalid/ onerror=\"document.title='evil'\">"
    source = made("damage")
    for name in ("cycles.csv", "manifest.json"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["experiment"] |= {"task": evil, "network": evil, "seed": evil, evil: evil}
    manifest["lessons"][0]["task"] = manifest["reason"] = evil
    manifest["status"] = evil
    manifest["versions"] = {evil: evil}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    call(tmp_path, "report", ".")
    page = browser.new_page()
    _, asked = listened(page)
    page.goto(f"file://{tmp_path}/report.html")
    page.wait_for_selector("body[data-drawn]")
    assert page.title() != "evil"
    assert len(asked) == 1
    assert page.locator("img").count() == 0
    assert evil in page.locator(".note").first.inner_text()
    page.close()
