"""A validation of a circuit against its theory: its results and its folder."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from ..experiment import Experiment
from ..formats.files import replace_json
from ..plant import Bools, Floats
from ..runs.folder import LOG, created
from ..runs.isolation import Listener, isolated
from ..runs.versions import versions
from .ablation import Step, ablation, figures, ticking, what_if
from .compare import (
    Comparison,
    against_same_imperfections,
    decades_with_same_imperfections,
    ideal_of,
    learning_of,
    theory_of,
)
from .learning import Learning
from .verdict import verdict_on_decisions, verdict_on_errors

RESULTS, FIGURES = "validation.json", "figures.json"
BINS = np.logspace(-6, 1, 29)  # V, of the margin of decisions


def write_validation(experiment: Experiment, folder: Path, listener: Listener) -> dict[str, Any]:
    """Validate in a child process; leave ``validation.json`` and ``figures.json`` in the folder.

    ``listener`` is called with the name of the step that begins. Returns the keys of
    ``validate --json``. Raises UsageError if the machine has no theory, if there are several
    lessons, or if the folder holds results already; SpicelearnError if the validation fails.
    """
    _ = experiment.lesson, theory_of(experiment)  # raises before a folder is made
    with created(folder, RESULTS):
        results: dict[str, Any] = isolated(
            validate_here, experiment, folder, log=folder / LOG, listener=listener
        )
    return results


def validate_here(experiment: Experiment, folder: Path, listener: Listener) -> dict[str, Any]:
    """Validate in this process."""
    results, circuit, ideal = validate(experiment, listener)
    results |= {
        "folder": str(folder),
        "versions": versions(),
        "board": experiment.constants.as_dict(),
    }
    rule = theory_of(experiment).rule
    replace_json(folder / FIGURES, shown(circuit, ideal, rule))
    replace_json(folder / RESULTS, results)
    return results


def validate(experiment: Experiment, step: Step) -> tuple[dict[str, Any], Comparison, Learning]:
    """Compare the experiment's circuit with the idealised model.

    Returns the keys of ``validate --json``, the comparison of the circuit with its idealised model,
    which is that of the ladder's last rung, and how the idealised model learns by itself.
    """
    theory = theory_of(experiment)
    board = theory.idealised(experiment.constants)
    step("the idealised model by itself")
    ideal = _learning(ideal_of(experiment, board), step)
    perfect, rows, circuit = ablation(experiment, theory.imperfections, step)
    same = (
        rows[-1]["decades_ideal_same_imperfections"]  # the last rung is the circuit
        if rows
        else decades_with_same_imperfections(
            experiment, ticking(step, "idealised model, imperfect", experiment)
        )
    )
    told = ticking(step, "against the idealised model, imperfect", experiment)
    alike = against_same_imperfections(experiment, told)
    others = what_if(experiment, theory.imperfections, step)
    whole = experiment.weights.whole
    results = {
        "task": experiment.curriculum.name,
        "cycles": experiment.length,
        "compared_cycles": circuit.cycles,
        "seed": experiment.seed,
        "edges": experiment.edges,
        "decisions": int(circuit.differ.size),
        **figures(circuit),
        "agreement_above_10mV": circuit.agreement_above,
        "own_agreement_above_10mV": circuit.own_agreement_above,
        "voltage_max": max(float(np.abs(each).max()) for each in circuit.volts.values()),
        "error_final_spice": circuit.learning.error_final,
        "error_final_ideal": ideal.error_final,
        "decades_spice": circuit.learning.decades,
        "decades_ideal": ideal.decades,
        "decades_ideal_same_imperfections": same,
        "agreement_same_imperfections": alike.agreement,
        "voltage_rms_same_imperfections": alike.voltage_rms,
        "perfect": perfect,
        "ladder": rows,
        "what_if": others,
        "verdict": verdict_on_decisions(rows) if whole else verdict_on_errors(perfect, rows),
        "words": {
            "weight": experiment.weights.label,
            "rule": theory.rule,
            "decision": theory.decision,
            "sure": theory.sure,
            "margin": theory.quantity,
            "place": theory.place,
        },
    }
    return results, circuit, ideal


def _learning(experiment: Experiment, step: Step) -> Learning:
    """Return how the experiment's plant learns."""
    setup = experiment.setup(experiment.lesson)
    with closing(experiment.plant_of(setup)) as plant:
        told = ticking(step, "idealised model", experiment)
        return learning_of(plant, experiment, experiment.rule_of(setup), told)


def shown(circuit: Comparison, ideal: Learning, rule: str) -> dict[str, Any]:
    """Return the data of a validation's figures in the types of JSON.

    ``errors`` are pairs of a cycle and the error in it, V^2, of circuit and idealised model;
    ``decisions`` the fraction of them that differs, against their margin; ``voltages`` the root
    mean square difference, V, at each node of each probe, by name.
    """
    return {
        "errors": {
            "circuit": _curve(circuit.learning),
            "idealised model": _curve(ideal),
        },
        "decisions": {
            "from the idealised model's": differing(circuit.differ, circuit.margin),
            f"from {rule} on the circuit's own voltages": differing(
                circuit.wrong, circuit.own_margin
            ),
        },
        "voltages": {
            name: np.sqrt((each**2).mean(axis=0)).tolist() for name, each in circuit.volts.items()
        },
    }


def _curve(learning: Learning) -> list[tuple[int, float]]:
    """Return the cycles and errors of a curve."""
    return list(zip(learning.measured.tolist(), learning.errors.tolist(), strict=True))


def differing(wrong: Bools, margin: Floats) -> list[tuple[float, float]]:
    """Return the fraction of differing decisions against their margin.

    Pairs of the margin at the middle of a bin, and the fraction in that bin.
    """
    size = np.clip(np.abs(margin), BINS[0], BINS[-1])
    total, _ = np.histogram(size, BINS)
    differ, _ = np.histogram(size[wrong], BINS)
    middle = np.sqrt(BINS[1:] * BINS[:-1])
    some = np.flatnonzero(total)
    return [(float(middle[at]), float(differ[at] / total[at])) for at in some]
