"""A deck loaded into ngspice: its knobs, and what is wrong with it in ngspice's words."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from ..errors import ConvergenceError, EngineError
from ..plant import Floats
from .deck import Deck
from .ngspice import Library
from .startup import without_models

STUCK = re.compile("timestep too small|no convergence|singular matrix|failed to converge", re.I)
BLAME = "trouble with"  # followed by a node or a part
UNKNOWN_MODEL = "unable to find definition of model"
written = lru_cache(maxsize=2**14)(repr)  # of a number: wiper codes come again and again


class Loaded:
    """A deck that ngspice holds: one per process.

    Raises EngineError if ngspice refuses it, or if another circuit is loaded.
    """

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.library = Library.get()
        self._alter = [f"alter @{name}=" for knobs in deck.knobs for name in knobs.names]
        self._load()

    def _load(self) -> None:
        """Load the deck."""
        if self.library.busy:
            raise EngineError("ngspice holds one circuit per process: close the other plant first")
        self._applied = [math.nan] * len(self._alter)
        self.library.words.clear()
        self.library.load(self.deck.text)
        self.library.busy = True
        if any(UNKNOWN_MODEL in line for line in self.library.words):
            self.close()
            raise EngineError(
                f"ngspice has no digital parts: {without_models()}; expected that of a whole "
                "installation, or SPICE_SCRIPTS to name its folder"
            )
        self._check(not self.library.complaints(), "refused the deck")

    @property
    def engine(self) -> str:
        """Return the name and version of the engine."""
        return f"ngspice-{self.library.ngspice_version}"

    def _changes(self, knobs: Floats) -> list[str]:
        """Return the commands that alter the knobs whose value has changed."""
        before, self._applied = self._applied, knobs.tolist()
        both = zip(self._alter, before, self._applied, strict=True)
        return [alter + written(value) for alter, old, value in both if value != old]

    def _apply(self, knobs: Floats) -> None:
        """Alter the knobs whose value has changed."""
        self.library.words.clear()
        self.library.commands(self._changes(knobs))
        self._check(not self.library.words, "did not take a value")

    def close(self) -> None:
        """Unload the circuit and destroy its runs."""
        if self.library.busy and not self.library.exited:
            self.library.command("remcirc")
            self.library.command("destroy all")
        self.library.busy = False

    def _check(self, good: bool, what: str) -> None:
        """Raise EngineError, or ConvergenceError, with the last words unless all is ``good``."""
        if good and not self.library.exited:
            return
        blamed = [line for line in self.library.words if BLAME in line]
        words = blamed or self.library.complaints() or list(self.library.words)[-3:]
        stuck = any(STUCK.search(line) for line in self.library.words)
        self.close()
        kind = ConvergenceError if stuck and not self.library.exited else EngineError
        raise kind(f"ngspice {what}; its last words: {' | '.join(words) or 'none'}")
