"""Other ways to find the gradient: one control after another, by operating points or by `.ac`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

import numpy as np

from ...machine import Setup
from ...plant import Drive, Floats, Model, Reading, State
from ...spice.deck import Deck, Knobs
from ...spice.ngspice import Library
from ...spice.points import PointSession
from .circuit.deck import Lockin, deck_of

DIFFERENCE_V = 1e-3  # by which a control is moved
SLOW_HZ = 1e-3  # far below every pole


class OneByOne(Model):
    """Find outputs and derivatives at rest, on the circuit of the lock-ins."""

    def __init__(self, setup: Setup) -> None:
        self._machine = Lockin.of(setup)
        self._session = PointSession(self._deck(deck_of(setup)))

    def _deck(self, deck: Deck) -> Deck:
        """Return the deck with further knobs, if any."""
        return deck

    @property
    def engine(self) -> str:
        """Return the name and version of ngspice."""
        return f"ngspice-{Library.get().ngspice_version}"

    def cycle(self, state: State, drive: Drive) -> Reading:
        """Return outputs, V, and derivatives by all controls, shape (B, 1, controls)."""
        outputs, slopes = [], []
        for row in drive.inputs:
            tiled = np.tile(row, (self._machine.examples, 1))
            found = self.gradient(state, replace(drive, inputs=tiled))
            outputs.append(found[0])
            slopes.append(found[1:])
        shown = np.array(outputs)
        return Reading(shown[:, None], np.array(slopes)[:, None], True, {"outputs": shown})

    @abstractmethod
    def gradient(self, state: State, drive: Drive) -> Floats:
        """Return the output of the first example, V, and its derivatives, shape (1 + controls,)."""

    def output(self, state: State, drive: Drive) -> float:
        """Return the output of the first example at rest, V."""
        return float(self._session.solve(self._settings(state, drive))[0])

    def _settings(self, state: State, drive: Drive) -> Floats:
        """Return the values of all knobs."""
        return self._session.deck.settings(state, drive)

    def close(self) -> None:
        """Unload the circuit."""
        self._session.close()


class Differences(OneByOne):
    """Move one control after another: one operating point more than there are controls."""

    def gradient(self, state: State, drive: Drive) -> Floats:
        """Return the output and the differences over `DIFFERENCE_V`."""
        first = self.output(state, drive)
        moved = state.weights + DIFFERENCE_V * np.eye(len(state.weights))
        others = [self.output(State(row, state.cycle), drive) for row in moved]
        return np.append(first, (np.array(others) - first) / DIFFERENCE_V)


class SmallSignal(OneByOne):
    """Linearise the circuit once per control: `.ac` at a frequency far below every pole."""

    def __init__(self, setup: Setup) -> None:
        self._excited = np.zeros(Lockin.of(setup).controls)
        super().__init__(setup)

    def _deck(self, deck: Deck) -> Deck:
        """Return the deck with the sources' small signals as knobs."""
        names = tuple(f"vw{place}[acmag]" for place in range(self._machine.controls))
        return replace(deck, knobs=(*deck.knobs, Knobs(names, lambda state, drive: self._excited)))

    def gradient(self, state: State, drive: Drive) -> Floats:
        """Return the output and the responses to each control."""
        found = [self.output(state, drive)]
        for row in np.eye(self._machine.controls):
            self._excited = row
            found.append(self._session.response(self._settings(state, drive), SLOW_HZ).real)
        return np.array(found)
