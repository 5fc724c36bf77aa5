"""Checkpoints: what a run needs to be resumed, ``state.json`` in its folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..formats import files
from ..machine import Attempt, Weights
from ..plant import Floats, State
from .warnings import Beyond

CHECKPOINT = "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """Hold what a run needs to be resumed before the cycle of ``state``, besides its experiment.

    ``responses``, V, shape (Q, outputs), are those to the task's latest queries; ``unsettled`` is
    the number of unsettled cycles so far, ``attempts`` that with which each lesson before ended, of
    a rule that may begin anew; ``made_by`` names the engine and the experiment; ``beyond`` tells
    which cycles had a node beyond the supplies. The examples, clocks and noise of a cycle are drawn
    from the seed and the cycle's number, so that there is no other random state.
    """

    state: State
    responses: Floats | None
    unsettled: int
    attempts: tuple[Attempt, ...]
    made_by: str
    beyond: Beyond | None = None

    def write(self, folder: Path) -> None:
        """Replace the folder's checkpoint in one step; raise SpicelearnError if that fails."""
        held = {
            "cycle": self.state.cycle,
            "weights": self.state.weights.tolist(),
            "memory": self.state.memory.tolist(),
            "responses": None if self.responses is None else self.responses.tolist(),
            "unsettled": self.unsettled,
            "attempts": [[each.restarts, each.begun] for each in self.attempts],
            "made_by": self.made_by,
            "beyond": asdict(self.beyond) if self.beyond else None,
        }
        files.replace_json(folder / CHECKPOINT, held)

    @classmethod
    def read(cls, folder: Path, weights: Weights, memory: int) -> Checkpoint | None:
        """Return the folder's checkpoint, None if there is none yet.

        ``memory`` is the number of values that the rule carries. Raises UsageError if the file is
        damaged.
        """
        path = folder / CHECKPOINT
        if not path.exists():
            return None
        held = files.json_table(path, f"{path} is damaged", "a checkpoint")
        try:
            carried = np.array(held["memory"], dtype=np.float64)
            responses = held["responses"]
            found = cls(
                state=State(np.array(held["weights"]), int(held["cycle"]), carried),
                responses=None if responses is None else np.array(responses, dtype=np.float64),
                unsettled=int(held["unsettled"]),
                attempts=tuple(Attempt(int(count), int(at)) for count, at in held["attempts"]),
                made_by=str(held["made_by"]),
                beyond=Beyond.of(held["beyond"]) if held.get("beyond") else None,
            )
        except (ArithmeticError, ValueError, TypeError, LookupError) as failure:
            raise UsageError(f"{path} is damaged: {failure!r}, expected a checkpoint") from None
        if found.state.cycle < 0 or carried.shape != (memory,) or not np.isfinite(carried).all():
            raise UsageError(f"{path} is damaged, expected a cycle and {memory} numbers of memory")
        weights.check(found.state.weights, f"{path} is damaged")
        if found.responses is not None and not np.isfinite(found.responses).all():
            raise UsageError(f"{path} is damaged, expected responses in volts")
        return found
