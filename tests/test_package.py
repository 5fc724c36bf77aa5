"""The wheel, away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT

MADE = ("build", "dist", "runs", "*.egg-info", ".*")  # in a checkout, beside the sources
HOMES = {"spicelearn": "spicelearn", "cli": "spicelearn/cli", "models": "spicelearn/models"}
SHIPPED = (".py", ".lib", ".html", ".js", ".typed", ".toml", ".csv")


def unwanted(folder: str, names: list[str]) -> set[str]:
    """Return what is no source: a build folder in the checkout would enter the wheel."""
    made = MADE if Path(folder) == ROOT else ()
    return shutil.ignore_patterns("__pycache__", *made)(folder, names)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built by the setuptools that is here: nothing is fetched."""
    folder = tmp_path_factory.mktemp("dist")
    sources = shutil.copytree(ROOT, folder / "sources", ignore=unwanted)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir"]
    done = subprocess.run(
        [*command, str(folder), str(sources)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        str(Path(home) / path.relative_to(ROOT / folder))
        for folder, home in HOMES.items()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in SHIPPED or path.name == "py.typed"
    }
    assert "spicelearn/models/LM339A.lib" in names
    assert names == expected


@pytest.mark.usefixtures("ngspice")
def test_the_wheel_trains_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """With what is installed here beside it, but not this checkout."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    elsewhere.mkdir()
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(home)]
    subprocess.run([sys.executable, *install, str(wheel)], check=True, capture_output=True)

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", *command],
            cwd=elsewhere,
            env={**os.environ, "PYTHONPATH": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run(
        "-c", "import spicelearn, spicelearn.cli as cli; print(spicelearn.__file__, *cli.__path__)"
    )
    assert where.split() == [f"{home}/spicelearn/__init__.py", f"{home}/spicelearn/cli"]
    run(str(home / "bin" / "spicelearn"), "train", "divider", "--cycles", "40")
    (trained,) = (elsewhere / "runs").iterdir()
    assert (trained / "cycles.csv").read_text().count("\n") == 42
