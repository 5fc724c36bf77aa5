"""The wheel, in an environment that has nothing else, away from the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from .conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    sources = folder / "sources"  # a build folder in the checkout would enter the wheel
    unwanted = shutil.ignore_patterns(".*", "build", "*.egg-info", "runs", "__pycache__")
    shutil.copytree(ROOT, sources, ignore=unwanted)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(sources)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_models_and_commands_under_one_name(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"spicelearn"}
    assert "spicelearn/models/LM339A.lib" in names
    assert "spicelearn/cli/main.py" in names
    assert not [name for name in names if "test" in name]


@pytest.mark.usefixtures("ngspice")
def test_the_wheel_trains_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "empty"
    venv.create(home, with_pip=True)
    install = [str(home / "bin" / "pip"), "install", "--quiet", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=900)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    train = [str(home / "bin" / "spicelearn"), "train", "divider", "--cycles", "40"]
    done = subprocess.run(train, cwd=elsewhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (run,) = (elsewhere / "runs").iterdir()
    assert (run / "cycles.csv").read_text().count("\n") == 42
