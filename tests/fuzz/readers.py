"""Every reader of files that others may have written, each as a function of bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from spicelearn.errors import SpicelearnError
from spicelearn.experiment import Experiment
from spicelearn.formats.waves import Waves
from spicelearn.machine import Weights
from spicelearn.machines.rheostat.board import Board
from spicelearn.network import files as network_files
from spicelearn.report.run_page import run_page
from spicelearn.report.subject import subject_of
from spicelearn.report.swept import read_sweep
from spicelearn.report.validated import validation_page
from spicelearn.runs import carry_out, record
from spicelearn.runs.checkpoint import Checkpoint
from spicelearn.runs.folder import CYCLES, read_manifest
from spicelearn.runs.record import Recorder
from spicelearn.runs.test_set import read_test_set
from spicelearn.schedules.clocks import Clock
from spicelearn.sweep.farm import recorded
from spicelearn.sweep.spec import Sweep
from spicelearn.tasks.taught import TaughtRun

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
CODES = ",".join(f"code_{edge}" for edge in range(16))
WHOLE = Weights("code", "wiper code", "", 0, 127, True, 16)
TABLE = f"cycle,error,accuracy,{CODES}\n" + "".join(
    f"{cycle},{2.5 / (cycle + 1):.9g},,{','.join(16 * ['64'])}\n" for cycle in range(4)
)


@dataclass(frozen=True)
class Reader:
    """Hold the name of the file that is read, what reads it, and files that are in order."""

    file: str
    read: Callable[[Path], Any]
    good: tuple[bytes, ...]


def manifest() -> bytes:
    """Return the manifest of a run of the ideal machine."""
    experiment = Experiment("allostery", plant="ideal", cycles=4)
    content = {
        "experiment": experiment.as_dict(),
        "files": {},
        "edges": experiment.graph.edges,
        "lessons": [lesson.as_dict() for lesson in experiment.lessons],
        "versions": {"spicelearn": "0"},
        "parts": experiment.parts.as_dict(),
        "weights": asdict(experiment.weights),
        "status": "running",
        "results": {"decades": 1.5},
    }
    return json.dumps(content).encode()


def whole_manifest(folder: Path) -> None:
    """Read a manifest as report and resume do."""
    content = read_manifest(folder)
    (folder / CYCLES).write_text(TABLE)
    table, _ = record.read_cycles(folder)
    for use in (
        lambda: TaughtRun.of(content, str(folder)),
        lambda: subject_of(folder, content, table),
        lambda: carry_out.opened(folder, content),
        lambda: carry_out.finished(folder, content),
    ):
        try:
            use()
        except SpicelearnError:
            continue


def reported(folder: Path) -> None:
    """Make the page of a run whose manifest this is."""
    (folder / CYCLES).write_text(TABLE)
    run_page(folder).body()


def taken_up(folder: Path) -> None:
    """Take up a table as resume does."""
    Recorder(folder, WHOLE, kept=range(3)).close()


def checkpoint(folder: Path) -> None:
    """Read a checkpoint, of codes that are whole and of any, with a memory and without."""
    for weights in (WHOLE, replace(WHOLE, whole=False)):
        for memory in (0, 16):
            try:
                Checkpoint.read(folder, weights, memory)
            except SpicelearnError:
                if memory == 0:
                    raise


def task(folder: Path) -> None:
    """Read a task as an experiment does, its data and networks beside it."""
    for path in EXAMPLES.iterdir():
        if path.suffix != ".toml" and not (folder / path.name).exists():
            (folder / path.name).write_bytes(path.read_bytes())
    Experiment(str(folder / "task.toml"), plant="ideal")


def example(name: str) -> bytes:
    """Return one of the examples."""
    return (EXAMPLES / name).read_bytes()


def waves() -> tuple[bytes, bytes]:
    """Return waveforms: the raw file and the dump."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Waves(
            ["v(f1)", "v(f2)"],
            np.linspace(0, 1e-3, 5),
            np.zeros((5, 2)),
            {"latch": [(0.0, "0"), (5e-4, "1")], "e0.ud": [(0.0, "x")], "cycle": [(0.0, "3")]},
        ).write(Path(folder), "title", "ngspice-39")
        return tuple((Path(folder) / name).read_bytes() for name in ("waves.raw", "waves.vcd"))  # type: ignore[return-value]


def with_other(name: str, content: bytes) -> Callable[[Path], Any]:
    """Return what reads waveforms of which the other file is in order."""

    def read(folder: Path) -> None:
        if not (folder / name).exists():
            (folder / name).write_bytes(content)
        Waves.read(folder)

    return read


def swept(folder: Path) -> None:
    """Read the table of a sweep."""
    plan = {"swept": ["run.eta"], "points": 2}
    (folder / "sweep.json").write_text(json.dumps(plan))
    read_sweep(folder)


def planned(folder: Path) -> None:
    """Read the plan of a sweep."""
    (folder / "sweep.csv").write_bytes(SWEPT)
    read_sweep(folder)


def validated(folder: Path) -> None:
    """Make the page of a validation."""
    (folder / "figures.json").write_bytes(FIGURES)
    validation_page(folder).body()


