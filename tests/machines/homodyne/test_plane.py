"""The map of the output over the inputs: its threshold, and what is said of the classes."""

from __future__ import annotations

import numpy as np
import pytest

from spicelearn.experiment import Experiment
from spicelearn.machines.homodyne.devices import device_named
from spicelearn.machines.homodyne.figures.plane import plane_figures
from spicelearn.plant import Floats
from spicelearn.tasks.taught import TaughtRun


def taught(task: str) -> TaughtRun:
    """Return what a run of a gate taught, as its manifest tells it."""
    experiment = Experiment(task, plant="ideal")
    held = {
        "edges": [list(ends) for ends in experiment.graph.edges],
        "experiment": experiment.as_dict(),
        "parts": experiment.parts.as_dict(),
        "lessons": [lesson.as_dict() for lesson in experiment.lessons],
    }
    return TaughtRun.of(held, "manifest.json")


def outputs(controls: Floats) -> Floats:
    """Return the outputs of the default device for the four examples, V."""
    device = device_named("mosfets")
    rows = np.array([[a, b, *controls] for a in (0.0, 1.0) for b in (0.0, 1.0)])
    return np.asarray(device.gain_V_A * device.slopes(rows)[0])


@pytest.mark.parametrize("task", ["and", "nand"])
def test_the_caption_says_whether_the_classes_are_apart(task: str) -> None:
    """At the same controls a gate and its negation are not both apart."""
    rng = np.random.default_rng(4)
    ones = np.array([row == 3 for row in range(4)]) ^ (task == "nand")
    for _ in range(6):
        controls = rng.uniform(-1.5, 1.5, 5)
        seen = outputs(controls)
        gap = seen[ones].min() - seen[~ones].max()
        threshold = (seen[ones].min() + seen[~ones].max()) / 2
        before, after = plane_figures(taught(task), np.array([controls, controls]), (0, 9))
        assert before.caption == after.caption
        assert f"White is the threshold, {threshold:.3g} V" in after.caption
        assert ("which are apart" in after.caption) == (gap > 0)
        assert f"{abs(gap):.3g} V {'above' if gap > 0 else 'below'} the highest" in after.caption
    assert task in after.title
