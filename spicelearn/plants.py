"""From an experiment to the plant of a lesson."""

from __future__ import annotations

from pathlib import Path

from . import record
from .experiment import Experiment
from .lessons import Lesson
from .parts import Parts
from .plant import Plant
from .spice.circuits.twin import Machine
from .spice.plant import SpicePlant
from .spice.scope import Scope

SECOND = 1000  # cycles that a circuit of 16 edges does in a second on a slow machine
SHORTEST = 40  # cycles, so that beginning a transient stays a small part of the work


def make_plant(
    experiment: Experiment,
    parts: Parts,
    lesson: Lesson,
    folder: Path | None = None,
    number: int | None = None,
    scope: Scope | None = None,
) -> Plant:
    """Return the plant that the experiment names, for a lesson.

    A circuit's deck goes to ``folder``, with the ``number`` of the lesson where there are several.
    """
    board = experiment.constants
    if experiment.plant == "ideal":
        from .ideal.twin import IdealTwin  # noqa: PLC0415 - slow to import

        return IdealTwin(lesson.network, board, parts)
    deck_file = folder / record.numbered(record.DECK, number) if folder else None
    circuit = machine(experiment, parts, lesson)
    return SpicePlant(circuit, deck_file, block(lesson), lesson.first, scope)


def machine(experiment: Experiment, parts: Parts, lesson: Lesson) -> Machine:
    """Return what the circuit of a lesson is made from."""
    return Machine(
        lesson.network,
        experiment.constants,
        parts,
        experiment.start(),
        lesson.first_drive(),
        experiment.damage.edges,
        experiment.detail or "event",
        lesson.task.name,
    )


def block(lesson: Lesson) -> int:
    """Return how many cycles lie between a circuit's checkpoints: a second's work or so.

    That is cycles of training, each with its share of measuring.
    """
    tests = lesson.task.tests()
    work = 1 + (0 if tests is None else len(tests) / lesson.evaluate_every)
    edges = len(lesson.network.edges)
    return max(SHORTEST, int(SECOND / work * min(1, 16 / edges)))