RUNG = {
    **{"agreement": 1.0, "network_agreement": 0.9, "own_agreement": 0.8},
    **{"learning_agreement": 1.0, "ties": 2, "tenth_cycle": None, "unsettled_cycles": 1},
    "voltage_rms": 0.1,
    "decades": 3.0,
    "step_error": 0.02,
    "error_final": 1e-6,
}
VALIDATION = json.dumps(
    {
        **RUNG,
        **{"task": "allostery", "cycles": 4, "edges": 16, "decisions": 64, "verdict": "None."},
        **{"decades_spice": 3.0, "decades_ideal": 3.1},
        **{"agreement_same_imperfections": 1.0, "voltage_rms_same_imperfections": 1e-8},
        **{"compared_cycles": 4, "unsolved_cycles": 2, "perfect": RUNG},
        "words": {
            "weight": "gate",
            "rule": "Eq. 5",
            "decision": "A bit.",
            "sure": "It is.",
            "margin": "V",
            "place": "node",
        },
        "ladder": [
            {"effect": "noise", **RUNG, "decades_ideal_same_imperfections": 3.0, "alone": RUNG}
        ],
        "what_if": [{"effect": "drift", **RUNG}],
        "versions": {"numpy": "2.0"},
        "board": {"noise_V": 0.01},
    }
).encode()
FIGURES = json.dumps(
    {
        "errors": {"circuit": [[0, 1.0], [1, 0.1]], "idealised model": [[0, 1.0], [1, 0.2]]},
        "decisions": {"from": [[1e-3, 0.5], [1e-2, 0.0]]},
        "voltages": {"free": [0.0, 1e-3], "clamped": [0.0, 2e-3]},
    }
).encode()
SWEPT = b"""point,run.eta,status,reason,decades,accuracy_final,run
0,0.1,finished,,3.2,,points/000000
1,0.2,failed,"no, thanks",,,points/000001
"""
DIFFERENCE = b"""network = "wheel9"
inputs = { 7 = 5.0, 5 = 0.0 }
differences = { O = "0 - 3" }
outputs = { O = 0.02, 4 = 2.0 }
"""
RAW, VCD = waves()
READERS = {
    "task": Reader(
        "task.toml",
        task,
        (example("bridge.toml"), example("tank.toml"), example("wine.toml"), DIFFERENCE),
    ),
    "board": Reader(
        "board.toml",
        lambda folder: Board().with_file(folder / "board.toml"),
        (example("clean.toml"), example("noisy.toml")),
    ),
    "sweep": Reader(
        "sweep.toml",
        lambda folder: Sweep.from_toml(folder / "sweep.toml"),
        (example("tolerances.toml"),),
    ),
    "edges": Reader(
        "edges.csv",
        lambda folder: network_files.from_file(folder / "edges.csv"),
        (example("bridge.csv"),),
    ),
    "graphml": Reader(
        "graph.graphml",
        lambda folder: network_files.from_file(folder / "graph.graphml"),
        (example("grid.graphml"),),
    ),
    "manifest": Reader("manifest.json", whole_manifest, (manifest(),)),
    "page": Reader("manifest.json", reported, (manifest(),)),
    "cycles": Reader("cycles.csv", record.read_cycles, (TABLE.encode(),)),
    "kept": Reader("cycles.csv", taken_up, (TABLE.encode(),)),
    "checkpoint": Reader(
        "state.json",
        checkpoint,
        (
            json.dumps(
                {
                    **{"cycle": 3, "weights": 16 * [64], "memory": []},
                    **{"responses": [[1.0, 2.0]], "unsettled": 0, "attempts": []},
                    "made_by": "ngspice-39",
                    "beyond": {"first_cycle": 1, "cycles": 2, "lowest_V": 0.0, "highest_V": 9.0},
                }
            ).encode(),
        ),
    ),
    "clocked": Reader(
        "clocked.txt",
        lambda folder: Clock(str(folder / "clocked.txt"), 4).check(1),
        (b"1010\n0000\n1111\n",),
    ),
    "responses": Reader(
        "test.csv",
        read_test_set,
        (
            b"desired_1,free_1\n1,1.1\n2,2.2\n",
            b"desired_1,free_1,class,found\n1,2,a,b\n",
            b"desired_0-10,free_0-10,desired_3,free_3\n1,1.1,2,2\n",
        ),
    ),
    "raw": Reader("waves.raw", with_other("waves.vcd", VCD), (RAW,)),
    "vcd": Reader("waves.vcd", with_other("waves.raw", RAW), (VCD,)),
    "swept": Reader("sweep.csv", swept, (SWEPT,)),
    "plan": Reader("sweep.json", planned, (b'{"swept": ["run.eta"], "points": 2}',)),
    "outcomes": Reader(
        "outcomes.jsonl",
        lambda folder: recorded(folder / "outcomes.jsonl"),
        (b'{"number": 0, "status": "failed", "reason": "x", "results": {}}\n',),
    ),
    "validation": Reader("validation.json", validated, (VALIDATION,)),
}


def tried(reader: Reader, folder: Path, content: bytes) -> bool:
    """Read these bytes; say whether they were taken; but for a SpicelearnError it is a mistake."""
    (folder / reader.file).write_bytes(content)
    try:
        reader.read(folder)
    except SpicelearnError as refused:
        assert str(refused).strip(), "an error without a word"
        return False
    return True
