"""A validation: circuit against theory, its results and folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .experiment import Experiment
from .fidelity import Comparison, against, decades_with_same_imperfections, on_board
from .isolation import Report, isolated
from .ladder import Step, climb, cycles_done, verdict
from .plant import Bools, Floats
from .record import LOG, create, replace_json

RESULTS, FIGURES = "validation.json", "figures.json"
BINS = np.logspace(-6, 1, 29)  # V, of the difference of the drops


def write_validation(experiment: Experiment, folder: Path, report: Report) -> dict[str, Any]:
    """Validate in a child process; leave ``validation.json`` and ``figures.json`` in the folder.

    ``report`` hears which part of the work begins. Returns the keys of ``validate --json``.
    """
    _ = experiment.lesson  # one, or it is refused before a folder is made
    create(folder, RESULTS)
    results: dict[str, Any] = isolated(
        validate_here, experiment, folder, log=folder / LOG, report=report
    )
    return results


def validate_here(experiment: Experiment, folder: Path, report: Report) -> dict[str, Any]:
    """Validate in this process."""
    results, compared = validate(experiment, report)
    results["folder"] = str(folder)
    replace_json(folder / FIGURES, drawn(compared["circuit"], compared["ideal"]))
    replace_json(folder / RESULTS, results)
    return results


def validate(experiment: Experiment, step: Step) -> tuple[dict[str, Any], dict[str, Comparison]]:
    """Compare the experiment's circuit with the idealised machine that has the same rheostats.

    Returns the keys of ``validate --json`` and the comparisons behind the figures: ``circuit``
    against the ideal machine, and ``ideal``, the ideal machine trained by itself.
    """
    board = experiment.constants
    theory = board.idealised()
    step("circuit against the ideal machine")
    told = partial(cycles_done, step, "circuit", experiment.length)
    circuit = against(experiment, theory, told)
    step("the ideal machine by itself")
    ideal = against(on_board(experiment, theory), theory)
    rungs = climb(experiment, step)
    results = {
        "task": experiment.course.name,
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
        "ladder": rungs,
        "verdict": verdict(rungs),
    }
    return results, {"circuit": circuit, "ideal": ideal}


def drawn(circuit: Comparison, ideal: Comparison) -> dict[str, Any]:
    """Return what the figures of a validation show, as JSON can hold it.

    ``errors`` V^2 of both machines; ``decisions`` the part of them that differs, by the difference
    of the drops, V; ``voltages`` each node's root mean square difference, V, free and clamped.
    """
    return {
        "errors": {"circuit": circuit.errors.tolist(), "ideal machine": ideal.errors.tolist()},
        "decisions": {
            "from the ideal machine's": differing(circuit.differ, circuit.margin),
            "from Eq. 5 on the circuit's own voltages": differing(
                circuit.wrong, circuit.own_margin
            ),
        },
        "voltages": np.sqrt((circuit.volts**2).mean(axis=0)).tolist(),
    }


def differing(wrong: Bools, margin: Floats) -> list[tuple[float, float]]:
    """Return the part of decisions that differ by how much the drops do: pairs of V and part."""
    size = np.clip(np.abs(margin), BINS[0], BINS[-1])
    total, _ = np.histogram(size, BINS)
    differ, _ = np.histogram(size[wrong], BINS)
    middle = np.sqrt(BINS[1:] * BINS[:-1])
    some = np.flatnonzero(total)
    return [(float(middle[at]), float(differ[at] / total[at])) for at in some]
