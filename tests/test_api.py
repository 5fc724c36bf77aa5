"""What is public: train, load, resume, validate, and what a run gives."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import spicelearn as sl

from .conftest import ROOT

CLEAN = ROOT / "examples" / "clean.toml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> sl.Run:
    folder = tmp_path_factory.mktemp("api") / "run"
    return sl.train("regression", cycles=60, seed=2, plant="ideal", board=CLEAN, out=folder)


def test_a_run_gives_what_its_folder_holds(run: sl.Run) -> None:
    assert run.results["cycles"] == 60
    assert run.results == run.manifest["results"]
    assert list(run.cycles.columns[:4]) == ["cycle", "error", "accuracy", "code_0"]
    assert len(run.cycles) == 61
    assert run.cycles["error"].iloc[0] == run.results["error_initial"]
    assert run.network == sl.Experiment("regression").lesson.network
    assert run.waves is None
    test_set = run.test_set
    assert test_set is not None
    free, desired = (
        test_set[[f"{kind}_4", f"{kind}_0"]].to_numpy() for kind in ("free", "desired")
    )
    assert float(np.mean((free - desired) ** 2)) == pytest.approx(
        run.cycles["error"].iloc[-1], 1e-6
    )


def test_any_folder_of_a_run_is_loaded(run: sl.Run) -> None:
    again = sl.load(str(run.folder))
    assert again.manifest == run.manifest
    assert again.cycles.equals(run.cycles)
    with pytest.raises(sl.SpicelearnError, match="is not a run folder"):
        sl.load(run.folder.parent)


def test_it_shows_itself(run: sl.Run) -> None:
    assert f"{run.results['decades']:.2f} decades" in repr(run)
    page = run._repr_html_()
    assert "<td style='text-align:left'>regression</td>" in page
    assert "<script" not in page
    chart = run.plot().to_dict()
    assert chart["title"] == "Error"
    assert run.report(run.folder / "page").read_text().startswith("<!doctype html>")


def test_an_interrupted_run_goes_on(run: sl.Run, tmp_path: Path) -> None:
    torn = sl.train("regression", cycles=60, seed=2, plant="ideal", board=CLEAN, out=tmp_path / "r")
    manifest = {**torn.manifest, "status": "running"}
    (torn.folder / "manifest.json").write_text(json.dumps(manifest))
    assert sl.resume(torn.folder).cycles.equals(run.cycles)


def test_an_experiment_is_trained_as_it_is(tmp_path: Path) -> None:
    experiment = sl.Experiment("divider", cycles=20, plant="ideal")
    heard: list[object] = []
    run = sl.train(experiment, out=tmp_path / "run", listener=heard.append)
    assert run.manifest["experiment"] == json.loads(json.dumps(experiment.as_dict()))
    with pytest.raises(sl.SpicelearnError, match="choices beside an Experiment"):
        sl.train(experiment, cycles=3)


def test_an_unknown_choice_is_named() -> None:
    with pytest.raises(sl.SpicelearnError, match="no choice 'cycels' "):
        sl.train("allostery", cycels=3)


def test_what_is_public_is_listed_and_there() -> None:
    for name in sl.__all__:
        assert getattr(sl, name) is not None
    assert set(sl.__all__) == set(dir(sl))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sl.nonsense


def test_importing_it_imports_nothing_slow() -> None:
    """The command starts with it."""
    code = "import spicelearn, sys; print([m for m in ('numpy', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
