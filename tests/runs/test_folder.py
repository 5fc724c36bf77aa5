"""Which folders a run may be begun in, and what it leaves of what it finds there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spicelearn.errors import SpicelearnError, UsageError
from spicelearn.experiment import Experiment
from spicelearn.runs import carry_out
from spicelearn.runs import folder as folders

from ..conftest import ROOT, Run

HEAD = "cycle,error,accuracy,code_0\n"
STARTED = json.dumps({"experiment": {}, "status": "running", "files": {"inputs/t.toml": "0"}})


def laid(folder: Path, held: dict[str, str]) -> Path:
    """Lay files into a folder; a name that ends in a slash is that of a folder."""
    folder.mkdir()
    for name, text in held.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("held", "left"),
    [
        ({}, {}),
        ({"engine.log": ""}, {}),
        ({"engine.log": "what an engine said\n"}, {"engine.log": "what an engine said\n"}),
        ({"engine.log": "", "clocked.txt.part": "01"}, {}),
        ({"engine.log": "", "run.toml": "[run]", "run.toml.part": "[r"}, {}),
        ({"engine.log": "", "clocked.txt": "01\n", "manifest.json.part": "{"}, {}),
        ({"engine.log": "", "inputs/t.toml": ""}, {"inputs/t.toml": ""}),
        ({"manifest.json": STARTED, "inputs/t.toml": "", "state.json": "{}"}, {}),
        ({"manifest.json": STARTED, "cycles.csv": HEAD, "deck.cir": "*", "engine.log": "!"}, {}),
        ({"manifest.json": STARTED, "cycles.csv": HEAD, "my.txt": "mine"}, {"my.txt": "mine"}),
        ({"manifest.json": STARTED, "inputs/mine.csv": "1"}, {"inputs/mine.csv": "1"}),
    ],
)
def test_a_folder_without_a_recorded_cycle_is_free(
    tmp_path: Path, held: dict[str, str], left: dict[str, str]
) -> None:
    folder = laid(tmp_path / "run", held)
    with folders.created(folder):
        assert contents(folder) == {"engine.log": "", **left}


@pytest.mark.parametrize(
    ("held", "what"),
    [
        ({"notes.txt": "mine"}, "holds something else"),
        ({"engine.log": "", "notes.txt": "mine"}, "holds something else"),
        ({"clocked.txt": "01\n"}, "holds something else"),
        ({"engine.log": "kept", "clocked.txt": "01\n"}, "holds something else"),
        ({"inputs/t.toml": ""}, "holds something else"),
        ({"cycles.csv": HEAD + "0,1,,64\n"}, "holds something else"),
        ({"manifest.json": '{"name": "a web page"}'}, "holds a run already"),
        ({"manifest.json": "["}, "holds a run already"),
        ({"manifest.json": STARTED, "cycles.csv": HEAD + "0,1,,64\n"}, "holds a run already"),
        ({"manifest.json": STARTED.replace("running", "finished")}, "holds a run already"),
    ],
)
def test_a_folder_with_anything_else_is_refused_and_stays_as_it_is(
    tmp_path: Path, held: dict[str, str], what: str
) -> None:
    folder = laid(tmp_path / "run", held)
    with (
        pytest.raises(UsageError, match=f"run {what}, expected a new folder for --out"),
        folders.created(folder),
    ):
        pass
    assert contents(folder) == held


def test_a_linked_folder_of_copies_is_not_written_through(tmp_path: Path) -> None:
    folder = laid(tmp_path / "run", {"engine.log": ""})
    (tmp_path / "other").mkdir()
    (folder / "inputs").symlink_to(tmp_path / "other")
    with pytest.raises(UsageError, match="holds something else"), folders.created(folder):
        pass


def test_another_claim_is_no_run(tmp_path: Path) -> None:
    """A folder of a validation is free until it has results, and never is that of a run."""
    with folders.created(tmp_path / "v", "validation.json"):
        (tmp_path / "v" / "engine.log").write_text("it failed")
    with folders.created(tmp_path / "v", "validation.json"):
        (tmp_path / "v" / "validation.json").write_text("{}")
    with pytest.raises(UsageError, match="v holds a run already"):
        folders.created(tmp_path / "v", "validation.json").__enter__()
    run = laid(tmp_path / "run", {"manifest.json": STARTED})
    with pytest.raises(UsageError, match="run holds something else"):
        folders.created(run, "validation.json").__enter__()


@pytest.mark.usefixtures("ngspice")
def test_a_start_that_failed_leaves_its_folder_free(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setenv("SPICE_SCRIPTS", str(tmp_path / "nowhere"))
        done = command("train", "divider", "--cycles", "5", "--out", "run")
    assert done.returncode == 1
    assert "ngspice has no digital parts" in done.stderr
    assert (tmp_path / "run" / "manifest.json").exists()
    done = command("train", "divider", "--cycles", "6", "--plant", "ideal", "--out", "run")
    assert done.returncode == 0, done.stderr
    assert len(contents(tmp_path / "run")["cycles.csv"].splitlines()) == 8
    assert "deck.cir" not in contents(tmp_path / "run")


def test_the_present_folder_is_taken_only_if_it_is_empty(command: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    done = command("train", "divider", "--plant", "ideal", "--out", ".")
    assert done.returncode == 2
    assert ". holds something else, expected a new folder for --out" in done.stderr
    assert contents(tmp_path) == {"thesis.tex": "mine"}


def test_a_full_disk_before_the_manifest_leaves_the_folder_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of files is such that the manifest comes last, with all the others whole."""
    experiment = Experiment(
        str(ROOT / "examples" / "bridge.toml"), plant="ideal", cycles=5, probability=0.5
    )
    seen: list[set[str]] = []

    def full(folder: Path, held: object) -> None:
        seen.append(set(contents(folder)))
        raise SpicelearnError("cannot write it: No space left on device")

    with monkeypatch.context() as small:
        small.setattr(folders, "write_manifest", full)
        with pytest.raises(SpicelearnError, match="No space left"):
            carry_out.begin(experiment, tmp_path / "run")
    inputs = {"inputs/bridge.toml", "inputs/bridge.csv"}
    assert seen == [{"engine.log", "clocked.txt", "run.toml", *inputs}]
    assert carry_out.begin(experiment, tmp_path / "run")["cycles"] == 5
