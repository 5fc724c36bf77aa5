"""What is drawn from the seed: where the noise of every cycle begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class HomodyneParts:
    """Hold the seed of a run: the device is not drawn from it but from its name."""

    seed: int

    def phase(self, cycle: int) -> float:
        """Return where the noise source begins in a cycle, 0 to 1."""
        return float(np.random.default_rng([self.seed, 0x4E, cycle]).random())

    def as_dict(self) -> dict[str, Any]:
        """Return the seed."""
        return {"seed": self.seed}
