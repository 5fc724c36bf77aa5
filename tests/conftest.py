"""What the tests share: the real ngspice, the command line, small machines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from spicelearn.cli.main import outcome
from spicelearn.errors import SpicelearnError
from spicelearn.machines.rheostat.board import Board
from spicelearn.machines.rheostat.circuit.plant import TwinCircuit
from spicelearn.machines.rheostat.circuit.twin import Twins
from spicelearn.machines.rheostat.parts import Parts
from spicelearn.network.graph import Network, named
from spicelearn.plant import Drive, State
from spicelearn.spice.ngspice import Library, library_path
from spicelearn.spice.plant import CircuitPlant
from spicelearn.spice.session import LONGEST_TRANSIENT

settings.register_profile("noisy machine", deadline=None)
settings.load_profile("noisy machine")
ROOT = Path(__file__).parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]
LONGEST = (  # modules, the longest first
    *("test_readme", "test_sweep", "test_pages", "test_faults", "test_resume", "test_decks"),
    *("test_learning", "test_ablation", "test_folders", "test_compare", "test_train"),
)


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest modules, so that workers who share them end at the same time."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


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
    """Return a function that runs the command line in an empty folder, as a process of its own.

    Signals, kills and standard streams need that; what is only refused or printed is tried by
    `command`, in a fraction of the time.
    """
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


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a function that runs the command line in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        status = outcome(list(arguments))
        printed = capsys.readouterr()
        words = ["spicelearn", *arguments]
        return subprocess.CompletedProcess(words, status, printed.out, printed.err)

    return run


@pytest.fixture
def without_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Carry out the points of a sweep in this process, without the start of a cluster."""
    from spicelearn.sweep import farm
    from spicelearn.sweep.point import carry_out

    def one_by_one(sweep: Any, folder: Path, left: Sequence[Any], *_: object) -> Iterator[Any]:
        for point in left:
            yield carry_out(point, sweep.path.absolute().parent, folder), 1

    monkeypatch.setattr(farm, "_outcomes", one_by_one)


CLEAN = Board(sense="ideal", bias_A=0, offset_sigma_V=0, offset_current_sigma_A=0, up_bias=0)


def allostery() -> tuple[Network, State, Drive]:
    """Return the 16-edge machine at power-on with the inputs and targets of allostery."""
    network = named("wheel9").with_roles((2, 0, 6), (8, 7, 5))
    drive = Drive.to_all(np.array([5.0, 1, 0]), np.array([3.0, 3, 3]), 0.5, 16)
    return network, State(np.full(16, 64)), drive


MakePlant = Callable[..., CircuitPlant]


@pytest.fixture
def make_plant(ngspice: str) -> MakePlant:
    """Return a function that makes the plant of `allostery`, or of another network."""
    made: list[CircuitPlant] = []

    def make(
        board: Board | None = None,
        machine: tuple[Network, State, Drive] | None = None,
        block: int = LONGEST_TRANSIENT,
        removable: tuple[int, ...] = (),
        seed: int = 0,
    ) -> CircuitPlant:
        for plant in made:
            plant.close()
        network, state, drive = machine or allostery()
        board = board or Board()
        parts = Parts.draw(board, len(network.edges), seed)
        twins = Twins(network, board, parts, state, drive, removable)
        plant = CircuitPlant(TwinCircuit(twins), block=block)
        made.append(plant)
        return made[-1]

    return make
