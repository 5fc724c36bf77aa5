"""The page of a run that is going on, served to this computer only."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ..errors import SpicelearnError
from .page import Page
from .run_page import run_page

LOOPBACK = "127.0.0.1"
LAST_LOOK = 3.0  # s that a page has for what came last
NEWS = "/news.json"


@contextmanager
def served(folder: Path, port: int, tell: Callable[[str], None]) -> Iterator[None]:
    """Serve the page of a run folder on the loopback while the context lasts.

    ``tell`` hears its address. Port 0 is any free one. At the end whoever follows gets the last
    news. Raises SpicelearnError if the port is taken.
    """
    try:
        server = LiveServer(folder, port)
    except OSError as failure:
        raise SpicelearnError(
            f"port = {port}: {failure.strerror}, expected a free port for --live"
        ) from None
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        tell(f"http://{LOOPBACK}:{server.server_port}/")
        yield
        server.say_farewell()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class LiveServer(ThreadingHTTPServer):
    """Answer this computer's requests for the page of a run and for its news."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.folder = folder
        self.over = False
        self.began = time.monotonic()
        self.asked = 0.0  # when news were asked for, latest
        self.parted = threading.Event()  # news of the end were sent

    def page(self) -> Page:
        """Return the page as the folder has it now."""
        over = self.over
        try:
            passed = None if over else time.monotonic() - self.began
            page = run_page(self.folder, followed=passed)
        except SpicelearnError as failure:
            waiting = f"Nothing to see yet: {failure}"
            page = Page(title=self.folder.name, sentence=waiting, figures=())
        return replace(page, state="over" if over else "running")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet of a page that went away in the middle."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def hosts(self) -> set[str]:
        """Return the names by which this server may be asked: no other site's."""
        return {f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost")}

    def say_farewell(self) -> None:
        """Wait a while for whoever follows to get the news of the end."""
        self.over = True
        if time.monotonic() - self.asked < LAST_LOOK:
            self.parted.wait(LAST_LOOK)


class Handler(BaseHTTPRequestHandler):
    """Answer one request: two addresses, GET only."""

    server: LiveServer

    def do_GET(self) -> None:
        """Send the page or the news."""
        if self.headers.get("Host") not in self.server.hosts():
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        if self.path == "/":
            self._send("text/html; charset=utf-8", self.server.page().html(live=True))
        elif self.path == NEWS:
            page = self.server.page()
            self.server.asked = time.monotonic()
            news = {"state": page.state, "body": page.body(), "specs": page.specs()}
            self._send("application/json", json.dumps(news))
            if page.state == "over":
                self.server.parted.set()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _send(self, kind: str, text: str) -> None:
        content = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""
