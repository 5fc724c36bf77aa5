"""Circuits of a sweep beside the compiled idealised model of the same seeds, for docs/rules.md.

Run ``python studies/transistor/circuits.py FOLDER OUT.csv`` with the folder of ``spicelearn sweep``
over circuits of one task: a table with two rows per run, and the medians and deciles of both.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from compiled import right, row, summary

import spicelearn as sl
from spicelearn.experiment import Experiment
from spicelearn.machines import machine_named
from spicelearn.sweep.table import load_table
from spicelearn.tasks.taught import TaughtRun


def circuit(folder: Path) -> dict[str, Any]:
    """Return what `compiled.row` has of a machine, of a circuit's run."""
    run = sl.load(folder)
    taught = TaughtRun.of(run.manifest, str(folder))
    make = machine_named(run.manifest["experiment"]["machine"]).view
    assert make is not None
    gates, last = run.cycles.filter(like="gate_").to_numpy()[-1], int(run.cycles["cycle"].iloc[-1])
    found = {**run.results, "power_final": make(taught).power(gates, last - 1)}
    labels = Experiment.from_dict(run.manifest["experiment"], folder).lesson.task.labels(None)
    if labels is not None:
        tests = pd.read_csv(folder / "test.csv")
        shown, desired = (tests.filter(like=name).to_numpy() for name in ("free_", "desired_"))
        found["right"] = right(shown, desired, labels)
    return {name: found[name] for name in ("error_final", "power_final", "right") if name in found}


def beside(folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of circuits and models of a sweep's finished runs, and what varies."""
    table = load_table(folder)
    table = table[table["status"] == "finished"]
    swept = [name for name in table.columns if name.partition(".")[0] in ("run", "board", "task")]
    swept = [name for name in swept if name not in ("run", "run.seed")]
    rows = []
    for _, point in table.iterrows():
        place = folder / point["run"]
        experiment = Experiment.from_dict(sl.load(place).manifest["experiment"], place)
        own = {name: point[name] for name in (*swept, "run.seed")}
        rows.append({**own, "plant": "circuit", **circuit(place)})
        rows.append({**own, "plant": "model", **row(experiment)})
    return pd.DataFrame(rows), [*swept, "plant"]


def main(folder: Path, out: Path) -> None:
    """Write the table; print medians with the first and ninth decile."""
    table, swept = beside(folder)
    out.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(out, index=False)
    print(summary(table, swept))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
