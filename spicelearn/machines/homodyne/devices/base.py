"""What a device is: a network of many terminals whose output current depends on their voltages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....network.graph import Network
from ....plant import Floats

if TYPE_CHECKING:
    from ....spice.sheet import Remarked


@dataclass(frozen=True)
class Electrodes:
    """Count the electrodes: data inputs come first, then controls, then the output at 0 V."""

    inputs: int = 2
    controls: int = 5

    @property
    def driven(self) -> int:
        """Return the number of electrodes that are held at a voltage of their own."""
        return self.inputs + self.controls

    @property
    def count(self) -> int:
        """Return the number of all electrodes."""
        return self.driven + 1

    @property
    def output(self) -> int:
        """Return the number of the output electrode."""
        return self.driven


class Device(ABC):
    """A device with `Electrodes`; node ``k`` below their number is electrode ``k``.

    ``gain_V_A`` is the transresistance, V/A, of the current amplifier that fits its currents.
    """

    electrodes: Electrodes
    gain_V_A: float

    @property
    @abstractmethod
    def network(self) -> Network:
        """Return its nodes and which of them a current can flow between."""

    @abstractmethod
    def slopes(self, volts: Floats) -> tuple[Floats, Floats]:
        """Return the current into the output electrode and its derivatives, exactly.

        ``volts``, shape (B, driven), are those of the driven electrodes. The results have shapes
        (B,), A, and (B, driven), A/V. Raises ConvergenceError if no solution is found.
        """

    @abstractmethod
    def add_to(self, sheet: Remarked, node_F: float) -> None:
        """Add its elements between the nodes ``e0``, ``e1``, ... of a sheet; see `node`.

        ``node_F`` is the wiring of an internal node, where the device has any.
        """

    @property
    def watched(self) -> tuple[str, ...]:
        """Return the nodes of a deck that `check` is to see."""
        return ()

    def check(self, volts: Floats) -> None:  # noqa: B027 - most devices can have any
        """Raise EngineError if the nodes that are watched, shape (..., nodes), make no sense."""


def node(number: int) -> str:
    """Return the name in a deck of an electrode or of an internal node."""
    return f"e{number}"
