"""The devices that the machine can train: one module each, found by the name of the network."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from ....errors import UsageError
from ....network.graph import Network
from .base import Device, node
from .dopants import Dopants
from .mosfets import Mosfets

__all__ = ["Device", "device_named", "network_named", "node"]
KINDS: dict[str, Callable[[str], Device]] = {"mosfets": Mosfets.named, "dopants": Dopants.named}


@cache
def device_named(name: str) -> Device:
    """Return the device of this name, which is also that of its network.

    Raises UsageError if there is none.
    """
    make = KINDS.get(name.split("-", 1)[0])
    if make is None:
        raise UsageError(f"no device {name[:60]!r}, expected {' or '.join(KINDS)}")
    return make(name)


def network_named(name: str) -> Network:
    """Return the network of a device: its electrodes, then its internal nodes."""
    return device_named(name).network
