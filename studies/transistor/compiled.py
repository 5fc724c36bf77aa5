"""A sweep of transistor machines by the compiled idealised model: a table, and its deciles.

Run ``python studies/transistor/compiled.py SPEC.toml OUT.csv``: a row per point of the
specification, as ``spicelearn sweep SPEC.toml`` would have it, plus what those tables lack. It
takes no test set that needs a query.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ensemble import trained

from spicelearn.experiment import Experiment
from spicelearn.plant import Floats
from spicelearn.runs.record import last_tenth
from spicelearn.sweep.point import experiment_of
from spicelearn.sweep.spec import Sweep

LOOKS = 40  # measurements of a run, the last tenth of which makes its final error


def row(experiment: Experiment) -> dict[str, Any]:
    """Return what a machine comes to.

    ``error_initial`` and ``error_final``, V^2; ``right``, the share of examples whose output is
    nearest to their own label at the end, where there are labels; ``power_initial`` and
    ``power_final``, W; ``gate_initial`` and ``gate_final``, V, the means; ``failed``, why it ended.
    """
    cycles = np.linspace(0, experiment.length, LOOKS + 1).round().astype(int).tolist()
    try:
        learned = trained([experiment], cycles)
    except RuntimeError as failure:
        return {"failed": str(failure)}
    errors = learned.errors[:, 0]
    found: dict[str, Any] = {
        "error_initial": errors[0],
        "error_final": np.median(errors[-last_tenth(len(errors)) :]),
        "error_best": errors.min(),
        "power_initial": learned.power[0, 0],
        "power_final": learned.power[-1, 0],
        "gate_initial": learned.gates[0].mean(),
        "gate_final": learned.gates[-1].mean(),
        "failed": "",
    }
    labels = experiment.lesson.task.labels(None)
    if labels is not None:
        found["right"] = right(learned.outputs[-1, 0], learned.desired, labels)
    return found


def right(outputs: Floats, desired: Floats, labels: Floats) -> float:
    """Return the share of outputs, shape (T, outputs), that are nearest to their own label."""
    apart, own = (
        np.linalg.norm(volts[:, None] - labels, axis=2).argmin(axis=1)
        for volts in (outputs, desired)
    )
    return float((apart == own).mean())


def main(spec: Path, out: Path) -> None:
    """Carry out a specification; print the medians and the first and ninth decile."""
    sweep = Sweep.from_toml(spec)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for point in sweep.points:
            experiment = experiment_of(point, spec.parent, Path(folder))
            rows.append({**point.values, **row(experiment)})
    table = pd.DataFrame(rows)
    out.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(out, index=False)
    print(summary(table, [name for name in sweep.swept if name != "run.seed"]))


def summary(table: pd.DataFrame, swept: list[str]) -> str:
    """Return lines of a table: the values that vary, final error and power, how many are right."""
    lines = []
    for values, rows in table.groupby(swept, sort=False):
        cells = [Path(str(value)).stem for value in values]
        for name in ("error_final", "power_final"):
            low, middle, high = rows[name].quantile([0.1, 0.5, 0.9])
            cells.append(f"{middle:.2g} [{low:.2g}, {high:.2g}]")
        if "right" in rows:
            low, middle, high = rows["right"].quantile([0.1, 0.5, 0.9])
            cells.append(f"{(rows['right'] == 1).sum()} of {len(rows)}")
            cells.append(f"{middle:.3f} [{low:.3f}, {high:.3f}]")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
