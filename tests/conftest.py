"""What the tests share: the real ngspice, the command line, small machines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from spicelearn.board import Board
from spicelearn.errors import SpicelearnError
from spicelearn.network import Network, named
from spicelearn.parts import Parts
from spicelearn.plant import Drive, State
from spicelearn.spice.circuits.twin import Machine
from spicelearn.spice.engine import LONGEST
from spicelearn.spice.ngspice import Library, library_path
from spicelearn.spice.plant import SpicePlant

settings.register_profile("noisy machine", deadline=None)
settings.load_profile("noisy machine")
ROOT = Path(__file__).parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--ngspice",
        choices=("required", "optional"),
        default="optional",
        help="required: a missing ngspice fails the tests that need it instead of skipping them",
    )

    parser.addoption(
        "--chromium",
        choices=("required", "optional"),
        default="optional",
        help="required: a missing Chromium fails the tests that need it instead of skipping them",
    )


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Return a headless Chromium."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        programs = [*map(shutil.which, ("chromium", "google-chrome")), shutil.which(own)]
        program = next(filter(None, programs), None)
        if program is None and pytestconfig.getoption("--chromium") == "required":
            pytest.fail("no program chromium")
        if program is None:
            pytest.skip("no program chromium")
        launched = playwright.chromium.launch(executable_path=program, args=quiet)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def ngspice(pytestconfig: pytest.Config) -> str:
    """Return the path of the ngspice program; its library can be loaded too."""
    program = shutil.which("ngspice")
    try:
        library_path()
        missing = "" if program else "no program ngspice"
    except SpicelearnError as failure:
        missing = str(failure)
    if missing and pytestconfig.getoption("--ngspice") == "required":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    assert program
    return program


@pytest.fixture(autouse=True)
def unloaded() -> Iterator[None]:
    """Unload the circuit that a failed test left in this process."""
    yield
    if Library._only is not None and Library._only.busy:
        Library._only.command("remcirc")
        Library._only.command("destroy all")
        Library._only.busy = False


@pytest.fixture
def batch(ngspice: str, tmp_path: Path) -> Callable[[str], str]:
    """Return a function that runs a deck under plain ``ngspice -b`` and returns what it prints."""

    def run(deck: str) -> str:
        path = tmp_path / "deck.cir"
        path.write_text(deck, encoding="utf-8")
        done = subprocess.run(
            [ngspice, "-b", str(path)], capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout + done.stderr

    return run


@pytest.fixture
def spicelearn(tmp_path: Path) -> Run:
    """Return a function that runs the command line in an empty folder."""
    program = Path(sys.executable).parent / "spicelearn"

    def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(program), *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            timeout=300,
            check=False,
        )

    return run


CLEAN = Board(sense="ideal", bias_A=0, offset_sigma_V=0, offset_current_sigma_A=0, up_bias=0)


def allostery() -> tuple[Network, State, Drive]:
    """Return the 16-edge machine at power-on with the inputs and targets of allostery."""
    network = named("wheel9").with_roles((2, 0, 6), (8, 7, 5))
    drive = Drive.to_all(np.array([5.0, 1, 0]), np.array([3.0, 3, 3]), 0.5, 16)
    return network, State(np.full(16, 64)), drive


MakePlant = Callable[..., SpicePlant]


@pytest.fixture
def make_plant(ngspice: str) -> MakePlant:
    """Return a function that makes the plant of `allostery`, or of another network."""
    made: list[SpicePlant] = []

    def make(
        board: Board | None = None,
        machine: tuple[Network, State, Drive] | None = None,
        block: int = LONGEST,
        removable: tuple[int, ...] = (),
        seed: int = 0,
    ) -> SpicePlant:
        for plant in made:
            plant.close()
        network, state, drive = machine or allostery()
        board = board or Board()
        parts = Parts.draw(board, len(network.edges), seed)
        circuit = Machine(network, board, parts, state, drive, removable)
        plant = SpicePlant(circuit, block=block)
        made.append(plant)
        return made[-1]

    return make
