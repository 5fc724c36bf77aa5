"""The page of a run that is going on."""

from __future__ import annotations

import http.client
import json
import re
import socket
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from spicelearn.errors import SpicelearnError
from spicelearn.report import live
from spicelearn.report.live import LOOPBACK, served

from ..conftest import Run

LAST = "(views.weights ? Math.max(...views.weights.data('points').map((row) => row.cycle)) : -1)"


def test_a_page_follows_the_training_to_its_end(
    browser: Browser, command: Run, tmp_path: Path
) -> None:
    """A run that grows before the page's eyes; what it is at the end is known beforehand."""
    command("train", "allostery", "--plant", "ideal", "--cycles", "400", "--out", "run")
    table, manifest = tmp_path / "run" / "cycles.csv", tmp_path / "run" / "manifest.json"
    rows, whole = table.read_text().splitlines(keepends=True), manifest.read_text()
    going_on = json.loads(whole) | {"status": "running", "results": {}}
    manifest.write_text(json.dumps(going_on))
    table.write_text("".join(rows[:51]))
    told: list[str] = []
    asked: set[str] = set()
    wrong: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    with served(tmp_path / "run", 0, told.append):
        page.goto(told[0])
        page.wait_for_function(f"{LAST} === 49", timeout=60_000)
        assert "is being trained" in page.inner_text(".sentence")
        assert re.search(r"cycle 49 of 400, 12 % done, about \d+ s left", page.inner_text(".note"))
        page.evaluate("document.querySelector('[data-figure=weights] svg').id = 'kept'")
        table.write_text("".join(rows[:201]))
        page.wait_for_function(f"{LAST} === 199", timeout=60_000)
        assert page.locator("#kept").count() == 1  # drawn on, not drawn anew
        table.write_text("".join(rows))
        manifest.write_text(whole)
    page.wait_for_function(f"{LAST} === 400", timeout=60_000)
    page.wait_for_selector(".note", state="detached", timeout=30_000)
    assert "was trained on allostery" in page.inner_text(".sentence")
    assert "in 400 cycles" in page.inner_text(".sentence")
    assert wrong == []
    assert asked == {told[0], f"{told[0]}news.json"}
    page.close()


@pytest.mark.usefixtures("ngspice")
def test_training_tells_where_its_page_is(command: Run) -> None:
    done = command("train", "divider", "--cycles", "20", "--live", "--json", "--out", "run")
    assert done.returncode == 0
    assert re.fullmatch(r"live: http://127\.0\.0\.1:\d+/\n", done.stderr)
    assert json.loads(done.stdout)["cycles"] == 20


def ask(port: int, path: str, host: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)
    connection.request("GET", path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for a page that asked for news and does not ask again."""
    monkeypatch.setattr(live, "LAST_LOOK", 0.1)


@pytest.mark.usefixtures("hurried")
def test_only_this_machine_is_answered_and_only_two_addresses(command: Run, tmp_path: Path) -> None:
    command("train", "allostery", "--plant", "ideal", "--cycles", "30", "--out", "run")
    told: list[str] = []
    with served(tmp_path / "run", 0, told.append):
        port = int(told[0].rstrip("/").rpartition(":")[2])
        assert "Content-Security-Policy" in ask(port, "/")[1]
        status, news = ask(port, "/news.json")
        assert status == 200
        assert json.loads(news)["state"] == "running"
        assert set(json.loads(news)["specs"]) >= {"error", "weights"}
        for path in ("/manifest.json", "/../run/cycles.csv", "//etc/passwd", "/news.json?x"):
            assert ask(port, path)[0] == 404
        assert ask(port, "/", "evil.example")[0] == 403  # a name that was bound to this address
        assert ask(port, "/", f"localhost:{port}")[0] == 200
        with socket.socket() as elsewhere, pytest.raises(OSError, match="refused"):
            elsewhere.connect(("127.0.0.2", port))


@pytest.mark.usefixtures("hurried")
def test_a_run_without_a_measurement_has_a_page_that_waits(tmp_path: Path) -> None:
    told: list[str] = []
    with served(tmp_path, 0, told.append):
        port = int(told[0].rstrip("/").rpartition(":")[2])
        assert "Nothing to see yet" in ask(port, "/")[1]
        assert json.loads(ask(port, "/news.json")[1])["state"] == "running"


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(SpicelearnError, match=f"port = {port}: .*, expected a free port"),
            served(tmp_path, port, print),
        ):
            pass


def test_a_port_without_live_is_refused(command: Run, tmp_path: Path) -> None:
    done = command("train", "allostery", "--port", "8000", "--out", "run")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--port 8000 is of no use without --live, expected both" in done.stderr
    assert list(tmp_path.iterdir()) == []
