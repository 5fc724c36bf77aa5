"""What a run needs to be taken up again: ``state.json`` in its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import files
from .board import Board
from .errors import UsageError
from .plant import Floats, State
from .record import replace_json

CHECKPOINT = "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """Hold what a run needs to be taken up before the cycle of ``state``, besides its experiment.

    ``answers`` V, the machine's to the task's latest question; ``unsettled`` cycles so far;
    ``made_by`` what computed them. The examples, clocks and noise of a cycle are drawn from the
    seed and its number: there is no other random state.
    """

    state: State
    answers: Floats | None
    unsettled: int
    made_by: str

    def write(self, folder: Path) -> None:
        """Replace the folder's checkpoint in one step."""
        content = {
            "cycle": self.state.cycle,
            "codes": self.state.codes.tolist(),
            "answers": None if self.answers is None else self.answers.tolist(),
            "unsettled": self.unsettled,
            "made_by": self.made_by,
        }
        replace_json(folder / CHECKPOINT, content)

    @classmethod
    def read(cls, folder: Path, edges: int, board: Board) -> Checkpoint | None:
        """Return the folder's checkpoint, None if there is none yet.

        Raises UsageError if it is damaged.
        """
        path = folder / CHECKPOINT
        if not path.exists():
            return None
        content = files.json_table(path, f"{path} is damaged", "a checkpoint")
        try:
            codes = np.array(content["codes"])
            answers = content["answers"]
            found = cls(
                state=State(codes, int(content["cycle"])),
                answers=None if answers is None else np.array(answers, dtype=np.float64),
                unsettled=int(content["unsettled"]),
                made_by=str(content["made_by"]),
            )
        except (ArithmeticError, ValueError, TypeError, LookupError) as failure:
            raise UsageError(f"{path} is damaged: {failure!r}, expected a checkpoint") from None
        kinds = "i" if board.update == "counter" else "if"
        good = codes.shape == (edges,) and codes.dtype.kind in kinds and found.state.cycle >= 0
        if not good or not ((codes >= 0) & (codes < board.positions)).all():
            raise UsageError(f"{path} is damaged, expected {edges} codes below {board.positions}")
        if found.answers is not None and not np.isfinite(found.answers).all():
            raise UsageError(f"{path} is damaged, expected answers in volts")
        return found
