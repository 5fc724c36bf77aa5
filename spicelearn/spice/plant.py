"""The circuit as a Plant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..board import Board
from ..errors import SpicelearnError
from ..network import Network
from ..parts import Parts
from ..plant import Drive, Floats, Reading, State
from .circuits.edge import noise_currents
from .circuits.twin import twin_deck
from .engine import LONGEST, Session


class SpicePlant:
    """Run the twin network's circuit clock by clock, in this process.

    A process holds one circuit at a time: close a plant before the next. The circuit starts up
    with ``state`` and ``drive``. Its deck is written to ``deck_file``, if given, before it runs.
    ``chunk`` is the number of cycles of one transient (see `spicelearn.spice.engine.Session`): it
    bounds memory and changes no reading.
    """

    def __init__(
        self,
        network: Network,
        board: Board,
        parts: Parts,
        state: State,
        drive: Drive,
        deck_file: Path | None = None,
        chunk: int = LONGEST,
    ) -> None:
        self.network = network
        self.board = board
        self.parts = parts
        self._edges = np.array(network.edges)
        self.deck = twin_deck(network, board, parts, state, drive)
        if deck_file:
            try:
                deck_file.write_text(self.deck.text, encoding="utf-8")
            except OSError as failure:
                raise SpicelearnError(f"cannot write {deck_file}: {failure.strerror}") from None
        self._session = Session(self.deck, chunk)

    @property
    def engine(self) -> str:
        """Name ngspice and its version."""
        return self._session.engine

    @property
    def details(self) -> dict[str, Any]:
        """Return the deck's hash and the times that follow from the network."""
        timing = self.deck.timing
        return {
            "deck_sha256": self.deck.sha256,
            "clock_period_s": timing.period,
            "slowest_time_constant_s": timing.tau,
        }

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Apply codes and voltages at the step edge, run one clock, read at the next latch."""
        sensed, later, bits = self._session.cycle(self._knobs(state, drive))
        nodes = self.network.nodes
        return Reading(
            free=sensed[:nodes],
            clamped=sensed[nodes:],
            up=bits,
            settled=bool(self._unsettled(sensed, later) <= self.board.settle_V),
        )

    def close(self) -> None:
        """Unload the circuit."""
        self._session.close()

    def _knobs(self, state: State, drive: Drive) -> Floats:
        """Return the values of the deck's knobs, in their order."""
        board, network = self.board, self.network
        nudges = np.full(len(network.outputs), drive.eta)
        rheostats = self.parts.resistances(board, state.codes)
        knobs = [*rheostats, drive.inputs, drive.targets, nudges]
        if board.noise_V:
            noise = self.parts.node_noise(board, network, state.cycle)
            knobs.append(noise_currents(board, noise, self._edges))
        return np.concatenate(knobs)

    def _unsettled(self, sensed: Floats, later: Floats) -> float:
        """Estimate how far the worst node was from its final value when sensed, V.

        What a node of the slowest time constant moves between sensing and stepping, divided by
        the part of its way that it covers in that time.
        """
        timing = self.deck.timing
        if timing.tau == 0:
            return 0.0
        covered = -np.expm1(-timing.hold / timing.tau)
        return float(np.max(np.abs(later - sensed)) / covered)
