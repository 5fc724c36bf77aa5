"""Pages of every kind, opened in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from spicelearn.charts import FOLDER
from spicelearn.cli.main import outcome
from spicelearn.sweep.farm import begin, keep_table
from spicelearn.sweep.point import carry_out
from spicelearn.sweep.spec import Sweep

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
ALWAYS = {"error", "network-before", "network-after", "weights", "power"}
FIGURES = {
    "circuit": ALWAYS | {"cycle", "settling", "clock-edges"},
    "regression": ALWAYS | {"test"},
    "iris": ALWAYS | {"accuracy", "test", "test-plane"},
    "damage": ALWAYS,
    "lattice": ALWAYS,
    "curve": ALWAYS | {"test", "modes", "window", "window-gates"},
    "gate": {"error", "weights", "accuracy", "test", "test-answers", "plane-before", "plane-after"}
    | {"gradient", "spectrum", "lock-ins", "merit-gap"},
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
RUNS = {
    "circuit": ("allostery", "--cycles", "40", "--waves", "20:24"),
    "regression": ("regression", "--plant", "ideal", "--cycles", "60"),
    "iris": ("iris", "--plant", "ideal", "--cycles", "160"),
    "damage": ("damage", "--plant", "ideal"),
    "lattice": ("allostery", "--plant", "ideal", "--cycles", "60", "--network", "lattice-9x9"),
    "curve": ("nonlinear-regression", "--cycles", "40", "--waves", "20:21"),
    "gate": ("xor-gate", "--seed", "2", "--cycles", "4", "--waves", "0:0"),
}
LOOK = """() => Object.fromEntries(
    Array.from(document.querySelectorAll("[data-figure]"), (place) => {
        const svg = place.querySelector("svg.marks");
        if (svg === null) return [place.dataset.figure, null];
        const box = svg.getBoundingClientRect();
        const marks = Array.from(svg.querySelectorAll(
            "g.mark-line path, g.mark-rect path, g.mark-symbol path, g.mark-rule line, " +
            "g.mark-area path"
        ), (mark) => mark.getBoundingClientRect());
        const texts = Array.from(svg.querySelectorAll("text"), (text) =>
            parseFloat(getComputedStyle(text).fontSize));
        return [place.dataset.figure, {
            left: box.left,
            right: box.right,
            width: box.width,
            marks: marks.filter((mark) => mark.width + mark.height > 2).length,
            text: Math.min(...texts),
        }];
    })
)"""
KINDS = ("png", "svg", "pdf", "vl.json")
Made = Callable[[str], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, ngspice: str) -> Made:
    """Return a function that returns the folder of a page, made when it is asked for first."""
    base = tmp_path_factory.mktemp("pages")

    def make(name: str) -> Path:
        folder = base / name
        if (folder / "report.html").exists():
            return folder
        if name == "sweep":
            carry_out_here(base / "sweep.toml", folder)
        elif name == "validate":
            call("validate", "divider", "--cycles", "60", "--out", str(folder))
        elif name == "compared":
            call("report", str(make("regression")), str(make("damage")), "--out", str(folder))
        else:
            call("train", *RUNS[name], "--out", str(folder))
        if name in (*RUNS, "sweep"):
            call("report", str(folder))
        return folder

    return make


def call(*arguments: str) -> None:
    assert outcome(list(arguments)) == 0, arguments


def carry_out_here(spec: Path, folder: Path) -> None:
    """Carry out a sweep in this process: what comes of it is the same."""
    spec.write_text(SWEEP)
    sweep = Sweep.from_toml(spec)
    begin(sweep, folder)
    outcomes = [carry_out(point, spec.parent, folder) for point in sweep.points]
    keep_table(sweep, {each.number: each for each in outcomes}, folder)


@pytest.mark.parametrize("name", FIGURES)
def test_a_page_shows_every_figure_asks_for_nothing_and_has_files_of_them(
    made: Made, browser: Browser, name: str
) -> None:
    """At 1280 and 400 pixels: no error, data in every figure, nothing too wide or too small."""
    folder = made(name)
    files = list((folder / FOLDER).iterdir())
    expected = {f"{figure}.{kind}" for figure in FIGURES[name] for kind in KINDS}
    assert {path.name for path in files} == expected
    assert min(path.stat().st_size for path in files) > 1500
    look_at(browser, folder, name, 1280, "light")
    look_at(browser, folder, name, 400, "dark")


def look_at(
    browser: Browser, folder: Path, name: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    """Open a page so wide and see that all is there, and in order."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said, asked = listened(page)
    page.goto(f"file://{folder}/report.html")
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    assert said == []
    assert asked == [f"file://{folder}/report.html"]
    shown = page.evaluate(LOOK)
    assert set(shown) == FIGURES[name]
    for figure, seen in shown.items():
        assert seen is not None, figure
        assert seen["marks"] > 0, figure
        assert seen["left"] >= 0, figure
        assert seen["right"] <= width, figure
        assert seen["width"] > 0.6 * (width if width < 1000 else 400), figure
        assert seen["text"] >= 10, figure
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut_off = "place => place.scrollWidth > place.clientWidth"
    tables = f"Array.from(document.querySelectorAll('.scroll')).filter({cut_off}).length"
    assert width > 1000 or page.evaluate(tables) == 0
    ink, paper = (
        page.evaluate(f"getComputedStyle(document.body).{colour}")
        for colour in ("color", "backgroundColor")
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


def test_pointing_at_a_curve_tells_its_values(made: Made, browser: Browser) -> None:
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


def test_a_hostile_name_is_text(made: Made, browser: Browser, tmp_path: Path) -> None:
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
    call("report", str(tmp_path))
    page = browser.new_page()
    _, asked = listened(page)
    page.goto(f"file://{tmp_path}/report.html")
    page.wait_for_selector("body[data-drawn]")
    assert page.title() != "evil"
    assert len(asked) == 1
    assert page.locator("img").count() == 0
    assert evil in page.locator(".note").first.inner_text()
    page.close()
