"""The circuit as a Plant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import files
from ..errors import ConvergenceError, EngineError, SpicelearnError, UsageError
from ..plant import Bools, Drive, Floats, Reading, State
from .circuits.edge import GONE, devices, noise_currents
from .circuits.twin import GENTLE, SHORTER, Machine, twin_deck
from .engine import LONGEST, Session
from .scope import Scope

MOST_EDGES = 4000  # ngspice's time to load a circuit grows as the square: an hour at 10,000


class SpicePlant:
    """Run the twin network's circuit clock by clock, in this process.

    A process holds one circuit at a time: close a plant before the next. The deck is written to
    ``deck_file``, if given, before it runs. A new transient (see
    `spicelearn.spice.engine.Session`) begins, settled, every ``block`` cycles from cycle ``first``
    on: that bounds memory and lets a run be taken up there. A ``scope`` keeps waveforms. Raises
    SpicelearnError if ``deck_file`` is there already with another deck.
    """

    def __init__(
        self,
        machine: Machine,
        deck_file: Path | None = None,
        block: int = LONGEST,
        first: int = 0,
        scope: Scope | None = None,
    ) -> None:
        network = machine.network
        if len(network.edges) > MOST_EDGES:
            raise UsageError(
                f"network {network.name} has {len(network.edges)} edges, expected at most "
                f"{MOST_EDGES} for a circuit; the idealised twin (--plant ideal) takes more"
            )
        self.retried: list[dict[str, Any]] = []  # cycles without convergence, but with gentleness
        self._machine = machine
        self.network = network
        self.board = machine.board
        self.parts = machine.parts
        self._edges = np.array(network.edges)
        self._removable = machine.removable
        self._block = block
        self._first = first
        self._scope = scope
        self._begun = -1  # the block that the transient is in
        self.deck = twin_deck(machine)
        if deck_file:
            self._write(deck_file)
        self._session = Session(self.deck)
        self._multipliers = len(devices(self.board, ""))

    def _write(self, file: Path) -> None:
        """Write the deck, or see that it is there."""
        if not file.exists():
            files.replace(file, self.deck.text.encode())
        elif files.content(file, str(file)) != self.deck.text.encode():
            raise SpicelearnError(f"{file} holds another circuit, expected that of this run")

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
            "cycles_of_a_transient": self._block,
            "retried": self.retried,
        }

    def begins(self, cycle: int) -> bool:
        """Say whether a transient begins with this cycle."""
        return (cycle - self._first) % self._block == 0

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Apply codes and voltages at the step edge, run one clock, read at the next latch."""
        block = (state.cycle - self._first) // self._block
        if block != self._begun:
            self._begun = block
            begin = self._first + block * self._block
            self._session.restart(self._scope is not None and self._scope.meets(begin, self._block))
        knobs = self._knobs(state, drive)
        try:
            sensed, left, bits = self._session.cycle(knobs)
        except ConvergenceError as failure:
            sensed, left, bits = self._gently(knobs, state.cycle, failure)
        if self._scope and self._scope.wants(state.cycle):
            self._scope.clock(self._session, state.cycle)
        nodes = self.network.nodes
        return Reading(
            free=sensed[:nodes],
            clamped=sensed[nodes:],
            up=bits & drive.intact,
            settled=bool(left <= self.board.settle_V),
        )

    def _gently(
        self, knobs: Floats, cycle: int, failure: ConvergenceError
    ) -> tuple[Floats, float, Bools]:
        """Run a cycle once more, from its operating point, with gentler settings, and note it.

        What follows begins a transient of the circuit as it was.
        """
        gentle = Session(twin_deck(replace(self._machine, gentle=True)))
        try:
            found = gentle.cycle(knobs)
        except EngineError as again:
            raise EngineError(
                f"in cycle {cycle} {failure}; once more with gentler settings ({GENTLE}, steps of "
                f"1/{SHORTER}): {again}"
            ) from None
        finally:
            gentle.close()
        self.retried.append({"cycle": cycle, "reason": str(failure)})
        self._session = Session(self.deck)
        self._begun = -1
        return found

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
        if not drive.intact.all():
            self._check_removable(drive)
        if self._removable:
            there = np.where(drive.intact[list(self._removable)], 1.0, GONE)
            knobs.append(there.repeat(self._multipliers))
        return np.concatenate(knobs)

    def _check_removable(self, drive: Drive) -> None:
        """Refuse a drive that takes out an edge for which the deck has no knobs."""
        for gone in np.flatnonzero(~drive.intact):
            if gone not in self._removable:
                raise SpicelearnError(
                    f"edge {gone} is taken out of a circuit made for {self._removable} only"
                )
