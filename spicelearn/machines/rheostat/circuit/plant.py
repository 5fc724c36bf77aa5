"""The twin networks as a circuit that is run cycle by cycle."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from ....errors import SpicelearnError
from ....machine import Setup
from ....plant import Drive, Floats, Reading
from ....spice.deck import Deck
from ....spice.plant import CircuitPlant, Probed
from ....spice.session import LONGEST_TRANSIENT
from ....tasks.lessons import Lesson
from .limits import refuse_large
from .twin import GENTLE, STEP_DIVISOR, Twins, twin_deck

CYCLES_PER_SECOND = 1000  # of a circuit of 16 edges on a slow computer
SHORTEST_BLOCK = 40  # cycles, so that beginning a transient stays a small part of the work


class TwinCircuit:
    """Provide the deck of the twin networks, and make a Reading of what is probed in them.

    Raises UsageError for a network that is too large.
    """

    def __init__(self, twins: Twins) -> None:
        refuse_large(twins.network)
        self.twins = twins
        self._removable = np.zeros(len(twins.network.edges), dtype=np.bool_)
        self._removable[list(twins.removable)] = True

    @cached_property
    def deck(self) -> Deck:
        """Return the deck."""
        return twin_deck(self.twins)

    @property
    def gentle_deck(self) -> Deck:
        """Return the same circuit, to be solved with wider tolerances and in short steps."""
        return twin_deck(replace(self.twins, gentle=True))

    @property
    def gentleness(self) -> str:
        """Return how the gentle deck differs, for a message."""
        return f"{GENTLE}, steps of 1/{STEP_DIVISOR}"

    def check(self, drive: Drive) -> None:
        """Raise SpicelearnError if an edge is cut out for which the deck has no knobs."""
        if not (gone := ~(drive.intact | self._removable)).any():
            return
        raise SpicelearnError(
            f"edge {int(np.argmax(gone))} is taken out of a circuit made for "
            f"{self.twins.removable} only"
        )

    def read(self, probed: Probed, drive: Drive) -> Reading:
        """Return the voltages of both networks as they were sensed, and the latched bits."""
        network = self.twins.network
        free, clamped = probed.volts[: network.nodes], probed.volts[network.nodes :]
        return Reading(
            outputs=self.outputs(probed.volts, drive),
            signal=probed.bits & drive.intact,
            settled=bool(probed.left_V <= self.twins.board.settle_V),
            probes={"free": free, "clamped": clamped},
        )

    def outputs(self, volts: Floats, drive: Drive) -> Floats:
        """Return the outputs of the free network, shape (1, outputs), V."""
        del drive
        network = self.twins.network
        return network.read_out(volts[: network.nodes])[None]


def twins_of(setup: Setup) -> Twins:
    """Return what the circuit of a lesson is made from."""
    return Twins(
        setup.network,
        setup.constants,
        setup.parts,
        setup.state,
        setup.lesson.first_drive(),
        setup.removable,
        setup.detail,
        setup.lesson.task.name,
    )


def circuit_plant(setup: Setup) -> CircuitPlant:
    """Return the circuit of a lesson; a run can be resumed every `block` cycles."""
    lesson, circuit = setup.lesson, TwinCircuit(twins_of(setup))
    cycles = block(lesson)
    longest = cycles if lesson.task.tests() is None else LONGEST_TRANSIENT
    return CircuitPlant(circuit, setup.deck_file, cycles, lesson.first, setup.scope, longest)


def block(lesson: Lesson) -> int:
    """Return how many cycles lie between possible checkpoints: about a second of work.

    The work of a cycle includes its share of measuring the test set.
    """
    tests = lesson.task.tests()
    work = 1 + (0 if tests is None else len(tests) / lesson.evaluate_every)
    edges = len(lesson.network.edges)
    return max(SHORTEST_BLOCK, int(CYCLES_PER_SECOND / work * min(1, 16 / edges)))
