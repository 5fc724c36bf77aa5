"""A validation: circuit against theory, its results, figures and folder."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .errors import SpicelearnError
from .experiment import Experiment
from .fidelity import SURE_V, Comparison, against, decades_with_same_imperfections, on_board
from .isolation import Report, isolated
from .ladder import Step, climb, cycles_done, verdict
from .record import LOG, create

RESULTS = "validation.json"


def write_validation(experiment: Experiment, folder: Path, report: Report) -> dict[str, Any]:
    """Validate in a child process; leave ``validation.json`` and three figures in the folder.

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
    circuit, ideal = compared["circuit"], compared["ideal"]
    try:
        _figure(folder / "voltages.png", lambda axes: draw_voltages(axes, circuit))
        _figure(folder / "decisions.png", lambda axes: draw_decisions(axes, circuit))
        _figure(folder / "errors.png", lambda axes: draw_errors(axes, circuit, ideal))
        (folder / RESULTS).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    except OSError as failure:
        raise SpicelearnError(f"cannot write into {folder}: {failure.strerror}") from None
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


def draw_voltages(axes: Axes, circuit: Comparison) -> None:
    """Draw every node's root mean square voltage difference."""
    rms = 1e3 * np.sqrt((circuit.volts**2).mean(axis=0))
    nodes = np.arange(rms.shape[1])
    axes.bar(nodes - 0.2, rms[0], 0.4, label="free")
    axes.bar(nodes + 0.2, rms[1], 0.4, label="clamped")
    axes.set_xlabel("node")
    axes.set_ylabel("circuit minus ideal, rms (mV)")
    axes.legend()


def draw_decisions(axes: Axes, circuit: Comparison) -> None:
    """Draw the fraction of decisions that differ against the difference of the drops."""
    edges_V = np.logspace(-6, 1, 29)
    centres = np.sqrt(edges_V[1:] * edges_V[:-1])
    for label, wrong, margin in (
        ("from the ideal machine's", circuit.differ, circuit.margin),
        ("from Eq. 5 on the circuit's own voltages", circuit.wrong, circuit.own_margin),
    ):
        size = np.clip(np.abs(margin), edges_V[0], edges_V[-1])
        total, _ = np.histogram(size, edges_V)
        differing, _ = np.histogram(size[wrong], edges_V)
        some = total > 0
        axes.semilogx(centres[some], differing[some] / total[some], marker="o", label=label)
    axes.axvline(SURE_V, color="0.6", linestyle="--")
    axes.set_xlabel("difference of the absolute drops (V)")
    axes.set_ylabel("fraction of decisions that differ")
    axes.legend(fontsize=8)


def draw_errors(axes: Axes, circuit: Comparison, ideal: Comparison) -> None:
    """Draw both error curves, each machine trained by itself."""
    for label, compared in (("circuit", circuit), ("ideal", ideal)):
        axes.semilogy(np.maximum(compared.errors, 1e-12), linewidth=0.8, label=label)
    axes.set_xlabel("clock cycle")
    axes.set_ylabel("mean squared error of the outputs (V²)")
    axes.legend()


def _figure(path: Path, draw: Any) -> None:
    figure = Figure(figsize=(8, 4), dpi=130, layout="constrained")
    draw(figure.subplots())
    figure.savefig(path)
