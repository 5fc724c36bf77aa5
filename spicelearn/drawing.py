"""The schematic of what a deck of `spicelearn.export` holds; drawing is slow to import."""

from __future__ import annotations

from .experiment import Experiment
from .spice.circuits.edge import edge_circuit
from .spice.schematic import schematic


def drawing(experiment: Experiment, form: str) -> bytes:
    """Return the schematic of one edge of a form's deck as SVG."""
    counting = form != "cycle"
    return schematic(edge_circuit(experiment.constants, experiment.detail or "event", counting))
