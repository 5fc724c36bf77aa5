"""Folders and files of strangers: they are read, nothing of them runs, nothing else is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from spicelearn.errors import UsageError
from spicelearn.experiment import Experiment
from spicelearn.network import files as network_files
from spicelearn.runs.carry_out import begin

from .conftest import Run

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">
{entities}]>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph><node id="&x9;"/></graph></graphml>
"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY file SYSTEM "file://{secret}">]>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph><node id="&file;"/></graph></graphml>
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run, not to be changed."""
    folder = tmp_path_factory.mktemp("strangers") / "run"
    begin(Experiment("allostery", plant="ideal", cycles=40), folder)
    return folder


@pytest.fixture
def interrupted(trained: Path, tmp_path: Path) -> Path:
    """Return a copy of the folder, as of a run that was interrupted."""
    run = Path(shutil.copytree(trained, tmp_path / "run"))
    altered(run, status="running")
    return run


def altered(run: Path, **changes: Any) -> None:
    """Change entries of a manifest, and those of its experiment where there are such."""
    path = run / "manifest.json"
    content = json.loads(path.read_text())
    for name, value in changes.items():
        (content["experiment"] if name in content["experiment"] else content)[name] = value
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "/dev/zero.toml"}, "/dev/zero.toml"),
        ({"files": {"/dev/zero": "0"}}, "/dev/zero: a device or a pipe, expected a file"),
        ({"files": {"/etc/shadow": "0"}}, "/etc/shadow has changed since the run run began"),
        ({"network": "/proc/self/mem.csv"}, "/proc/self/mem.csv"),
        ({"clock": "/dev/random.txt"}, "/dev/random.txt"),
        ({"task": "os.system('touch owned')"}, "no task"),
        ({"plant": "__import__('os')"}, "no plant"),
        ({"machine": "../../tmp/owned"}, "no machine '../../tmp/owned', expected homodyne or"),
        ({"machine": ["rheostat"]}, "machine = ['rheostat'], expected a text"),
        ({"waves": "0:1; shell touch owned"}, "waves = '0:1; shell touch owned'"),
        ({"detail": "analog\n.control\nshell touch owned"}, "detail = "),
        ({"board": {"bias_A": "{shell touch owned}"}}, "bias_A = '{shell touch owned}'"),
        ({"cuts": ["3@4\n.include /etc/passwd"]}, "expected EDGE@CYCLE"),
    ],
)
def test_resume_runs_nothing_that_a_manifest_says(
    command: Run, tmp_path: Path, interrupted: Path, changes: dict[str, Any], message: str
) -> None:
    altered(interrupted, **changes)
    before = {path: path.stat().st_mtime_ns for path in interrupted.iterdir()}
    done = command("resume", "run")
    assert done.returncode in (1, 2), done.stdout
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "owned").exists()
    after = {path: path.stat().st_mtime_ns for path in interrupted.iterdir()}
    assert before.items() <= after.items()


def test_report_reads_no_file_that_a_manifest_names(
    command: Run, tmp_path: Path, interrupted: Path
) -> None:
    """Not even looked at: the names stand in the page as text."""
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    altered(interrupted, task=str(pipe), network=str(pipe), files={str(pipe): "0"})
    done = command("report", "run")
    assert done.returncode == 0, done.stderr
    assert "pipe.toml" in (interrupted / "report.html").read_text()


def test_links_out_of_a_folder_are_not_followed_by_what_is_written(
    command: Run, tmp_path: Path, interrupted: Path
) -> None:
    """What a link points to stays as it is."""
    (tmp_path / "precious").write_text("precious")
    (interrupted / "state.json").unlink()
    (interrupted / "state.json").symlink_to(tmp_path / "precious")
    (interrupted / "report.html").symlink_to(tmp_path / "precious")
    (interrupted / "figures").symlink_to(tmp_path)
    done = command("report", "run")
    assert done.returncode == 1
    assert "run/figures is a link, expected a folder" in done.stderr
    (interrupted / "figures").unlink()
    assert command("report", "run").returncode == 0
    (interrupted / "state.json").unlink()
    (interrupted / "state.json.part").symlink_to(tmp_path / "precious")
    assert command("resume", "run").returncode == 1
    (interrupted / "cycles.csv").unlink()
    (interrupted / "cycles.csv").symlink_to(tmp_path / "precious")
    assert command("resume", "run").returncode in (1, 2)
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
def test_entities_of_a_graph_neither_explode_nor_read_files(tmp_path: Path, content: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("n42")
    entities = "\n".join(
        f'<!ENTITY x{n} "{10 * (f"&x{n - 1};" if n else "&a;")}">' for n in range(10)
    )
    path = tmp_path / "graph.graphml"
    path.write_text(content.format(entities=entities, secret=secret))
    begun = time.monotonic()
    with pytest.raises(UsageError, match=r"expected GraphML|expected a whole number") as refused:
        network_files.from_file(path)
    assert "n42" not in str(refused.value)
    assert time.monotonic() - begun < 5


def test_no_shell_is_ever_asked(tmp_path: Path) -> None:
    """The source starts processes by lists of words only."""
    grep = shutil.which("grep")
    assert grep
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [
            grep,
            "-rnE",
            r"shell=True|os\.system|os\.popen|\beval\(|\bexec\(|pickle\.load",
            "--include=*.py",
            str(root / "spicelearn"),
            str(root / "cli"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
