"""Gates that a deck begins with."""

from __future__ import annotations

from ....plant import State
from ....spice.sheet import Sheet, folded


def begin_with(sheet: Sheet, state: State) -> None:
    """Let the gates begin with the weights of a state, V."""
    held = (f"v(g{edge})={gate!r}" for edge, gate in enumerate(state.weights.tolist()))
    sheet.analysis("* gates at the beginning, V", *folded(f".ic {' '.join(held)}"))
