"""A validation of a circuit against its theory: its results and its folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..experiment import Experiment
from ..formats.files import replace_json
from ..plant import Bools, Floats
from ..runs.folder import LOG, create
from ..runs.isolation import Listener, isolated
from .ablation import Step, ablation, cycles_done, verdict
from .compare import Comparison, against, decades_with_same_imperfections, on_board, theory_of

RESULTS, FIGURES = "validation.json", "figures.json"
BINS = np.logspace(-6, 1, 29)  # V, of the difference of the drops


def write_validation(experiment: Experiment, folder: Path, listener: Listener) -> dict[str, Any]:
    """Validate in a child process; leave ``validation.json`` and ``figures.json`` in the folder.

    ``listener`` is called with the name of the step that begins. Returns the keys of
    ``validate --json``. Raises UsageError if the machine has no theory, if there are several
    lessons, or if the folder holds results already; SpicelearnError if the validation fails.
    """
    _ = experiment.lesson, theory_of(experiment)  # raises before a folder is made
    create(folder, RESULTS)
    results: dict[str, Any] = isolated(
        validate_here, experiment, folder, log=folder / LOG, listener=listener
    )
    return results


def validate_here(experiment: Experiment, folder: Path, listener: Listener) -> dict[str, Any]:
    """Validate in this process."""
    results, compared = validate(experiment, listener)
    results["folder"] = str(folder)
    replace_json(folder / FIGURES, shown(compared["circuit"], compared["ideal"]))
    replace_json(folder / RESULTS, results)
    return results


def validate(experiment: Experiment, step: Step) -> tuple[dict[str, Any], dict[str, Comparison]]:
    """Compare the experiment's circuit with the idealised model.

    Returns the keys of ``validate --json`` and the comparisons behind the figures: ``circuit``,
    against the idealised model, and ``ideal``, the idealised model trained by itself.
    """
    theory = theory_of(experiment).idealised(experiment.constants)
    step("circuit against the idealised model")
    told = partial(cycles_done, step, "circuit", experiment.length)
    circuit = against(experiment, theory, told)
    step("the idealised model by itself")
    ideal = against(on_board(experiment, theory), theory)
    rows = ablation(experiment, step)
    results = {
        "task": experiment.curriculum.name,
        "cycles": experiment.length,
        "seed": experiment.seed,
        "edges": experiment.edges,
        "decisions": int(circuit.differ.size),
        "agreement": circuit.agreement,
        "agreement_above_10mV": circuit.agreement_above,
        "own_agreement": circuit.own_agreement,
        "own_agreement_above_10mV": circuit.own_agreement_above,
        "voltage_rms": circuit.voltage_rms,
        "voltage_max": float(np.abs(circuit.volts).max()),
        "decades_spice": circuit.decades,
        "decades_ideal": ideal.decades,
        "decades_ideal_same_imperfections": decades_with_same_imperfections(experiment),
        "unsettled_cycles": circuit.unsettled,
        "ladder": rows,
        "verdict": verdict(rows),
    }
    return results, {"circuit": circuit, "ideal": ideal}


def shown(circuit: Comparison, ideal: Comparison) -> dict[str, Any]:
    """Return the data of a validation's figures in the types of JSON.

    ``errors`` are those of circuit and idealised model, V^2; ``decisions`` the fraction of them
    that differs, against the difference of the drops, V; ``voltages`` the root mean square
    difference at each node, V, shape (2, N), free and clamped.
    """
    return {
        "errors": {"circuit": circuit.errors.tolist(), "idealised model": ideal.errors.tolist()},
        "decisions": {
            "from the idealised model's": differing(circuit.differ, circuit.margin),
            "from Eq. 5 on the circuit's own voltages": differing(
                circuit.wrong, circuit.own_margin
            ),
        },
        "voltages": np.sqrt((circuit.volts**2).mean(axis=0)).tolist(),
    }


def differing(wrong: Bools, margin: Floats) -> list[tuple[float, float]]:
    """Return the fraction of differing decisions against the difference of the drops.

    Pairs of the difference, V, at the middle of a bin, and the fraction in that bin.
    """
    size = np.clip(np.abs(margin), BINS[0], BINS[-1])
    total, _ = np.histogram(size, BINS)
    differ, _ = np.histogram(size[wrong], BINS)
    middle = np.sqrt(BINS[1:] * BINS[:-1])
    some = np.flatnonzero(total)
    return [(float(middle[at]), float(differ[at] / total[at])) for at in some]
